//! What a player tells its server with a request: Common Media Client Data (CTA-5004), in the query or in headers.
//!
//! It is the player's own account of its buffer, beside which Whystall's own can be held.

use super::confession::TIME_LIMIT;
use super::list::{members, pair};
use super::number::{count, millis};
use crate::read::Read;
use crate::time::BITRATE_LIMIT;
use crate::time::Micros;
use serde::Serialize;

/// Longest text that is looked at. CTA-5004 §3.2 wants players to stay below 512 bytes or so in a query.
pub const CLAIM_LIMIT: usize = 4096;

/// What a player says of itself, as far as it was understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// How much it has ahead of what it asks for (`bl`), to the nearest 100 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buffer: Option<Micros>,
    /// Its buffer ran dry since the request before (`bs`).
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub starved: bool,
    /// How fast it finds the connection (`mtp`), bits a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<u64>,
}

impl Claim {
    /// As [`read`] would make it.
    pub fn is_sound(&self) -> bool {
        let possible = |buffer: &Micros| (Micros::ZERO..=TIME_LIMIT).contains(buffer);
        self.buffer.as_ref().is_none_or(possible) && self.throughput.is_none_or(|rate| rate <= BITRATE_LIMIT)
    }
}

/// Reads `bl=21300,bs,mtp=48100`. `None` if it says nothing that is understood.
pub fn read(text: &str) -> Option<Claim> {
    let text = Some(text).filter(|text| text.len() <= CLAIM_LIMIT)?;
    let mut claim = Claim::default();
    for (key, value) in members(text).map(|member| pair(member.name)) {
        match key {
            "bl" => claim.buffer = millis(value),
            "mtp" => claim.throughput = count(value, BITRATE_LIMIT / 1000).map(|kilobits| kilobits * 1000),
            // A key alone is true (RFC 9651 §3.2), and players write `bs=false`, too.
            "bs" => claim.starved = matches!(value, "" | "true" | "?1"),
            _ => {}
        }
    }
    (claim != Claim::default()).then_some(claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, buffer: Option<i64>, starved: bool, throughput: Option<u64>) {
        let claim = Claim { buffer: buffer.map(Micros::from_millis), starved, throughput };
        assert_eq!(read(text), Some(claim).filter(|claim| *claim != Claim::default()), "{text}");
    }

    #[test]
    fn as_players_write_it() {
        check("bl=21300,br=3200,dl=18500,mtp=48100,ot=v,su", Some(21_300), false, Some(48_100_000));
        check("bs,bl=0,sid=\"6e2fb550,bl=9\"", Some(0), true, None);
        check("cid=\"x\", bs=?1 , mtp=900", None, true, Some(900_000));
        check("bs=false", None, false, None);
    }

    #[test]
    fn what_is_not_understood_is_nothing() {
        for text in ["", "bl", "bl=-3", "bl=(1000 2000)", "mtp=1e9", "BL=3", "bl=999999999999", "é=1,ü"] {
            check(text, None, false, None);
        }
        assert_eq!(read(&format!("bs,x={}", "y".repeat(CLAIM_LIMIT))), None);
    }
}
