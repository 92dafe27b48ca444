//! The player could not know what to ask for: the playlist that names it came late, or not at all.

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::ledger::PlaylistWait;
use crate::time::Micros;
use crate::verdict::{Finding, Value, Zone};

pub const CAUSE: Cause = Cause { id: "manifest-late", weight, zones, findings, lead: "playlist-late" };

fn weight(case: &Case) -> Micros {
    let waits =
        case.blocking.iter().filter_map(|blocking| Some((blocking, case.books.playlist_wait(blocking)?)));
    waits.map(|(blocking, wait)| case.kept_from_asking(blocking, wait.waited)).max().unwrap_or_default()
}

/// As for any other request: a server that answers with an error has been reached.
fn zones(case: &Case) -> &'static [Zone] {
    let refused = longest(case).is_some_and(|wait| {
        let mut failed = wait.fetches.iter().filter(|fetch| !fetch.succeeded()).peekable();
        failed.peek().is_some() && failed.all(|fetch| fetch.status.is_some_and(|status| status >= 400))
    });
    if refused { &[Zone::Edge, Zone::Origin] } else { PATH_AND_SERVER }
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(wait) = longest(case) else {
        return Vec::new();
    };
    let facts = wait.fetches.iter().flat_map(|fetch| &fetch.facts).copied().collect();
    let host = wait.fetches.first().map(|fetch| ("host", Value::Name(fetch.host.clone())));
    let status = wait.fetches.iter().rev().filter_map(|fetch| fetch.status).find(|status| *status >= 400);
    let status = status.map(|status| ("status", Value::Count(u64::from(status))));
    let waited = ("waited", Value::Micros(wait.waited));
    let late = finding("playlist-late", facts, [waited].into_iter().chain(host).chain(status));
    let by_design = wait.held_back.then(|| finding("playlist-held-back", Vec::new(), []));
    [late].into_iter().chain(by_design).collect()
}

fn longest<'a>(case: &'a Case) -> Option<PlaylistWait<'a>> {
    let all = case.blocking.iter().filter_map(|blocking| case.books.playlist_wait(blocking));
    all.max_by_key(|wait| wait.waited)
}
