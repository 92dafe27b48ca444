//! Everything the page fetched together came at what the line is known to carry (ATTRIBUTION §3.4, block *others*).
//!
//! # What it looks at
//! The bytes of all bodies while the late ones were slow, against the most that line tests measured in this network
//! (`extension/plan.js`: at least three tests of the last 90 days, none of which ended at its cap on data).
//!
//! # What it says
//! At 0.85 of that or more, the line itself was full, of the page's own transfers: nothing beyond it was slower than what it
//! let through. It comes before what other sites say: what fills the line is itself as fast as ever.
//!
//! # When it is silent
//! Where answers, not bodies, were late; where no capacity is known (what is paid for is none: it may be less than
//! what the line carries); where more came than the line is said to carry, so that what is known of it is wrong.

use super::belief::{Row, ln};
use super::scene::{LateBy, Scene, covered, rate};
use super::{Told, finding};
use crate::time::Wall;
use crate::verdict::Value;

/// In per cent of the capacity: from here on it is full (ATTRIBUTION §3.4).
pub const FULL: u128 = 85;
/// Above it, the line carries more than was measured [P].
pub const TOO_MUCH: u128 = 120;

/// ATTRIBUTION §3.4.
pub const LOADED: Row = [0, 0, ln::R10, ln::R10, ln::R10];

pub fn test(scene: &Scene) -> Option<Told> {
    let capacity = scene.line.capacity.filter(|_| scene.late_by == Some(LateBy::Bodies))?;
    let (bits, facts) = carried(scene)?;
    let percent = bits * 100 / u128::from(capacity.max(1));
    if !(FULL..=TOO_MUCH).contains(&percent) {
        return None;
    }
    Some(Told {
        finding: finding("line-full", facts, [bitrate("rate", bits), bitrate("capacity", capacity.into())]),
        row: LOADED,
        observed: None,
        networks_assumed: false,
    })
}

/// As it is told.
pub fn bitrate(name: &'static str, bits: u128) -> (&'static str, Value) {
    (name, Value::Bitrate(u64::try_from(bits).unwrap_or(u64::MAX)))
}

/// Bits in a second of everything the page fetched while the late bodies were slow, and what tells of that and of the line.
pub fn carried(scene: &Scene) -> Option<(u128, Vec<u32>)> {
    let fetches = scene.fetches.iter().filter(|fetch| !fetch.cached);
    let came = fetches.filter_map(|fetch| {
        let ((bytes, took), from) = rate(fetch).zip(fetch.response)?;
        Some((bytes, (from, from + took), &fetch.facts[..]))
    });
    let (bits, facts) = meanwhile(scene, came)?;
    Some((bits, [scene.line.fact].into_iter().chain(facts).collect()))
}

/// Bits in a second of what came while the late bodies were slow: bytes, from when to when, and what told of them. Of what came
/// longer than that its part; and of what had one, what told of it.
pub fn meanwhile<'a>(
    scene: &Scene,
    came: impl IntoIterator<Item = (u64, (Wall, Wall), &'a [u32])>,
) -> Option<(u128, Vec<u32>)> {
    let (slow, _) = covered(&scene.transferring, &[]);
    let mut facts = Vec::new();
    let mut moved: u128 = 0;
    for (bytes, (from, to), told) in came {
        let (_, during) = covered(&scene.transferring, &[(from, to)]);
        let part = u128::from(bytes) * u128::from(during.0.unsigned_abs());
        let part = part.checked_div(u128::from((to - from).0.unsigned_abs())).unwrap_or(0);
        if part > 0 {
            facts.extend(told);
        }
        moved += part;
    }
    Some(((moved * 8_000_000).checked_div(u128::from(slow.0.unsigned_abs()))?, facts))
}
