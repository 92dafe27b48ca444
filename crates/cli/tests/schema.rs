//! docs/evidence.schema.json accepts what a reader of the format accepts, and nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use jsonschema::Validator;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;
use whystall::bundle::{Bundle, FORMAT};
use whystall::event::TrackKind::Video;
use whystall::story::Story;
use whystall::verdict::MODEL;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/evidence.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::meta::validate(&schema()).unwrap();
    jsonschema::validator_for(&schema()).unwrap()
}

#[test]
fn recorded_evidence_is_valid() {
    let (validator, mut seen) = (validator(), 0);
    let recordings = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/replay");
    let files = walkdir::WalkDir::new(recordings).into_iter().map(|file| file.unwrap().into_path());
    for file in files.filter(|file| file.ends_with("bundle.whystall")) {
        let text = fs::read_to_string(file).unwrap();
        let content: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&content).map(|fault| fault.instance_path().to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
}

/// One input of each kind, with all that it can have.
fn inputs() -> Value {
    let span = json!({ "start": 0, "end": 2_000_000 });
    let confession = json!({
        "cache": "miss", "age": 1, "edge": 1, "origin": 1, "server": 1, "round_trip": 1, "round_trip_least": 1,
        "round_trip_varies": 1, "sent": 1, "lost": 1, "resent": 1, "pace": 1, "overloaded": true,
        "source_limited": true, "behind_live": 1, "available": 1, "retry_after": 1, "tiers": 1, "offers_h3": true,
    });
    let playlist = json!({
        "live": true, "target": 1, "part_target": 1, "update": 1, "window": 1, "available_from": 1, "early": 1,
        "first": 1, "next": 1, "segments": 1, "length": 1, "ends": 1, "discontinuities": 1, "gaps": 1,
    });
    let timing = json!({
        "started": 1, "dns": [1, 2], "connect": [1, 2], "secure": 1, "sent": 1, "first_byte": 1, "bytes": 1,
    });
    let events = json!([
        { "event": "source-opened", "source": 1 },
        { "event": "attached", "element": 1, "source": 1 },
        { "event": "attached-in-worker", "element": 1 },
        { "event": "track-added", "source": 1, "track": 1, "kind": "muxed" },
        { "event": "append", "track": 1, "bytes": 1, "media": [span] },
        { "event": "append-refused", "track": 1, "reason": "quota" },
        { "event": "append-ended", "track": 1, "outcome": "done" },
        { "event": "removed", "track": 1, "span": span },
        { "event": "stream-ended", "source": 1 },
        { "event": "playback", "element": 1, "why": "sample", "position": 1, "rate": 1000, "paused": false,
          "seeking": false, "ended": false, "ready": 4, "gesture": false },
        { "event": "frame", "element": 1, "position": 1 },
        { "event": "size", "element": 1, "width": 1, "height": 1 },
        { "event": "coded", "track": 1, "width": 1, "height": 1 },
        { "event": "ladder", "resource": 1, "renditions": [
            { "bitrate": 1, "kind": "video", "size": [1, 1], "frame_rate": 1 }] },
        { "event": "playlist", "resource": 1, "playlist": playlist, "named": [1] },
        { "event": "buffered", "element": 1, "spans": [span] },
        { "event": "request-started", "observer": "page", "request": 1, "resource": 1, "host": "[::1]:80",
          "kind": "data" },
        { "event": "response-began", "observer": "page", "request": 1, "status": 200, "length": 1, "cached": false,
          "network": { "v4": 1 }, "confession": confession },
        { "event": "response-began", "observer": "page", "request": 1, "status": 200, "length": 1, "cached": false,
          "network": { "v6": 1 } },
        { "event": "received", "observer": "page", "request": 1, "bytes": 1 },
        { "event": "request-ended", "observer": "page", "request": 1, "bytes": 1 },
        { "event": "request-failed", "observer": "page", "request": 1, "failure": "network" },
        { "event": "timing", "resource": 1, "timing": timing },
        { "event": "busy", "from": 1 },
        { "event": "tab", "tab": "hidden" },
        { "event": "online", "online": true },
        { "event": "line", "plan": 1, "capacity": 1 },
        { "event": "home-use", "during": 1, "others": false },
        { "event": "claimed", "observer": "browser", "request": 1,
          "claim": { "buffer": 1, "starved": true, "throughput": 1 } },
        { "event": "timings-shown", "host": "a.example" },
        { "event": "other-tabs", "from": 1, "answers": 1, "bytes": 1, "open": 1 },
        { "event": "placed", "host": "a.example", "asn": 1, "name": "A", "own": false, "service": "B",
          "stands": "anywhere", "table": 20_260_617 },
        { "event": "placed", "host": "a.example", "asn": null, "name": null, "own": true, "service": null,
          "stands": "in-provider", "table": 20_260_617 },
        { "event": "licence", "licence": 1, "step": "asked" },
        { "event": "quality", "element": 1, "dropped": 1, "total": 1 },
        { "event": "checked", "by": "viewer", "target": "stalled", "host": "a", "from": 1, "reply": "answered",
          "connect": 1, "answer": 1, "bytes": 1, "took": 1 },
        { "event": "checked", "by": "automatic", "target": "gateway", "host": null, "from": 1, "reply": "refused",
          "connect": null, "answer": null, "bytes": null, "took": null },
        { "event": "checked", "by": "automatic", "target": "sibling", "host": "a", "from": 1, "reply": "answered",
          "connect": null, "answer": 1, "bytes": 1, "took": 1, "listed": { "resource": 1, "playlist": playlist } },
        { "event": "not-observable", "from": 1, "what": "page" },
        { "event": "tick" },
    ]);
    let mut events: Vec<Value> = events.as_array().unwrap().clone();
    events.iter_mut().for_each(|event| event["at"] = json!(9));
    Value::from(events)
}

/// A verdict with something at each place.
fn report() -> Value {
    let told = Story::new(30_000).timing_allowed().withhold(Video, 8, 12_000).tell();
    let mut report = serde_json::to_value(Bundle::seal("b", told.inputs).report).unwrap();
    let stall = &mut report["stalls"][0];
    stall["unchecked"] = json!(["home"]);
    stall["findings"][0]["values"] = json!({ "all": { "micros": 1 }, "of": { "media": 1 }, "them": { "bytes": 1 },
        "in": { "bitrate": 1 }, "one": { "count": 1 }, "place": { "name": "n" } });
    for place in ["blocking", "by_zone"] {
        assert!(!stall[place].as_array().unwrap().is_empty(), "{stall}");
    }
    report
}

fn sealed(mut content: Value) -> Value {
    if let Some(members) = content.as_object_mut() {
        members.remove("sha256");
        let digest = Sha256::digest(Value::Object(members.clone()).to_string());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        content["sha256"] = json!(hex);
    }
    content
}

/// All places in it, each kind of place once: of a list only the first item, but of the inputs and values all.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            let many = if at == "/inputs" { items.len() } else { 2 };
            let items = items.iter().take(many).enumerate();
            items.for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// What can be put into a place, or done to what is there.
fn alterations(value: &Value) -> Vec<Value> {
    let most = (1_i64 << 53) - 1;
    let junk = json!([
        null,
        true,
        -1,
        0,
        1,
        2,
        most,
        -most,
        1.5,
        "x",
        "video",
        "Host",
        [],
        {},
        [1],
        [1, 2],
        [1, 2, 3]
    ]);
    let mut all = junk.as_array().unwrap().clone();
    if let Value::Object(members) = value {
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(name);
            all.push(Value::Object(fewer));
        }
        let mut more = members.clone();
        more.insert("url".to_owned(), json!("https://video.example/"));
        all.push(Value::Object(more));
    }
    // More than any list of an input may have; the verdict's, which are longer, have no limit.
    if let Value::Array(items) = value
        && items.len() < 3
    {
        all.push(items.iter().cycle().take(items.len() * 65).cloned().collect());
    }
    all
}

