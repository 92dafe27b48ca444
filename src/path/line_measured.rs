//! What is as slow as it always is here, beside what line tests measured in this network: its better hours (ATTRIBUTION
//! §3.3, *chronic*).
//!
//! # What it looks at
//! As `line_full.rs`, where nothing was slower than this session's usual.
//!
//! # What it says
//! At 0.85 of what was measured or more, the line did what it does: what was asked of it was too much, and that is the player's
//! choice. At half of it or less, though this quality needs less than the line carries, the way is worse than it has been: the
//! player is not why.
//!
//! # When it is silent
//! Where no capacity is known, where more came than the line is said to carry, and in between.

use super::line_full::{FULL, TOO_MUCH, bitrate, carried};
use super::scene::{LateBy, Scene};
use crate::verdict::{Finding, Zone, finding};

/// In per cent: less is far below [P].
const FAR_BELOW: u128 = 50;

/// Whether the player or the path remains of these zones, and what says so. `needed` is what the quality needs, bits a second.
pub fn remains(scene: &Scene, zones: &[Zone], needed: Option<u64>) -> Option<(Vec<Zone>, Finding)> {
    let capacity = scene.line.capacity.filter(|_| scene.late_by == Some(LateBy::AllAlong))?;
    let capacity = u128::from(capacity.max(1));
    let (bits, facts) = carried(scene)?;
    let enough = needed.is_some_and(|needed| u128::from(needed) * 100 <= capacity * FULL);
    let (id, player) = match bits * 100 / capacity {
        FULL..=TOO_MUCH => ("line-as-measured", true),
        ..=FAR_BELOW if enough => ("line-far-below", false),
        _ => return None,
    };
    let remains: Vec<Zone> = zones.iter().copied().filter(|zone| (*zone == Zone::Player) == player).collect();
    let finding = finding(id, facts, [bitrate("rate", bits), bitrate("capacity", capacity)]);
    (!remains.is_empty() && remains.len() < zones.len()).then_some((remains, finding))
}
