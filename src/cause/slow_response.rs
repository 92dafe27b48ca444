//! The server was asked in time and its first byte came late.
//!
//! # What shows it
//! The time from the request to the first byte, in parts where the browser tells them, beyond what is usual on this host.
//!
//! # When Whystall does not say so
//! When another stage cost more. Time that the server says it took itself, or waited for what is behind it, is not counted here
//! (`edge-slow`, `cache-miss`). A server that says only whether its cache had the piece, and not how long anything took, accounts
//! for no part of the wait; that it had it speaks against what is behind it (docs/attribution.md).
//!
//! # Where it can sit
//! Anywhere from the home network to the origin, as long as nothing splits the path. Also in the page, the player's for short, if it
//! had six other requests to this server under way when it asked, and the browser does not tell when it sent this one: it holds
//! back what is more than six to a server, unless that speaks HTTP/2.

use super::{Case, Cause, PATH_AND_SERVER, chronic_shortfall, finding};
use crate::ledger::Blocking;
use crate::machine::requests::Fetch;
use crate::path::cache_said;
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

const STAGES: &[Stage] =
    &[Stage::Queue, Stage::Dns, Stage::Connect, Stage::Tls, Stage::RoundTrip, Stage::Wait, Stage::Response];

pub const CAUSE: Cause = Cause { id: "slow-response", weight, zones, findings, lead: "first-byte-late" };

/// Connections that browsers open to one server for HTTP/1.1 (ATTRIBUTION M10).
const CONNECTIONS: usize = 6;
/// Of some requests the end is never told; none of those that are older than this [P].
const OLD: Micros = Micros::from_millis(60_000);

fn weight(case: &Case) -> Micros {
    case.share(STAGES) + case.slow_all_along(STAGES)
}

fn zones(case: &Case) -> &'static [Zone] {
    let late = case.longest(STAGES).and_then(|blocking| late(case, blocking));
    let held = late.is_some_and(|late| may_be_held(case, late).is_some());
    if held { chronic_shortfall::ZONES } else { PATH_AND_SERVER }
}

/// The other requests to the same server that were under way when this was made, if the browser may have held it back for them.
fn may_be_held<'c>(case: &'c Case, late: &Fetch) -> Option<Vec<&'c Fetch>> {
    let sent = late.timing.as_ref().and_then(|timing| timing.sent);
    let under_way = |other: &&Fetch| {
        let over = other.over().is_none_or(|over| over > late.asked);
        let before = other.asked < late.asked && late.asked - other.asked <= OLD;
        other.host == late.host && !other.cached && before && over
    };
    let others: Vec<&Fetch> = case.books.fetches().iter().filter(under_way).collect();
    (sent.is_none() && others.len() >= CONNECTIONS).then_some(others)
}

/// The request that was waited for longest: if the player gave that up and another server was prompt, it is the first
/// server whose answer was late.
fn late<'c>(case: &'c Case, blocking: &Blocking<'c>) -> Option<&'c Fetch> {
    let (_, now) = case.stall();
    let waited = |fetch: &&Fetch| fetch.response.or(fetch.over()).unwrap_or(now) - fetch.asked;
    case.books.given_up(case.sighting).into_iter().chain(blocking.fetch).max_by_key(waited)
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(STAGES) else {
        return Vec::new();
    };
    let Some(fetch) = late(case, blocking) else {
        return Vec::new();
    };
    let mut findings = vec![case.answer_late(blocking, fetch)];
    findings.extend(cache_said(fetch));
    if let Some(others) = may_be_held(case, fetch) {
        let host = Value::Name(fetch.host.clone());
        let under_way = Value::Count(others.len() as u64);
        let facts = others.into_iter().flat_map(|other| other.facts.iter().take(1)).copied().collect();
        findings.push(finding("others-before", facts, [("host", host), ("others", under_way)]));
    }
    // While the request is under way nothing is told yet, hidden or not.
    if fetch.timing.as_ref().is_some_and(|timing| timing.sent.is_none()) {
        let host = Value::Name(fetch.host.clone());
        findings.push(finding("timing-hidden", fetch.facts.clone(), [("host", host)]));
    }
    findings
}
