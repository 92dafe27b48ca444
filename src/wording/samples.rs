//! Verdicts to word and to draw in tests: one for each cause, under way and over.

mod players;

pub use players::{adjustment, media, status};

use crate::event::{Span, TrackKind};
use crate::path::belief::Evidence;
use crate::path::set;
use crate::time::{MediaTime, Micros, Wall};
use crate::verdict::{
    BlockingSegment, Ending, Finding, Instant, Join, Ledger, SegmentAccount, Stage, StageShare, StageTime,
    Stall, StallKind, UsualFrom, Value, Zone, ZoneTime,
};

const S: i64 = 1_000_000;
/// When all of it happens.
const NOON: i64 = 1_700_000_000 * S;

/// The ids of the causes that there are.
pub const CAUSES: [&str; 22] = [
    "slow-response",
    "cache-miss",
    "edge-slow",
    "slow-transfer",
    "request-idle",
    "append-late",
    "http-error",
    "not-yet-published",
    "manifest-late",
    "abr-overreach",
    "frozen",
    "slow-motion",
    "chronic-shortfall",
    "cpu-busy",
    "tab-throttled",
    "decoder-slow",
    "licence-wait",
    "offline",
    "buffer-hole",
    "buffer-full",
    "seek-storm",
    "undetermined",
];

/// A stall of that cause.
pub fn stall(cause: &str, over: bool) -> Stall {
    use Zone::{Access, Device, Edge, Home, Interconnect, Origin, Player};
    let kind = match cause {
        "frozen" | "tab-throttled" | "licence-wait" | "seek-storm" => StallKind::Frozen,
        "slow-motion" | "decoder-slow" => StallKind::SlowMotion,
        _ => StallKind::Starved,
    };
    let path = vec![Home, Access, Interconnect, Edge, Origin];
    let (zones, cleared) = match cause {
        "request-idle" | "append-late" => (vec![Player], vec![]),
        "cache-miss" => (vec![Origin], vec![]),
        "edge-slow" => (vec![Edge], vec![]),
        "http-error" | "not-yet-published" => (vec![Edge, Origin], vec![]),
        "abr-overreach" => (vec![Player, Home, Access, Interconnect, Edge], vec![]),
        "frozen" => (vec![Device, Player, Origin], vec![Home, Access, Interconnect, Edge]),
        "slow-motion" | "tab-throttled" => {
            (vec![Device, Player], vec![Home, Access, Interconnect, Edge, Origin])
        }
        "cpu-busy" => (vec![Device, Player], vec![]),
        "decoder-slow" => (vec![Device], vec![Player, Home, Access, Interconnect, Edge, Origin]),
        "seek-storm" => (vec![Player], vec![Device, Home, Access, Interconnect, Edge, Origin]),
        "licence-wait" => (vec![Interconnect, Edge, Origin], vec![Device, Player, Home, Access]),
        "offline" => (vec![Home, Access], vec![]),
        "buffer-hole" => (vec![Player, Origin], vec![]),
        "buffer-full" => (vec![Player], vec![]),
        "chronic-shortfall" => (vec![Player, Home, Access, Interconnect, Edge, Origin], vec![]),
        "undetermined" => (Zone::ALL.to_vec(), vec![]),
        _ => (path, vec![Device, Player]),
    };
    let starved = kind == StallKind::Starved && cause != "undetermined";
    let began = Instant { wall: Wall(NOON), media: MediaTime(11_980_000) };
    let duration = Micros(3_400_000);
    let mut findings = Vec::new();
    if starved {
        findings.push(finding("buffer-dry", &[("lead", Value::Micros(Micros(18_000)))]));
        findings.push(finding(
            "blocked-on",
            &[
                ("track", Value::Name("video".to_owned())),
                ("start", Value::Media(MediaTime(12 * S))),
                ("end", Value::Media(MediaTime(14 * S))),
                ("host", Value::Name("stream.example".to_owned())),
            ],
        ));
    }
    findings.extend(telling(cause));
    let would_decide = set::would_decide(&zones, &Evidence::default(), &[]);
    let of_path = zones.iter().filter(|zone| (Home..=Edge).contains(zone)).count();
    if of_path == 4 {
        findings.push(finding("path-not-split", &[]));
    }
    Stall {
        kind,
        began,
        ended: over.then(|| Instant { wall: began.wall + duration, media: MediaTime(12 * S) }),
        ending: over.then_some(Ending::Resumed),
        duration,
        blocking: if starved { vec![blocking(TrackKind::Video, 12, over)] } else { Vec::new() },
        ledger: if starved { ledger() } else { Ledger::default() },
        cause: cause.to_owned(),
        zones,
        unchecked: None,
        cleared,
        path_split: (1..4).contains(&of_path),
        by_zone: Vec::new(),
        would_decide: would_decide.iter().map(|of| of.id().to_owned()).collect(),
        findings,
        not_observed: if cause == "slow-response" { vec!["timing-hidden".to_owned()] } else { Vec::new() },
    }
}