/// What compares two members with each other no schema can say.
const BETWEEN_MEMBERS: [&str; 2] = ["the end of a span comes after its start", "no later than at"];

#[test]
fn it_accepts_what_a_reader_accepts_and_refuses_what_a_reader_refuses() {
    let validator = validator();
    let good = sealed(json!({ "whystall": 1, "build": "b", "inputs": inputs(), "report": report() }));
    let read = Bundle::parse(good.to_string().as_bytes());
    assert!(read.is_ok() && validator.is_valid(&good), "{:?}", read.err());

    let mut all = Vec::new();
    places(&good, "", &mut all);
    let (mut accepted, mut refused) = (0, 0);
    for place in all.iter().filter(|place| !place.is_empty() && !place.starts_with("/sha256")) {
        for altered in alterations(good.pointer(place).unwrap()) {
            let mut content = good.clone();
            *content.pointer_mut(place).unwrap() = altered.clone();
            let content = sealed(content);
            let read = Bundle::parse(content.to_string().as_bytes());
            let valid = validator.is_valid(&content);
            match &read {
                Ok(_) => accepted += 1,
                Err(error) if BETWEEN_MEMBERS.iter().any(|words| error.to_string().ends_with(words)) => {
                    continue;
                }
                Err(_) => refused += 1,
            }
            let why = read.as_ref().err().map(ToString::to_string);
            assert_eq!(valid, read.is_ok(), "{place} as {altered}: {why:?}");
        }
    }
    assert!(accepted > 100 && refused > 2000, "{accepted} accepted, {refused} refused");
}

#[test]
fn it_knows_every_event_and_is_of_this_version() {
    let error = serde_json::from_str::<whystall::Event>("{\"event\":\"?\"}").unwrap_err().to_string();
    let read: BTreeSet<&str> = error.split('`').skip(3).step_by(2).collect();
    let (inputs, schema) = (inputs(), schema());
    let tried: BTreeSet<&str> =
        inputs.as_array().unwrap().iter().map(|input| input["event"].as_str().unwrap()).collect();
    assert_eq!(tried, read);
    assert_eq!(schema["properties"]["whystall"]["const"], FORMAT);
    assert_eq!(schema["$defs"]["report"]["properties"]["model"]["const"], MODEL);
}

/// There is no older format and no older model yet, so there is nothing to migrate: docs/evidence-format.md#versions. What
/// is newer gets its own sentence, whatever else is in it.
#[test]
fn a_newer_version_is_told_from_an_altered_file() {
    let newer = sealed(json!({ "whystall": FORMAT + 1, "entirely": { "other": [1.5] } }));
    let error = Bundle::parse(newer.to_string().as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "made by a newer Whystall: format 2, and this program reads format 1");
    assert!(!validator().is_valid(&newer));
}
