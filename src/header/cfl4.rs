//! `cfL4` of Cloudflare's `Server-Timing`: statistics of the connection, as the query of a URL. Round trips are taken to be
//! in microseconds and `delivery_rate` in bytes per second: nothing says so, but Workers tell the same numbers as
//! `clientTcpRtt` (ms) and `deliveryRate` (bytes/s). `cid` names the connection, and is not read.

use super::confession::{COUNT_LIMIT, Confession};
use super::number::{count, micros};

/// Fields that are looked at. There are 14.
const FIELDS: usize = 32;
/// Fastest connection that is believed, bytes per second: 400 Gbit/s.
const FASTEST: u64 = 50_000_000_000;

/// Reads `?proto=TCP&rtt=20966&…`.
pub fn read(desc: &str, confession: &mut Confession) {
    let fields =
        || desc.trim_start_matches('?').split('&').take(FIELDS).filter_map(|field| field.split_once('='));
    let field = |name: &str| fields().find(|(other, _)| *other == name).map(|(_, value)| value);
    let packets =
        |name: &str| count(field(name)?, COUNT_LIMIT.into()).and_then(|count| u32::try_from(count).ok());
    // Zero is what it says before it knows.
    let known = |name: &str| micros(field(name)?).filter(|time| time.0 > 0);
    confession.round_trip = known("rtt");
    confession.round_trip_least = known("min_rtt");
    confession.round_trip_varies = known("rtt_var");
    confession.sent = packets("sent");
    confession.lost = packets("lost");
    confession.resent = packets("retrans");
    let rate = field("delivery_rate").and_then(|rate| count(rate, FASTEST)).filter(|rate| *rate > 0);
    confession.pace = rate.map(|bytes| bytes * 8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Micros;

    #[track_caller]
    fn check(input: &str, expected: Confession) {
        let mut confession = Confession::default();
        read(input, &mut confession);
        assert_eq!(confession, expected, "{input}");
    }

    #[test]
    fn as_captured() {
        check(
            "?proto=TCP&rtt=20966&sent=7&recv=7&lost=0&retrans=0&sent_bytes=3411&recv_bytes=858&delivery_rate=187173&\
             cwnd=253&unsent_bytes=0&cid=866338cc1cdafa50&ts=349&x=0",
            Confession {
                round_trip: Some(Micros(20_966)),
                sent: Some(7),
                lost: Some(0),
                resent: Some(0),
                pace: Some(1_497_384),
                ..Confession::default()
            },
        );
        check(
            "?proto=QUIC&rtt=9580&min_rtt=6796&rtt_var=4182&sent=12&recv=9&lost=1&retrans=1&delivery_rate=0&cwnd=12000",
            Confession {
                round_trip: Some(Micros(9_580)),
                round_trip_least: Some(Micros(6_796)),
                round_trip_varies: Some(Micros(4_182)),
                sent: Some(12),
                lost: Some(1),
                resent: Some(1),
                ..Confession::default()
            },
        );
        check("?proto=TCP&rtt=0&sent=-1&lost=99999999999999", Confession::default());
        check("", Confession::default());
    }
}
