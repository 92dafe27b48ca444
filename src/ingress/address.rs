//! The server's address, cut down to the network that it is in. An address that is not public would say something of the
//! viewer's own network, and is no server's on the way.

use crate::event::Network;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network of a public address.
pub fn network(address: &str) -> Option<Network> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(address) => public(address).then(|| Network::V4(u32::from(address) >> 8)),
        IpAddr::V6(address) => global(address).then(|| Network::V6((u128::from(address) >> 80) as u64)),
    }
}

/// Neither private (RFC 1918) nor an ISP's own (RFC 6598), this machine's, this link's, or no single machine's.
fn public(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    !(address.is_private() || shared || address.is_loopback() || address.is_link_local())
        && (1..224).contains(&first)
}

/// Of 2000::/3, which is all that was given out (RFC 4291).
fn global(address: Ipv6Addr) -> bool {
    address.segments().first().is_some_and(|first| first >> 13 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (input, expected) in [
            ("192.0.2.77", Some(Network::V4(0xc0_00_02))),
            ("::ffff:192.0.2.77", Some(Network::V4(0xc0_00_02))),
            ("2001:db8:1234:5678::9", Some(Network::V6(0x2001_0db8_1234))),
            ("127.0.0.1", None),
            ("192.168.1.1", None),
            ("10.0.0.1", None),
            ("172.16.0.1", None),
            ("100.64.3.4", None),
            ("169.254.1.1", None),
            ("0.0.0.0", None),
            ("239.1.2.3", None),
            ("::1", None),
            ("fe80::1", None),
            ("fd00::1", None),
            ("localhost", None),
            ("", None),
        ] {
            assert_eq!(network(input), expected, "{input}");
            assert!(network(input).is_none_or(Network::is_sound));
        }
    }
}
