//! Tables small and hostile.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::net::IpAddr;
use whystall_networks::make::{conventions, of_list, short_name, table};
use whystall_networks::{Convention, Stands, Table};

const LIST: &str = "\
# A viewer's provider, a CDN, and one network within the other.
192.0.2.0/24 64500 Example ISP
198.51.100.0/23 64501 ExampleCDN
198.51.101.128/25 64502 Within
2001:db8::/32 64500 Example ISP
2001:db8:1::/48 64503
";

fn of(list: &str) -> Table {
    Table::read(of_list(20_260_617, list).unwrap()).unwrap()
}

#[test]
fn addresses_are_found() {
    let table = of(LIST);
    assert_eq!(table.date(), 20_260_617);
    for (address, expected) in [
        ("192.0.2.0", Some((64500, "Example ISP"))),
        ("192.0.2.255", Some((64500, "Example ISP"))),
        ("::ffff:192.0.2.7", Some((64500, "Example ISP"))),
        ("192.0.1.255", None),
        ("192.0.3.0", None),
        ("198.51.100.1", Some((64501, "ExampleCDN"))),
        ("198.51.101.127", Some((64501, "ExampleCDN"))),
        ("198.51.101.128", Some((64502, "Within"))),
        ("198.51.101.255", Some((64502, "Within"))),
        ("198.51.102.0", None),
        ("2001:db8::1", Some((64500, "Example ISP"))),
        ("2001:db8:1::1", Some((64503, ""))),
        ("2001:db9::", None),
        ("::", None),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        ("127.0.0.1", None),
    ] {
        let address: IpAddr = address.parse().unwrap();
        let found = table.network(address).map(|network| (network.number, network.name));
        assert_eq!(found, expected, "{address}");
    }
    assert_eq!(of("").network("192.0.2.1".parse().unwrap()), None);
    let all = of("::/0 1 All\n");
    assert_eq!(all.network("::".parse().unwrap()).unwrap().number, 1);
}

#[test]
fn a_list_that_is_none_is_refused() {
    for list in
        ["192.0.2.0 64500 x", "192.0.2.0/33 1 x", "192.0.2.0/24 x", "x/24 1 x", "192.0.2.0/24 4294967296 x"]
    {
        assert!(of_list(1, list).is_err(), "{list}");
    }
}

#[test]
fn conventions_are_as_their_samples() {
    let reviewed = conventions();
    assert!(reviewed.len() > 10, "hosts.toml can't be read");
    let table = of(LIST);
    for host in &reviewed {
        assert!(host.source.starts_with("https://") && !host.samples.is_empty(), "{}", host.pattern);
        for sample in &host.samples {
            let found = table.convention(sample).unwrap_or_else(|| panic!("{sample} fits nothing"));
            assert_eq!(
                (&*found.pattern, &*found.service, found.stands),
                (&*host.pattern, &*host.service, host.stands)
            );
            assert_eq!(table.convention(&format!("{sample}:8443")), Some(found));
        }
    }
    for other in [
        "",
        "nflxvideo.net",
        "evilnflxvideo.net",
        "ipv4-c1-a-isp.1.oca.nflxvideo.net.evil.example",
        "localhost",
    ] {
        assert_eq!(table.convention(other), None, "{other}");
    }
    // What does not say where it stands, says so.
    let stands = |name| table.convention(name).map(|convention| convention.stands);
    assert_eq!(stands("isp.oca.nflxvideo.net"), Some(Stands::Anywhere));
    assert_eq!(stands("r3---sn-isp.googlevideo.com"), Some(Stands::Anywhere));
}

#[test]
fn names_are_short() {
    for (name, short) in [
        ("Cloudflare, Inc.", "Cloudflare"),
        ("Deutsche Telekom AG", "Deutsche Telekom"),
        ("Comcast Cable Communications, LLC", "Comcast Cable Communications"),
        ("Enecom,Inc.", "Enecom,Inc"),
        ("AS55831", ""),
        ("Company", "Company"),
        ("CHINANET Guangdong province Yuedong MAN network", "CHINANET Guangdong province Yuedong MAN"),
        ("a\u{0}b\n c", "a b c"),
        ("", ""),
    ] {
        assert_eq!(short_name(name), short, "{name}");
    }
    assert!(short_name(&"ä".repeat(100)).len() <= 40);
}

proptest! {
    /// Any stretches are found again, at their begin, before it and after it.
    #[test]
    fn what_was_put_in_is_found(
        starts in proptest::collection::btree_set(prop_oneof![any::<u128>(), any::<u32>().prop_map(u128::from)], 0..300),
        numbers in proptest::collection::vec(0u32..5, 300),
    ) {
        let stretches: Vec<(u128, u32)> = starts.into_iter().zip(numbers).collect();
        let names = BTreeMap::from([(1, "One".to_owned()), (3, "ä".repeat(200))]);
        let table = Table::read(table(20_200_101, &stretches, &names, &[])).unwrap();
        for (start, _) in &stretches {
            for address in [start.saturating_sub(1), *start, start.saturating_add(1)] {
                let before = stretches.iter().rev().find(|(start, _)| *start <= address);
                let expected = before.map_or(0, |(_, number)| *number);
                let found = table.network(IpAddr::V6(address.into())).map_or(0, |network| network.number);
                prop_assert_eq!(found, expected);
            }
        }
    }

    /// Whatever is changed in a table: it is refused, or answers without harm.
    #[test]
    fn hostile_tables(at in 0usize..400, byte: u8, cut in 0usize..400, address: u128) {
        let host = Convention { pattern: ".a".into(), service: "b".into(), stands: Stands::Anywhere };
        let whole = [of_list(1, LIST).unwrap(), table(1, &vec![(7, 9)], &BTreeMap::new(), &[host])];
        for mut bytes in whole {
            let index = at % bytes.len();
            bytes[index] = byte;
            let cut = bytes[..cut.min(bytes.len())].to_vec();
            for bytes in [bytes, cut] {
                if let Ok(table) = Table::read(bytes) {
                    let _ = table.network(IpAddr::V6(address.into()));
                    let _ = table.convention("x.a");
                }
            }
        }
    }
}

#[test]
fn what_is_no_table_is_told_why() {
    let told = |bytes: Vec<u8>| Table::read(bytes).unwrap_err().to_string();
    assert!(told(Vec::new()).contains("head"));
    assert!(told(vec![0; 64]).contains("begins otherwise"));
    let mut bytes = of_list(1, LIST).unwrap();
    bytes.push(0);
    assert!(told(bytes).contains("not as long"));
}
