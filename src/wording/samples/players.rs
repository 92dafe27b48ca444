//! Players to draw in tests, in whatever state.

use super::{NOON, S};
use crate::adjustment::{Adjustment, Short};
use crate::event::{ElementId, TrackKind};
use crate::status::{MediaStatus, PlayState, StallSummary, Status};
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{Instant, Stall};

/// A player in that state, with these stalls.
pub fn media(playing: PlayState, current: Option<Stall>, last: Option<Stall>) -> MediaStatus {
    let lead = |second: i64| ((second * 7) % 5) * S / 2 + (60 - second).max(0) * S / 8;
    let history =
        |second: i64| (Wall(NOON + (second - 90) * S), Micros(if second < 89 { lead(second) } else { 0 }));
    let summary = |stall: &Stall| StallSummary {
        began: stall.began.wall,
        position: stall.began.media,
        duration: stall.duration,
        kind: stall.kind,
        cause: stall.cause.clone(),
    };
    MediaStatus {
        element: ElementId(0),
        playing,
        position: MediaTime(11_980_000),
        lead: Some(Micros(18_000)),
        lead_history: (0..92).map(history).collect(),
        tracks: vec![TrackKind::Video, TrackKind::Audio],
        resumes_in: current.as_ref().map(|_| Micros(2_300_000)),
        stalls: last.iter().map(summary).collect(),
        current,
        last,
        size: Some((1280, 720)),
        adjusted: None,
        adjustments: Vec::new(),
    }
}

/// A worse picture since the sample stall began, for so long if it is over.
pub fn adjustment(over: Option<Micros>, short: Option<Short>) -> Adjustment {
    let began = Instant { wall: Wall(NOON), media: MediaTime(200 * S) };
    let played = over.unwrap_or(Micros(4 * S));
    Adjustment {
        from: (1920, 1080),
        to: (854, 480),
        began,
        ended: over.map(|lasted| began.wall + lasted),
        made_good: over.is_some(),
        played,
        short,
    }
}

/// A frame with these players, so long after the sample stall began.
pub fn status(media: Vec<MediaStatus>, after: Micros) -> Status {
    Status { at: Wall(NOON) + after, media, check: None }
}
