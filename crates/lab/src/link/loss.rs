//! Loss, one packet at a time or in bursts (Gilbert's two-state channel).

use serde::Serialize;

/// How a link loses packets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Loss {
    /// Share of all packets lost in the long run, 0 to 1.
    pub rate: f64,
    /// Mean number of packets lost in a row; 1 or less: each by itself.
    pub burst: f64,
}

impl Loss {
    /// None.
    pub const NONE: Loss = Loss { rate: 0.0, burst: 1.0 };
}

/// The state of the channel: all that goes over it while it is bad is lost.
#[derive(Default)]
pub struct Channel {
    bad: bool,
}

impl Channel {
    /// Whether the next packet is lost.
    pub fn loses(&mut self, loss: &Loss, random: &mut fastrand::Rng) -> bool {
        if loss.rate <= 0.0 {
            self.bad = false;
        } else if loss.burst <= 1.0 || loss.rate >= 1.0 {
            self.bad = random.f64() < loss.rate;
        } else {
            // Bad for `burst` packets on average, and entered so often that `rate` of all packets see it.
            let leave = 1.0 / loss.burst;
            let enter = loss.rate * leave / (1.0 - loss.rate);
            self.bad = if self.bad { random.f64() >= leave } else { random.f64() < enter };
        }
        self.bad
    }
}
