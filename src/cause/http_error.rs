//! Attempts to fetch the media segment failed before one went well, if any did.
//!
//! # What shows it
//! Requests for it that ended with a status of 400 or more, or broke off, and the pauses before the next.
//!
//! # When Whystall does not say so
//! When the attempts fell into a time without connection, and when trying again cost less than something else.
//!
//! # Where it can sit
//! Edge or origin if a server answered each of them: then it was reached. Else anywhere from the home network on.

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::time::Micros;
use crate::verdict::{Finding, Stage, Value, Zone};

pub const CAUSE: Cause = Cause { id: "http-error", weight, zones, findings, lead: "attempt-failed" };

fn weight(case: &Case) -> Micros {
    case.share(&[Stage::Failed])
}

/// A server that answers with an error has been reached: the path is not at fault. A request that got no answer, or
/// that the page gave up waiting for, can have died anywhere.
fn zones(case: &Case) -> &'static [Zone] {
    let failed = || case.blocking.iter().flat_map(|blocking| &blocking.failed);
    let answered =
        failed().next().is_some() && failed().all(|fetch| fetch.status.is_some_and(|status| status >= 400));
    if answered { &[Zone::Edge, Zone::Origin] } else { PATH_AND_SERVER }
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(&[Stage::Failed]) else {
        return Vec::new();
    };
    let facts = blocking.failed.iter().flat_map(|fetch| &fetch.facts).copied().collect();
    let count = ("count", Value::Count(blocking.failed.len() as u64));
    let status = blocking.failed.iter().rev().find_map(|fetch| fetch.status).filter(|status| *status >= 400);
    let reason = status.map(|status| ("status", Value::Count(u64::from(status))));
    let host = blocking.failed.last().map(|fetch| ("host", Value::Name(fetch.host.clone())));
    vec![finding("attempt-failed", facts, [count].into_iter().chain(reason).chain(host))]
}
