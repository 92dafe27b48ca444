//! The video is encrypted and its key was not there in time.
//!
//! # What shows it
//! The element's `waitingforkey` within the stall; or a licence that was awaited while the player held back media that had
//! arrived, or did not ask for more, as some players do. Beside it: when the decryption module gave the page a request
//! for the licence server (`message`), when the page handed the answer over (`update`), and the request that went out
//! and came back in between.
//!
//! # When Whystall does not say so
//! Before the first frame: that is starting up. And without either of these signs: a licence may be renewed at any time.
//!
//! # Where it can sit
//! If a request was under way for at least half of the wait: wherever an answer can be late, from the home network to the
//! licence server. If no such request was seen: there or in the player, which asks and hands over. Not in the home network
//! and not at the ISP if other requests, of the page or of a check to its references, were answered promptly for at least half
//! of the wait.

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::check::Measurement;
use crate::conditions::Exchange;
use crate::ledger::fetch::Fetch;
use crate::path::REFERENCES;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, StallKind, Value, Zone};

/// `waitingforkey` may come this long before the last frame is shown, or after: decoders work ahead. Measured: up to 0.53 s
/// (Chromium 156, sound), 0 s (Firefox 153).
const NEAR: Micros = Micros::from_millis(1_000);

/// A page's and the browser's account of the same moment are this close together [P].
const CLOCKS: Micros = Micros::from_millis(50);

/// An answer is prompt if it took no more than this part of the wait that it is compared with [P].
const PROMPT: i64 = 4;

pub const CAUSE: Cause = Cause { id: "licence-wait", weight, zones, findings, lead: "key-missing" };

fn weight(case: &Case) -> Micros {
    match case.sighting.kind {
        StallKind::Frozen if !waits(case).is_empty() => case.duration(),
        StallKind::Starved => case.own_part_during(&case.machine.conditions.awaiting_licence()),
        _ => Micros::ZERO,
    }
}

/// The element waited for a key.
fn waits(case: &Case) -> Vec<u32> {
    let (began, end) = case.stall();
    let waits = case.machine.conditions.key_waits.iter();
    let of_stall = waits
        .filter(|noted| noted.what == case.sighting.element && began - NEAR <= noted.at && noted.at <= end);
    of_stall.map(|noted| noted.fact).collect()
}

/// A licence that playback waited for.
struct Wait<'c> {
    exchange: Exchange,
    /// From when to when, at most to the end of the stall.
    span: (Wall, Wall),
    /// The request for it, if one was seen that took most of the wait.
    request: Option<&'c Fetch>,
}

/// Of those that were awaited in the stall, the one that was for longest.
fn wait<'c>(case: &'c Case) -> Option<Wait<'c>> {
    let (began, end) = case.stall();
    let all = case.machine.conditions.exchanges();
    let awaited = all.filter(|exchange| exchange.asked <= end && exchange.until() >= began);
    let until = |exchange: &Exchange| exchange.given.unwrap_or(end).min(end);
    let exchange = awaited.max_by_key(|exchange| until(exchange) - exchange.asked)?;
    let span = (exchange.asked, until(&exchange));
    let request = request(case, span);
    Some(Wait { exchange, span, request })
}

/// The request that began and was over next to when the licence was asked for and given, if it took most of the time
/// between.
fn request<'c>(case: &'c Case, (asked, given): (Wall, Wall)) -> Option<&'c Fetch> {
    let within = case.books.fetches().iter().filter_map(|fetch| {
        let over = fetch.over().unwrap_or(given);
        let apart = (fetch.asked - asked).max(Micros::ZERO) + (given - over).max(Micros::ZERO);
        (asked - CLOCKS <= fetch.asked && over <= given + CLOCKS).then_some((apart, fetch))
    });
    let (apart, fetch) = within.min_by_key(|(apart, _)| *apart)?;
    (apart.0.saturating_mul(2) <= (given - asked).0).then_some(fetch)
}

/// Other requests that were answered over the same home network and access line meanwhile.
struct Meanwhile {
    facts: Vec<u32>,
    count: u64,
    slowest: Micros,
}

/// What was asked for meanwhile, if all of it was answered promptly and for at least half of the wait: what had got lost
/// of the licence would have come through as well.
fn meanwhile(case: &Case, wait: &Wait) -> Option<Meanwhile> {
    let from = wait.request.map_or(wait.span.0, |request| request.asked);
    let waited = wait.span.1 - from;
    let others = case.books.fetches().iter().filter(|fetch| {
        let itself = wait.request.is_some_and(|request| std::ptr::eq(request, *fetch));
        !itself && !fetch.cached && from < fetch.asked && fetch.asked < wait.span.1
    });
    let mut seen = Meanwhile { facts: Vec::new(), count: 0, slowest: Micros::ZERO };
    let mut last = from;
    let mut saw = |facts: &[u32], asked: Wall, took: Micros| {
        seen.facts.extend(facts);
        seen.count += 1;
        seen.slowest = seen.slowest.max(took);
        last = last.max(asked);
    };
    for other in others {
        let answered = other.response.filter(|_| other.status.is_some()).unwrap_or(wait.span.1);
        saw(&other.facts, other.asked, answered - other.asked);
    }
    let asked_meanwhile = |measured: &&Measurement| {
        let of_one = REFERENCES.contains(&measured.target);
        of_one && measured.ran() && from < measured.from && measured.from < wait.span.1
    };
    for measured in case.machine.checks.iter().filter(asked_meanwhile) {
        saw(&[measured.fact], measured.from, measured.answered_in().unwrap_or(wait.span.1 - measured.from));
    }
    let prompt = seen.slowest.0.saturating_mul(PROMPT) <= waited.0;
    (seen.count > 0 && prompt && (last - from).0.saturating_mul(2) >= waited.0).then_some(seen)
}

fn zones(case: &Case) -> &'static [Zone] {
    use Zone::{Access, Edge, Home, Interconnect, Origin, Player};
    let Some(wait) = wait(case) else {
        return &[Player, Home, Access, Interconnect, Edge, Origin];
    };
    let reached = meanwhile(case, &wait).is_some();
    match wait.request {
        Some(_) if reached => &[Interconnect, Edge, Origin],
        Some(_) => PATH_AND_SERVER,
        None if reached => &[Player, Interconnect, Edge, Origin],
        None => &[Player, Home, Access, Interconnect, Edge, Origin],
    }
}

fn findings(case: &Case) -> Vec<Finding> {
    let wait = wait(case);
    let facts = match waits(case) {
        none if none.is_empty() => wait.iter().flat_map(|wait| wait.exchange.facts.clone()).collect(),
        waits => waits,
    };
    let mut findings = vec![finding("key-missing", facts, [("waited", Value::Micros(weight(case)))])];
    let Some(wait) = wait else {
        return findings;
    };
    let took = Value::Micros((wait.span.1 - wait.span.0).at_least_zero());
    let by_request = wait.request.iter().flat_map(|request| &request.facts).copied();
    let facts = wait.exchange.facts.iter().copied().chain(by_request).collect();
    let host = wait.request.map(|request| ("host", Value::Name(request.host.clone())));
    let (id, name) = match wait.exchange.given {
        Some(given) if given <= wait.span.1 => ("licence-came", "took"),
        _ => ("licence-awaited", "since"),
    };
    findings.push(finding(id, facts, [(name, took)].into_iter().chain(host)));
    if let Some(Meanwhile { facts, count, slowest }) = meanwhile(case, &wait) {
        let values = [("count", Value::Count(count)), ("within", Value::Micros(slowest))];
        findings.push(finding("others-prompt", facts, values));
    }
    findings
}
