//! Requests, their timing and the clocks.

use crate::{check, refuses, request, take, timing, with};
use serde_json::{Value, json};
use whystall::ingress::Ingress;

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
fn what_the_server_says_of_itself() {
    let response = |id: &str, cached: bool| {
        json!({"k": "response", "t": 5100.0, "id": id, "status": 200, "length": 9, "cached": cached, "ip": "2001:db8::7",
            "headers": "server-timing: cdn-cache; desc=MISS\nserver-timing: edge; dur=30\nserver-timing: origin; dur=2800.5"})
    };
    let url = "https://cdn.example/seg";
    let (inputs, dropped) = take(
        &mut Ingress::default(),
        &[request("1", url), response("1", false), request("2", url), response("2", true)],
    );
    let inputs = serde_json::to_value(&inputs).unwrap();
    assert_eq!(dropped, 0);
    assert_eq!(
        inputs[1],
        json!({"at": 5_100_000, "event": "response-began", "observer": "browser", "request": 0, "status": 200, "length": 9,
            "cached": false, "network": {"v6": 0x2001_0db8_0000_u64},
            "confession": {"cache": "miss", "edge": 30_000, "origin": 2_800_500}})
    );
    // What was kept on this machine tells of another time.
    assert_eq!((&inputs[3]["network"], &inputs[3]["confession"]), (&json!(null), &json!(null)));
}

#[test]
fn what_the_player_says_of_itself() {
    let claim = json!({"at": 5_000_000, "event": "claimed", "observer": "browser", "request": 0,
        "claim": {"buffer": 2_100_000, "starved": true}});
    let started = json!({"at": 5_000_000, "event": "request-started", "observer": "browser", "request": 0, "resource": 0,
        "host": "cdn.example", "kind": "data"});
    let claims = |id: &str, text: &str| json!({"k": "claims", "t": 5000.0, "id": id, "text": text});
    // In the query, or in headers of a request under way.
    check(
        &[request("1", "https://cdn.example/seg?CMCD=bl%3D2100%2Cbs%2Csid%3D%22x%22")],
        &[started.clone(), claim.clone()],
    );
    check(
        &[
            request("1", "https://cdn.example/seg"),
            claims("1", "bl=2100,sid=\"x\",bs"),
            claims("1", "sid=\"x\""),
            claims("2", "bs"),
        ],
        &[started, claim],
    );
}

#[test]
fn what_the_viewer_allowed_besides() {
    let shown = |url: &str| json!({"k": "timings-shown", "t": 6000.0, "url": url});
    let tabs = |from: f64, answers: Value| json!({"k": "other-tabs", "t": 6000.0, "from": from, "answers": answers, "bytes": 9e6, "open": 1});
    check(
        &[shown("https://CDN.example/secret"), tabs(5000.0, json!(3))],
        &[
            json!({"at": 6_000_000, "event": "timings-shown", "host": "cdn.example"}),
            json!({"at": 6_000_000, "event": "other-tabs", "from": 5_000_000, "answers": 3, "bytes": 9_000_000, "open": 1}),
        ],
    );
    refuses(
        &[],
        &[shown("nonsense"), tabs(7000.0, json!(3)), tabs(5000.0, json!(-1)), tabs(5000.0, json!(1e10))],
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
fn where_a_server_is() {
    let fact = |more: Value| {
        let base = json!({"k": "placed", "t": 6000.0, "url": "https://user:secret@CDN.example:8443/a/seg-1.m4s?sig=x",
            "asn": 64_500, "name": "ExampleCDN", "own": false, "service": null, "stands": "anywhere", "table": 20_260_617});
        let changes = more.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.clone()));
        with(base, &changes.collect::<Vec<_>>())
    };
    let own = json!({"own": true, "service": "Cache", "stands": "in-provider"});
    check(
        &[fact(json!({})), fact(own)],
        &[
            json!({"at": 6_000_000, "event": "placed", "host": "cdn.example:8443", "asn": 64_500, "name": "ExampleCDN",
                "own": false, "service": null, "stands": "anywhere", "table": 20_260_617}),
            // Which network the viewer is in, is the viewer's own affair.
            json!({"at": 6_000_000, "event": "placed", "host": "cdn.example:8443", "asn": null, "name": null,
                "own": true, "service": "Cache", "stands": "in-provider", "table": 20_260_617}),
        ],
    );
    let refused = [
        json!({"url": "nonsense"}),
        json!({"asn": 0}),
        json!({"stands": "somewhere"}),
        json!({"table": 17}),
        json!({"name": "x".repeat(65)}),
        json!({"service": "a\u{0}b"}),
    ];
    refuses(&[], &refused.map(fact));
}

