//! Evidence to hand on: without names, without a date, with the same verdict.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod recordings;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use whystall::bundle::Bundle;
use whystall::event::{Event, Input, Network, Observer, RequestId, ResourceId, ResourceKind, Stands};
use whystall::time::Wall;

/// All recorded evidence.
fn recordings() -> Vec<(String, Bundle)> {
    let bundle = |folder: &Path| Bundle::parse(&fs::read(folder.join("bundle.whystall")).unwrap()).unwrap();
    let named = |folder: &Path| folder.file_name().unwrap().to_string_lossy().into_owned();
    recordings::all().iter().map(|folder| (named(folder), bundle(folder))).collect()
}

fn hosts(bundle: &Bundle) -> BTreeSet<String> {
    let host = |input: &Input| match &input.event {
        Event::RequestStarted { host, .. } | Event::Checked { host: Some(host), .. } => Some(host.clone()),
        _ => None,
    };
    bundle.inputs.iter().filter_map(host).collect()
}

/// Names of networks, as they were told.
fn networks(bundle: &Bundle) -> Vec<String> {
    let name = |input: &Input| match &input.event {
        Event::Placed { name, .. } => name.clone(),
        _ => None,
    };
    bundle.inputs.iter().filter_map(name).collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn without_names_the_verdict_is_the_same_but_for_names() {
    let recordings = recordings();
    assert!(recordings.len() > 60);
    let (mut several, mut placed) = (0, 0);
    for (name, bundle) in recordings {
        let redacted = bundle.without_names();
        let (names, numbers) = (hosts(&bundle), hosts(&redacted));
        assert_eq!(names.len(), numbers.len(), "{name}");
        several += usize::from(names.len() > 1);
        // They sort alike, so that the first stands for the first.
        let mut expected = text(bundle.report.to_bytes());
        for (host, number) in names.iter().zip(&numbers) {
            expected = expected.replace(&format!("\"{host}\""), &format!("\"{number}\""));
        }
        let (networks, stand_ins) = (networks(&bundle), networks(&redacted));
        assert_eq!(networks.len(), stand_ins.len(), "{name}");
        for (network, stand_in) in networks.iter().zip(&stand_ins) {
            expected = expected.replace(&format!("\"{network}\""), &format!("\"{stand_in}\""));
        }
        placed += networks.len();
        assert_eq!(text(redacted.report.to_bytes()), expected, "{name}");
        let bytes = redacted.to_bytes();
        assert_eq!(Bundle::parse(&bytes).unwrap().verify(), Ok(()), "{name}");
        let told = text(bytes);
        let left = names.iter().chain(&networks).find(|host| told.contains(host.as_str()));
        assert_eq!(left, None, "{name}");
        assert!(!told.contains("\"network\":{\"v"), "{name}");
    }
    assert!(several > 10, "{several} recordings with several servers");
    assert!(placed > 10, "{placed} networks");
}

#[test]
fn names_keep_what_verdicts_look_at() {
    let hosts_in = ["b.cdn.example:8443", "a.cdn.example", "10.0.0.1", "shop.test", "nas.local"];
    let start = |(host, number): (&str, u32)| Input {
        at: Wall(i64::from(number)),
        event: Event::RequestStarted {
            observer: Observer::Browser,
            request: RequestId(number),
            resource: ResourceId(number),
            host: host.to_owned(),
            kind: ResourceKind::Data,
            named: None,
        },
    };
    let mut inputs: Vec<Input> = hosts_in.into_iter().zip(0..).map(start).collect();
    let began = Event::ResponseBegan {
        observer: Observer::Browser,
        request: RequestId(0),
        status: 200,
        length: None,
        cached: false,
        network: Some(Network::V4(0xc0_0002)),
        confession: None,
    };
    inputs.push(Input { at: Wall(9), event: began });
    let redacted = Bundle::seal("test", inputs).without_names();
    let names: Vec<String> = hosts(&redacted).into_iter().collect();
    // 10.0.0.1, a.cdn.example, b.cdn.example, nas.local, shop.test
    let expected = [
        "server-1",
        "server-2.site-1.example",
        "server-3.site-1.example",
        "server-4",
        "server-5.site-2.example",
    ];
    assert_eq!(names, expected);
}

#[test]
fn networks_are_numbered_and_names_go() {
    let placed = |(host, asn): (&str, Option<u32>)| {
        let (name, own) = (asn.map(|asn| format!("Network {asn}")), asn.is_none().then_some(true));
        let (host, service) = (host.to_owned(), Some("Some CDN".to_owned()));
        let event =
            Event::Placed { host, asn, name, own, service, stands: Stands::AtExchange, table: 20_260_617 };
        Input { at: Wall(0), event }
    };
    let servers = [
        ("b.example", Some(64_501)),
        ("a.example", Some(64_500)),
        ("c.example", Some(64_501)),
        ("d.example", None),
    ];
    let bundle = Bundle::seal("test", servers.map(placed).into());
    let redacted = bundle.without_names();
    let numbers: Vec<Option<u32>> = redacted
        .inputs
        .iter()
        .map(|input| match input.event {
            Event::Placed { asn, .. } => asn,
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [Some(2), Some(1), Some(2), None]);
    let bytes = redacted.to_bytes();
    assert_eq!(Bundle::parse(&bytes).unwrap().verify(), Ok(()));
    let told = text(bytes);
    for left in ["Network", "645", "CDN", "exchange", "b.example"] {
        assert!(!told.contains(left), "{left} is left in {told}");
    }
}

#[test]
fn without_a_date_the_verdict_is_the_same_and_no_moment_is_left() {
    let (mut dateless, mut live) = (0, 0);
    for (name, bundle) in recordings() {
        // What the viewer says is said of a moment, too.
        let during = bundle.report.stalls.last().unwrap().began.wall;
        let bundle = bundle.and(Event::HomeUse { during, others: false });
        let Some(redacted) = bundle.without_date() else {
            live += 1;
            continue;
        };
        dateless += 1;
        let untimed = |bundle: &Bundle| {
            let mut stalls = bundle.report.stalls.clone();
            for stall in &mut stalls {
                stall.began.wall = Wall(0);
                stall.ended = stall.ended.map(|ended| whystall::verdict::Instant { wall: Wall(0), ..ended });
                stall.ledger.window = None;
                for account in &mut stall.ledger.segments {
                    (account.from, account.to) = (Wall(0), Wall(0));
                }
            }
            stalls
        };
        assert_eq!(untimed(&redacted), untimed(&bundle), "{name}");
        let bytes = redacted.to_bytes();
        assert_eq!(Bundle::parse(&bytes).unwrap().verify(), Ok(()), "{name}");
        // The recordings are of 2026; in microseconds that has sixteen digits, and nothing else in them has.
        let told = text(bytes);
        let numbers = told.split(|c: char| !c.is_ascii_alphanumeric());
        let long =
            numbers.filter(|digits| digits.len() > 12 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new(), "{name}");
    }
    assert!(dateless > 40 && live > 0, "{dateless} without a date, {live} with a clock of their own");
}
