//! Two clocks: the page's (`timeOrigin + now()`, never set, may drift) and the machine's (`Date.now()`), by which
//! the background stamps what it sees.

use crate::read::Read;
use crate::time::{Micros, Wall};
use serde::Serialize;

/// Clocks no farther apart are one: between them lie the rounding of `Date.now()` and the time between two calls
/// (1.4 to 2.6 ms measured). A step beyond it means that the machine's clock was set.
const STEP: Micros = Micros::from_millis(50);

/// What is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Read)]
pub struct Clock {
    /// When they were last compared, page's clock.
    compared: Option<Wall>,
    /// By how much the machine's was ahead of the page's.
    ahead: Micros,
}

impl Clock {
    /// They were compared. Answers since when the relation is not known, if the machine's clock was set meanwhile.
    pub fn compare(&mut self, page: Wall, machine: Wall) -> Option<Wall> {
        let ahead = machine - page;
        let before = self.compared.replace(page);
        let step = Micros((ahead - std::mem::replace(&mut self.ahead, ahead)).0.abs());
        before.filter(|_| step > STEP)
    }

    /// A moment of the machine's clock on the page's.
    pub fn page(&self, machine: Wall) -> Wall {
        if self.ahead.0.abs() > STEP.0 { machine - self.ahead } else { machine }
    }
}
