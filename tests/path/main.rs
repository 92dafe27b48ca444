//! Where on the path: stories with requests to other hosts, and what they do to the verdict.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod beside;
mod line;

use proptest::prelude::*;
use whystall::event::TrackKind::{Audio, Video};
use whystall::event::{Event, Failure, Observer, RequestId, ResourceId, ResourceKind, Stands};
use whystall::story::{Delivery, Elsewhere, Story, USUAL};
use whystall::time::Micros;
use whystall::verdict::{Stall, Value, Zone};
use whystall::{Input, explain};

use Zone::{Access, Device, Edge, Home, Interconnect, Origin, Player};

const ALL: &[Zone] = &[Home, Access, Interconnect, Edge, Origin];
const BEYOND: &[Zone] = &[Interconnect, Edge, Origin];

/// 300 kB in 60 ms: 40 Mbit/s.
const HEALTHY: Elsewhere =
    Elsewhere { host: "shop.example", connect: None, wait: 30, transfer: 60, bytes: 300_000 };

fn site(host: &'static str) -> Elsewhere {
    Elsewhere { host, ..HEALTHY }
}

/// Asked every 1.5 s, from the begin on, as `of` says for each moment.
fn background(story: Story, of: impl Fn(i64) -> Elsewhere) -> Story {
    (0..20).map(|time| 100 + time * 1_500).fold(story, |story, when| story.elsewhere(when, of(when)))
}

fn only(inputs: &[Input]) -> Stall {
    let mut stalls = explain(inputs).stalls;
    assert_eq!(stalls.len(), 1);
    stalls.remove(0)
}

fn judged(story: &Story) -> Stall {
    let stall = only(&story.tell().inputs);
    assert_eq!(whole(&stall), stall.duration);
    stall
}

fn whole(stall: &Stall) -> Micros {
    let by_zone: Micros = stall.by_zone.iter().map(|time| time.total()).sum();
    by_zone + stall.ledger.chronic + stall.ledger.unexplained
}

/// Ids of the findings about the path.
fn about_path(stall: &Stall) -> Vec<&str> {
    let of_path = ["other", "round-trip", "networks", "path", "shaping"];
    let ids = stall.findings.iter().map(|finding| finding.id.as_str());
    ids.filter(|id| of_path.iter().any(|stem| id.starts_with(stem))).collect()
}

fn slow_body() -> Story {
    Story::new(60_000).slow_body(Video, 10, 15_000)
}

fn withheld() -> Story {
    Story::new(60_000).withhold(Video, 10, 15_000)
}

#[test]
fn two_sites_that_move_data_clear_what_they_share() {
    let story = background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let stall = judged(&story);
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-transfer", BEYOND));
    assert_eq!(stall.cleared, [Device, Player, Home, Access]);
    assert!(stall.path_split);
    assert_eq!(about_path(&stall), ["others-moved", "shaping-possible", "networks-assumed"]);
    assert_eq!(stall.would_decide, ["server-timing", "other-edge"]);
    let facts = &stall.findings.iter().find(|finding| finding.id == "others-moved").unwrap().facts;
    assert!(!facts.is_empty());
}

#[test]
fn one_site_alone_clears_nothing() {
    let stall = judged(&background(slow_body(), |_| HEALTHY));
    assert_eq!((&stall.zones[..], stall.path_split), (ALL, false));
    assert_eq!(about_path(&stall), ["others-moved", "networks-assumed", "path-not-separated"]);
    // Two hosts of one site are one site.
    let story = background(background(slow_body(), |_| site("a.shop.example")), |_| site("b.shop.example"));
    assert_eq!(judged(&story).zones, ALL);
}

#[test]
fn two_sites_that_are_slow_too_clear_the_server_alone() {
    let slowed =
        |host| move |when| if when < 9_000 { site(host) } else { Elsewhere { transfer: 600, ..site(host) } };
    let stall = judged(&background(background(slow_body(), slowed("shop.example")), slowed("news.example")));
    assert_eq!(stall.zones, [Home, Access, Interconnect]);
    assert_eq!(stall.cleared, [Device, Player, Edge, Origin]);
    assert_eq!(about_path(&stall), ["others-slow", "networks-assumed"]);
    assert_eq!(stall.would_decide[0], "gateway");
}