/// Slow transfers after which tests of the path left these zones, with what they saw: the likeliest zone has the most time.
pub fn examined(over: bool) -> Vec<Stall> {
    use Zone::{Access, Device, Edge, Home, Interconnect, Origin, Player};
    let time = |millis| Value::Micros(Micros::from_millis(millis));
    let host = |name: &str| ("host", Value::Name(name.to_owned()));
    let count = |count| ("count", Value::Count(count));
    let path = |zones: &[Zone], cleared: &[Zone], times: &[i64], findings: Vec<Finding>| {
        let mut stall = stall("slow-transfer", over);
        stall.findings.retain(|finding| finding.id != "path-not-split");
        stall.findings.extend(findings);
        let millis = times.iter().map(|millis| Micros::from_millis(*millis));
        let time =
            |(zone, believed): (&Zone, Micros)| ZoneTime { zone: *zone, direct: Micros::ZERO, believed };
        let would_decide = set::would_decide(zones, &Evidence::default(), &[]);
        Stall {
            by_zone: zones.iter().zip(millis).map(time).collect(),
            would_decide: would_decide.iter().map(|of| of.id().to_owned()).collect(),
            path_split: zones.len() < 4,
            zones: zones.to_vec(),
            cleared: cleared.to_vec(),
            ..stall
        }
    };
    let rate = ("rate", Value::Bitrate(38_000_000));
    let lost = |of, asked| [("lost", Value::Count(of)), ("asked", Value::Count(asked))];
    let named = |name, value: &str| (name, Value::Name(value.to_owned()));
    let (date, network, service) =
        (named("table", "2026-06-17"), named("network", "ExampleCDN"), named("service", "Example Cache"));
    let trip = |took| [host("stream.example"), ("took", time(took)), ("usual", time(21))];
    let all = [Home, Access, Interconnect, Edge, Origin];
    let moved = ("moved", Value::Bytes(262_000));
    let slow = ("rate", Value::Bitrate(310_000));
    let paid = ("plan", Value::Bitrate(100_000_000));
    let router = |took| [("took", time(took)), ("usual", time(3))];
    let server = |took| [host("stream.example"), ("took", time(took)), ("usual", time(21)), slow.clone()];
    let beside = |took| [host("beside.example"), ("took", time(took)), ("usual", time(22))];
    let revised = |stall: Stall| Stall { unchecked: Some(all.to_vec()), ..stall };
    vec![
        revised(path(
            &[Home],
            &[Device, Player, Access, Interconnect, Edge, Origin],
            &[3_400],
            vec![
                finding("checked-by-itself", &[count(31), moved.clone()]),
                finding("gateway-up", &router(290)),
                finding("near-up", &router(300)),
                finding("near-up-as-much", &router(300)),
                finding("unchecked-server", &[]),
                finding("unchecked-sibling", &[]),
            ],
        )),
        revised(path(
            &[Home, Access],
            &[Device, Player, Interconnect, Edge, Origin],
            &[400, 3_000],
            vec![
                finding("checked-by-itself", &[count(1), moved.clone()]),
                finding("gateway-flat-beyond-up", &router(4)),
                finding("gateway-flat-beyond-silent", &router(4)),
                finding("gateway-lossy", &lost(6, 16)),
                finding("near-lossy", &lost(8, 32)),
                finding("near-sways", &[("sway", time(85))]),
                finding("references-slow", std::slice::from_ref(&slow)),
                finding("references-differ", std::slice::from_ref(&slow)),
            ],
        )),
        revised(path(
            &[Interconnect],
            &[Device, Player, Home, Access, Edge, Origin],
            &[3_400],
            vec![
                finding("checked-on-demand", &[count(31), moved.clone()]),
                finding("gateway-flat", &router(4)),
                finding("near-flat", &router(4)),
                finding("near-up-less", &router(40)),
                finding("near-up-carries", &router(60)),
                finding("references-fast", std::slice::from_ref(&rate)),
                finding("same-edge-queue", &server(340)),
                finding("same-edge-late-alike", &server(340)),
                finding("beyond-lossy", &lost(5, 32)),
                finding("sibling-up", &beside(330)),
                finding("sibling-up-as-much", &beside(330)),
                finding("sibling-lossy", &beside(22)),
                finding("gateway-silent", &[]),
                finding("near-silent", &[]),
                finding("sibling-silent", &beside(22)),
            ],
        )),
        revised(path(
            &[Edge],
            &[Device, Player, Home, Access, Interconnect, Origin],
            &[3_400],
            vec![
                finding("checked-on-demand", &[count(1), moved]),
                finding("same-edge-slow", &server(22)),
                finding("same-edge-held", &server(2_022)),
                finding("same-edge-late", &server(222)),
                finding("sibling-fast", &beside(22)),
                finding("same-edge-silent", &[host("stream.example"), ("waited", time(4_000))]),
                finding("same-edge-mute", &[host("stream.example"), ("waited", time(4_000))]),
                finding("same-edge-reset", &[host("stream.example"), count(4)]),
                finding("same-edge-error", &[host("stream.example"), count(3)]),
                finding("sibling-answered", &beside(22)),
                finding("sibling-found", &[]),
                finding("sibling-flat", &beside(22)),
                finding("sibling-lists-more", &[host("beside.example")]),
                finding("shaping-possible", &[]),
            ],
        )),
        revised(path(
            &[Origin],
            &[Device, Player, Home, Access, Interconnect, Edge],
            &[3_400],
            vec![
                finding("same-edge-fast", &[host("stream.example"), rate.clone()]),
                finding("same-edge-flat", &server(22)),
                finding("sibling-slow", &beside(22)),
                finding("sibling-lists-no-more", &[host("beside.example")]),
                finding("unchecked-gateway", &[]),
                finding("unchecked-references", &[]),
            ],
        )),
        revised(path(
            &[Home, Access, Interconnect, Edge, Origin],
            &[Device, Player],
            &[600; 5],
            [
                "blocked-gateway",
                "blocked-references",
                "unfit-references",
                "blocked-server",
                "unfit-server",
                "check-blocked",
                "check-too-late",
            ]
            .map(|id| finding(id, &[]))
            .into_iter()
            .chain([finding("check-device-busy", &[("took", time(380)), ("usual", time(6))])])
            .collect(),
        )),
        path(
            &[Interconnect, Edge, Origin],
            &[Device, Player, Home, Access],
            &[400, 1_700, 1_300],
            vec![
                finding("others-moved", &[count(2), rate.clone()]),
                finding("plan-elsewhere", &[slow.clone(), paid.clone()]),
                finding("shaping-possible", &[]),
                finding("networks-assumed", &[]),
                finding("other-server-faster", &[host("other.example")]),
                finding("round-trip-flat", &trip(22)),
            ],
        ),
        path(
            &[Home, Access, Interconnect],
            &[Device, Player, Edge, Origin],
            &[1_400, 1_700, 300],
            vec![
                finding("others-slow", &[count(3)]),
                finding("plan-far-below", &[slow.clone(), paid.clone()]),
                finding("networks-assumed", &[]),
                finding("round-trip-up", &trip(180)),
                finding("other-server-no-faster", &[host("other.example")]),
            ],
        ),
        path(
            &[Home, Access, Edge, Origin],
            &[Device, Player, Interconnect],
            &[900, 1_200, 700, 700],
            vec![finding("server-own-network", &[host("stream.example"), date.clone()])],
        ),
        path(
            &all,
            &[Device, Player],
            &[600; 5],
            vec![
                finding("server-network", &[host("stream.example"), network, date]),
                finding("server-in-provider", &[host("stream.example"), service.clone()]),
                finding("server-at-exchange", &[host("stream.example"), service]),
            ],
        ),
        path(
            &all,
            &[Device, Player],
            &[600; 5],
            vec![
                finding("others-moved", &[count(1), rate.clone()]),
                finding("others-answered", &[count(1), ("within", time(80))]),
                finding("others-answered", &[count(4), ("within", time(80))]),
                finding("server-answered", &[host("stream.example"), count(4), ("within", time(80))]),
                finding("line-full", &[rate.clone(), ("capacity", Value::Bitrate(41_000_000))]),
                finding("line-as-measured", &[rate.clone(), ("capacity", Value::Bitrate(41_000_000))]),
                finding("line-far-below", &[slow.clone(), ("capacity", Value::Bitrate(41_000_000))]),
                finding("others-late", &[count(2), ("within", time(2_100))]),
                finding("others-waited", &[count(2), ("took", time(1_300)), ("usual", time(40))]),
                finding("networks-assumed", &[]),
                finding("round-trip-up-here", &trip(180)),
                finding("path-not-separated", &[]),
            ],
        ),
    ]
}

