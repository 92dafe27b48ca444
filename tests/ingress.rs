//! What becomes of the scripts' facts, written as the scripts write them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod walker;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use whystall::Input;
use whystall::ingress::Ingress;
use whystall::wire::Fact;

/// The inputs these facts amount to, and how many facts were dropped.
fn take(ingress: &mut Ingress, facts: &[Value]) -> (Vec<Input>, u64) {
    let before = ingress.dropped();
    let mut inputs = Vec::new();
    for fact in facts {
        let fact = Fact::deserialize(fact).unwrap_or_else(|error| panic!("{fact}: {error}"));
        ingress.take(fact, &mut inputs);
    }
    (inputs, ingress.dropped() - before)
}

/// Feeds `facts` to a fresh ingress, none of which may be dropped.
fn check(facts: &[Value], expected: &[Value]) {
    let (inputs, dropped) = take(&mut Ingress::default(), facts);
    assert_eq!(serde_json::to_value(&inputs).unwrap(), Value::from(expected));
    assert_eq!(dropped, 0);
}

/// Feeds `facts` and then `bad`, each of which must be dropped.
fn refuses(facts: &[Value], bad: &[Value]) {
    let mut ingress = Ingress::default();
    take(&mut ingress, facts);
    for fact in bad {
        let (inputs, dropped) = take(&mut ingress, std::slice::from_ref(fact));
        assert_eq!((inputs.len(), dropped), (0, 1), "{fact}");
    }
}

fn source(source: u32) -> Value {
    json!({"k": "source", "t": 1000.0, "source": source, "url": format!("blob:https://a.example/{source}")})
}

fn track(track: u32, mime: &str) -> Value {
    json!({"k": "track", "t": 1000.5, "source": 7, "track": track, "mime": mime})
}

fn append(bytes: &[u8], head: &[u8], offset: f64) -> Value {
    json!({"k": "append", "t": 2000.0, "track": 3, "bytes": bytes.len(), "head": head, "offset": offset})
}

fn playback() -> Value {
    json!({"k": "playback", "t": 2000.0, "element": 5, "why": "waiting", "position": 3.5, "rate": 1.5,
        "paused": false, "seeking": true, "ended": false, "ready": 2, "gesture": true})
}

fn request(id: &str, url: &str) -> Value {
    json!({"k": "request", "t": 5000.0, "id": id, "url": url})
}

fn timing() -> Value {
    json!({"k": "timing", "t": 9.0, "url": "https://cdn.example/seg", "origin": 1_000_000.0, "startTime": 100.0,
        "domainLookupStart": 110.0, "domainLookupEnd": 120.0, "connectStart": 120.0, "connectEnd": 150.0,
        "secureConnectionStart": 130.0, "requestStart": 151.0, "responseStart": 200.0, "responseEnd": 300.25,
        "encodedBodySize": 1234})
}

fn with(mut fact: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        fact[name] = value.clone();
    }
    fact
}

#[test]
fn names_are_the_sessions_own() {
    check(
        &[source(7), track(3, "video/mp4; codecs=\"avc1.64001f,mp4a.40.2\""), track(9, "audio/mp4")],
        &[
            json!({"at": 1_000_000, "event": "source-opened", "source": 0}),
            json!({"at": 1_000_500, "event": "track-added", "source": 0, "track": 0, "kind": "muxed"}),
            json!({"at": 1_000_500, "event": "track-added", "source": 0, "track": 1, "kind": "audio"}),
        ],
    );
}

#[test]
fn a_source_never_announced_is_announced_by_its_track() {
    check(
        &[track(3, "video/mp4")],
        &[
            json!({"at": 1_000_500, "event": "source-opened", "source": 0}),
            json!({"at": 1_000_500, "event": "track-added", "source": 0, "track": 0, "kind": "video"}),
        ],
    );
}