#[test]
fn a_site_that_was_never_asked_before_witnesses_nothing_but_can_contradict() {
    let two = || background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let fast = judged(&two().elsewhere(15_000, site("third.example")));
    assert_eq!((&fast.zones[..], about_path(&fast)), (BEYOND, about_path(&judged(&two()))));
    let crawls = Elsewhere { transfer: 8_000, ..site("third.example") };
    let slow = judged(&two().elsewhere(15_000, crawls));
    assert_eq!((&slow.zones[..], about_path(&slow)), (ALL, vec!["path-not-split"]));
}

#[test]
fn what_says_nothing_changes_nothing() {
    let bare = judged(&slow_body());
    assert_eq!((&bare.zones[..], about_path(&bare)), (ALL, vec!["path-not-split"]));
    let mixed = |when| {
        if when < 9_000 { site("news.example") } else { Elsewhere { transfer: 600, ..site("news.example") } }
    };
    for (what, story) in [
        ("one fast, one slow", background(background(slow_body(), |_| HEALTHY), mixed)),
        ("at home", background(background(slow_body(), |_| site("nas.local")), |_| site("192.168.0.5"))),
        (
            "the same site",
            background(background(slow_body(), |_| site("a.video.example")), |_| site("b.video.example")),
        ),
        ("too little", background(slow_body(), |_| Elsewhere { bytes: 2_000, ..HEALTHY })),
        (
            "nothing known of before",
            (0..4).fold(slow_body(), |story, time| {
                let story = story.elsewhere(12_000 + time * 2_000, HEALTHY);
                story.elsewhere(12_100 + time * 2_000, site("news.example"))
            }),
        ),
    ] {
        let stall = judged(&story);
        let same = |stall: &Stall| {
            (stall.zones.clone(), stall.cleared.clone(), stall.by_zone.clone(), stall.would_decide.clone())
        };
        assert_eq!(same(&stall), same(&bare), "{what}");
        assert_eq!(about_path(&stall), ["path-not-split"], "{what}");
    }
}

#[test]
fn a_site_that_fails_or_is_given_up_contradicts_those_that_are_fine() {
    for failure in [Failure::Network, Failure::Aborted] {
        let story = background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
        let (observer, request) = (Observer::Browser, RequestId(300_000));
        let (resource, kind) = (ResourceId(300_000), ResourceKind::Data);
        let host = "third.example".to_owned();
        let asked = Event::RequestStarted { observer, request, resource, host, kind, named: None };
        let stall = judged(
            &story.note(14_000, asked).note(17_000, Event::RequestFailed { observer, request, failure }),
        );
        assert_eq!((&stall.zones[..], about_path(&stall)), (ALL, vec!["path-not-split"]));
    }
}

#[test]
fn a_test_speaks_for_what_it_looked_at() {
    let moving = |story| background(background(story, |_| site("shop.example")), |_| site("news.example"));
    // As much of waiting for the answer, of which data that moves says nothing.
    let both = Delivery { wait: 7_500, transfer: 7_500, ..USUAL };
    let stall = judged(&moving(Story::new(60_000).deliver(Video, 10, both)));
    assert_eq!((&stall.zones[..], about_path(&stall)), (ALL, vec!["path-not-split"]));
    // The player has more of it.
    let late = Delivery { idle: 12_000, transfer: 4_000, ..USUAL };
    let stall = judged(&moving(Story::new(60_000).deliver(Video, 10, late)));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("request-idle", &[Player][..]));
    assert!(about_path(&stall).is_empty());
    // Nothing was slower than it always was.
    let slow = (0..30).fold(Story::new(40_000), |story, segment| story.slow_body(Video, segment, 2_200));
    for stall in explain(&moving(slow).tell().inputs).stalls {
        assert!(stall.zones.contains(&Home) && stall.zones.contains(&Access), "{stall:#?}");
    }
}

#[test]
fn what_was_not_seen_may_have_mattered() {
    let story = background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let lost =
        Event::NotObservable { from: whystall::story::at(15_000), what: whystall::event::Blindness::Network };
    assert_eq!(judged(&story.note(16_000, lost)).zones, ALL);
}

