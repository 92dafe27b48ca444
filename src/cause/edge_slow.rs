//! The server that was asked took long itself before its answer began.
//!
//! # What shows it
//! The server's own word: how long it took without what it waited for (`edge` of `Server-Timing` and its dialects), or how long
//! it took in all on a hit of its cache, beyond what is usual on this host.
//!
//! # What is proven and what is not
//! - The time is the server's word, held against what was seen as for `cache-miss`.
//! - A hit alone proves nothing: neither that the server was quick, nor that nobody waited for what is behind it. A cache that
//!   lets several requests wait while one of them fills it calls the others hits; if it counts that as its own time, so
//!   does this cause.
//! - Servers that tell their own time and what they waited for as one (`rd` of CMSD, `X-Timer` on a miss) leave both possible.
//!
//! # When Whystall does not say so
//! When another stage cost more.
//!
//! # Where it can sit
//! In the CDN's server (`edge`), or there and behind it where it does not tell them apart, if that has at least 90 % of what is
//! explained of the stall and half of all of it; else anywhere from the home network on.

use super::{Case, Cause};
use crate::ledger::is_in_one;
use crate::verdict::{Finding, Stage, Value, Zone};

pub const CAUSE: Cause = Cause {
    id: "edge-slow",
    weight: |case: &Case| case.confessed(Stage::Edge),
    zones,
    findings,
    lead: "edge-time",
};

fn zones(case: &Case) -> &'static [Zone] {
    case.zones_of(Stage::Edge, if in_one(case) { &[Zone::Edge, Zone::Origin] } else { &[Zone::Edge] })
}

fn findings(case: &Case) -> Vec<Finding> {
    let behind = in_one(case).then(|| ("behind", Value::Name("origin".to_owned())));
    case.told_by_server(Stage::Edge, "edge-time", behind)
}

/// Some of it is told with what is behind the server.
fn in_one(case: &Case) -> bool {
    case.asked_in_drain().any(|fetch| fetch.confession.as_ref().is_some_and(is_in_one))
}
