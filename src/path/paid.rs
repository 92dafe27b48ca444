//! What was seen beside what the viewer pays for. Words only: a plan is a promise and no observation, so that it weighs
//! nothing against any zone, and Wi-Fi and other devices stay possible wherever the line is.

use super::references::bitrate;
use super::scene::{LateBy, Scene};
use super::{Told, finding};
use crate::verdict::{Finding, Value};

/// At most half of it is far below what is paid for [P].
fn far_below(rate: u64, plan: u64) -> bool {
    rate.saturating_mul(2) <= plan
}

/// Whether the line was far below what is paid for to everyone, or fine elsewhere and slow to this service. `None` where
/// the tests don't tell, or the late media was not far below it.
pub fn told(scene: &Scene, told: &[Told]) -> Option<Finding> {
    let plan = scene.line.plan.filter(|_| scene.late_by == Some(LateBy::Bodies))?;
    let late = bitrate(scene.late_rate()?);
    let of = |ids: [&str; 2]| told.iter().find(|told| ids.contains(&told.finding.id.as_str()));
    let elsewhere = |told: &Told| matches!(told.finding.values.get("rate"), Some(Value::Bitrate(rate)) if far_below(*rate, plan));
    let (shared, apart) = (of(["others-slow", "references-slow"]), of(["others-moved", "references-fast"]));
    let (id, witness) = match (shared, apart) {
        _ if !far_below(late, plan) => return None,
        (Some(shared), None) if elsewhere(shared) => ("plan-far-below", shared),
        (None, Some(apart)) => ("plan-elsewhere", apart),
        _ => return None,
    };
    let facts = [scene.line.fact].into_iter().chain(witness.finding.facts.iter().copied()).collect();
    Some(finding(id, facts, [("rate", Value::Bitrate(late)), ("plan", Value::Bitrate(plan))]))
}
