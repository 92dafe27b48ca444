//! What must not be believed, kept or told.

use crate::{append, playback, refuses, request, source, take, timing, track, with};
use proptest::prelude::*;
use serde_json::{Value, json};
use whystall::Input;
use whystall::ingress::Ingress;
use whystall::wire::{Fact, ResourceTiming};

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
            json!({"k": "busy", "t": 1.0, "from": 1e300}),
            json!({"k": "tab", "t": 1.0, "state": "prerender"}),
            json!({"k": "licence", "t": 1.0, "session": 1, "step": "stolen"}),
            json!({"k": "quality", "t": 1.0, "element": 1, "dropped": -1, "total": 1}),
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
            json!({"k": "licence", "t": 1.0, "session": n, "step": "asked"}),
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
            "https://userMARK:passMARK@host{n}.example:8443/pathMARK/{n}/seg.m4s?queryMARK=MARK&CMCD=bl%3D4700%2Csid%3D%22MARK%22#fragmentMARK"
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
    // What of it is understood is kept as numbers, even of a header that should not have come this far.
    let headers = "x-served-by: cache-MARK\nserver-timing: MARK;desc=MARK, edge;dur=3;desc=MARK, cfL4;desc=\"?rtt=9&cid=MARK\"\n\
                   via: 1.1 MARK\ncmsd-static: n=\"MARK\"\nset-cookie: MARK=MARK\nMARK: MARK\nMARK";
    facts
        .push(json!({"k": "response", "t": 1.0, "id": "MARK1", "status": 200, "length": -1, "cached": false,
        "headers": headers, "ip": "198.51.100.77"}));
    facts.push(json!({"k": "claims", "t": 1.0, "id": "MARK0", "text": "sid=\"MARK\",mtp=5300,cid=MARK"}));
    facts.push(json!({"k": "failed", "t": 1.0, "id": "MARK2", "error": "MARK"}));
    let mut ingress = Ingress::default();
    let (inputs, dropped) = take(&mut ingress, &facts);
    assert_eq!(dropped, 0);
    let recorded = serde_json::to_string(&inputs).unwrap() + &serde_json::to_string(&ingress).unwrap();
    assert!(recorded.contains("host1.example:8443"));
    assert!(recorded.contains("\"edge\":3000") && recorded.contains("\"round_trip\":9"), "{recorded}");
    assert!(
        recorded.contains("\"buffer\":4700000") && recorded.contains("\"throughput\":5300000"),
        "{recorded}"
    );
    // Of an address that it is in 198.51.100.0/24.
    assert!(!recorded.contains("198.51") && recorded.contains("\"network\":{\"v4\":12989284}"), "{recorded}");
    let recorded = recorded.to_lowercase();
    assert!(!recorded.contains("mark") && !recorded.contains("77,65,82,75"), "{recorded}");
}

/// Keeps the seeds worth starting from, and says of every kind of fact that it can be read.
#[test]
fn the_fuzzers_seed_holds_one_sound_fact_of_each_kind() {
    let seed = include_str!("../../fuzz/corpus/wire/playing.jsonl");
    let facts: Vec<Value> = seed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (inputs, dropped) = take(&mut Ingress::default(), &facts);
    assert_eq!(dropped, 0);
    // `clock` alone tells nothing, `failed` is of a request that is over.
    assert_eq!(inputs.len(), facts.len() - 2);
    let kinds: std::collections::BTreeSet<_> = facts.iter().map(|fact| fact["k"].to_string()).collect();
    assert_eq!(kinds.len(), 22);
}

/// Headers of a response, often nearly right.
fn headers() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["server-timing", "age", "cmsd-dynamic", "x-cache", "x-timer"]);
    let line = (name, "(edge;dur=|origin;dur=|\"x\";rd=|HIT|S1,VS0,VE)?[0-9.-]{0,12}(;etp=[0-9]{1,9})?");
    prop::collection::vec(line, 0..4)
        .prop_map(|lines| lines.into_iter().map(|(name, value)| format!("{name}: {value}\n")).collect())
}

/// What players say of themselves, often nearly right.
fn claims() -> impl Strategy<Value = String> {
    "((bl|mtp|bs|sid)(=[0-9.\"a-z-]{0,12})?,?){0,5}"
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
    let window = || prop::option::of(number());
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
        (number(), id(), number(), bytes, number(), any::<[bool; 2]>(), window(), window()).prop_map(
            |(t, track, bytes, head, offset, [sequence, aborted], window_start, window_end)| {
                Fact::Append { t, track, bytes, head, offset, sequence, aborted, window_start, window_end }
            }
        ),
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
        (number(), id()).prop_map(|(t, element)| Fact::AttachedInWorker { t, element }),
        (number(), id(), number()).prop_map(|(t, element, position)| Fact::Frame { t, element, position }),
        (number(), id(), prop::collection::vec(number(), 0..70))
            .prop_map(|(t, element, spans)| Fact::Buffered { t, element, spans }),
        (number(), number()).prop_map(|(t, wall)| Fact::Clock { t, wall }),
        (number(), text(), text()).prop_map(|(t, id, url)| Fact::Request { t, id, url }),
        (number(), text(), claims()).prop_map(|(t, id, text)| Fact::Claims { t, id, text }),
        (number(), text()).prop_map(|(t, url)| Fact::TimingsShown { t, url }),
        prop::array::uniform5(number()).prop_map(|[t, from, answers, bytes, open]| Fact::OtherTabs {
            t,
            from,
            answers,
            bytes,
            open
        }),
        (number(), text(), any::<u16>(), number(), any::<bool>(), headers(), prop::option::of(text()))
            .prop_map(|(t, id, status, length, cached, headers, ip)| Fact::Response {
                t,
                id,
                status,
                length,
                cached,
                headers,
                ip
            }),
        (number(), text()).prop_map(|(t, id)| Fact::Completed { t, id }),
        (number(), text(), prop::array::uniform12(number())).prop_map(|(t, url, n)| Fact::Timing(
            ResourceTiming {
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
            }
        )),
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
