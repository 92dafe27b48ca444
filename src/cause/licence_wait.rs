//! The video is encrypted and its key was not there in time.
//!
//! # What shows it
//! The element's `waitingforkey` within the stall. Beside it: when the decryption module gave the page a request for the
//! licence server (`message`), when the page handed the answer over (`update`), and which request went out in between.
//!
//! # When Whystall does not say so
//! When no `waitingforkey` came, and before the first frame: that is starting up.
//!
//! # Where it can sit
//! If a request was under way for at least half of the wait: wherever an answer can be late, from the home network to the
//! licence server. Else the player, which asks and hands over, or what is behind it (origin).

use super::{Case, Cause, PATH_AND_SERVER, finding};
use crate::conditions::Noted;
use crate::event::LicenceStep;
use crate::time::{Micros, Wall};
use crate::verdict::{Finding, StallKind, Value, Zone};

/// `waitingforkey` may come this long before the last frame is shown, or after: decoders work ahead [P].
const NEAR: Micros = Micros::from_millis(1_000);

pub const CAUSE: Cause = Cause { id: "licence-wait", weight, zones, findings, lead: "key-missing" };

fn weight(case: &Case) -> Micros {
    if case.sighting.kind == StallKind::Frozen && waits(case).next().is_some() {
        case.duration()
    } else {
        Micros::ZERO
    }
}

/// The element waited for a key.
fn waits<'c>(case: &'c Case) -> impl Iterator<Item = u32> + 'c {
    let (began, end) = case.stall();
    let waits = case.machine.conditions.key_waits.iter();
    let of_stall = waits.filter(move |noted| {
        noted.what == case.sighting.element && began - NEAR <= noted.at && noted.at <= end
    });
    of_stall.map(|noted| noted.fact)
}

/// A licence that was asked for, and when it was given if it was.
struct Licence {
    asked: Wall,
    given: Option<Wall>,
    facts: Vec<u32>,
}

/// The licence that was given last before the stall ended, else the one that is awaited.
fn licence(case: &Case) -> Option<Licence> {
    let (began, end) = case.stall();
    let steps = || case.machine.conditions.licences.iter().filter(|noted| noted.at <= end);
    let is = |step: LicenceStep| move |noted: &&Noted<(_, LicenceStep)>| noted.what.1 == step;
    let asked = |noted: &Noted<(_, LicenceStep)>| {
        let mut before = steps().filter(is(LicenceStep::Asked));
        before.rfind(|asked| asked.what.0 == noted.what.0 && asked.at <= noted.at)
    };
    let given = steps().filter(is(LicenceStep::Given)).rfind(|given| given.at >= began);
    if let Some((given, asked)) = given.and_then(|given| Some((given, asked(given)?))) {
        let facts = vec![asked.fact, given.fact];
        return Some(Licence { asked: asked.at, given: Some(given.at), facts });
    }
    let answered = |asked: &Noted<(_, LicenceStep)>| {
        steps().any(|noted| noted.what.0 == asked.what.0 && noted.at > asked.at)
    };
    let asked = steps().filter(is(LicenceStep::Asked)).rfind(|asked| !answered(asked))?;
    Some(Licence { asked: asked.at, given: None, facts: vec![asked.fact] })
}

fn zones(case: &Case) -> &'static [Zone] {
    let by_request = licence(case).is_some_and(|licence| {
        let end = licence.given.unwrap_or(case.stall().1);
        let requests = case.machine.requests.fetches().into_iter();
        let within = requests.filter(|request| {
            licence.asked <= request.asked && request.over().is_none_or(|over| over <= end)
        });
        let longest = within.map(|request| request.over().unwrap_or(end) - request.asked).max();
        longest.is_some_and(|longest| longest.0.saturating_mul(2) >= (end - licence.asked).0)
    });
    if by_request { PATH_AND_SERVER } else { &[Zone::Player, Zone::Origin] }
}

fn findings(case: &Case) -> Vec<Finding> {
    let waited = ("waited", Value::Micros(case.duration()));
    let mut findings = vec![finding("key-missing", waits(case).collect(), [waited])];
    if let Some(Licence { asked, given, facts }) = licence(case) {
        findings.push(match given {
            Some(given) => finding("licence-came", facts, [("took", Value::Micros(given - asked))]),
            None => {
                let since = (case.stall().1 - asked).at_least_zero();
                finding("licence-awaited", facts, [("since", Value::Micros(since))])
            }
        });
    }
    findings
}
