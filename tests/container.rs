//! The container readers on real media, on anything else, and beside `extension/walker.js`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod walker;

use proptest::prelude::*;
use std::io::Write;
use std::process::{Command, Stdio};
use walker::Walker;
use whystall::container::{HEAD_LIMIT, Reader};
use whystall::event::{Span, TrackKind};
use whystall::time::MediaTime;

/// File, and what browsers say is buffered once all of it is appended, microseconds (tests/media/README.md).
const MEDIA: [(&str, i64, i64); 7] = [
    ("video.mp4", 0, 2_000_000),
    ("video-b-frames.mp4", 83_333, 2_083_333),
    ("video-edit-list.mp4", 0, 2_000_000),
    ("video-negative-offsets.mp4", 0, 2_000_000),
    ("audio.mp4", 0, 2_023_219),
    ("audio-edit-list.mp4", 0, 2_000_000),
    ("muxed.mp4", 0, 2_000_000),
];

fn media(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/media/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn span(start: i64, end: i64) -> Span {
    Span { start: MediaTime(start), end: MediaTime(end) }
}

/// Appends these one after the other; all that became playable.
fn read<'a>(reader: &mut Reader, appends: impl IntoIterator<Item = &'a [u8]>) -> Vec<Span> {
    let mut walker = Walker::default();
    let mut spans = Vec::new();
    for bytes in appends {
        let head = walker.feed(bytes);
        spans.extend(reader.append(&head, bytes.len() as u64, 0));
    }
    spans
}

fn whole(bytes: &[u8]) -> Vec<Span> {
    read(&mut Reader::new("video/mp4"), [bytes])
}

/// As one set: sorted, joined where they touch or a frame lies between.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    const FRAME: i64 = 42_000;
    spans.sort();
    spans.dedup_by(|next, last| {
        let touches = next.start.0 <= last.end.0 + FRAME;
        if touches {
            last.end = last.end.max(next.end);
        }
        touches
    });
    spans
}

fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    [&(payload.len() as u32 + 8).to_be_bytes()[..], kind, payload].concat()
}

/// Offset of each top-level box.
fn boxes(bytes: &[u8]) -> Vec<(usize, [u8; 4])> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        found.push((at, bytes[at + 4..at + 8].try_into().unwrap()));
        at += u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    }
    found
}

#[test]
fn agrees_with_what_browsers_say_is_buffered() {
    for (name, start, end) in MEDIA {
        assert_eq!(whole(&media(name)), [span(start, end)], "{name}");
    }
}

#[test]
fn knows_what_a_buffer_holds_once_the_moov_has_come() {
    for (name, kind) in
        [("video.mp4", TrackKind::Video), ("audio.mp4", TrackKind::Audio), ("muxed.mp4", TrackKind::Muxed)]
    {
        let mut reader = Reader::new("video/mp4");
        assert_eq!(reader.kind(), None);
        read(&mut reader, [&media(name)[..]]);
        assert_eq!(reader.kind(), Some(kind), "{name}");
    }
}

#[test]
fn tells_a_media_segment_when_its_last_byte_has_come() {
    let bytes = media("video.mp4");
    let mdat = boxes(&bytes).iter().filter(|found| found.1 == *b"mdat").nth(1).unwrap().0;
    let size = u32::from_be_bytes(bytes[mdat..mdat + 4].try_into().unwrap()) as usize;
    let (before, after) = bytes.split_at(mdat + size - 1);
    let mut reader = Reader::new("video/mp4");
    let mut walker = Walker::default();
    assert_eq!(reader.append(&walker.feed(before), before.len() as u64, 0), [span(0, 1_000_000)]);
    assert_eq!(reader.append(&walker.feed(after), after.len() as u64, 0), [span(1_000_000, 2_000_000)]);
}

#[test]
fn shifts_by_the_offset_and_cuts_at_zero() {
    let bytes = media("video.mp4");
    let head = Walker::default().feed(&bytes);
    let append = |offset| Reader::new("video/mp4").append(&head, bytes.len() as u64, offset);
    assert_eq!(append(10_000_000), [span(10_000_000, 12_000_000)]);
    assert_eq!(append(-500_000), [span(0, 1_500_000)]);
    assert_eq!(append(-2_000_000), []);
    assert_eq!(append(i64::MAX), []);
    assert_eq!(append(i64::MIN), []);
}

