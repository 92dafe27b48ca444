//! Evidence bundles: what is sealed reads back, and what was tampered with is refused with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use whystall::bundle::{Bundle, BundleError, INPUTS_LIMIT, validate_inputs};
use whystall::event::{
    Confession, ElementId, Event, Input, Network, Observer, Span, TrackId, TrackKind::Video,
};
use whystall::story::Story;
use whystall::time::{LIMIT, MediaTime, Micros, Wall};

/// The evidence of a real stall.
static STALL: LazyLock<Bundle> = LazyLock::new(|| {
    let told = Story::new(12_000).withhold(Video, 2, 8_000).tell();
    let bundle = Bundle::seal("whystall 0.1.0", told.inputs);
    assert_eq!(bundle.report.stalls.len(), 1);
    bundle
});
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| STALL.to_bytes());

/// Bundles so small that every alteration of them can be tried. One has a text in it that reads as the end of a bundle does.
fn small() -> [Bundle; 2] {
    let event = Event::Frame { element: ElementId(1), position: MediaTime(-2) };
    let input = Input { at: Wall(3), event };
    ["b", r#","sha256":"0","whystall":1}"#].map(|build| Bundle::seal(build, vec![input.clone()]))
}

/// Changes the content of the real stall and gives it a hash that fits.
fn resealed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut content = serde_json::to_value(&*STALL).unwrap();
    change(&mut content);
    sealed(content)
}

/// serde_json sorts members by bytes, which for ASCII names is as RFC 8785 wants them.
fn sealed(mut content: Value) -> Vec<u8> {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(content.to_string());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    content["sha256"] = json!(hex);
    content.to_string().into_bytes()
}

fn refused(bytes: &[u8]) -> String {
    let error = Bundle::parse(bytes).expect_err("a refusal");
    error.to_string()
}

#[test]
fn what_is_sealed_reads_back_and_verifies() {
    let bundle = Bundle::parse(&BYTES).unwrap();
    assert_eq!(bundle, *STALL);
    assert_eq!(bundle.to_bytes(), *BYTES);
    assert_eq!(resealed(|_| ()), *BYTES);
    assert_eq!(bundle.verify(), Ok(()));
    let stated: Value = serde_json::from_slice(&BYTES).unwrap();
    assert_eq!(stated["sha256"], bundle.fingerprint());
}

#[test]
fn a_report_is_the_same_bytes_inside_a_bundle_and_alone() {
    let report = STALL.report.to_bytes();
    let at = BYTES.windows(report.len()).position(|part| part == report);
    assert!(at.is_some());
}

#[test]
fn every_altered_byte_of_a_small_bundle_is_refused() {
    for bundle in small() {
        let bytes = bundle.to_bytes();
        assert_eq!(Bundle::parse(&bytes), Ok(bundle));
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            for flip in 1..=255 {
                altered[at] = bytes[at] ^ flip;
                assert!(Bundle::parse(&altered).is_err(), "byte {at} ^ {flip}");
            }
        }
    }
}

#[test]
fn every_truncation_of_a_small_bundle_is_refused() {
    for bytes in small().map(|bundle| bundle.to_bytes()) {
        for length in 0..bytes.len() {
            assert!(Bundle::parse(&bytes[..length]).is_err(), "{length}");
        }
        assert!(Bundle::parse(&[&bytes, &b"\n"[..]].concat()).is_err());
    }
}

#[test]
fn what_cannot_be_read_is_told_by_its_fault() {
    let large = vec![b' '; (8 << 20) + 1];
    let no_bundle = "not Whystall evidence: no format version in member `whystall`";
    let newer = "made by a newer Whystall: format 2, and this program reads format 1";
    assert_eq!(refused(&large), "too large: at least 8388609 bytes, at most 8388608 are read");
    assert_eq!(refused(b"{\"\xff\"}"), "not text: byte 2 is not UTF-8");
    assert_eq!(refused(b"{\"a\":1,}"), "not JSON: trailing comma at line 1 column 8");
    assert_eq!(refused(b""), "not JSON: EOF while parsing a value at line 1 column 0");
    assert_eq!(refused(&[b'['; 100_000]), "nested more than 16 deep at byte 16");
    assert_eq!(refused(b"[]"), no_bundle);
    assert_eq!(refused(b"{\"whystall\":0}"), no_bundle);
    assert_eq!(refused(b"{\"whystall\":2}"), newer);
    assert_eq!(refused(&sealed(json!({ "whystall": 2, "new": [] }))), newer);
}

#[test]
fn other_bytes_of_the_same_content_are_refused() {
    let text = String::from_utf8(BYTES.clone()).unwrap();
    let refused_from = |altered: String, at: usize| {
        let expected = format!("altered: not in canonical form from byte {at} on");
        assert_eq!(refused(altered.as_bytes()), expected);
    };
    refused_from(format!("{text}\n"), text.len());
    refused_from(text.replacen(':', ": ", 1), 9);
    refused_from(text.replacen('{', "{\"build\":\"x\",", 1), 10);
    refused_from(text.replacen("whystall 0", "\\u0077hystall 0", 1), 10);
}