#[test]
fn sites_that_answer_while_the_video_server_does_not() {
    let small = |host| Elsewhere { bytes: 900, transfer: 1, ..site(host) };
    // The player's own sound comes from a site of its own: with one more, that makes two.
    let stall = judged(&background(withheld(), |_| small("news.example")));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-response", BEYOND));
    assert_eq!(about_path(&stall), ["others-answered", "shaping-possible", "networks-assumed"]);
    // Data that moves says nothing of an answer, and answers nothing of data.
    let stall = judged(&background(slow_body(), |_| small("news.example")));
    assert_eq!(stall.zones, ALL);
    // One wait that a lost packet accounts for.
    let short = Story::new(60_000).slow_body(Video, 9, 10_500).withhold(Video, 10, 2_900);
    for stall in explain(&background(short, |_| small("news.example")).tell().inputs).stalls {
        assert_ne!(stall.zones, BEYOND);
    }
}

#[test]
fn sites_that_answer_while_connections_are_broken() {
    let small = |host| move |_| Elsewhere { bytes: 900, transfer: 1, ..site(host) };
    let broken = Story::new(60_000).break_off(Video, 10, 12);
    let stall = judged(&background(background(broken, small("shop.example")), small("news.example")));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("http-error", BEYOND));
    assert_eq!(about_path(&stall), ["others-answered", "shaping-possible", "networks-assumed"]);
}

#[test]
fn the_late_server_that_answers_everything_else() {
    let asked = |story, wait: fn(i64) -> i64| {
        let playlist =
            move |when| Elsewhere { bytes: 900, transfer: 1, wait: wait(when), ..site("video.example") };
        judged(&background(story, playlist))
    };
    let prompt = |_| 30;
    let stall = asked(withheld(), prompt);
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-response", &[Edge, Origin][..]));
    assert!(
        stall.findings.iter().any(|finding| finding.id == "server-answered" && !finding.facts.is_empty())
    );
    let stall = asked(Story::new(60_000).break_off(Video, 10, 12), prompt);
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("http-error", &[Edge, Origin][..]));
    // Not where one waited as long, where none was asked for in the second half of the wait, and where data was slow to come.
    assert_eq!(asked(withheld(), |when| if when > 20_000 { 4_000 } else { 30 }).zones, ALL);
    let early = |when: i64| Elsewhere {
        bytes: 900,
        transfer: 1,
        host: if when < 13_000 { "video.example" } else { "." },
        ..HEALTHY
    };
    assert_eq!(judged(&background(withheld(), early)).zones, ALL);
    assert_eq!(asked(slow_body(), prompt).zones, ALL);
}

#[test]
fn sites_that_answer_late_too() {
    let late = |host| {
        move |when| {
            let wait = if when < 9_000 { 30 } else { 2_000 };
            Elsewhere { bytes: 900, transfer: 1, wait, ..site(host) }
        }
    };
    let story = withheld().withhold(Audio, 10, 15_000);
    let stall = judged(&background(background(story, late("shop.example")), late("news.example")));
    assert_eq!(stall.zones, [Home, Access, Interconnect]);
    assert_eq!(about_path(&stall), ["others-late", "networks-assumed"]);
}

