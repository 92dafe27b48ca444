//! CMSD (CTA-5006): what servers tell players. `CMSD-Static` is the origin's and is kept with the object; `CMSD-Dynamic` is of
//! this answer, a member for each server, the last the nearest to the viewer. Some servers write the keys without their
//! server, separated by commas: those are read as the last one's (svta/common-media-library, dash.js `CmsdModel.js`).

use super::confession::Confession;
use super::list::{members, pair};
use super::number::{count, millis};
use super::server_timing::Times;
use crate::time::{LIMIT, Wall};

/// Fastest connection that is believed, kbit/s: 400 Gbit/s.
const FASTEST: u64 = 400_000_000;

/// `CMSD-Static: ot=v,d=5000,at=1700000000000,n="OriginProviderA"`.
pub fn fixed(value: &str, confession: &mut Confession) {
    for (key, value) in members(value).map(|member| pair(member.name)) {
        if key == "at" {
            let at =
                count(value, LIMIT.unsigned_abs() / 1000 - 1).and_then(|at| i64::try_from(at * 1000).ok());
            confession.available = at.filter(|at| *at > 0).map(Wall);
        }
    }
}

/// `CMSD-Dynamic: "CDNB-3ak1";etp=96;rtt=8,"CDNA-312.663";etp=115;rtt=16;mb=5000`. `rd` is from the request to the first byte
/// that could be sent.
pub fn dynamic(value: &str, confession: &mut Confession) -> Option<Times> {
    let mut times = None;
    for member in members(value) {
        let bare = member.name.contains('=').then(|| pair(member.name));
        if bare.is_none() {
            times = None;
            (confession.pace, confession.round_trip, confession.overloaded) = (None, None, None);
        }
        for (key, value) in bare.into_iter().chain(member.parameters()) {
            match key {
                "etp" => {
                    confession.pace = count(value, FASTEST).filter(|rate| *rate > 0).map(|rate| rate * 1000)
                }
                "rtt" => confession.round_trip = millis(value).filter(|time| time.0 > 0),
                "rd" => times = millis(value).map(|rd| Times { server: Some(rd), ..Times::default() }),
                "du" => confession.overloaded = (value.is_empty() || value == "?1").then_some(true),
                _ => {}
            }
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Micros;

    #[track_caller]
    fn check(input: &str, rd: Option<i64>, expected: Confession) {
        let mut confession = Confession::default();
        let times = dynamic(input, &mut confession);
        let rd = rd.map(|rd| Times { server: Some(Micros::from_millis(rd)), ..Times::default() });
        assert_eq!((times, confession), (rd, expected), "{input}");
    }

    fn told(round_trip: i64, kbits: u64) -> Confession {
        Confession {
            round_trip: Some(Micros::from_millis(round_trip)),
            pace: Some(kbits * 1000),
            ..Confession::default()
        }
    }

    #[test]
    fn the_last_server_is_the_nearest() {
        // The example of svta/common-media-library.
        check(
            "\"CDNB-3ak1\";etp=96;rtt=8,\"CDNA-987.343\";etp=48;rtt=30,\"CDNA-312.663\";etp=115;rtt=16;mb=5000",
            None,
            told(16, 115),
        );
        check("\"CDNA\";etp=100;rtt=5;rd=40,\"CDNB\"", None, Confession::default());
        check("\"CDNA\";etp=100;rtt=5;rd=40", Some(40), told(5, 100));
        check("\"CDNA\";du", None, Confession { overloaded: Some(true), ..Confession::default() });
        check("\"CDNA\";du=?0", None, Confession::default());
    }

    #[test]
    fn as_some_servers_write_it() {
        check("etp=2500,rtt=42", None, told(42, 2_500));
        check("n=\"x\",etp=\"2XX\",rtt=42", None, Confession { pace: None, ..told(42, 1) });
    }

    #[test]
    fn what_the_origin_says_once() {
        let available = |value: &str| {
            let mut confession = Confession::default();
            fixed(value, &mut confession);
            confession.available
        };
        assert_eq!(available("ot=v,sf=h,st=v,d=5000,br=2000,n=\"OriginProviderA\""), None);
        assert_eq!(available("ot=v,at=1700000000000"), Some(Wall(1_700_000_000_000_000)));
        assert_eq!(available("at=99999999999999"), None);
        assert_eq!(available("at=0"), None);
    }
}
