//! What the viewer says of other use of the home's connection (ATTRIBUTION §3.5.3).
//!
//! # What it looks at
//! The answer to one question, asked once the stall is over: did anything else in the home use the connection meanwhile,
//! another device, or another program on this one?
//!
//! # What it says
//! A download in the home fills the line just as a slow line is filled: the queue is behind the router in both cases. Where
//! the check found it there and the viewer says that there was no other use, the access line is what is left.
//!
//! # When it is silent
//! Against no zone if there was other use: most homes have some, and a line may be slow all the same. If no queue was found
//! behind the router: Wi-Fi that loses packets needs no other use.

use super::belief::{Row, ln};
use super::gateway;
use super::scene::Scene;
use super::{Observation, Told, finding};
use crate::event::Event;
use crate::time::Micros;
use crate::verdict::Stall;

/// A viewer may be wrong, or not know of a television: five to one [P]. Together with what the router's answer says, it is more.
pub const ALONE: Row = [ln::R20, 0, 0, 0, 0];

/// What was told: that there was no other use, that there was.
pub const IDS: [&str; 2] = ["home-alone", "home-shared"];

pub fn test(scene: &Scene) -> Option<Told> {
    let said = scene.home_use?;
    let [alone, shared] = IDS;
    let decides = !said.others && gateway::queue_behind(scene);
    Some(Told {
        finding: finding(if said.others { shared } else { alone }, vec![said.fact], []),
        row: if decides { ALONE } else { [0; 5] },
        observed: decides.then_some(Observation::Household),
        networks_assumed: false,
    })
}

/// Whether it depends on what only the viewer knows.
pub fn wants_answer(stall: &Stall) -> bool {
    stall.would_decide.iter().any(|id| id == Observation::Household.id())
}

/// What the viewer says of it, when asked.
pub fn home_use(stall: &Stall, others: bool) -> Event {
    Event::HomeUse { during: stall.began.wall + Micros(stall.duration.0 / 2), others }
}