#[test]
fn content_that_is_not_of_the_format_is_told_by_its_place() {
    let refused = |change: fn(&mut Value)| refused(&resealed(change));
    assert_eq!(
        refused(|content| content["inputs"][3]["at"] = json!(1.5)),
        "`inputs[3].at` is no integer between -(2^53 - 1) and 2^53 - 1"
    );
    assert_eq!(
        refused(|content| content["report"]["model"] = json!(7)),
        "made with model 7: not replayable here, where model 1 is in use"
    );
    // `deny_unknown_fields` sees neither of these: inputs are flattened, an absent option is taken for null.
    assert_eq!(
        refused(|content| content["inputs"][3]["url"] = json!("x")),
        "`inputs[3].url` is not part of format 1"
    );
    assert_eq!(
        refused(|content| {
            let stall = content["report"]["stalls"][0].as_object_mut();
            stall.unwrap().remove("ending");
        }),
        "`report.stalls[0].ending` is missing"
    );
    assert_eq!(
        refused(|content| content["title"] = json!("x")),
        "malformed: unknown field `title`, expected one of `whystall`, `build`, `inputs`, `report`"
    );
    assert_eq!(
        refused(|content| {
            content.as_object_mut().unwrap().remove("build");
        }),
        "malformed: missing field `build`"
    );
    assert_eq!(
        refused(|content| content["build"] = json!("x".repeat(101))),
        "`build` is out of bounds: at most 100 printable ASCII characters"
    );
}

#[test]
fn what_a_refusal_quotes_is_harmless_and_short() {
    let long = format!("x\u{1b}[2J{}", "y".repeat(10_000));
    let message = refused(&resealed(|content| content["inputs"][0]["event"] = json!(long)));
    assert!(message.starts_with(r"malformed: unknown variant `x\u{1b}[2Jyyy"));
    assert!(message.len() < 200, "{message}");
}

#[test]
fn an_altered_content_is_told_with_both_hashes() {
    let text = String::from_utf8(BYTES.clone()).unwrap();
    let altered = text.replacen("video.example", "audio.example", 1);
    let error = Bundle::parse(altered.as_bytes()).unwrap_err();
    let BundleError::Altered { stated: Some(stated), computed } = error else {
        panic!("{error}");
    };
    assert_eq!(stated, STALL.fingerprint());
    assert_ne!(computed, stated);
}

#[test]
fn a_verdict_that_its_inputs_do_not_give_is_refused_though_its_hash_fits() {
    let bytes = resealed(|content| content["report"]["stalls"][0]["cause"] = json!("request-idle"));
    let error = Bundle::parse(&bytes).unwrap().verify().unwrap_err();
    assert_eq!(error.to_string(), "the replay differs from the recorded verdict at `report.stalls[0].cause`");
}

