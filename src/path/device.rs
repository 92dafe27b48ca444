//! The browser's own answers, under load against at rest.
//!
//! # What it looks at
//! How long the browser took to answer for a file of the extension's own, at the same moments as everybody else.
//!
//! # What it says
//! Nothing of the zones. Longer: the device is busy, and holds up its own questions and everybody's answers. What took longer by
//! less than twice as much is no queue then and nothing that was lost (`series.rs`), nor is anything late where that is a tenth of a
//! second; and a body that came slowly says nothing of the way it came. What was as quick as ever, or came well, tells as much as
//! on an idle device, or more.
//!
//! # When it is silent
//! Where it took no longer; where nothing was measured at rest, and less than a tenth of a second.

use super::scene::Scene;
use super::series::{Series, Trend};
use super::{Told, finding};
use crate::event::Target;
use crate::verdict::Value;

/// The device holds up answers.
pub fn is_busy(scene: &Scene) -> bool {
    Series::to(scene, Target::Device).is_some_and(|own| own.trend() == Some(Trend::Up))
}

/// Says that it does.
pub fn test(scene: &Scene) -> Option<Told> {
    let own = Series::to(scene, Target::Device).filter(|_| is_busy(scene))?;
    let values = [("took", Value::Micros(own.load()?)), ("usual", Value::Micros(own.rest()?))];
    let finding = finding("check-device-busy", own.facts.clone(), values);
    Some(Told { finding, row: [0; 5], observed: None, networks_assumed: false })
}