/// The findings that tell that cause.
fn telling(cause: &str) -> Vec<Finding> {
    let time = |millis| Value::Micros(Micros::from_millis(millis));
    match cause {
        "slow-response" => vec![
            finding("first-byte-late", &[("waited", time(4_100)), ("usual", time(85))]),
            finding(
                "others-before",
                &[("host", Value::Name("stream.example".to_owned())), ("others", Value::Count(8))],
            ),
            finding("timing-hidden", &[]),
        ],
        "cache-miss" | "edge-slow" => {
            let host = ("host", Value::Name("stream.example".to_owned()));
            let took = [("took", time(3_900)), host.clone()];
            let (said, of) = match cause {
                "cache-miss" => ("cache-said-miss", "origin-time"),
                _ => ("cache-said-hit", "edge-time"),
            };
            vec![
                finding("first-byte-late", &[("waited", time(4_100)), ("usual", time(85))]),
                finding(said, &[host]),
                finding(of, &took),
            ]
        }
        "slow-transfer" => {
            vec![finding("body-slow", &[("transferred", Value::Bytes(1_230_000)), ("took", time(4_100))])]
        }
        "request-idle" => vec![
            finding("asked-late", &[("idle", time(3_200))]),
            finding(
                "kept-too-little",
                &[("paused", time(900)), ("took", time(1_200)), ("lasts", time(2_000))],
            ),
            finding(
                "needed-first",
                &[("host", Value::Name("api.example".to_owned())), ("waited", time(2_800))],
            ),
            finding("asked-sooner", &[("avoided", time(2_900))]),
        ],
        "append-late" => vec![finding("appended-late", &[("held", time(2_900))])],
        "http-error" => {
            vec![finding("attempt-failed", &[("count", Value::Count(3)), ("status", Value::Count(503))])]
        }
        "not-yet-published" => {
            vec![finding("not-named-yet", &[("gap", time(9_400)), ("target", time(4_000))])]
        }
        "manifest-late" => {
            let host = Value::Name("stream.example".to_owned());
            vec![
                finding("playlist-late", &[("waited", time(3_100)), ("host", host)]),
                finding("playlist-held-back", &[]),
            ]
        }
        "abr-overreach" => vec![
            finding(
                "rate-too-high",
                &[("needed", Value::Bitrate(4_500_000)), ("expected", Value::Bitrate(3_200_000))],
            ),
            finding("lower-was-offered", &[("enough", Value::Bitrate(2_500_000)), ("avoided", time(2_800))]),
        ],
        "frozen" => vec![
            finding("data-was-there", &[("lead", time(8_000))]),
            finding("data-had-come", &[("since", time(5_200))]),
        ],
        "slow-motion" => vec![finding("progress-slow", &[])],
        "chronic-shortfall" => {
            vec![finding("chronic-shortfall", &[("left", time(3_300))]), finding("no-better-times", &[])]
        }
        "cpu-busy" => vec![finding("main-thread-busy", &[("busy", time(2_700))])],
        "tab-throttled" => vec![finding("tab-hidden", &[("hidden", time(3_400))])],
        "decoder-slow" => {
            let values = [("dropped", Value::Count(61)), ("frames", Value::Count(144))];
            vec![finding("frames-dropped", &values)]
        }
        "licence-wait" => vec![
            finding("key-missing", &[("waited", time(3_400))]),
            finding(
                "licence-came",
                &[("took", time(3_300)), ("host", Value::Name("licence.example".to_owned()))],
            ),
            finding("others-prompt", &[("count", Value::Count(5)), ("within", time(210))]),
            finding(
                "licence-server-prompt",
                &[
                    ("host", Value::Name("licence.example".to_owned())),
                    ("count", Value::Count(9)),
                    ("within", time(90)),
                ],
            ),
        ],
        "offline" => vec![finding("was-offline", &[("offline", time(8_200))])],
        "buffer-hole" => {
            let gap = [12, 14].map(|second| Value::Media(MediaTime(second * S)));
            let [start, end] = gap;
            vec![finding("gap-ahead", &[("start", start), ("end", end)]), finding("gap-skipped", &[])]
        }
        "buffer-full" => vec![finding("append-refused", &[("count", Value::Count(4))])],
        "seek-storm" => vec![finding("page-jumped", &[("count", Value::Count(9))])],
        _ => Vec::new(),
    }
}

