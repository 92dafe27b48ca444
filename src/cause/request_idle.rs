//! The player could have asked for the next media segment and did not.
//!
//! # What shows it
//! The time from where its request before was over, and its buffer below what it likes to keep, to the request.
//!
//! Or that it paused with its buffer as full as it likes it, which is less than what one media segment takes to come, though it
//! comes faster than it is played: whoever keeps so little ahead stands after each of them.
//!
//! # When Whystall does not say so
//! For the part of it in which the main thread was busy or the tab in the background. Pausing at a full buffer is pacing
//! otherwise, and where the stream is live: more may not have been there to be asked for.
//! While a request was under way that the player then gave up, it waited for that.
//!
//! # Where it can sit
//! Player, if its main thread was seen to be free all the while; else device or player. If the page waited for something else for
//! most of that time, and asked as soon as it had come, it may have needed that first (an address, a permission, what is to be
//! shown next): then also wherever an answer can be late.

use super::{Case, Cause, chronic_shortfall, finding};
use crate::conditions::CLOCKS;
use crate::ledger::Blocking;
use crate::machine::requests::Fetch;
use crate::time::{Micros, playing_time};
use crate::verdict::{Finding, Stage, Value, Zone};

/// A player that needed something first asks this soon after it has come [P].
const SOON: Micros = Micros::from_millis(250);
/// Faster than it is played: in no more than three quarters of the time that it lasts [P].
const FASTER: (i64, i64) = (4, 3);

pub const CAUSE: Cause = Cause { id: "request-idle", weight, zones, findings, lead: "asked-late" };

fn weight(case: &Case) -> Micros {
    case.part_unhindered(&[Stage::Decide]) + kept_too_little(case)
}

/// What playback would not have waited of what was as slow as ever, had the player not paused before it asked.
pub fn kept_too_little(case: &Case) -> Micros {
    let paused = case.blocking.iter().map(|blocking| paused(case, blocking).unwrap_or_default()).min();
    paused.unwrap_or_default().min(case.ledger.chronic)
}

/// For how long it did not ask for this, the pause of a buffer that is too small with it.
fn idle(case: &Case, blocking: &Blocking) -> Micros {
    let paused = paused(case, blocking).filter(|_| kept_too_little(case) > Micros::ZERO);
    case.spent(blocking, &[Stage::Decide]) + paused.unwrap_or_default()
}

/// For how long it did so before it asked for this, if that comes faster than it is played.
fn paused(case: &Case, blocking: &Blocking) -> Option<Micros> {
    let (took, lasts) = (took(blocking), lasts(case, blocking)?);
    let faster = took.0.saturating_mul(FASTER.0) <= lasts.0.saturating_mul(FASTER.1);
    (faster && case.books.all_was_there()).then(|| case.books.paced(blocking))
}

/// From when it was asked for until it could be played.
fn took(blocking: &Blocking) -> Micros {
    let between = |stage: Stage| !matches!(stage, Stage::Decide | Stage::Present);
    blocking.account.stages.iter().filter(|time| between(time.stage)).map(|time| time.spent).sum()
}

/// How long it plays.
fn lasts(case: &Case, blocking: &Blocking) -> Option<Micros> {
    let range = blocking.named.range;
    let rate = case.element()?.rate_at(case.sighting.began.wall);
    Some(playing_time(range.end - range.start, rate))
}

/// A busy device delays the player's code too. Whystall looks at the element from the same thread: as long as it comes
/// to that in time, the player could have asked.
fn zones(case: &Case) -> &'static [Zone] {
    let needed = case.longest(&[Stage::Decide]).and_then(|blocking| needed_first(case, blocking));
    match (needed.is_some(), case.was_free(&[Stage::Decide])) {
        (false, true) => &[Zone::Player],
        (false, false) => &[Zone::Device, Zone::Player],
        (true, true) => chronic_shortfall::ZONES,
        (true, false) => &Zone::ALL,
    }
}

/// What else the page waited for, for how long, until it asked for this: for most of the time for which it did not ask.
fn needed_first<'c>(case: &'c Case, blocking: &Blocking) -> Option<(&'c Fetch, Micros)> {
    let (from, asked) = (blocking.account.from, blocking.fetch?.asked);
    let idle = idle(case, blocking);
    let is_media = |fetch: &Fetch| case.books.media().any(|(_, media)| std::ptr::eq(media, fetch));
    let waited = case.books.fetches().iter().filter_map(|fetch| {
        let over = fetch.over().filter(|over| *over <= asked + CLOCKS && asked - *over <= SOON)?;
        let waited = over - fetch.asked.max(from);
        let most = waited.0.saturating_mul(2) >= idle.0;
        (most && waited > Micros::ZERO && !fetch.cached && !is_media(fetch)).then_some((fetch, waited))
    });
    waited.max_by_key(|(_, waited)| *waited)
}

fn findings(case: &Case) -> Vec<Finding> {
    let Some(blocking) = case.longest(&[Stage::Decide]) else {
        return Vec::new();
    };
    let facts = blocking.fetch.map(|fetch| fetch.facts.clone()).unwrap_or_default();
    let idle = idle(case, blocking);
    let mut findings = vec![finding("asked-late", facts.clone(), [("idle", Value::Micros(idle))])];
    let paused = idle - case.spent(blocking, &[Stage::Decide]);
    if let Some(lasts) = lasts(case, blocking).filter(|_| paused > Micros::ZERO) {
        let values = [("paused", paused), ("took", took(blocking)), ("lasts", lasts)];
        let values = values.map(|(name, time)| (name, Value::Micros(time)));
        findings.push(finding("kept-too-little", facts, values));
    }
    if let Some((first, waited)) = needed_first(case, blocking) {
        let values = [("host", Value::Name(first.host.clone())), ("waited", Value::Micros(waited))];
        findings.push(finding("needed-first", first.facts.clone(), values));
    }
    findings
}

/// What the player could have done about it, whatever else was wrong: the same stall without its idle time.
pub fn asked_sooner(case: &Case) -> Option<Finding> {
    let avoided = case.avoided(Stage::Decide);
    let blocking = case.longest(&[Stage::Decide]).filter(|_| !case.negligible(avoided))?;
    let facts = blocking.fetch.map(|fetch| fetch.facts.clone()).unwrap_or_default();
    Some(finding("asked-sooner", facts, [("avoided", Value::Micros(avoided))]))
}