#[test]
fn elements_and_sources_meet_in_either_order() {
    let attached = |element: u32, source: u32| json!({"k": "attached", "t": 900.0, "element": element, "url": format!("blob:https://a.example/{source}")});
    check(
        // The second element is given something else before its first source is known.
        &[source(1), attached(8, 1), attached(9, 2), attached(9, 3), source(2), source(3)],
        &[
            json!({"at": 1_000_000, "event": "source-opened", "source": 0}),
            json!({"at": 900_000, "event": "attached", "element": 0, "source": 0}),
            json!({"at": 1_000_000, "event": "source-opened", "source": 1}),
            json!({"at": 1_000_000, "event": "source-opened", "source": 2}),
            json!({"at": 1_000_000, "event": "attached", "element": 1, "source": 2}),
        ],
    );
}

#[test]
fn an_append_says_what_it_holds_after_the_offset() {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/media/muxed.mp4")).unwrap();
    let head = walker::Walker::default().feed(&bytes);
    check(
        &[track(3, "video/mp4"), append(&bytes, &head, 10.5), append(&[0; 9], &[], 0.0)],
        &[
            json!({"at": 1_000_500, "event": "source-opened", "source": 0}),
            json!({"at": 1_000_500, "event": "track-added", "source": 0, "track": 0, "kind": "video"}),
            // The container knows better than the MIME type.
            json!({"at": 2_000_000, "event": "track-added", "source": 0, "track": 0, "kind": "muxed"}),
            json!({"at": 2_000_000, "event": "append", "track": 0, "bytes": bytes.len(),
                "media": [{"start": 10_500_000, "end": 12_500_000}]}),
            json!({"at": 2_000_000, "event": "append", "track": 0, "bytes": 9, "media": []}),
        ],
    );
}

#[test]
fn what_happens_to_a_source_buffer() {
    let mut ingress = Ingress::default();
    take(&mut ingress, &[source(7), track(3, "video/mp4")]);
    let updated = |outcome: &str| json!({"k": "updated", "t": 1.0, "track": 3, "outcome": outcome});
    let refused = |error: &str| json!({"k": "refused", "t": 1.0, "track": 3, "error": error});
    let (inputs, dropped) = take(
        &mut ingress,
        &[
            updated("updateend"),
            updated("abort"),
            updated("error"),
            refused("QuotaExceededError"),
            refused("InvalidStateError"),
            json!({"k": "retyped", "t": 1.0, "track": 3, "mime": "audio/mp4"}),
            json!({"k": "removed", "t": 1.0, "track": 3, "start": 0, "end": 4.25}),
            json!({"k": "stream-ended", "t": 1.0, "source": 7}),
        ],
    );
    let expected = [
        json!({"at": 1000, "event": "append-ended", "track": 0, "outcome": "done"}),
        json!({"at": 1000, "event": "append-ended", "track": 0, "outcome": "aborted"}),
        json!({"at": 1000, "event": "append-ended", "track": 0, "outcome": "failed"}),
        json!({"at": 1000, "event": "append-refused", "track": 0, "reason": "quota"}),
        json!({"at": 1000, "event": "append-refused", "track": 0, "reason": "other"}),
        json!({"at": 1000, "event": "track-added", "source": 0, "track": 0, "kind": "audio"}),
        json!({"at": 1000, "event": "removed", "track": 0, "span": {"start": 0, "end": 4_250_000}}),
        json!({"at": 1000, "event": "stream-ended", "source": 0}),
    ];
    assert_eq!(serde_json::to_value(&inputs).unwrap(), Value::from(&expected[..]));
    assert_eq!(dropped, 0);
    // JSON has no infinity; JavaScript has.
    let mut inputs = Vec::new();
    ingress.take(Fact::Removed { t: 1.0, track: 3, start: 0.0, end: f64::INFINITY }, &mut inputs);
    let value = serde_json::to_value(&inputs).unwrap();
    assert_eq!(value[0]["span"], json!({"start": 0, "end": (1_u64 << 53) - 1}));
}

#[test]
fn the_element_as_it_stood() {
    check(
        &[
            playback(),
            json!({"k": "frame", "t": 2000.25, "element": 5, "position": 3.541_666}),
            json!({"k": "buffered", "t": 2001.0, "element": 6, "spans": [0, 1.5, 2.0, 3.0, 3.0, 3.0]}),
        ],
        &[
            json!({"at": 2_000_000, "event": "playback", "element": 0, "why": "waiting", "position": 3_500_000,
                "rate": 1500, "paused": false, "seeking": true, "ended": false, "ready": 2, "gesture": true}),
            json!({"at": 2_000_250, "event": "frame", "element": 0, "position": 3_541_666}),
            json!({"at": 2_001_000, "event": "buffered", "element": 1,
                "spans": [{"start": 0, "end": 1_500_000}, {"start": 2_000_000, "end": 3_000_000}]}),
        ],
    );
}

