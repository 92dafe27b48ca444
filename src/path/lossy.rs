//! Answers that came so late that something was sent again, by whom was asked (ATTRIBUTION §3.4, block *same edge*).
//!
//! # What it looks at
//! All answers of the late server and of one beside it, and all of the references, while the late media was slow.
//!
//! # What it says
//! Of the servers both lost some, and the references none of as many: packets are lost beyond what the references share with
//! them, and before what these two have alone. What is behind a server loses no packet of its.
//!
//! Where each lost two or more, it is before both ([`alike`], which `sibling.rs` tells).
//!
//! # When it is silent
//! Where fewer than three were lost, where a reference lost any or answered less often, and where answers waited in a queue.

use super::belief::{Row, ln};
use super::references;
use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Observation, Told, finding, sibling};
use crate::event::Target;

/// One or two may be a server's own [P].
const ENOUGH: usize = 3;

/// A twelfth of those sent was lost at the least where this was seen: as many to others would have lost some nine times in
/// ten [P].
pub const BEYOND: Row = [ln::R15, ln::R15, 0, ln::R30, ln::R05];

/// One may be chance [P].
const EACH: usize = 2;

/// Of the answers of the late server and of the one beside it several were lost, and of the references' none.
pub fn alike(scene: &Scene) -> bool {
    servers(scene).is_some_and(|both| both.iter().all(|series| series.sent_again() >= EACH))
        && test(scene).is_some()
}

fn servers<'a>(scene: &'a Scene) -> Option<[&'a Series; 2]> {
    Some([Series::to(scene, Target::Stalled)?, Series::to(scene, Target::Sibling)?])
}

pub fn test(scene: &Scene) -> Option<Told> {
    let near = references::series(scene)?;
    let servers = servers(scene).filter(|_| sibling::is_another(scene))?;
    let lost = |all: [&Series; 2]| all.into_iter().map(Series::sent_again).sum::<usize>();
    let asked = |all: [&Series; 2]| all.into_iter().map(Series::asked).sum::<usize>();
    let queue = servers.iter().any(|series| series.trend() == Some(Trend::Up));
    let both = servers.iter().all(|series| series.sent_again() > 0);
    if queue || !both || lost(servers) < ENOUGH || lost(near) > 0 || asked(near) < asked(servers) {
        return None;
    }
    let facts = servers.into_iter().chain(near).flat_map(|series| series.facts.clone()).collect();
    Some(Told {
        finding: finding("beyond-lossy", facts, Series::losses(&servers)),
        row: BEYOND,
        observed: Some(Observation::SameEdge),
        networks_assumed: false,
    })
}
