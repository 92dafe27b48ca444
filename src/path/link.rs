//! The browser had no connection (ATTRIBUTION §3.4, block *link*).
//!
//! # What it looks at
//! The time for which the browser said `offline` while the media was slow, failed, or was not asked for.
//!
//! # What it says
//! Home or access: the browser notices a link of its own machine that is gone, or a router that lost its line.
//!
//! # When it is silent
//! Where that was less than half of the slow time, and where the browser noticed nothing.

use super::belief::{Row, ln};
use super::scene::{Scene, covered};
use super::{Told, finding};
use crate::time::Micros;
use crate::verdict::Value;

const OFFLINE: Row = [0, ln::R30, ln::R02, ln::R02, ln::R02];

pub fn test(scene: &Scene) -> Option<Told> {
    let offline = scene.offline.cover(&scene.slow);
    let (slow, _) = covered(&scene.slow, &[]);
    if offline.time <= Micros::ZERO || offline.time.0.saturating_mul(2) < slow.0 {
        return None;
    }
    let finding = finding("was-offline", offline.facts, [("offline", Value::Micros(offline.time))]);
    Some(Told { finding, row: OFFLINE, observed: None, networks_assumed: false })
}
