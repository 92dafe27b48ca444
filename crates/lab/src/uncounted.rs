//! Why a run does not count.

use crate::scenario::Scenario;
use crate::seen::{Gap, Seen};

/// A gap begins at the last frame before it, which can be so much older than the fault that made it, milliseconds.
pub const FRAME_AGE: f64 = 150.0;

/// What keeps this from being the run that was planned; empty if it is.
pub fn invalid(scenario: &Scenario, only: Option<usize>, seen: &Seen, gaps: &[Gap]) -> Vec<String> {
    let mut why = Vec::new();
    let lateness = seen.links.lateness;
    if !lateness.acceptable() {
        why.push(format!("the emulator was late with {} of {} packets", lateness.late, lateness.packets));
    }
    match (scenario.faults.is_empty(), seen.faults) {
        (false, None) => why.push("no fault began: playback did not get there".to_owned()),
        (false, Some((began, _))) => {
            let before = gaps.iter().filter(|gap| gap.began + FRAME_AGE < began).count();
            if before > 0 {
                why.push(format!("{before} stalls before the fault"));
            }
        }
        (true, _) => {}
    }
    // Of two faults, one alone need not make it stall.
    if scenario.truth.is_some() && only.is_none() && gaps.is_empty() {
        why.push("the planned stall did not happen".to_owned());
    }
    if scenario.truth.is_none() && !gaps.is_empty() {
        why.push(format!("a control with {} stalls", gaps.len()));
    }
    why
}