#[test]
fn inputs_out_of_bounds_are_refused() {
    let span = |start, end| Span { start: MediaTime(start), end: MediaTime(end) };
    let buffered = |spans| Event::Buffered { element: ElementId(0), spans };
    let playback = |rate, ready| Event::Playback {
        element: ElementId(0),
        why: whystall::event::Moment::Sample,
        position: MediaTime(0),
        rate,
        paused: false,
        seeking: false,
        ended: false,
        ready,
        gesture: false,
    };
    let host = |host: &str| Event::RequestStarted {
        observer: Observer::Page,
        request: whystall::event::RequestId(0),
        resource: whystall::event::ResourceId(0),
        host: host.to_owned(),
        kind: whystall::event::ResourceKind::Data,
        named: None,
    };
    let named = |index| {
        let named = whystall::event::Named { by: whystall::event::ResourceId(1), index };
        let (observer, kind) = (Observer::Page, whystall::event::ResourceKind::Data);
        let (request, resource) = (whystall::event::RequestId(0), whystall::event::ResourceId(0));
        let host = "video.example".to_owned();
        Event::RequestStarted { observer, request, resource, host, kind, named: Some(named) }
    };
    let removed = Event::Removed { track: TrackId(0), span: span(2, 1) };
    let received =
        Event::Received { observer: Observer::Page, request: whystall::event::RequestId(0), bytes: 1 << 53 };
    let response = |network, confession: Confession| Event::ResponseBegan {
        observer: Observer::Browser,
        request: whystall::event::RequestId(0),
        status: 200,
        length: None,
        cached: false,
        network: Some(network),
        confession: Some(Box::new(confession)),
    };
    let edge = |micros| Confession { edge: Some(Micros(micros)), ..Confession::default() };
    let cases = [
        (response(Network::V4(1 << 24), edge(0)), Some("network")),
        (response(Network::V6(1 << 48), edge(0)), Some("network")),
        (response(Network::V4(0), edge(-1)), Some("confession")),
        (response(Network::V4(0), edge(600_000_001)), Some("confession")),
        (response(Network::V6((1 << 48) - 1), edge(600_000_000)), None),
        (buffered(vec![span(0, 1); 33]), Some("spans")),
        (buffered(vec![span(1, 1)]), Some("spans")),
        (buffered(vec![span(0, LIMIT)]), Some("spans")),
        (buffered(vec![span(0, 1); 32]), None),
        (removed, Some("span")),
        (received, Some("bytes")),
        (playback(100_001, 4), Some("rate")),
        (playback(i32::MIN, 4), Some("rate")),
        (playback(0, 5), Some("ready")),
        (playback(-100_000, 4), None),
        (host(&"x".repeat(260)), Some("host")),
        (host("https://x.example/path"), Some("host")),
        (host("[2001:db8::1]:8080"), None),
        (named(1_024), Some("named")),
        (named(1_023), None),
    ];
    for (event, place) in cases {
        let at = Wall(0);
        let result = validate_inputs(&[Input { at, event }]);
        let found = match &result {
            Err(BundleError::OutOfBounds { place, .. }) => Some(place.as_str()),
            _ => None,
        };
        let expected = place.map(|member| format!("inputs[0].{member}"));
        assert_eq!(found, expected.as_deref(), "{result:?}");
    }
    let tick = |at| Input { at: Wall(at), event: Event::Tick };
    assert!(validate_inputs(&[tick(LIMIT)]).is_err());
    assert!(validate_inputs(&vec![tick(0); INPUTS_LIMIT]).is_ok());
    assert!(validate_inputs(&vec![tick(0); INPUTS_LIMIT + 1]).is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    let words = proptest::sample::select(vec![
        "whystall", "build", "inputs", "report", "at", "event", "tick", "frame", "sha256", "model",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let name = prop_oneof![words.clone().prop_map(str::to_owned), any::<String>()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_altered_byte_is_refused(at in any::<proptest::sample::Index>(), flip in 1u8..) {
        let mut altered = BYTES.clone();
        let at = at.index(altered.len());
        altered[at] ^= flip;
        prop_assert!(Bundle::parse(&altered).is_err());
    }

    #[test]
    fn a_missing_piece_is_refused(from in any::<proptest::sample::Index>(), length in 1usize..5_000) {
        let mut altered = BYTES.clone();
        let from = from.index(altered.len());
        altered.drain(from..(from + length).min(BYTES.len()));
        prop_assert!(Bundle::parse(&altered).is_err());
    }

    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Bundle::parse(&bytes).is_err());
    }

    /// Any JSON at any place of a bundle, with a hash that fits: refused or read, replayed or not, never a panic.
    #[test]
    fn hostile_content_never_panics(
        place in proptest::sample::select(vec![
            "", "/inputs", "/inputs/0", "/inputs/9", "/inputs/9/at", "/report", "/report/stalls/0",
            "/report/stalls/0/ledger/segments/0", "/report/stalls/0/findings/0/values",
        ]),
        junk in any_value(),
    ) {
        let bytes = resealed(|content| *content.pointer_mut(place).unwrap() = match (place, junk) {
            ("", junk) if !junk.is_object() => json!({ "whystall": 1, "junk": junk }),
            (_, junk) => junk,
        });
        if let Ok(bundle) = Bundle::parse(&bytes) {
            prop_assert_eq!(bundle.to_bytes(), bytes);
            let _ = bundle.verify();
        }
    }

    /// Facts in any order and at any time, as long as they are within bounds: what is sealed of them verifies.
    #[test]
    fn what_is_sealed_of_shuffled_facts_verifies(
        moves in proptest::collection::vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>()), 0..40),
        shifts in proptest::collection::vec((any::<proptest::sample::Index>(), -100_000_000i64..100_000_000), 0..40),
    ) {
        let mut inputs = STALL.inputs.clone();
        for (from, to) in moves {
            let (from, to) = (from.index(inputs.len()), to.index(inputs.len()));
            inputs.swap(from, to);
        }
        for (index, by) in shifts {
            let index = index.index(inputs.len());
            inputs[index].at.0 += by;
        }
        let bytes = Bundle::seal("b", inputs).to_bytes();
        let bundle = Bundle::parse(&bytes);
        prop_assert!(bundle.is_ok(), "{}", bundle.unwrap_err());
        prop_assert_eq!(bundle.unwrap().verify(), Ok(()));
    }
}

#[test]
fn rejudging_goes_by_the_inputs_alone_and_by_good_ones_only() {
    assert_eq!(Bundle::rejudge(&BYTES), Ok(STALL.clone()));
    let other_verdict = resealed(|content| content["report"]["model"] = json!(7));
    assert_eq!(Bundle::rejudge(&other_verdict), Ok(STALL.clone()));
    for bytes in ["", "{}", "[]", r#"{"build":"b"}"#, r#"{"build":"b","inputs":[{}]}"#] {
        assert!(Bundle::rejudge(bytes.as_bytes()).is_err(), "{bytes}");
    }
}