#[test]
fn a_muxed_buffer_holds_what_all_its_tracks_hold() {
    let bytes = media("muxed.mp4");
    let mut reader = Reader::new("video/mp4");
    let mut ends = Vec::new();
    let mut walker = Walker::default();
    let cuts: Vec<usize> = boxes(&bytes).iter().map(|found| found.0).chain([bytes.len()]).collect();
    for pair in cuts.windows(2) {
        let part = &bytes[pair[0]..pair[1]];
        let spans = reader.append(&walker.feed(part), part.len() as u64, 0);
        ends.extend(spans.last().map(|last| last.end.0));
    }
    // The second fragment's audio begins where the first's ended, which is short of the video's first second.
    assert_eq!(ends.len(), 2);
    assert!((900_000..1_000_000).contains(&ends[0]), "{ends:?}");
    assert_eq!(ends[1], 2_000_000);
}

#[test]
fn finds_its_place_again_after_appends_were_lost() {
    let bytes = media("video.mp4");
    let moofs: Vec<usize> =
        boxes(&bytes).iter().filter(|found| found.1 == *b"moof").map(|found| found.0).collect();
    let [first, second] = moofs[..] else { panic!("two fragments") };
    let mut walker = Walker::default();
    let heads: Vec<_> =
        [&bytes[..first], &bytes[first..first + 20], &bytes[first + 20..second], &bytes[second..]]
            .map(|bytes| (walker.feed(bytes), bytes.len() as u64))
            .into();
    let mut reader = Reader::new("video/mp4");
    let mut spans = Vec::new();
    for (head, bytes) in [&heads[0], &heads[1], &heads[3]] {
        spans.extend(reader.append(head, *bytes, 0));
    }
    assert_eq!(spans, [span(1_000_000, 2_000_000)]);
}

#[test]
fn a_snapshot_keeps_the_place_but_no_media_bytes() {
    let bytes = media("video.mp4");
    let boxes = boxes(&bytes);
    for cut in 0..bytes.len() {
        let mut reader = Reader::new("video/mp4");
        let mut walker = Walker::default();
        let mut spans = reader.append(&walker.feed(&bytes[..cut]), cut as u64, 0);
        let snapshot = serde_json::to_string(&reader).unwrap();
        assert!(snapshot.len() < 600, "{snapshot}");
        let mut reader: Reader = serde_json::from_str(&snapshot).unwrap();
        let rest = &bytes[cut..];
        spans.extend(reader.append(&walker.feed(rest), rest.len() as u64, 0));
        // Cut inside of a header, moov or moof, what hangs on it is not told; never anything else instead.
        let told = union(spans);
        let all = [span(0, 2_000_000)];
        if boxes.iter().any(|found| found.0 == cut) {
            assert_eq!(told, all, "cut at {cut}");
        } else {
            let partly = [span(0, 1_000_000), span(1_000_000, 2_000_000)];
            assert!(
                told.is_empty() || told == all || partly.iter().any(|part| told == [*part]),
                "{told:?} at {cut}"
            );
        }
    }
}

#[test]
fn incomplete_is_not_invalid_but_nonsense_is() {
    let bytes = media("video.mp4");
    // 64-bit sizes and unknown boxes are followed.
    let large = [&[0, 0, 0, 1][..], b"free", &24_u64.to_be_bytes(), &[7; 8]].concat();
    assert_eq!(whole(&[&large, &boxed(b"uuid", &[9; 40]), &bytes[..]].concat()), [span(0, 2_000_000)]);
    // A box to the end of the file, and one smaller than its header.
    assert_eq!(whole(&[&[0, 0, 0, 0][..], b"free", &bytes].concat()), []);
    assert_eq!(whole(&[&[0, 0, 0, 7][..], b"free", &bytes].concat()), []);
    // A moof longer than the limit, and a moof before any moov.
    let long = boxed(b"moof", &vec![0; 256 << 10]);
    assert_eq!(whole(&[&long, &bytes[..]].concat()), []);
    let first = boxes(&bytes).iter().find(|found| found.1 == *b"moof").unwrap().0;
    assert_eq!(whole(&bytes[first..]), []);
    // A new initialisation segment mends it.
    let mut reader = Reader::new("video/mp4");
    assert_eq!(read(&mut reader, [&long[..], &bytes[..]]), [span(0, 2_000_000)]);
}