#[test]
fn every_moment_has_its_name() {
    for why in [
        "sample",
        "play",
        "playing",
        "pause",
        "waiting",
        "seeking",
        "seeked",
        "ratechange",
        "ended",
        "emptied",
        "loadeddata",
        "error",
    ] {
        let (inputs, _) = take(&mut Ingress::default(), &[with(playback(), &[("why", json!(why))])]);
        assert_eq!(serde_json::to_value(&inputs).unwrap()[0]["why"], why);
    }
}

#[test]
fn a_request_as_the_browser_saw_it() {
    check(
        &[
            request("41", "https://cdn.example/a/seg-1.m4s?sig=x"),
            json!({"k": "response", "t": 5100.0, "id": "41", "status": 200, "length": 1000, "cached": false}),
            json!({"k": "completed", "t": 5200.0, "id": "41"}),
            // Over: what else is said of it has no meaning.
            json!({"k": "failed", "t": 5300.0, "id": "41", "error": "net::ERR_FAILED"}),
            request("42", "http://CDN.example:8080/live.m3u8"),
            json!({"k": "response", "t": 5100.0, "id": "42", "status": 404, "length": -1, "cached": true}),
            json!({"k": "failed", "t": 5300.0, "id": "42", "error": "NS_ERROR_CONNECTION_REFUSED"}),
        ],
        &[
            json!({"at": 5_000_000, "event": "request-started", "observer": "browser", "request": 0, "resource": 0,
                "host": "cdn.example", "kind": "data"}),
            json!({"at": 5_100_000, "event": "response-began", "observer": "browser", "request": 0, "status": 200,
                "length": 1000, "cached": false}),
            json!({"at": 5_200_000, "event": "request-ended", "observer": "browser", "request": 0, "bytes": null}),
            json!({"at": 5_000_000, "event": "request-started", "observer": "browser", "request": 1, "resource": 1,
                "host": "cdn.example:8080", "kind": "manifest"}),
            json!({"at": 5_100_000, "event": "response-began", "observer": "browser", "request": 1, "status": 404,
                "length": null, "cached": true}),
            json!({"at": 5_300_000, "event": "request-failed", "observer": "browser", "request": 1,
                "failure": "network"}),
        ],
    );
}

#[test]
fn a_redirect_keeps_the_request_and_changes_the_resource() {
    let (inputs, _) = take(
        &mut Ingress::default(),
        &[
            request("1", "https://a.example/x"),
            request("1", "https://b.example/y"),
            request("2", "https://a.example/x"),
        ],
    );
    let started: Vec<_> = serde_json::to_value(&inputs).unwrap().as_array().unwrap().clone();
    let ids: Vec<_> = started.iter().map(|s| (s["request"].clone(), s["resource"].clone())).collect();
    assert_eq!(ids, [(json!(0), json!(0)), (json!(0), json!(1)), (json!(1), json!(0))]);
}

#[test]
fn a_request_as_the_page_saw_it() {
    let page = |id: u32, url: &str| json!({"k": "page-request", "t": 5.0, "id": id, "url": url});
    let done = |id: u32, outcome: &str| json!({"k": "page-done", "t": 7.0, "id": id, "loaded": 900, "outcome": outcome});
    let url = "https://cdn.example/seg";
    check(
        &[
            request("1", url),
            page(1, url),
            json!({"k": "page-progress", "t": 6.0, "id": 1, "loaded": 500}),
            done(1, "load"),
            page(2, url),
            done(2, "timeout"),
            page(3, url),
            done(3, "error"),
            page(4, "data:text/plain,x"),
            done(4, "load"),
        ],
        &[
            json!({"at": 5_000_000, "event": "request-started", "observer": "browser", "request": 0, "resource": 0,
                "host": "cdn.example", "kind": "data"}),
            json!({"at": 5000, "event": "request-started", "observer": "page", "request": 0, "resource": 0,
                "host": "cdn.example", "kind": "data"}),
            json!({"at": 6000, "event": "received", "observer": "page", "request": 0, "bytes": 500}),
            json!({"at": 7000, "event": "request-ended", "observer": "page", "request": 0, "bytes": 900}),
            json!({"at": 5000, "event": "request-started", "observer": "page", "request": 1, "resource": 0,
                "host": "cdn.example", "kind": "data"}),
            json!({"at": 7000, "event": "request-failed", "observer": "page", "request": 1, "failure": "aborted"}),
            json!({"at": 5000, "event": "request-started", "observer": "page", "request": 2, "resource": 0,
                "host": "cdn.example", "kind": "data"}),
            json!({"at": 7000, "event": "request-failed", "observer": "page", "request": 2, "failure": "network"}),
        ],
    );
}