/// A finding with these values.
pub fn finding(id: &str, values: &[(&str, Value)]) -> Finding {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Finding { id: id.to_owned(), facts: vec![0], values }
}

/// A media segment of two seconds that playback waits for.
pub fn blocking(track: TrackKind, start: i64, arrived: bool) -> BlockingSegment {
    let host = Some("stream.example".to_owned());
    BlockingSegment { track, range: seconds(start, start + 2), arrived, host, join: Join::Size }
}

fn ledger() -> Ledger {
    let from = |tenths: i64| Wall(NOON + tenths * S / 10);
    let stage = |stage, millis, usual: Option<i64>| StageTime {
        stage,
        spent: Micros::from_millis(millis),
        usual: usual.map(Micros::from_millis),
        usual_from: if usual.is_some() { UsualFrom::Session } else { UsualFrom::None },
    };
    let account = |start, begin: i64, stages: Vec<StageTime>, blocking| {
        let unexplained = Micros::from_millis(12);
        let elapsed = stages.iter().map(|stage| stage.spent).sum::<Micros>() + unexplained;
        SegmentAccount {
            track: TrackKind::Video,
            range: seconds(start, start + 2),
            blocking,
            from: from(begin),
            to: from(begin) + elapsed,
            elapsed,
            stages,
            unexplained,
            retries: 0,
        }
    };
    let quick = || {
        vec![
            stage(Stage::Response, 85, Some(80)),
            stage(Stage::Transfer, 420, Some(400)),
            stage(Stage::Append, 9, Some(8)),
        ]
    };
    let slow = vec![
        stage(Stage::Decide, 250, Some(240)),
        stage(Stage::Response, 4_100, Some(85)),
        stage(Stage::Transfer, 390, Some(400)),
        stage(Stage::Process, 22, Some(20)),
        stage(Stage::Append, 9, Some(8)),
    ];
    let segments = vec![
        account(6, -52, quick(), false),
        account(8, -32, quick(), false),
        account(10, -22, quick(), false),
        account(12, -12, slow, true),
    ];
    let share = |stage, excess, avoided, share| StageShare {
        stage,
        usual_from: UsualFrom::Session,
        excess: Micros::from_millis(excess),
        avoided: Micros::from_millis(avoided),
        share: Micros::from_millis(share),
    };
    Ledger {
        window: Some((from(-52), from(34))),
        segments,
        shares: vec![share(Stage::Response, 4_025, 3_300, 3_290), share(Stage::Decide, 10, 10, 5)],
        chronic: Micros::from_millis(57),
        unexplained: Micros::from_millis(48),
    }
}

fn seconds(start: i64, end: i64) -> Span {
    Span { start: MediaTime(start * S), end: MediaTime(end * S) }
}