#[test]
fn what_waits_in_the_same_queue_waits_too() {
    let queued = |host, wait| {
        move |when| {
            let wait = if when < 9_000 { 30 } else { wait };
            Elsewhere { bytes: 900, transfer: 1, wait, ..site(host) }
        }
    };
    let story = |[one, two]: [i64; 2]| {
        let both = slow_body().slow_body(Audio, 10, 15_000);
        background(background(both, queued("shop.example", one)), queued("news.example", two))
    };
    let stall = judged(&story([900, 1_200]));
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-transfer", &ALL[..3]));
    assert_eq!(about_path(&stall), ["others-waited", "networks-assumed"]);
    let hosts = ["video.example", "audio.example", "shop.example", "news.example"];
    let known = (64_500..)
        .zip(hosts)
        .fold(story([900, 1_200]), |story, (asn, host)| placed(story, host, Some(asn), None));
    assert_eq!(judged(&known).zones, [Home, Access]);
    // They may be slow by themselves, and small requests of a queue for each flow wait in none.
    for waits in [[900, 30], [65, 65], [30, 30]] {
        assert_eq!(judged(&story(waits)).zones, ALL, "{waits:?}");
    }
    // What a site takes long for anyway is no queue: the other half comes as quickly as ever.
    let either = |host: &'static str| {
        move |when: i64| {
            let wait = if when % 3_000 < 1_500 { 30 } else { 900 };
            Elsewhere { bytes: 900, transfer: 1, wait, ..site(host) }
        }
    };
    let both = slow_body().slow_body(Audio, 10, 15_000);
    let stall = judged(&background(background(both, either("shop.example")), either("news.example")));
    assert_eq!(stall.zones, ALL);
    // One site is not enough.
    assert_eq!(judged(&background(slow_body(), queued("shop.example", 900))).zones, ALL);
}

#[test]
fn media_from_another_server() {
    let stall = judged(&slow_body().from_host(Video, 9, "cdn.example"));
    assert_eq!(about_path(&stall), ["other-server-faster", "path-not-separated"]);
    assert_eq!(stall.zones, ALL);
    // The player gave up and asked another, which answered at once: so might the first one have done by then.
    let switched = Story::new(60_000).give_up(Video, 10, 13_000, 12_900).from_host(Video, 10, "cdn.example");
    let stall = judged(&switched);
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("slow-response", ALL));
    assert!(!about_path(&stall).contains(&"other-server-faster"), "{:?}", about_path(&stall));
    // No faster there: the shared part more likely, but the origin feeds both.
    let story = slow_body().slow_body(Video, 9, 5_000).slow_body(Video, 10, 9_000);
    let stalls = explain(&story.from_host(Video, 9, "cdn.example").tell().inputs).stalls;
    assert!(
        stalls.iter().all(|stall| stall.zones.contains(&Home) && stall.zones.contains(&Origin)),
        "{stalls:?}"
    );
}

#[test]
fn round_trips() {
    let connect = |host, quiet: i64, during: i64| {
        move |when| {
            let connect = Some(if when < 9_000 { quiet } else { during });
            Elsewhere { connect, bytes: 900, transfer: 1, ..site(host) }
        }
    };
    let ids = |story: &Story| about_path(&judged(story)).join(" ");
    let flat = background(slow_body(), connect("video.example", 20, 21));
    assert_eq!(ids(&flat), "round-trip-flat path-not-separated");
    let up = background(slow_body(), connect("video.example", 20, 90));
    // Nothing is known of others.
    assert_eq!(ids(&up), "path-not-split");
    let here = background(up.clone(), connect("shop.example", 20, 21));
    assert_eq!(ids(&here), "round-trip-up-here networks-assumed path-not-separated");
    let everywhere = background(up, connect("shop.example", 20, 90));
    let stall = judged(&everywhere);
    assert_eq!(about_path(&stall), ["round-trip-up", "networks-assumed"]);
    assert_eq!(stall.zones, [Home, Access, Interconnect]);
}

#[test]
fn a_lost_connection_is_at_home_or_with_the_isp() {
    let online = |online| Event::Online { online };
    let story = Story::new(60_000).fail(Video, 10, 12).note(10_000, online(false)).note(20_000, online(true));
    let stall = judged(&story);
    assert_eq!((stall.cause.as_str(), &stall.zones[..]), ("offline", &[Home, Access][..]));
    let time = |zone| stall.by_zone.iter().filter(|of| of.zone == zone).map(|of| of.believed).sum::<Micros>();
    assert!(time(Home) > time(Access) && time(Access) > Micros::ZERO, "{:?}", stall.by_zone);
    assert!(time(Edge) == Micros::ZERO && stall.would_decide == ["gateway"]);
}