/// Where the playlist is beside the late server is not kept, nor what it names.
#[test]
fn a_playlist_beside() {
    let window = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\nsecret-7.m4s\n";
    let of = "https://cdn.example:8443/live.m3u8";
    let fact = |text: &str| {
        measured(
            json!({"target": "sibling", "url": "https://beside.example/live.m3u8", "of": of, "text": text, "bytes": 80, "took": 1.0}),
        )
    };
    let told = |listed: Value| {
        let mut told = json!({"at": 6_000_000, "event": "checked", "by": "automatic", "target": "sibling", "host": "beside.example",
            "from": 5_900_000, "reply": "answered", "connect": 21_250, "answer": 22_500, "bytes": 80, "took": 1_000});
        if !listed.is_null() {
            told["listed"] = listed;
        }
        told
    };
    let listed = |resource: u32| {
        json!({"resource": resource, "playlist": {"live": true, "target": 2_000_000, "part_target": null, "update": null,
            "window": null, "available_from": null, "early": null, "first": 7, "next": 8, "segments": 1, "length": 2_000_000,
            "ends": null, "discontinuities": 0, "gaps": 0}})
    };
    check(
        &[fact(window), fact("#EXTM3U"), fact(&format!("{window}#EXT-X-ENDLIST")), fact("<html>")],
        &[told(listed(0)), told(Value::Null), told(Value::Null), told(Value::Null)],
    );
    // Of another it says nothing.
    let other = with(fact(window), &[("target", json!("stalled"))]);
    let mut without = told(Value::Null);
    without["target"] = json!("stalled");
    check(&[other], &[without]);
}

fn measured(more: Value) -> Value {
    let base = json!({"k": "checked", "t": 6000.0, "from": 5900.0, "by": "automatic", "target": "stalled",
        "url": "https://user:secret@CDN.example:8443/a/seg-1.m4s?sig=x", "reply": "answered", "connect": 21.25, "answer": 22.5});
    let changes = more.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.clone()));
    with(base, &changes.collect::<Vec<_>>())
}

#[test]
fn a_measurement_of_a_check() {
    let gateway =
        json!({"target": "gateway", "url": "http://192.168.1.1/", "reply": "refused", "answer": null});
    check(
        &[measured(json!({"bytes": 65_536, "took": 80.0})), measured(gateway)],
        &[
            json!({"at": 6_000_000, "event": "checked", "by": "automatic", "target": "stalled", "host": "cdn.example:8443",
                "from": 5_900_000, "reply": "answered", "connect": 21_250, "answer": 22_500, "bytes": 65_536, "took": 80_000}),
            // Where the router is, is the viewer's own affair.
            json!({"at": 6_000_000, "event": "checked", "by": "automatic", "target": "gateway", "host": null,
                "from": 5_900_000, "reply": "refused", "connect": 21_250, "answer": null, "bytes": null, "took": null}),
        ],
    );
    refuses(
        &[],
        &[
            measured(json!({"from": 6001.0})),
            measured(json!({"by": "isp"})),
            measured(json!({"target": "neighbour"})),
            measured(json!({"reply": "perhaps"})),
            measured(json!({"url": "nonsense"})),
            measured(json!({"connect": -1.0})),
            measured(json!({"answer": 60_001.0})),
            measured(json!({"took": f64::from(u32::MAX)})),
            measured(json!({"bytes": (1 << 20) + 1})),
        ],
    );
}
