//! A check's part of what is observed: who wanted it, whom it measures, what came of that.

use crate::read::Read;
use crate::time::Micros;
use serde::Serialize;

/// Who wanted a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// The viewer, now.
    Viewer,
    /// The viewer, once and for all: it is made of itself when playback stalls.
    Automatic,
}

/// Whom a check measures, from the viewer on. The references are servers in networks of their own, on ways that share no more
/// than the viewer's own connection: whoever lists them vouches for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The browser itself, for a file of the extension's: what holds that up is on no way.
    Device,
    /// The router of the home.
    Gateway,
    /// A reference.
    ReferenceA,
    /// The other one.
    ReferenceB,
    /// The server that playback waits for, asked for something that it sent before and so has at hand.
    Stalled,
    /// A server beside that one, in the same network.
    Sibling,
}

impl Target {
    /// All of them, from the viewer on.
    pub const ALL: [Target; 6] = [
        Target::Device,
        Target::Gateway,
        Target::ReferenceA,
        Target::ReferenceB,
        Target::Stalled,
        Target::Sibling,
    ];

    /// The name it is recorded under.
    pub fn id(self) -> &'static str {
        match self {
            Target::Device => "device",
            Target::Gateway => "gateway",
            Target::ReferenceA => "reference-a",
            Target::ReferenceB => "reference-b",
            Target::Stalled => "stalled",
            Target::Sibling => "sibling",
        }
    }

    /// Those that are asked over a network.
    pub const AWAY: [Target; 5] =
        [Target::Gateway, Target::ReferenceA, Target::ReferenceB, Target::Stalled, Target::Sibling];

    /// It is asked over a network.
    pub fn is_away(self) -> bool {
        self != Target::Device
    }

    /// The evidence names its host: what is the viewer's own, or a list's, need not be told.
    pub fn is_named(self) -> bool {
        matches!(self, Target::Stalled | Target::Sibling)
    }
}

/// What came of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// An answer, whatever it says.
    Answered,
    /// The machine is there and takes no connection, which it says at once: as good for timing.
    Refused,
    /// The server answered, as soon as any, that it failed: HTTP status 500 or more.
    Error,
    /// Nothing in time.
    Failed,
    /// The connection was broken at once by the server, or by what stands in its place.
    Reset,
    /// It was not asked: no address is known, or it may not be.
    NotProbed,
    /// It never left: no connection, or something on the machine holds it back.
    Blocked,
    /// Not what was asked for answered: a sign-in page, a proxy, a redirect.
    Unfit,
}

/// Longest that a measurement of a check can tell of: far beyond any patience.
pub const CHECK_TIME_LIMIT: Micros = Micros::from_millis(60_000);
/// Most bytes that one can tell of.
pub const CHECK_BYTES_LIMIT: u64 = 1 << 20;
