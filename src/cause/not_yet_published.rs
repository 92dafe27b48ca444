//! A live stream: the player had played all there was, and what comes next was not there yet.

use super::{Case, Cause, finding};
use crate::ledger::{Blocking, Unpublished};
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

pub const CAUSE: Cause = Cause { id: "not-yet-published", weight, zones, findings, lead: "not-named-yet" };

/// HTTP status of what is not there, and of what was asked for too early (RFC 8470).
const NOT_THERE: [u16; 2] = [404, 425];

fn weight(case: &Case) -> Micros {
    let weights = case.blocking.iter().map(|blocking| {
        let named = case.books.unpublished(blocking).map_or(Micros::ZERO, |unpublished| {
            // What the playlist itself took is not the stream's.
            let playlist = case.books.playlist_wait(blocking).map(|wait| wait.waited);
            case.kept_from_asking(blocking, unpublished.waited - playlist.unwrap_or_default())
        });
        let refused = if asked_early(case, blocking) { case.share(&[Stage::Failed]) } else { Micros::ZERO };
        named + refused
    });
    weights.max().unwrap_or_default()
}

/// A stream that is overdue, or a playlist that an edge server keeps for too long. One that comes as regularly as it
/// says can stall only a player that plays too close to its end.
fn zones(case: &Case) -> &'static [Zone] {
    let overdue = longest(case).is_some_and(|unpublished| unpublished.overdue());
    if overdue { &[Zone::Edge, Zone::Origin] } else { &[Zone::Player, Zone::Edge, Zone::Origin] }
}

fn findings(case: &Case) -> Vec<Finding> {
    if let Some(unpublished) = longest(case) {
        let (gap, target) = (Value::Micros(unpublished.gap), Value::Micros(unpublished.target));
        return vec![finding("not-named-yet", unpublished.facts, [("gap", gap), ("target", target)])];
    }
    let Some(blocking) = case.blocking.iter().find(|blocking| asked_early(case, blocking)) else {
        return Vec::new();
    };
    let facts = blocking.failed.iter().flat_map(|fetch| &fetch.facts).copied().collect();
    vec![finding("not-there-yet", facts, [("count", Value::Count(blocking.failed.len() as u64))])]
}

fn longest<'c>(case: &'c Case) -> Option<Unpublished<'c>> {
    let all = case.blocking.iter().filter_map(|blocking| case.books.unpublished(blocking));
    all.max_by_key(|unpublished| unpublished.waited)
}

/// All attempts were refused because it was not there yet, and nothing had named it, so that the player worked out when it
/// should be (DASH templates).
fn asked_early(case: &Case, blocking: &Blocking) -> bool {
    let early = |fetch: &&Fetch| {
        fetch.status.is_some_and(|status| NOT_THERE.contains(&status))
            && case.books.live_before(fetch.asked)
            && !case.books.named_before(fetch.resource, fetch.asked)
    };
    !blocking.failed.is_empty() && blocking.failed.iter().all(early)
}