#[test]
fn the_order_in_which_facts_are_logged_does_not_matter() {
    let story = background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let inputs = story.tell().inputs;
    let (elsewhere, here): (Vec<Input>, Vec<Input>) =
        inputs.iter().cloned().partition(|input| match &input.event {
            Event::RequestStarted { request, .. }
            | Event::ResponseBegan { request, .. }
            | Event::RequestEnded { request, .. } => request.0 > 200_000,
            _ => false,
        });
    assert!(!elsewhere.is_empty());
    let judged = |inputs: &[Input]| {
        let stall = only(inputs);
        (stall.zones, stall.cleared, stall.by_zone)
    };
    let last: Vec<Input> = here.iter().chain(&elsewhere).cloned().collect();
    let first: Vec<Input> = elsewhere.iter().chain(&here).cloned().collect();
    assert_eq!(judged(&last), judged(&inputs));
    assert_eq!(judged(&first), judged(&inputs));
}

/// The table says from the begin on that this host is in that network; `own`: the viewer's.
fn placed(story: Story, host: &str, asn: Option<u32>, own: Option<bool>) -> Story {
    let name = asn.map(|asn| format!("Network {asn}"));
    let (host, service, stands) = (host.to_owned(), None, Stands::Anywhere);
    story.note(50, Event::Placed { host, asn, name, own, service, stands, table: 20_260_617 })
}

#[test]
fn from_a_server_in_the_own_network_nothing_is_in_between() {
    let without_between = [Home, Access, Edge, Origin];
    let own = |story| placed(story, "video.example", None, Some(true));
    let stall = judged(&own(slow_body()));
    assert_eq!((&stall.zones[..], stall.path_split), (&without_between[..], false));
    assert_eq!(stall.cleared, [Device, Player, Interconnect]);
    assert!(stall.by_zone.iter().all(|time| time.zone != Interconnect), "{:?}", stall.by_zone);
    assert_eq!(about_path(&stall), ["path-not-split"]);
    let told = stall.findings.iter().find(|finding| finding.id == "server-own-network").unwrap();
    assert_eq!(told.values["table"], Value::Name("2026-06-17".to_owned()));
    // Other sites still tell home and access from the server, and then the server stands alone with what is behind it.
    let story = background(background(slow_body(), |_| site("shop.example")), |_| site("news.example"));
    let stall = judged(&own(story));
    assert_eq!((&stall.zones[..], stall.path_split), (&[Edge, Origin][..], true));
    // It was the other one of two servers that was late, or it was seen in another network, too.
    for story in [
        placed(slow_body(), "audio.example", None, Some(true)),
        placed(own(slow_body()), "video.example", Some(64_501), Some(false)),
        placed(slow_body(), "video.example", Some(64_501), Some(false)),
        placed(slow_body(), "video.example", Some(64_501), None),
    ] {
        assert_eq!(judged(&story).zones, ALL);
    }
}

#[test]
fn a_name_that_says_in_a_providers_network_is_a_place_and_no_evidence() {
    let (host, service, stands) = ("video.example".to_owned(), Some("Cache".to_owned()), Stands::InProvider);
    let placed = Event::Placed { host, asn: None, name: None, own: None, service, stands, table: 20_260_617 };
    let stall = judged(&slow_body().note(50, placed));
    assert_eq!(stall.zones, ALL);
    assert!(stall.findings.iter().any(|finding| finding.id == "server-in-provider"));
}

