//! The sentences of a stall. The first line has no jargon; no sentence names a company as the culprit: a host is
//! where something was asked for, and everything that is still possible is named.

use super::findings::{filled, finding};
use super::{MOST_LISTED, Words, borrowed};
use crate::cause;
use crate::event::TrackKind;
use crate::time::Micros;
use crate::verdict::{BlockingSegment, Ending, Finding, Stall, StallKind, Value, Zone};
use std::fmt;

/// A sentence of which a part changes all the time. Screen readers are told it without that part, once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// Before the changing part.
    pub before: String,
    /// The changing part; the sentence holds without it.
    pub ticking: String,
    /// After it.
    pub after: String,
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}{}{}", self.before, self.ticking, self.after)
    }
}

/// The first line: what happens, or what happened and why.
pub fn headline(stall: &Stall, words: &Words) -> String {
    if stall.ended.is_some() {
        let reason = words.say(&keyed("reason", &stall.cause, words), &[("host", &host(stall, words))]);
        let key = if stall.kind == StallKind::SlowMotion { "headline_ended_slow" } else { "headline_ended" };
        return words.say(key, &[("time", &words.duration(stall.duration)), ("reason", &reason)]);
    }
    match stall.kind {
        StallKind::Frozen => words.say("headline_frozen", &[]),
        StallKind::SlowMotion => words.say("headline_slow", &[]),
        StallKind::Starved => match awaited(stall) {
            Some((track, segment)) => {
                let values = [
                    ("length", words.length(segment.range.length())),
                    ("track", words.track(track)),
                    ("range", words.range(segment.range)),
                ];
                words.say("headline_starved", &borrowed(&values))
            }
            None => words.say("headline_starved_bare", &[]),
        },
    }
}

/// The second line: where the wait has gone so far, or the number behind the reason. `None` if there is none to give.
pub fn clue(stall: &Stall, words: &Words) -> Option<Phrase> {
    let lead = lead(stall);
    if stall.ended.is_some() {
        let before = finding(lead?, words);
        return Some(Phrase { before, ..Phrase::default() });
    }
    let live = keyed("live", &stall.cause, words);
    let ticking =
        lead.and_then(|finding| filled(&format!("{live}_since"), finding, words)).unwrap_or_default();
    // A character that no message or name holds marks where the sentence is cut.
    let sentence = words.say(&live, &[("host", &host(stall, words)), ("since", "\0")]);
    let (before, after) = sentence.split_once('\0').unwrap_or((&sentence, ""));
    Some(Phrase { before: before.to_owned(), ticking, after: after.to_owned() })
}

/// Which zones it can have come from, and which it did not.
pub fn whereabouts(stall: &Stall, words: &Words) -> String {
    let live = stall.ended.is_none();
    let (one, several, nowhere) = match live {
        true => ("where_live_one", "where_live_several", "where_live_nowhere"),
        false => ("where_one", "where_several", "where_nowhere"),
    };
    // All of them is none of them.
    let possible = if stall.zones == Zone::ALL { Vec::new() } else { zones(&stall.zones, words) };
    let mut said = match possible.as_slice() {
        [] => words.say(nowhere, &[]),
        [zone] => words.say(one, &[("zone", zone)]),
        [zone, last] => {
            let both = words.say("zones_two", &[("zone", zone), ("last", last)]);
            words.say(several, &[("zones", &both)])
        }
        [zones @ .., last] => {
            let all = words.say("zones_more", &[("zones", &zones.join(", ")), ("last", last)]);
            words.say(several, &[("zones", &all)])
        }
    };
    let not = |zone: &String| words.say("cleared_zone", &[("zone", zone)]);
    let cleared: Vec<String> = zones(&stall.cleared, words).iter().map(not).collect();
    if !cleared.is_empty() {
        said.push(' ');
        said.push_str(&capitalised(&cleared.join(", ")));
        said.push('.');
    }
    said
}

/// The zones' names, in path order; what is known of both a server and what is behind it, is known of the service.
pub fn zones(zones: &[Zone], words: &Words) -> Vec<String> {
    let service = zones.contains(&Zone::Edge) && zones.contains(&Zone::Origin);
    let named = zones.iter().filter(|zone| !(service && **zone == Zone::Origin));
    named
        .map(|zone| match zone {
            Zone::Edge if service => words.say("zone_service", &[]),
            Zone::Device => words.say("zone_device", &[]),
            Zone::Player => words.say("zone_player", &[]),
            Zone::Home => words.say("zone_home", &[]),
            Zone::Access => words.say("zone_access", &[]),
            Zone::Interconnect => words.say("zone_interconnect", &[]),
            Zone::Edge => words.say("zone_edge", &[]),
            Zone::Origin => words.say("zone_origin", &[]),
        })
        .collect()
}

