//! ISO BMFF.

use crate::walker::{Format, Walker};
use crate::{Buffer, media, span, union};
use whystall::container::{Reader, Settings};
use whystall::event::{Span, TrackKind};

/// File, and what browsers say is buffered once all of it is appended, microseconds (tests/media/README.md).
pub const MEDIA: [(&str, i64, i64); 8] = [
    ("video.mp4", 0, 2_000_000),
    ("video-b-frames.mp4", 83_333, 2_083_333),
    ("video-edit-list.mp4", 0, 2_000_000),
    ("video-negative-offsets.mp4", 0, 2_000_000),
    ("audio.mp4", 0, 2_023_219),
    ("audio-edit-list.mp4", 0, 2_000_000),
    ("muxed.mp4", 0, 2_000_000),
    ("video-two-keys.mp4", 0, 2_000_000),
];

fn whole(bytes: &[u8]) -> Vec<Span> {
    Buffer::new(Format::Mp4).append(bytes)
}

pub fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
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

/// `encv` and `enca` in place of `avc1` and `mp4a`, and a `pssh` beside the tracks; in the fragments `senc`, `saiz`, `saio`,
/// and in the second of each another key, by `sgpd` and `sbgp`.
#[test]
fn encrypted_media_covers_what_it_does_in_the_clear() {
    for (name, kind) in [("video", TrackKind::Video), ("audio", TrackKind::Audio)] {
        let encrypted = media(&format!("{name}-encrypted.mp4"));
        for mark in [b"sinf", b"tenc", b"pssh", b"senc", b"saiz", b"saio", b"sgpd", b"sbgp"] {
            assert!(encrypted.windows(4).any(|window| window == mark), "{name}");
        }
        let mut buffer = Buffer::new(Format::Mp4);
        assert_eq!(buffer.append(&encrypted), whole(&media(&format!("{name}.mp4"))), "{name}");
        assert_eq!(buffer.reader.kind(), Some(kind));
        assert_eq!(buffer.reader.size(), media_size(name));
    }
}

/// Of the picture.
fn media_size(name: &str) -> Option<(u32, u32)> {
    (name == "video").then_some((64, 36))
}

#[test]
fn knows_what_a_buffer_holds_once_the_moov_has_come() {
    for (name, kind) in
        [("video.mp4", TrackKind::Video), ("audio.mp4", TrackKind::Audio), ("muxed.mp4", TrackKind::Muxed)]
    {
        let mut buffer = Buffer::new(Format::Mp4);
        assert_eq!(buffer.reader.kind(), None);
        buffer.append(&media(name));
        assert_eq!(buffer.reader.kind(), Some(kind), "{name}");
    }
}

#[test]
fn tells_a_media_segment_when_its_last_byte_has_come() {
    let bytes = media("video.mp4");
    let mdat = boxes(&bytes).iter().filter(|found| found.1 == *b"mdat").nth(1).unwrap().0;
    let size = u32::from_be_bytes(bytes[mdat..mdat + 4].try_into().unwrap()) as usize;
    let (before, after) = bytes.split_at(mdat + size - 1);
    let mut buffer = Buffer::new(Format::Mp4);
    assert_eq!(buffer.append(before), [span(0, 1_000_000)]);
    assert_eq!(buffer.append(after), [span(1_000_000, 2_000_000)]);
}

#[test]
fn shifts_by_the_offset() {
    let bytes = media("video.mp4");
    let append =
        |offset| Buffer::new(Format::Mp4).append_with(&bytes, &Settings { offset, ..Settings::default() });
    assert_eq!(append(10_000_000), [span(10_000_000, 12_000_000)]);
    assert_eq!(append(-500_000), [span(500_000, 1_500_000)]);
    assert_eq!(append(-2_000_000), []);
    assert_eq!(append(i64::MAX), []);
    assert_eq!(append(i64::MIN), []);
}