#[test]
fn where_networks_are_known_nothing_is_assumed_of_them() {
    let slowed =
        |host| move |when| if when < 9_000 { site(host) } else { Elsewhere { transfer: 600, ..site(host) } };
    let slow = || background(background(slow_body(), slowed("shop.example")), slowed("news.example"));
    let known = |story, networks: [u32; 3]| {
        let hosts = ["video.example", "shop.example", "news.example"];
        hosts.into_iter().zip(networks).fold(story, |story, (host, asn)| placed(story, host, Some(asn), None))
    };
    let stall = judged(&known(slow(), [64_500, 64_501, 64_502]));
    assert_eq!(about_path(&stall), ["others-slow"]);
    // The networks in between are less likely than where they are only probably others.
    let between =
        |stall: &Stall| stall.by_zone.iter().find(|time| time.zone == Interconnect).unwrap().total();
    assert!(between(&stall) < between(&judged(&slow())));
    // Two names in one network are one witness, and one in the video server's network is none.
    for networks in [[64_500, 64_501, 64_501], [64_500, 64_500, 64_501], [64_500, 64_500, 64_500]] {
        assert_eq!(judged(&known(slow(), networks)).zones, ALL, "{networks:?}");
    }
    // One whose network is not known is another one only probably.
    let two = placed(placed(slow(), "video.example", Some(64_500), None), "shop.example", Some(64_501), None);
    assert_eq!(about_path(&judged(&two)), ["others-slow", "networks-assumed"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Whatever else is seen: where all that playback waited for came from the viewer's own network, the networks in between are
    /// never possible and have none of the time.
    #[test]
    fn what_is_not_on_the_path_is_never_possible(
        faults in proptest::collection::vec((8i64..14, proptest::array::uniform3(0i64..8_000)), 1..4),
        sites in proptest::collection::vec((0usize..3, 1i64..2_000, 1i64..2_000, 1u32..4), 0..4),
    ) {
        let bare = faults.iter().fold(Story::new(50_000), |story, (segment, [wait, transfer, process])| {
            let (wait, transfer) = (USUAL.wait + wait, USUAL.transfer + transfer);
            story.deliver(Video, *segment, Delivery { wait, transfer, process: USUAL.process + process / 8, ..USUAL })
        });
        let hosts = ["shop.example", "news.example", "nas.local"];
        let story = sites.iter().fold(bare, |story, (host, wait, transfer, asn)| {
            let story = placed(story, hosts[*host], Some(*asn), Some(false));
            background(story, |when| {
                let (wait, transfer) = if when < 8_000 { (30, 60) } else { (*wait, *transfer) };
                Elsewhere { wait, transfer, ..site(hosts[*host]) }
            })
        });
        let own = ["video.example", "audio.example"];
        let story = own.into_iter().fold(story, |story, host| placed(story, host, None, Some(true)));
        for stall in explain(&story.tell().inputs).stalls {
            prop_assert_eq!(whole(&stall), stall.duration);
            let waited_for = stall.blocking.iter().all(|segment| segment.host.is_some());
            if waited_for && stall.findings.iter().any(|finding| finding.id == "server-own-network") {
                prop_assert!(!stall.zones.contains(&Interconnect), "{:#?}", stall);
                prop_assert!(stall.by_zone.iter().all(|time| time.zone != Interconnect));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever goes wrong, with whatever else is asked for: zones, chronic and unexplained add up to the stall, and what the
    /// evidence leaves is a part of what was possible without it, never one zone of the path alone.
    #[test]
    fn zones_add_up(
        faults in proptest::collection::vec((8i64..14, proptest::array::uniform4(0i64..8_000)), 1..4),
        sites in proptest::collection::vec((0usize..4, 1i64..2_000, 1i64..2_000), 0..4),
    ) {
        let bare = faults.iter().fold(Story::new(50_000), |story, (segment, [idle, wait, transfer, process])| {
            let delivery = Delivery {
                idle: idle / 4,
                wait: USUAL.wait + wait,
                transfer: USUAL.transfer + transfer,
                process: USUAL.process + process / 8,
                ..USUAL
            };
            story.deliver(Video, *segment, delivery)
        });
        let hosts = ["shop.example", "news.example", "video.example", "nas.local"];
        let story = sites.iter().fold(bare.clone(), |story, (host, wait, transfer)| {
            background(story, |when| {
                let (wait, transfer) = if when < 8_000 { (30, 60) } else { (*wait, *transfer) };
                Elsewhere { wait, transfer, ..site(hosts[*host]) }
            })
        });
        let (without, with) = (explain(&bare.tell().inputs).stalls, explain(&story.tell().inputs).stalls);
        for stall in without.iter().chain(&with) {
            prop_assert_eq!(whole(stall), stall.duration);
            let of_path: Vec<&Zone> = stall.zones.iter().filter(|zone| ALL.contains(zone)).collect();
            prop_assert!(of_path != [&Access] && of_path != [&Interconnect] && of_path != [&Home]);
            prop_assert!(stall.cleared.iter().all(|zone| !stall.zones.contains(zone)));
        }
    }
}
