//! What becomes of the scripts' facts, written as the scripts write them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod hostile;
mod manifests;
mod network;
#[path = "../walker/mod.rs"]
mod walker;

use serde_json::{Value, json};
use whystall::Input;
use whystall::ingress::Ingress;
use whystall::read;
use whystall::wire::Fact;

/// The inputs these facts amount to, and how many facts were dropped.
fn take(ingress: &mut Ingress, facts: &[Value]) -> (Vec<Input>, u64) {
    let before = ingress.dropped();
    let mut inputs = Vec::new();
    for fact in facts {
        let fact: Fact = read::json(&fact.to_string()).unwrap_or_else(|why| panic!("no fact, {why}: {fact}"));
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
fn what_goes_on_around_playback() {
    check(
        &[
            json!({"k": "busy", "t": 2000.0, "from": 1500.0}),
            json!({"k": "busy", "t": 2000.0, "from": 2000.0}),
            json!({"k": "tab", "t": 2000.0, "state": "hidden"}),
            json!({"k": "online", "t": 2000.0, "online": false}),
            json!({"k": "licence", "t": 2000.0, "session": 77, "step": "asked"}),
            json!({"k": "quality", "t": 2000.0, "element": 5, "dropped": 3, "total": 90}),
        ],
        &[
            json!({"at": 2_000_000, "event": "busy", "from": 1_500_000}),
            json!({"at": 2_000_000, "event": "tab", "tab": "hidden"}),
            json!({"at": 2_000_000, "event": "online", "online": false}),
            json!({"at": 2_000_000, "event": "licence", "licence": 0, "step": "asked"}),
            json!({"at": 2_000_000, "event": "quality", "element": 0, "dropped": 3, "total": 90}),
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
            json!({"at": 2_000_000, "event": "coded", "track": 0, "width": 64, "height": 36}),
            json!({"at": 2_000_000, "event": "append", "track": 0, "bytes": bytes.len(),
                "media": [{"start": 10_500_000, "end": 12_500_000}]}),
            json!({"at": 2_000_000, "event": "append", "track": 0, "bytes": 9, "media": []}),
        ],
    );
}

#[test]
fn an_append_goes_where_the_buffer_puts_it() {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/media/audio.webm")).unwrap();
    let head = walker::Walker::new(walker::Format::WebM).feed(&bytes);
    let with = |more: Value| {
        let mut fact = append(&bytes, &head, 0.0);
        fact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fact
    };
    let mut ingress = Ingress::default();
    let (inputs, dropped) = take(
        &mut ingress,
        &[
            track(3, "audio/webm"),
            with(json!({"windowStart": 0.5, "windowEnd": 1.5})),
            with(json!({"windowEnd": 0.25})),
            with(json!({"sequence": true, "aborted": true})),
            with(json!({"windowStart": 2, "windowEnd": 1})),
            with(json!({"windowStart": -1})),
        ],
    );
    assert_eq!(dropped, 2);
    let media: Vec<Value> =
        inputs[2..].iter().map(|input| serde_json::to_value(input).unwrap()["media"].clone()).collect();
    assert_eq!(
        media,
        [
            json!([{"start": 500_000, "end": 1_500_000}]),
            json!([{"start": 0, "end": 250_000}]),
            json!([{"start": 250_000, "end": 2_271_000}]),
        ]
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