#[test]
fn errors_of_both_browsers() {
    for (error, failure) in [
        ("net::ERR_ABORTED", "aborted"),
        ("net::ERR_FAILED", "aborted"),
        ("NS_BINDING_ABORTED", "aborted"),
        ("net::ERR_CONNECTION_REFUSED", "network"),
        ("NS_ERROR_CONNECTION_REFUSED", "network"),
        ("net::ERR_BLOCKED_BY_CLIENT", "network"),
        ("", "network"),
    ] {
        let failed = json!({"k": "failed", "t": 5300.0, "id": "1", "error": error});
        let (inputs, _) = take(&mut Ingress::default(), &[request("1", "https://a.example/"), failed]);
        assert_eq!(serde_json::to_value(&inputs).unwrap()[1]["failure"], failure, "{error}");
    }
}

#[test]
fn phases_that_the_server_shows() {
    check(
        &[timing()],
        &[json!({"at": 1_000_300_250, "event": "timing", "resource": 0, "timing": {
            "started": 1_000_100_000, "dns": [1_000_110_000, 1_000_120_000], "connect": [1_000_120_000, 1_000_150_000],
            "secure": 1_000_130_000, "sent": 1_000_151_000, "first_byte": 1_000_200_000, "bytes": 1234}})],
    );
}

