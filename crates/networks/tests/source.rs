//! The table that ships agrees with what it is made of. `cargo xtask setup` fetches that.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::net::IpAddr;
use whystall_networks::Table;
use whystall_networks::make::{Range, of_editions, ranges, short_name};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/node_modules");

fn file(edition: &str, version: u8) -> String {
    let path = format!("{DATA}/{edition}/asn-ipv{version}.csv");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{path}: {error}; `cargo xtask setup` fetches it"))
}

/// An edition, to be asked without any of the code that is tested.
struct Edition(Vec<Range>);

impl Edition {
    fn of(name: &str) -> Edition {
        let mut ranges = [ranges(&file(name, 4)).unwrap(), ranges(&file(name, 6)).unwrap()].concat();
        ranges.sort_by_key(|range| range.first);
        Edition(ranges)
    }

    /// The range that begins last before the address, if it holds it.
    fn at(&self, address: u128) -> Option<&Range> {
        let after = self.0.partition_point(|range| range.first <= address);
        self.0[..after].last().filter(|range| address <= range.last)
    }
}

#[test]
fn agrees_with_its_source_everywhere() {
    let (before, now) = (Edition::of("before"), Edition::of("now"));
    let files = |edition| [file(edition, 4), file(edition, 6)];
    let (older, newer) = (files("before"), files("now"));
    let bytes =
        of_editions(20_260_617, older.each_ref().map(String::as_str), newer.each_ref().map(String::as_str));
    let table = Table::read(bytes.unwrap()).unwrap();

    let mut found = 0;
    let mut compare = |address: u128| {
        let expected = now
            .at(address)
            .filter(|now| before.at(address).is_some_and(|before| before.number == now.number));
        let told = table.network(IpAddr::V6(address.into()));
        assert_eq!(told.map(|network| network.number), expected.map(|range| range.number), "{address:x}");
        found += usize::from(told.is_some());
    };
    for range in before.0.iter().chain(&now.0) {
        for bound in [range.first, range.last] {
            for address in [bound.saturating_sub(1), bound, bound.saturating_add(1)] {
                compare(address);
            }
        }
    }
    // Halfway IPv4, halfway the IPv6 that was given out; a linear congruential generator (Knuth's MMIX) draws them.
    let mut drawn: u64 = 20_260_617;
    let mut draw = || {
        drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u128::from(drawn >> 16)
    };
    for _ in 0..50_000 {
        compare(0xffff_0000_0000 | draw() & 0xffff_ffff);
        compare(0x2000 << 112 | draw() << 80);
    }
    assert!(found > 1_000_000, "only {found} addresses have a network");

    for range in now.0.iter().step_by(1_000) {
        if let Some(network) = table.network(IpAddr::V6(range.first.into())) {
            assert_eq!(
                network.name,
                short_name(&now.0.iter().rfind(|of| of.number == network.number).unwrap().name)
            );
        }
    }
}
