//! There was enough to play, and playback stood still.
//!
//! # What shows it
//! `currentTime` did not move, although `buffered` had more than 0.3 s ahead of it and nobody had paused. Or playback had run dry,
//! what it waited for had come and been taken in, and it still did not go on while the player fetched nothing more: some
//! browsers want more ahead after each stall than a player with a small buffer fetches.
//!
//! # When Whystall does not say so
//! When something more is known: a missing key, a busy main thread, a background tab, dropped frames, a page that keeps
//! seeking. While more media was on its way: what a player or browser wants to have before it goes on may be just that.
//!
//! # Where it can sit
//! Device, player, or origin (a licence whose lack the browser did not tell of). The path is ruled out: nothing on the way
//! of the data can hold data that is there.

use super::{Case, Cause, finding};
use crate::conditions::Periods;
use crate::sort::gather;
use crate::time::Micros;
use crate::verdict::{Finding, Stage, StallKind, Value, Zone};
use std::collections::BTreeSet;

pub const CAUSE: Cause = Cause {
    id: "frozen",
    weight,
    // Licences come from behind the edge; nothing on the path of the data can hold data that is there.
    zones: |_| &[Zone::Device, Zone::Player, Zone::Origin],
    findings,
    lead: "data-was-there",
};

const SHOWING: &[Stage] = &[Stage::Present];

fn weight(case: &Case) -> Micros {
    match case.sighting.kind {
        StallKind::Frozen => case.duration(),
        // Where its requests are not seen, more may have been on its way.
        StallKind::Starved if case.blocking.iter().all(|blocking| blocking.fetch.is_some()) => {
            let fetching = case.part_during(SHOWING, &fetching(case));
            (case.part_unhindered(SHOWING) - fetching).at_least_zero()
        }
        StallKind::Starved | StallKind::SlowMotion => Micros::ZERO,
    }
}

/// When something was fetched from where media comes from.
fn fetching(case: &Case) -> Periods {
    let hosts: BTreeSet<&str> = gather(case.books.media().map(|(_, fetch)| fetch.host.as_str()));
    let mut periods = Periods::default();
    for fetch in case.books.fetches().iter().filter(|fetch| hosts.contains(fetch.host.as_str())) {
        periods.add(0, fetch.asked, fetch.over().unwrap_or(case.now));
    }
    periods
}

fn findings(case: &Case) -> Vec<Finding> {
    if case.sighting.kind != StallKind::Starved {
        let lead = Value::Micros(case.sighting.lead);
        return vec![finding("data-was-there", case.sighting.facts.clone(), [("lead", lead)])];
    }
    let Some(last) = case.longest(SHOWING) else { return Vec::new() };
    let since = Value::Micros(case.spent(last, SHOWING));
    vec![finding("data-had-come", last.appends.clone(), [("since", since)])]
}
