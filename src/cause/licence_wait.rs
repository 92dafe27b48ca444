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
//! If a request was under way for at least half of the wait: wherever an answer can be late, from the home network to what is
//! behind the CDN, where the service has its licence server; at the CDN's own server only if that is what was asked. If no
//! such request was seen: there or in the player, which asks and hands over.
//!
//! Not in the home network and not at the ISP if other requests, of the page or of a check to its references, were answered
//! promptly for at least half of the wait; not in the networks in between, either, if the licence's own server answered some.
//! What may have been lost while none was asked counts for nothing: it is sent again at growing distances, so that it stays
//! away for as long again (RFC 6298 §5.5).

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::conditions::{CLOCKS, Exchange};
use crate::event::Target;
use crate::machine::requests::Fetch;
use crate::path::{REFERENCES, loss_explains};
use crate::sort::Sort;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, StallKind, Value, Zone};

/// `waitingforkey` may come this long before the last frame is shown, or after: decoders work ahead. Measured: up to 0.53 s
/// (Chromium 156, sound), 0 s (Firefox 153).
const NEAR: Micros = Micros::from_millis(1_000);

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

impl Wait<'_> {
    /// When the question was on its way, at the server, or the answer on its way.
    fn way(&self) -> (Wall, Wall) {
        (self.request.map_or(self.span.0, |request| request.asked), self.span.1)
    }
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

/// Something else that was asked while the licence was awaited.
struct Question {
    asked: Wall,
    /// Until the answer began, or until the licence came.
    took: Micros,
    facts: Vec<u32>,
}

/// Other questions that were answered meanwhile.
struct Meanwhile {
    facts: Vec<u32>,
    count: u64,
    slowest: Micros,
}

/// What was asked meanwhile, by the page or by a check, in that order: of this server, or of anyone, which went over the same
/// home network and access line.
fn questions(case: &Case, wait: &Wait, server: Option<&str>) -> Vec<Question> {
    let (from, until) = wait.way();
    let during = |asked: Wall| from < asked && asked < until;
    let by_page = case.books.fetches().iter().filter(|fetch| {
        let itself = wait.request.is_some_and(|request| std::ptr::eq(request, *fetch));
        let asked = server.is_none_or(|host| fetch.host == host);
        asked && !itself && !fetch.cached && during(fetch.asked)
    });
    let by_page = by_page.map(|fetch| {
        let answered = fetch.response.filter(|_| fetch.status.is_some()).unwrap_or(until);
        Question { asked: fetch.asked, took: answered - fetch.asked, facts: fetch.facts.clone() }
    });
    let by_check = case.machine.checks.iter().filter(|measured| {
        let asked = match server {
            Some(_) => measured.target == Target::Stalled && measured.host.as_deref() == server,
            None => REFERENCES.contains(&measured.target),
        };
        asked && measured.ran() && during(measured.from)
    });
    let by_check = by_check.map(|measured| {
        let took = measured.answered_in().unwrap_or(until - measured.from);
        Question { asked: measured.from, took, facts: vec![measured.fact] }
    });
    let mut asked: Vec<Question> = by_page.chain(by_check).collect();
    asked.arrange_by_key(|question| question.asked);
    asked
}

/// What was asked meanwhile, if all of it was answered promptly and for at least half of the wait: what had got lost of the
/// licence would have come through as well.
fn meanwhile(case: &Case, wait: &Wait, server: Option<&str>) -> Option<Meanwhile> {
    let asked = questions(case, wait, server);
    let (from, until) = wait.way();
    let half = |part: Micros| part.0.saturating_mul(2) >= (until - from).0;
    let slowest = asked.iter().map(|question| question.took).max()?;
    let prompt = slowest.0.saturating_mul(PROMPT) <= (until - from).0;
    let long_enough = asked.last().is_some_and(|last| half(last.asked - from));
    // What was lost between two questions has come again by then; and what got lost past half-way the server had kept so long.
    let lost = |(since, next): (Wall, Wall)| !half(since - from) && loss_explains(since, next, until);
    let moments = || asked.iter().map(|question| question.asked);
    if !prompt || !long_enough || [from].into_iter().chain(moments()).zip(moments()).any(lost) {
        return None;
    }
    let count = u64::try_from(asked.len()).unwrap_or(u64::MAX);
    Some(Meanwhile { facts: asked.into_iter().flat_map(|question| question.facts).collect(), count, slowest })
}

/// What the licence's own server answered meanwhile.
fn beside(case: &Case, wait: &Wait) -> Option<Meanwhile> {
    meanwhile(case, wait, Some(&wait.request?.host))
}

fn zones(case: &Case) -> &'static [Zone] {
    use Zone::{Access, Edge, Home, Interconnect, Origin, Player};
    let Some(wait) = wait(case) else {
        return &[Player, Home, Access, Interconnect, Edge, Origin];
    };
    let reached = meanwhile(case, &wait, None).is_some();
    let Some(request) = wait.request else {
        return if reached {
            &[Player, Interconnect, Edge, Origin]
        } else {
            &[Player, Home, Access, Interconnect, Edge, Origin]
        };
    };
    // Licences are the service's own, whatever stands in front of it: a server of the CDN is one that sends media.
    let by_edge = case.books.media().any(|(_, fetch)| fetch.host == request.host);
    match (beside(case, &wait), reached, by_edge) {
        (Some(_), _, true) => &[Edge, Origin],
        (Some(_), _, false) => &[Origin],
        (None, true, true) => &[Interconnect, Edge, Origin],
        (None, true, false) => &[Interconnect, Origin],
        (None, false, true) => PATH_AND_SERVER,
        (None, false, false) => &[Home, Access, Interconnect, Origin],
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
    if let Some(Meanwhile { facts, count, slowest }) = meanwhile(case, &wait, None) {
        let values = [("count", Value::Count(count)), ("within", Value::Micros(slowest))];
        findings.push(finding("others-prompt", facts, values));
    }
    if let Some((Meanwhile { facts, count, slowest }, request)) = beside(case, &wait).zip(wait.request) {
        let host = ("host", Value::Name(request.host.clone()));
        let values = [host, ("count", Value::Count(count)), ("within", Value::Micros(slowest))];
        findings.push(finding("licence-server-prompt", facts, values));
    }
    findings
}