#[test]
fn what_is_not_mp4_is_not_read() {
    let bytes = media("video.mp4");
    let head = Walker::default().feed(&bytes);
    for mime in ["video/webm; codecs=\"vp9\"", "video/mp2t", "", ";", "mp4"] {
        assert_eq!(Reader::new(mime).append(&head, bytes.len() as u64, 0), [], "{mime}");
    }
}

/// Cuts `bytes` at these places (taken modulo its length).
fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

fn any_media() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(&MEDIA[..]).prop_map(|(name, ..)| media(name))
}

/// Real media with some bytes overwritten, mostly in headers, and boxes of any kind in front.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20);
    let front = prop::collection::vec((prop::array::uniform4(any::<u8>()), 0..40_usize), 0..3);
    (any_media(), edits, front).prop_map(|(mut bytes, edits, front)| {
        for (place, byte) in edits {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let front = front.iter().flat_map(|(kind, size)| boxed(kind, &vec![1; *size]));
        front.chain(bytes.iter().copied()).collect()
    })
}

proptest! {
    #[test]
    fn cutting_appends_anywhere_tells_the_same(bytes in any_media(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let cut = read(&mut Reader::new("video/mp4"), cut(&bytes, &places));
        prop_assert_eq!(union(cut), union(whole(&bytes)));
    }

    #[test]
    fn hostile_media_tells_at_most_nonsense(bytes in hostile(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..6), offset in any::<i64>()) {
        let mut reader = Reader::new("video/mp4");
        let mut walker = Walker::default();
        for part in cut(&bytes, &places) {
            let spans = reader.append(&walker.feed(part), part.len() as u64, offset);
            prop_assert!(spans.len() <= 32);
            prop_assert!(spans.iter().all(|span| span.start < span.end && span.start.0 >= 0));
            prop_assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        }
        prop_assert!(serde_json::to_string(&reader).unwrap().len() < 20_000);
    }

    #[test]
    fn any_bytes_as_heads_never_panic(heads in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), any::<u64>()), 0..20)) {
        let mut reader = Reader::new("audio/mp4");
        for (head, bytes) in heads {
            let spans = reader.append(&head, bytes, 0);
            prop_assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}

/// Runs `extension/walker.js` and the walker above on the same appends: media, mutated media, random bytes, each
/// cut at random.
#[test]
fn the_walker_in_the_page_does_the_same() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let source = prop_oneof![
        2 => any_media(),
        5 => hostile(),
        1 => prop::collection::vec(any::<u8>(), 0..300),
        1 => (0..3_usize).prop_map(|n| boxed(b"moov", &vec![0; (1 << 20) - 9 + n])),
        1 => (0..4_usize).prop_map(|n| boxed(b"moof", &vec![0; (256 << 10) - 9]).repeat(n + 2)),
    ];
    let case = (source, prop::collection::vec(any::<prop::sample::Index>(), 0..9));
    let mut script = Vec::new();
    let mut expected = Vec::new();
    let mut put = |value: u32| script.extend(value.to_le_bytes());
    let mut parts = Vec::new();
    for _ in 0..400 {
        let (bytes, places) = case.new_tree(&mut runner).unwrap().current();
        let mut walker = Walker::default();
        let cut = cut(&bytes, &places);
        put(cut.len() as u32);
        for part in cut {
            put(part.len() as u32);
            parts.extend_from_slice(part);
            let head = walker.feed(part);
            assert!(head.len() <= HEAD_LIMIT);
            expected.extend((head.len() as u32).to_le_bytes());
            expected.extend(head);
        }
    }
    let count = script.len() as u32;
    let mut child = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/walker/run.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs the page's half");
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        input.write_all(&count.to_le_bytes()).unwrap();
        input.write_all(&script).unwrap();
        input.write_all(&parts).unwrap();
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    assert!(output.stdout == expected, "walker.js and the reference differ");
}