/// A zone in a word or two, for the path picture.
pub fn zone_label(zone: Zone, words: &Words) -> String {
    let key = match zone {
        Zone::Device => "zone_short_device",
        Zone::Player => "zone_short_player",
        Zone::Home => "zone_short_home",
        Zone::Access => "zone_short_access",
        Zone::Interconnect => "zone_short_interconnect",
        Zone::Edge => "zone_short_edge",
        Zone::Origin => "zone_short_origin",
    };
    words.say(key, &[])
}

/// Advice.
pub fn what_you_can_do(id: &str, words: &Words) -> String {
    words.say(&keyed("do", id, words), &[])
}

/// The cause in two or three words, for lists.
pub fn cause_in_short(id: &str, words: &Words) -> String {
    words.say(&keyed("cause", id, words), &[])
}

/// What could not be observed, in one line.
pub fn not_observed(stall: &Stall, words: &Words) -> Option<String> {
    let what = |id: &String| match id.as_str() {
        "timing-hidden" => words.say("unseen_timing_hidden", &[]),
        "page" => words.say("unseen_page", &[]),
        "network" => words.say("unseen_network", &[]),
        "clock" => words.say("unseen_clock", &[]),
        "requests" => words.say("unseen_requests", &[]),
        "worker" => words.say("unseen_worker", &[]),
        other => words.name(other),
    };
    listed("unseen", ", ", stall.not_observed.iter().map(what), words)
}

/// What would separate the places that are left, in one line.
pub fn would_decide(stall: &Stall, words: &Words) -> Option<String> {
    let what = |id: &String| match id.as_str() {
        "gateway" => words.say("decides_gateway", &[]),
        "references" => words.say("decides_references", &[]),
        "other-edge" => words.say("decides_other_edge", &[]),
        "server-timing" => words.say("decides_server_timing", &[]),
        "household" => words.say("decides_household", &[]),
        other => words.name(other),
    };
    listed("would_decide", "; ", stall.would_decide.iter().map(what), words)
}

/// What was possible before a check changed the verdict, in one line.
pub fn unchecked(stall: &Stall, words: &Words) -> Option<String> {
    let before = stall.unchecked.as_ref()?;
    let value = zones(before, words).join(", ");
    Some(words.say("unchecked", &[("zones", &value)]))
}

/// A line that lists what there is, `None` if that is nothing.
fn listed(key: &str, between: &str, what: impl Iterator<Item = String>, words: &Words) -> Option<String> {
    let all: Vec<String> = what.take(MOST_LISTED).collect();
    (!all.is_empty()).then(|| words.say(key, &[("what", &all.join(between))]))
}

/// Why it ended, if not because playback went on.
pub fn ending(stall: &Stall, words: &Words) -> Option<String> {
    match stall.ending? {
        Ending::Resumed => None,
        Ending::Viewer => Some(words.say("ending_viewer", &[])),
        Ending::Page => Some(words.say("ending_page", &[])),
        Ending::Unseen => Some(words.say("ending_unseen", &[])),
    }
}

/// The part of a cause's message keys that names it; those of a cause that a later version found are not there.
fn keyed(prefix: &str, id: &str, words: &Words) -> String {
    let key = format!("{prefix}_{}", id.replace('-', "_"));
    if words.has(&key) { key } else { format!("{prefix}_undetermined") }
}

/// What playback waits for: the earliest of the awaited media segments, and what is missing in all. `None` if
/// nothing is known of it, not even how long it will be.
fn awaited(stall: &Stall) -> Option<(TrackKind, &BlockingSegment)> {
    // What has come of it is waited for no longer, unless all has.
    let all_came = stall.blocking.iter().all(|segment| segment.arrived);
    let known = || {
        let waited = stall.blocking.iter().filter(|segment| all_came || !segment.arrived);
        waited.filter(|segment| segment.range.length() > Micros::ZERO)
    };
    let first = known().min_by_key(|segment| segment.range.start)?;
    let same = known().all(|segment| segment.track == first.track);
    Some((if same { first.track } else { TrackKind::Muxed }, first))
}

/// What tells of the cause itself.
fn lead(stall: &Stall) -> Option<&Finding> {
    let id = cause::lead(&stall.cause)?;
    stall.findings.iter().find(|finding| finding.id == id)
}

/// Who was asked for it. Another server than the one at fault may have brought it.
fn host(stall: &Stall, words: &Words) -> String {
    let at_fault = lead(stall).and_then(|finding| match finding.values.get("host")? {
        Value::Name(host) => Some(host.as_str()),
        _ => None,
    });
    match at_fault.or_else(|| stall.blocking.iter().find_map(|segment| segment.host.as_deref())) {
        Some(host) => words.name(host),
        None => words.say("host_unknown", &[]),
    }
}

/// With a capital first letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(char::to_uppercase).into_iter().flatten().chain(rest).collect()
}