#[test]
fn a_missing_timing_is_not_a_fast_one() {
    let phases = [
        "domainLookupStart",
        "domainLookupEnd",
        "connectStart",
        "connectEnd",
        "secureConnectionStart",
        "requestStart",
        "responseStart",
        "encodedBodySize",
    ];
    let seen = |changes: &[(&str, Value)]| {
        let (inputs, _) = take(&mut Ingress::default(), &[with(timing(), changes)]);
        serde_json::to_value(&inputs).unwrap()[0]["timing"].clone()
    };
    let nothing = json!({"started": 1_000_100_000, "dns": null, "connect": null, "secure": null, "sent": null,
        "first_byte": null, "bytes": null});
    assert_eq!(seen(&phases.map(|phase| (phase, json!(0)))), nothing);
    // A connection used again: all of these are the time the fetch began.
    let reused = seen(&phases[..5].iter().map(|phase| (*phase, json!(101.0))).collect::<Vec<_>>());
    assert_eq!(
        (&reused["dns"], &reused["connect"], &reused["secure"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!(reused["sent"], 1_000_151_000);
    // A name that was known, for a new connection.
    let known = seen(&[("domainLookupEnd", json!(110.0))]);
    assert_eq!(known["dns"], json!([1_000_110_000, 1_000_110_000]));
    // Phases out of order.
    assert_eq!(seen(&[("responseStart", json!(150.0))])["first_byte"], json!(null));
    assert_eq!(seen(&[("requestStart", json!(999.0))])["sent"], json!(null));
    assert_eq!(seen(&[("connectEnd", json!(119.0))])["connect"], json!(null));
    assert_eq!(seen(&[("secureConnectionStart", json!(160.0))])["secure"], json!(null));
    assert_eq!(seen(&[("domainLookupEnd", json!(121.0))])["dns"], json!(null));
    assert_eq!(seen(&[("startTime", json!(0))])["started"], json!(null));
}

#[test]
fn the_machines_clock_against_the_pages() {
    let clock = |t: f64, wall: f64| json!({"k": "clock", "t": t, "wall": wall});
    let completed =
        |t: f64| [request("1", "https://a.example/"), json!({"k": "completed", "t": t, "id": "1"})];
    let mut ingress = Ingress::default();
    let mut ended = |facts: &[Value], t: f64| {
        let (inputs, dropped) = take(&mut ingress, &[facts, &completed(t)].concat());
        assert_eq!(dropped, 0);
        let value = serde_json::to_value(&inputs).unwrap();
        let told = value.as_array().unwrap().clone();
        let blind: Vec<_> = told.iter().filter(|input| input["event"] == "not-observable").cloned().collect();
        (blind, told.last().unwrap()["at"].as_i64().unwrap())
    };
    assert_eq!(ended(&[], 10_000.0), (vec![], 10_000_000));
    // 40 ms are rounding and waiting: not worth a shift. And what the clock was before is not known.
    assert_eq!(ended(&[clock(20_000.0, 20_040.0)], 20_000.0), (vec![], 20_000_000));
    let blind = json!({"at": 30_000_000, "event": "not-observable", "from": 20_000_000, "what": "clock"});
    assert_eq!(ended(&[clock(30_000.0, 27_000.0)], 27_100.0), (vec![blind], 30_100_000));
    // No step since.
    assert_eq!(ended(&[clock(40_000.0, 37_010.0)], 37_110.0), (vec![], 40_100_000));
    // A page whose clock lags from the beginning.
    let facts = [&[clock(1000.0, 61_000.0)], &completed(61_500.0)[..]].concat();
    let (inputs, _) = take(&mut Ingress::default(), &facts);
    assert_eq!(inputs.last().unwrap().at.0, 1_500_000);
}

#[test]
fn what_was_lost_is_said() {
    check(
        &[
            json!({"k": "lost", "t": 9.0, "from": 4.0, "what": "network"}),
            json!({"k": "lost", "t": 9.0, "from": 10.0, "what": "page"}),
        ],
        &[
            json!({"at": 9000, "event": "not-observable", "from": 4000, "what": "network"}),
            json!({"at": 9000, "event": "not-observable", "from": 9000, "what": "page"}),
        ],
    );
}

#[test]
fn what_cannot_be_right_is_dropped_and_counted() {
    let buffered = |spans: Value| json!({"k": "buffered", "t": 1.0, "element": 1, "spans": spans});
    let removed =
        |start: f64, end: f64| json!({"k": "removed", "t": 1.0, "track": 3, "start": start, "end": end});
    refuses(
        &[source(7), track(3, "video/mp4"), request("1", "https://a.example/")],
        &[
            with(playback(), &[("t", json!(1e300))]),
            with(playback(), &[("position", json!(1e12))]),
            with(playback(), &[("rate", json!(101))]),
            with(playback(), &[("ready", json!(5))]),
            with(playback(), &[("why", json!("Waiting"))]),
            json!({"k": "frame", "t": 1.0, "element": 1, "position": -1e12}),
            buffered(json!([0, 1, 2])),
            buffered(json!([1, 0])),
            buffered(json!([0, 2, 1, 3])),
            buffered(json!((0..66).collect::<Vec<_>>())),
            removed(2.0, 1.0),
            with(removed(0.0, 1.0), &[("track", json!(4))]),
            with(append(&[], &[], 0.0), &[("bytes", json!(-1))]),
            with(append(&[], &[], 0.0), &[("bytes", json!(1e16))]),
            with(append(&[], &[], 0.0), &[("track", json!(4))]),
            append(&[], &[], 1e12),
            json!({"k": "updated", "t": 1.0, "track": 3, "outcome": "done"}),
            json!({"k": "refused", "t": 1.0, "track": 4, "error": ""}),
            json!({"k": "retyped", "t": 1.0, "track": 4, "mime": ""}),
            json!({"k": "stream-ended", "t": 1.0, "source": 4}),
            request("2", "https://"),
            json!({"k": "page-request", "t": 1.0, "id": 1, "url": "seg.m4s"}),
            json!({"k": "page-done", "t": 1.0, "id": 1, "loaded": 1, "outcome": "loaded"}),
            json!({"k": "page-progress", "t": 1.0, "id": 1, "loaded": -1}),
            json!({"k": "response", "t": 1.0, "id": "1", "status": 1000, "length": 1, "cached": false}),
            json!({"k": "response", "t": 1.0, "id": "1", "status": 200, "length": 1e16, "cached": false}),
            with(timing(), &[("responseEnd", json!(0))]),
            with(timing(), &[("origin", json!(1e300))]),
            json!({"k": "clock", "t": 1.0, "wall": 1e300}),
            json!({"k": "lost", "t": 1.0, "from": 1e300, "what": "page"}),
            json!({"k": "lost", "t": 1.0, "from": 0, "what": "me"}),
        ],
    );
    let mut inputs = Vec::new();
    let mut ingress = Ingress::default();
    ingress.take(Fact::Frame { t: f64::NAN, element: 1, position: 0.0 }, &mut inputs);
    ingress.take(Fact::Frame { t: 1.0, element: 1, position: f64::NAN }, &mut inputs);
    assert_eq!((inputs.len(), ingress.dropped()), (0, 2));
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let mut ingress = Ingress::default();
    for n in 0..20_000_u32 {
        let url = format!("https://host.example/{n}");
        let facts = [
            with(source(n), &[]),
            json!({"k": "track", "t": 1.0, "source": n, "track": n, "mime": "video/mp4"}),
            json!({"k": "attached", "t": 1.0, "element": n, "url": format!("blob:{n}")}),
            with(playback(), &[("element", json!(n))]),
            request(&n.to_string(), &url),
            json!({"k": "page-request", "t": 1.0, "id": n, "url": url}),
        ];
        take(&mut ingress, &facts);
    }
    let snapshot = serde_json::to_string(&ingress).unwrap();
    assert!(snapshot.len() < 200_000, "{}", snapshot.len());
    // The newest are known still.
    let (inputs, _) = take(&mut ingress, &[json!({"k": "completed", "t": 1.0, "id": "19999"})]);
    assert_eq!(inputs.len(), 1);
}

/// Marks in every text that a page or server chooses and that may not be recorded.
#[test]
fn nothing_private_goes_further() {
    let url = |n: u32| {
        format!(
            "https://userMARK:passMARK@host{n}.example:8443/pathMARK/{n}/seg.m4s?queryMARK=MARK#fragmentMARK"
        )
    };
    let mut facts = vec![
        json!({"k": "source", "t": 1.0, "source": 7, "url": "blob:https://MARK.example/MARK"}),
        json!({"k": "attached", "t": 1.0, "element": 1, "url": "blob:https://MARK.example/MARK"}),
        json!({"k": "attached", "t": 1.0, "element": 2, "url": "blob:https://MARK.example/waitingMARK"}),
        json!({"k": "track", "t": 1.0, "source": 7, "track": 3, "mime": "video/mp4; codecs=\"MARK\""}),
        json!({"k": "refused", "t": 1.0, "track": 3, "error": "MARK"}),
        // A box under way whose content is not over.
        append(&[0; 40], &[b"\x01\0\0\x01\0moov", &b"MARK".repeat(7)[..]].concat()[..], 0.0),
        append(&[0; 24], b"\x01\0\0\0\x10MARKMARKMARK", 0.0),
        with(timing(), &[("url", json!(url(1)))]),
    ];
    for n in 0..3 {
        facts.push(request(&format!("MARK{n}"), &url(n)));
        facts.push(json!({"k": "page-request", "t": 1.0, "id": n, "url": url(n)}));
    }
    facts.push(json!({"k": "failed", "t": 1.0, "id": "MARK2", "error": "MARK"}));
    let mut ingress = Ingress::default();
    let (inputs, dropped) = take(&mut ingress, &facts);
    assert_eq!(dropped, 0);
    let recorded = serde_json::to_string(&inputs).unwrap() + &serde_json::to_string(&ingress).unwrap();
    assert!(recorded.contains("host1.example:8443"));
    let recorded = recorded.to_lowercase();
    assert!(!recorded.contains("mark") && !recorded.contains("77,65,82,75"), "{recorded}");
}

/// Facts with every text and number anywhere in its type, often nearly right.
fn any_fact() -> impl Strategy<Value = Fact> {
    let text = || {
        prop_oneof![
            "\\PC{0,12}",
            "(https?|blob|data):(//)?([a-z@:\\[\\]]{0,6})?(:[0-9]{0,6})?/\\PC{0,9}",
            prop::sample::select(vec!["video/mp4", "audio/mp4", "updateend", "load", "waiting", "page", "1"])
                .prop_map(str::to_owned),
        ]
    };
    let number =
        || prop_oneof![3 => 0.0..1e6, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
    let id = || 0..40_u32;
    let bytes = prop::collection::vec(any::<u8>(), 0..60);
    prop_oneof![
        (number(), id(), text()).prop_map(|(t, source, url)| Fact::Source { t, source, url }),
        (number(), id(), id(), text()).prop_map(|(t, source, track, mime)| Fact::Track {
            t,
            source,
            track,
            mime
        }),
        (number(), id(), text()).prop_map(|(t, track, mime)| Fact::Retyped { t, track, mime }),
        (number(), id(), number(), bytes, number())
            .prop_map(|(t, track, bytes, head, offset)| { Fact::Append { t, track, bytes, head, offset } }),
        (number(), id(), text()).prop_map(|(t, track, outcome)| Fact::Updated { t, track, outcome }),
        (number(), id(), number(), number()).prop_map(|(t, track, start, end)| Fact::Removed {
            t,
            track,
            start,
            end
        }),
        (number(), id(), text()).prop_map(|(t, id, url)| Fact::PageRequest { t, id, url }),
        (number(), id(), number(), text()).prop_map(|(t, id, loaded, outcome)| Fact::PageDone {
            t,
            id,
            loaded,
            outcome
        }),
        (number(), id(), text()).prop_map(|(t, element, url)| Fact::Attached { t, element, url }),
        (number(), id(), number()).prop_map(|(t, element, position)| Fact::Frame { t, element, position }),
        (number(), id(), prop::collection::vec(number(), 0..70))
            .prop_map(|(t, element, spans)| Fact::Buffered { t, element, spans }),
        (number(), number()).prop_map(|(t, wall)| Fact::Clock { t, wall }),
        (number(), text(), text()).prop_map(|(t, id, url)| Fact::Request { t, id, url }),
        (number(), text(), any::<u16>(), number(), any::<bool>())
            .prop_map(|(t, id, status, length, cached)| Fact::Response { t, id, status, length, cached }),
        (number(), text()).prop_map(|(t, id)| Fact::Completed { t, id }),
        (number(), text(), prop::array::uniform12(number())).prop_map(|(t, url, n)| Fact::Timing {
            t,
            url,
            origin: n[0],
            start_time: n[1],
            domain_lookup_start: n[2],
            domain_lookup_end: n[3],
            connect_start: n[4],
            connect_end: n[5],
            secure_connection_start: n[6],
            request_start: n[7],
            response_start: n[8],
            response_end: n[9],
            encoded_body_size: n[10],
        }),
    ]
}

proptest! {
    /// Also: all numbers are such that JSON and JavaScript keep them, and a snapshot changes nothing.
    #[test]
    fn any_facts_make_sound_inputs(before in prop::collection::vec(any_fact(), 0..40), after in prop::collection::vec(any_fact(), 0..40)) {
        let mut ingress = Ingress::default();
        let mut inputs = Vec::new();
        before.into_iter().for_each(|fact| ingress.take(fact, &mut inputs));
        let mut restored: Ingress = serde_json::from_str(&serde_json::to_string(&ingress).unwrap()).unwrap();
        let mut again = inputs.clone();
        for fact in after {
            ingress.take(fact.clone(), &mut inputs);
            restored.take(fact, &mut again);
        }
        prop_assert_eq!(&inputs, &again);
        let json = serde_json::to_value(&inputs).unwrap();
        prop_assert_eq!(&serde_json::from_value::<Vec<Input>>(json.clone()).unwrap(), &inputs);
        let mut open = vec![&json];
        while let Some(value) = open.pop() {
            match value {
                Value::Number(number) => prop_assert!(number.as_i64().is_some_and(|n| n.abs() < 1 << 53), "{number}"),
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
    }
}
