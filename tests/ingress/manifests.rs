//! Manifests: what is kept of their text, and that nothing else is.

use super::*;

fn manifest(url: &str, text: &str) -> Value {
    json!({"k": "manifest", "t": 1000.0, "url": url, "text": text})
}

fn playlist(changes: &[(&str, Value)]) -> Value {
    let nothing = json!({"live": true, "target": 4_000_000, "part_target": null, "update": null, "window": null,
        "available_from": null, "early": null, "first": 7, "next": 9, "segments": 2, "length": 8_000_000, "ends": null,
        "discontinuities": 0, "gaps": 0});
    with(nothing, changes)
}

const MASTER: &str = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=600000,RESOLUTION=640x360\nlow/secret.m3u8\n";
const WINDOW: &str =
    "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4,\ns7.ts\n#EXTINF:4,\ns8.ts\n";

#[test]
fn a_ladder_is_told_when_it_changes() {
    let rung = json!({"bitrate": 600_000, "kind": "video", "size": [640, 360], "frame_rate": null});
    let fact = manifest("https://a.example/master.m3u8", MASTER);
    check(
        &[fact.clone(), fact],
        &[json!({"at": 1_000_000, "event": "ladder", "resource": 0, "renditions": [rung]})],
    );
}

#[test]
fn a_media_segment_is_named_once_and_is_the_one_that_is_asked_for() {
    let url = "https://a.example/live/index.m3u8?session=1";
    let moved = WINDOW.replace(":7", ":8").replace("s7", "s8").replacen(
        "s8.ts\n#EXTINF:4,\ns8",
        "s8.ts\n#EXTINF:4,\ns9",
        1,
    );
    let asked = json!({"k": "page-request", "t": 1001.0, "id": 1, "url": "https://a.example/live/s9.ts"});
    let read = |playlist: Value, named: &[u32]| json!({"at": 1_000_000, "event": "playlist", "resource": 0, "playlist": playlist, "named": named});
    check(
        &[manifest(url, WINDOW), manifest(url, &moved), manifest(url, &moved), asked],
        &[
            read(playlist(&[]), &[1, 2]),
            read(playlist(&[("first", json!(8)), ("next", json!(10))]), &[3]),
            read(playlist(&[("first", json!(8)), ("next", json!(10))]), &[]),
            json!({"at": 1_001_000, "event": "request-started", "observer": "page", "request": 0, "resource": 3,
                "host": "a.example", "kind": "data"}),
        ],
    );
}

#[test]
fn a_media_segment_of_a_film_has_its_place() {
    let film = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhead.ts\n#EXTINF:4,\nmid.ts?part=1\n#EXTINF:4,\nmid.ts?part=2\n#EXT-X-ENDLIST\n";
    let url = "https://a.example/film/index.m3u8";
    let asked = |id: u32, url: &str| json!({"k": "page-request", "t": 1001.0, "id": id, "url": url});
    let started = |request: u32, resource: u32, named: Value| {
        let started = json!({"at": 1_001_000, "event": "request-started", "observer": "page", "request": request,
            "resource": resource, "host": "a.example", "kind": "data"});
        if named.is_null() { started } else { with(started, &[("named", named)]) }
    };
    let whole = [
        ("live", json!(false)),
        ("first", json!(null)),
        ("next", json!(3)),
        ("segments", json!(3)),
        ("length", json!(12_000_000)),
    ];
    check(
        &[
            manifest(url, film),
            asked(1, "https://a.example/film/mid.ts?part=2&CMCD=bl%3D1"),
            asked(2, "https://a.example/film/head.ts"),
            asked(3, "https://a.example/film/mid.ts"),
            // Read anew, it is of other pieces.
            manifest(url, &film.replace("head", "other")),
            asked(4, "https://a.example/film/head.ts"),
        ],
        &[
            json!({"at": 1_000_000, "event": "playlist", "resource": 0, "playlist": playlist(&whole), "named": []}),
            started(0, 1, json!({"by": 0, "index": 2})),
            started(1, 2, json!({"by": 0, "index": 0})),
            started(2, 3, Value::Null),
            json!({"at": 1_000_000, "event": "playlist", "resource": 0, "playlist": playlist(&whole), "named": []}),
            started(3, 2, Value::Null),
        ],
    );
}

#[test]
fn without_an_address_it_still_says_how_far_it_goes() {
    check(
        &[manifest("", WINDOW)],
        &[
            json!({"at": 1_000_000, "event": "playlist", "resource": null, "playlist": playlist(&[]), "named": []}),
        ],
    );
}

#[test]
fn nothing_of_the_text_is_kept() {
    let mut ingress = Ingress::default();
    let secret = "#EXTM3U\n#EXTINF:4,A secret title\nsecret-7.ts?secret=1\n";
    let (inputs, dropped) = take(
        &mut ingress,
        &[manifest("https://a.example/secret.m3u8", MASTER), manifest("https://a.example/secret", secret)],
    );
    assert_eq!((inputs.len(), dropped), (2, 0));
    let kept = serde_json::to_string(&(inputs, ingress)).unwrap();
    assert!(!kept.contains("secret") && !kept.contains("example"), "{kept}");
}

#[test]
fn what_is_no_manifest_is_dropped() {
    let url = "https://a.example/x";
    let bad = ["", "{}", "#EXTM3U", "<html/>", "#EXTM3U\n#EXTINF:9007199254\n1\n#EXTINF:9007199254\n2"]
        .map(|text| manifest(url, text));
    refuses(&[], &bad);
    refuses(&[], &[manifest("nowhere", WINDOW), with(manifest(url, WINDOW), &[("t", json!(-1e300))])]);
}

#[test]
fn sizes() {
    let size = |width: f64, height: f64| json!({"k": "size", "t": 1000.0, "element": 5, "width": width, "height": height});
    check(
        &[size(1280.0, 720.0)],
        &[json!({"at": 1_000_000, "event": "size", "element": 0, "width": 1280, "height": 720})],
    );
    refuses(&[], &[size(0.0, 720.0), size(1280.0, -1.0), size(1e9, 720.0)]);
}
