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
//! Anywhere from the home network to the origin, as long as nothing splits the path.

use super::server_side::cache_said;
use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::ledger::Blocking;
use crate::ledger::fetch::Fetch;
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value};

const STAGES: &[Stage] =
    &[Stage::Queue, Stage::Dns, Stage::Connect, Stage::Tls, Stage::RoundTrip, Stage::Wait, Stage::Response];

pub const CAUSE: Cause =
    Cause { id: "slow-response", weight, zones: |_| PATH_AND_SERVER, findings, lead: "first-byte-late" };

fn weight(case: &Case) -> Micros {
    case.share(STAGES) + case.slow_all_along(STAGES)
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
    // While the request is under way nothing is told yet, hidden or not.
    if fetch.timing.as_ref().is_some_and(|timing| timing.sent.is_none()) {
        let host = Value::Name(fetch.host.clone());
        findings.push(finding("timing-hidden", fetch.facts.clone(), [("host", host)]));
    }
    findings
}