#[test]
fn a_muxed_buffer_holds_what_all_its_tracks_hold() {
    let bytes = media("muxed.mp4");
    let mut buffer = Buffer::new(Format::Mp4);
    let mut ends = Vec::new();
    let cuts: Vec<usize> = boxes(&bytes).iter().map(|found| found.0).chain([bytes.len()]).collect();
    for pair in cuts.windows(2) {
        let spans = buffer.append(&bytes[pair[0]..pair[1]]);
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
    let mut walker = Walker::new(Format::Mp4);
    let heads: Vec<_> =
        [&bytes[..first], &bytes[first..first + 20], &bytes[first + 20..second], &bytes[second..]]
            .map(|bytes| (walker.feed(bytes), bytes.len() as u64))
            .into();
    let mut reader = Reader::new("video/mp4");
    let mut spans = Vec::new();
    for (head, bytes) in [&heads[0], &heads[1], &heads[3]] {
        spans.extend(reader.append(head, *bytes, &Settings::default()));
    }
    assert_eq!(spans, [span(1_000_000, 2_000_000)]);
}

#[test]
fn a_snapshot_keeps_the_place_but_no_media_bytes() {
    let bytes = media("video.mp4");
    let boxes = boxes(&bytes);
    for cut in 0..bytes.len() {
        let mut reader = Reader::new("video/mp4");
        let mut walker = Walker::new(Format::Mp4);
        let mut spans = reader.append(&walker.feed(&bytes[..cut]), cut as u64, &Settings::default());
        let snapshot = serde_json::to_string(&reader).unwrap();
        assert!(snapshot.len() < 600, "{snapshot}");
        let mut reader: Reader = serde_json::from_str(&snapshot).unwrap();
        let rest = &bytes[cut..];
        spans.extend(reader.append(&walker.feed(rest), rest.len() as u64, &Settings::default()));
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
    let mut buffer = Buffer::new(Format::Mp4);
    assert_eq!(buffer.append_all([&long[..], &bytes[..]]), [span(0, 2_000_000)]);
}

#[test]
fn what_is_not_mp4_is_not_read() {
    let bytes = media("video.mp4");
    let head = Walker::new(Format::Mp4).feed(&bytes);
    for mime in ["video/webm; codecs=\"vp9\"", "video/mp2t", "", ";", "mp4"] {
        assert_eq!(Reader::new(mime).append(&head, bytes.len() as u64, &Settings::default()), [], "{mime}");
    }
}

/// A box with version, flags and 32-bit fields.
fn full_box(kind: &[u8; 4], version: u8, flags: u32, fields: &[u32]) -> Vec<u8> {
    let first = u32::from(version) << 24 | flags;
    let payload: Vec<u8> = [first].iter().chain(fields).flat_map(|field| field.to_be_bytes()).collect();
    boxed(kind, &payload)
}

/// A `moov` with video track 7: 1000 ticks a second, samples of 40 ticks that refer to others unless said otherwise.
fn moov() -> Vec<u8> {
    let tkhd = full_box(b"tkhd", 0, 3, &[0, 0, 7, 0, 0]);
    let mdhd = full_box(b"mdhd", 0, 0, &[0, 0, 1000, 0]);
    let hdlr = full_box(b"hdlr", 0, 0, &[0, u32::from_be_bytes(*b"vide"), 0, 0, 0]);
    let trak = boxed(b"trak", &[tkhd, boxed(b"mdia", &[mdhd, hdlr].concat())].concat());
    let trex = full_box(b"trex", 0, 0, &[7, 1, 40, 0, 0x1_0000]);
    boxed(b"moov", &[trak, boxed(b"mvex", &trex)].concat())
}

/// A `moof` and `mdat` of what follows `tfhd` in its `traf`.
fn segment(tfhd: &[u8], rest: &[Vec<u8>]) -> Vec<u8> {
    let traf = boxed(b"traf", &[tfhd.to_vec(), rest.concat()].concat());
    let moof = boxed(b"moof", &[full_box(b"mfhd", 0, 0, &[1]), traf].concat());
    [moof, boxed(b"mdat", &[9; 30])].concat()
}

#[test]
fn what_stands_between_segments_changes_nothing() {
    let bytes = media("video.mp4");
    let between = [
        boxed(b"styp", b"msdhmsdh"),
        full_box(b"sidx", 0, 0, &[1, 1000, 0, 0, 1, 500, 1000, 0]),
        full_box(b"emsg", 1, 0, &[1000, 0, 5, 100, 1, 0x6100, 0x6200]),
        full_box(b"prft", 1, 0, &[7, 1, 2, 3, 4]),
        boxed(b"uuid", &[3; 16]),
        boxed(b"free", &[]),
    ]
    .concat();
    let mut longer = Vec::new();
    let places: Vec<usize> = boxes(&bytes).iter().map(|found| found.0).chain([bytes.len()]).collect();
    for (pair, (_, kind)) in places.windows(2).zip(boxes(&bytes)) {
        if kind == *b"moof" {
            longer.extend_from_slice(&between);
        }
        longer.extend_from_slice(&bytes[pair[0]..pair[1]]);
    }
    assert_eq!(whole(&longer), [span(0, 2_000_000)]);
}

#[test]
fn durations_come_from_the_nearest_that_says_one() {
    let tfdt = full_box(b"tfdt", 0, 0, &[2000]);
    let plain = full_box(b"tfhd", 0, 0x2_0000, &[7]);
    let all_fields = full_box(b"tfhd", 0, 0x3b, &[7, 0, 0, 1, 50, 99, 0x1_0000]);
    let even = full_box(b"trun", 0, 0x1, &[3, 0]);
    let own = full_box(b"trun", 0, 0x305, &[2, 0, 0, 10, 99, 20, 99]);
    for (tfhd, truns, end) in [
        (&plain, vec![even.clone()], 2120),
        (&all_fields, vec![even.clone()], 2150),
        (&all_fields, vec![own.clone()], 2030),
        (&plain, vec![own, even.clone(), even], 2270),
    ] {
        let rest = [vec![tfdt.clone()], truns].concat();
        assert_eq!(whole(&[moov(), segment(tfhd, &rest)].concat()), [span(2_000_000, end * 1000)]);
    }
}

#[test]
fn times_have_32_or_64_bits() {
    let tfhd = full_box(b"tfhd", 0, 0, &[7]);
    let trun = full_box(b"trun", 0, 0, &[1]);
    let at = |tfdt| whole(&[moov(), segment(&tfhd, &[tfdt, trun.clone()])].concat());
    let late = i64::from(u32::MAX) * 1000;
    assert_eq!(at(full_box(b"tfdt", 0, 0, &[u32::MAX])), [span(late, late + 40_000)]);
    assert_eq!(at(full_box(b"tfdt", 1, 0, &[1, 0])), [span(late + 1000, late + 41_000)]);
    assert_eq!(at(full_box(b"tfdt", 1, 0, &[u32::MAX, 0])), []);
}

#[test]
fn what_a_fragment_lacks_or_lies_about_is_left_out() {
    let tfhd = full_box(b"tfhd", 0, 0, &[7]);
    let tfdt = full_box(b"tfdt", 0, 0, &[0]);
    let trun = full_box(b"trun", 0, 0, &[1]);
    let lie = full_box(b"trun", 0, 0x100, &[3, 40, 40]);
    let other = full_box(b"tfhd", 0, 0, &[8]);
    for (tfhd, rest) in [
        (&tfhd, vec![trun.clone()]),
        (&tfhd, vec![tfdt.clone()]),
        (&tfhd, vec![tfdt.clone(), full_box(b"trun", 0, 0, &[0])]),
        (&tfhd, vec![tfdt.clone(), lie]),
        (&other, vec![tfdt.clone(), trun.clone()]),
    ] {
        // The next segment is read all the same.
        let next = segment(&full_box(b"tfhd", 0, 0, &[7]), &[tfdt.clone(), trun.clone()]);
        assert_eq!(whole(&[moov(), segment(tfhd, &rest), next].concat()), [span(0, 40_000)]);
    }
}
