//! The device could not decode or draw the video as fast as it is played: frames are dropped, and in the end playback
//! crawls or stands although there is enough to play.
//!
//! # What shows it
//! The browser's own count (`getVideoPlaybackQuality`): of the frames from a few seconds before the stall to its end, at
//! least three in ten were not shown; where playback crawls, one in ten: Chromium waits for most that are late, and that
//! any are late says why it crawls.
//!
//! # When Whystall does not say so
//! When the tab was hidden (then browsers drop frames on purpose), when the main thread was busy for half of the stall,
//! when no count was to be had, or when fewer than eight frames were dropped.
//!
//! # Where it can sit
//! Device.

use super::{Case, Cause, finding};
use crate::conditions::Frames;
use crate::time::Micros;
use crate::verdict::{Finding, StallKind, Value, Zone};

/// Frames are counted from this long before the stall on: a decoder falls behind before it stops [P].
const BEFORE: Micros = Micros::from_millis(3_000);
/// Fewer dropped frames than this are a hiccup: a third of a second at 24 a second [P].
const FEWEST: u64 = 8;
/// Of a hundred frames at least so many dropped: viewers notice from about a third on, and a busy compositor drops a few
/// in a hundred without anyone noticing [P].
const PERCENT: u64 = 30;
/// Of a hundred frames while playback crawls: of sixty large pictures a second Chromium shows a third as fast, and drops 15
/// in a hundred (`lab/scenarios/device-slow-decoder.toml`).
const PERCENT_CRAWLING: u64 = 10;

pub const CAUSE: Cause =
    Cause { id: "decoder-slow", weight, zones: |_| &[Zone::Device], findings, lead: "frames-dropped" };

fn weight(case: &Case) -> Micros {
    let conditions = &case.machine.conditions;
    let free = case.if_mostly(&conditions.busy) == Micros::ZERO;
    let shown = conditions.hidden.cover(&[case.stall()]).time == Micros::ZERO;
    let crawls = case.sighting.kind == StallKind::SlowMotion;
    let percent = if crawls { PERCENT_CRAWLING } else { PERCENT };
    let dropping = counted(case).is_some_and(|(dropped, total, _)| {
        dropped >= FEWEST && dropped.saturating_mul(100) >= total.saturating_mul(percent)
    });
    if case.had_data() && free && shown && dropping { case.duration() } else { Micros::ZERO }
}

/// Frames dropped and all frames, from shortly before the stall to its end, and the facts that count them.
fn counted(case: &Case) -> Option<(u64, u64, Vec<u32>)> {
    let (began, end) = case.stall();
    let counts = case.machine.conditions.frames.iter();
    let mut counts = counts.filter(|noted| noted.what.element == case.sighting.element);
    let first = counts.by_ref().find(|noted| noted.at >= began - BEFORE)?;
    let last = counts.take_while(|noted| noted.at <= end).last()?;
    let Frames { dropped, total, .. } = last.what;
    let dropped = dropped.checked_sub(first.what.dropped)?;
    Some((dropped, total.checked_sub(first.what.total)?, vec![first.fact, last.fact]))
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some((dropped, total, facts)) = counted(case) else {
        return Vec::new();
    };
    let values = [("dropped", Value::Count(dropped)), ("frames", Value::Count(total))];
    vec![finding("frames-dropped", facts, values)]
}
