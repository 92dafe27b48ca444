//! What is going on right now, for the overlay and the popup. Not evidence: a stall under way is provisional.

use crate::adjustment::{Adjustment, Size};
use crate::event::{Asker, ElementId, Target, TrackKind};
use crate::machine::measurement::Measurement;
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{Stall, StallKind};

/// How long a verdict is told of after playback went on [P]: three short sentences at a calm reading speed.
pub const LINGER: Micros = Micros::from_millis(6000);

/// How long the result of a check that the viewer asked for is [P]: some sentences more.
pub const RESULT: Micros = Micros::from_millis(20_000);

/// How long an adjustment is [P]: it is no alarm. As long as it takes to notice one line and to read it.
pub const QUIET: Micros = Micros::from_millis(8000);

/// All media elements of a frame that play a `MediaSource`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// When this was true.
    pub at: Wall,
    /// One for each element, in order of appearance.
    pub media: Vec<MediaStatus>,
    /// The check that is under way, or the last one.
    pub check: Option<CheckStatus>,
}

/// A check, for whoever waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStatus {
    /// Who wanted it.
    pub by: Asker,
    /// From when.
    pub since: Wall,
    /// How far it is.
    pub state: CheckState,
    /// Each target: whether an answer is awaited, and the newest measurement of it.
    pub parts: Vec<(Target, bool, Option<Measurement>)>,
}

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// The viewer asked for it, and playback neither stands nor rests yet.
    Waiting,
    /// Under way.
    Measuring,
    /// Done since then.
    Over(Wall),
    /// The viewer stopped it then.
    Stopped(Wall),
}

/// One media element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaStatus {
    /// Which.
    pub element: ElementId,
    /// What it does.
    pub playing: PlayState,
    /// Where it is.
    pub position: MediaTime,
    /// Playable media ahead of the playhead in the track that has least; `None` before anything is buffered.
    pub lead: Option<Micros>,
    /// `lead` over time, oldest first, at most one a second and at most 120.
    pub lead_history: Vec<(Wall, Micros)>,
    /// What each `SourceBuffer` holds.
    pub tracks: Vec<TrackKind>,
    /// The stall under way, as far as it can be told.
    pub current: Option<Stall>,
    /// When playback should go on, from the bytes left and their rate; `None` if that cannot be told.
    pub resumes_in: Option<Micros>,
    /// Finished stalls of this session, newest last, at most 50.
    pub stalls: Vec<StallSummary>,
    /// The last finished stall in full.
    pub last: Option<Stall>,
    /// What the picture is made of.
    pub size: Option<Size>,
    /// The worse quality that is played instead of a better one.
    pub adjusted: Option<Adjustment>,
    /// Finished adjustments of this session, newest last, at most 50.
    pub adjustments: Vec<Adjustment>,
}

/// What a media element does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayState {
    /// Nothing was shown yet.
    Starting,
    /// It moves.
    Playing,
    /// The viewer, or the page with data enough ahead, paused it.
    Paused,
    /// It goes elsewhere in the stream.
    Seeking,
    /// It came to its end.
    Ended,
    /// It should move and does not.
    Stalled,
}

/// A finished stall in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StallSummary {
    /// When it began.
    pub began: Wall,
    /// Where in the media.
    pub position: MediaTime,
    /// How long it lasted.
    pub duration: Micros,
    /// Starved or frozen.
    pub kind: StallKind,
    /// Id of the cause.
    pub cause: String,
}
