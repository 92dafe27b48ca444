//! A piece in the middle is missing: playback stands before a gap, what comes after it is there, and the player neither
//! fetches the piece nor jumps over the gap in time.
//!
//! # What shows it
//! The element's `buffered` has media beyond a gap longer than browsers play over (100 ms), and nothing that fills it was
//! appended before playback went on behind it.
//!
//! # When Whystall does not say so
//! When the piece came after all, or is on its way: then it is late data like any other, with the cause of its lateness.
//!
//! # Where it can sit
//! Player, if the page itself had removed the piece, or if it left out what the playlist of a film names between the pieces
//! around the gap: no request for it was seen, and none that it could have been. Else player or origin: the media may have been
//! made with a gap.

use super::{Case, Cause, finding};
use crate::event::{ResourceKind, Span};
use crate::machine::overlap;
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::{Ending, Finding, StallKind, Value, Zone};

pub const CAUSE: Cause = Cause { id: "buffer-hole", weight, zones, findings, lead: "gap-ahead" };

fn weight(case: &Case) -> Micros {
    // A gate: the whole stall is its, whatever the requests for other pieces took meanwhile. No share is larger.
    if hole(case).is_some() { case.duration() } else { Micros::ZERO }
}

/// The gap, if that is what playback stood at.
fn hole(case: &Case) -> Option<Span> {
    let detector = &case.element()?.detector;
    let gap = detector.gap_at(case.stall().1, case.sighting.began.media)?;
    let starved = case.sighting.kind == StallKind::Starved;
    let filled = case.blocking.iter().any(|blocking| blocking.named.arrived);
    let on_its_way = case.blocking.iter().any(|blocking| blocking.fetch.is_some());
    let jumped = match case.sighting.ended {
        Some((end, Ending::Resumed)) => end.media >= gap.end,
        _ => false,
    };
    (starved && !filled && (jumped || !on_its_way)).then_some(gap)
}

/// The page had appended something of the gap, and removed it.
fn removed(case: &Case) -> bool {
    let Some(gap) = hole(case) else { return false };
    let tracks = case.element().map(|element| case.machine.tracks_of(element)).unwrap_or_default();
    let touches = |span: Span| span.start < gap.end && gap.start < span.end;
    tracks.iter().any(|track| {
        let appended = track.appends.iter().filter_map(|append| append.media).any(touches);
        appended && track.removed_spans().any(touches)
    })
}

/// Inputs that told of the requests around the gap, if the player left out what belongs between.
fn skipped(case: &Case) -> Option<Vec<u32>> {
    let fetches = case.books.fetches();
    let around = case.books.around(hole(case)?).find(|(before, after)| leaves_out(fetches, before, after));
    let (before, after) = around?;
    let since = (before.asked.min(after.asked), case.now);
    let seen = case.blind.iter().all(|(from, to, _)| !overlap((*from, *to), since));
    seen.then(|| before.facts.iter().chain(&after.facts).copied().collect())
}

/// The playlist names something between what these two brought, and none of the requests was for it.
fn leaves_out(fetches: &[Fetch], before: &Fetch, after: &Fetch) -> bool {
    let (Some(first), Some(last)) = (before.named, after.named) else { return false };
    let between = first.index.saturating_add(1)..last.index;
    let (since, until) = (before.asked.min(after.asked), before.asked.max(after.asked));
    let was_for_it = |fetch: &Fetch| match fetch.named {
        Some(named) => named.by == first.by && between.contains(&named.index),
        // By an address that no playlist has it may have been, if it was made in its turn, or brought nothing.
        None => {
            let in_turn = fetch.asked <= until || !fetch.succeeded();
            fetch.kind == ResourceKind::Data && since <= fetch.asked && in_turn
        }
    };
    first.by == last.by && !between.is_empty() && !fetches.iter().any(was_for_it)
}

fn zones(case: &Case) -> &'static [Zone] {
    if removed(case) || skipped(case).is_some() { &[Zone::Player] } else { &[Zone::Player, Zone::Origin] }
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(gap) = hole(case) else {
        return Vec::new();
    };
    let range = [("start", Value::Media(gap.start)), ("end", Value::Media(gap.end))];
    let id = if removed(case) { "gap-removed" } else { "gap-ahead" };
    let skipped = skipped(case).map(|asked| finding("gap-skipped", asked, []));
    std::iter::once(finding(id, case.sighting.facts.clone(), range)).chain(skipped).collect()
}
