//! What the late server's cache said of the answer that was late (ATTRIBUTION §3.2, *residual wait*).
//!
//! # What it looks at
//! The words of its cache for all that playback waited for, and how long it says that it had had it (`Age`).
//!
//! # What it says
//! It had all of it: then it had not to ask for it. It may have waited for what somebody else had asked for (caches that let
//! several requests wait for one fill call all but the first hits), unless it says that it had had it for longer than
//! playback waited.
//!
//! # When it is silent
//! Where it had not, or does not say: what it asked for may have come at once, and what delayed it may be anything.

use super::belief::{Row, ln};
use super::scene::{LateBy, Scene};
use super::{Observation, Told, finding};
use crate::event::CacheWord;
use crate::machine::requests::Fetch;
use crate::time::Micros;
use crate::verdict::{Finding, Value};

/// `Age` is in whole seconds.
const SECOND: Micros = Micros::from_millis(1_000);

/// Filled meanwhile at worst [P].
pub const HAD: Row = [0, 0, 0, 0, ln::R30];
/// Filled before anybody waited; its own disk may be elsewhere [P].
pub const HAD_LONG: Row = [0, 0, 0, 0, ln::R05];

pub fn test(scene: &Scene) -> Option<Told> {
    let late: Vec<&Fetch> = scene.late.iter().map(|(_, fetch)| *fetch).collect();
    let hit = |fetch: &&Fetch| {
        !fetch.cached && fetch.confession.is_some_and(|said| said.cache == Some(CacheWord::Hit))
    };
    if scene.late_by.is_none_or(|by| matches!(by, LateBy::AllAlong | LateBy::Failures))
        || !late.iter().all(hit)
    {
        return None;
    }
    let long = |fetch: &&Fetch| {
        let waited = fetch.over().unwrap_or(scene.window.1) - fetch.asked;
        fetch.confession.and_then(|said| said.age).is_some_and(|age| age >= waited + SECOND)
    };
    let all_long = late.iter().all(long);
    Some(Told {
        finding: late.first().and_then(|fetch| said(fetch))?,
        row: if all_long { HAD_LONG } else { HAD },
        observed: all_long.then_some(Observation::ServerTiming),
        networks_assumed: false,
    })
}

/// What the server's cache says of the answer. It is no number.
pub fn said(fetch: &Fetch) -> Option<Finding> {
    let word = fetch.confession.filter(|_| !fetch.cached)?.cache?;
    let id = match word {
        CacheWord::Hit => "cache-said-hit",
        CacheWord::Revalidated => "cache-said-revalidated",
        CacheWord::Miss => "cache-said-miss",
    };
    Some(finding(id, fetch.facts.clone(), [("host", Value::Name(fetch.host.clone()))]))
}
