//! Where a server is, as inputs say it.

use crate::read::Read;
use serde::Serialize;

/// Where a server stands, as far as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Stands {
    /// It does not say.
    Anywhere,
    /// In the network of some provider, not necessarily the viewer's.
    InProvider,
    /// Where networks meet.
    AtExchange,
}

/// Longest name of a network or a service, bytes. The table's own are shorter.
pub const PLACE_NAME_LIMIT: usize = 64;
/// First and last date that a table can have.
pub const TABLE_DATES: std::ops::RangeInclusive<u32> = 20_000_101..=29_991_231;

/// The network that a server's public address is in, so that servers can be told apart by network and networks be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The first 24 bits of an IPv4 address.
    V4(u32),
    /// The first 48 bits of an IPv6 address.
    V6(u64),
}

impl Network {
    /// It has no more bits than that.
    pub fn is_sound(self) -> bool {
        match self {
            Network::V4(bits) => bits < 1 << 24,
            Network::V6(bits) => bits < 1 << 48,
        }
    }
}
