//! WebM.

use crate::walker::Format;
use crate::{Buffer, media, span, union};
use whystall::container::Reader;
use whystall::event::{Span, TrackKind};

/// File, and what is buffered once all of it is appended, microseconds: what one of the browsers says, or between
/// what both say (tests/media/README.md).
pub const MEDIA: [(&str, i64, i64); 5] = [
    ("video.webm", 0, 1_999_000),
    ("video-live.webm", 0, 1_999_000),
    ("audio.webm", 0, 2_021_000),
    ("audio-vorbis.webm", 0, 2_020_000),
    ("muxed.webm", 7_000, 2_006_000),
];

const CLUSTER: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];
const UNKNOWN: &[u8] = &[0xff];

fn whole(bytes: &[u8]) -> Vec<Span> {
    Buffer::new(Format::WebM).append(bytes)
}

/// An element of less than 127 bytes.
fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    [id, &[0x80 | payload.len() as u8], payload].concat()
}

/// An initialisation segment with track 1 (video) and 2 (subtitles), `more` in the first.
fn init(more: &[u8]) -> Vec<u8> {
    let video = [element(&[0xd7], &[1]), element(&[0x83], &[1]), more.to_vec()].concat();
    let words = [element(&[0xd7], &[2]), element(&[0x83], &[17])].concat();
    let tracks = [element(&[0xae], &video), element(&[0xae], &words)].concat();
    let info = element(&[0x2a, 0xd7, 0xb1], &1_000_000_u32.to_be_bytes());
    [
        element(&[0x1a, 0x45, 0xdf, 0xa3], &[0x42, 0x86, 0x81, 1]),
        [&[0x18, 0x53, 0x80, 0x67], UNKNOWN].concat(),
        element(&[0xec], &[0; 20]),
        element(&[0x15, 0x49, 0xa9, 0x66], &info),
        element(&[0x16, 0x54, 0xae, 0x6b], &tracks),
    ]
    .concat()
}

/// A Cluster at `time` (at most 255 ms).
fn cluster(time: u8, blocks: &[Vec<u8>], known: bool) -> Vec<u8> {
    let payload = [element(&[0xe7], &[time]), blocks.concat()].concat();
    if known { element(&CLUSTER, &payload) } else { [&CLUSTER, UNKNOWN, &payload].concat() }
}

/// A block of a track at a time, three bytes of media in it.
fn block(id: u8, track: u8, time: i16, flags: u8) -> Vec<u8> {
    let [high, low] = time.to_be_bytes();
    element(&[id], &[0x80 | track, high, low, flags, 7, 7, 7])
}

fn simple(time: i16) -> Vec<u8> {
    block(0xa3, 1, time, 0x80)
}

/// A BlockGroup with these children.
fn group(children: &[Vec<u8>]) -> Vec<u8> {
    element(&[0xa0], &children.concat())
}

fn millis(start: i64, end: i64) -> Span {
    span(start * 1000, end * 1000)
}

#[test]
fn agrees_with_what_browsers_say_is_buffered() {
    for (name, start, end) in MEDIA {
        assert_eq!(whole(&media(name)), [span(start, end)], "{name}");
    }
}

#[test]
fn knows_what_a_buffer_holds_once_the_tracks_have_come() {
    for (name, kind) in
        [("video.webm", TrackKind::Video), ("audio.webm", TrackKind::Audio), ("muxed.webm", TrackKind::Muxed)]
    {
        let mut buffer = Buffer::new(Format::WebM);
        assert_eq!(buffer.reader.kind(), None);
        buffer.append(&media(name));
        assert_eq!(buffer.reader.kind(), Some(kind), "{name}");
    }
}

#[test]
fn blocks_are_told_as_they_come() {
    let default_duration = element(&[0x23, 0xe3, 0x83], &40_000_000_u32.to_be_bytes());
    let mut buffer = Buffer::new(Format::WebM);
    assert_eq!(buffer.append(&init(&default_duration)), []);
    let bytes = cluster(100, &[simple(0), simple(40), simple(80)], true);
    let (first, rest) = bytes.split_at(bytes.len() - 12);
    assert_eq!(buffer.append(first), [millis(100, 140)]);
    // Its last byte is missing, and comes.
    let (second, rest) = rest.split_at(1);
    assert_eq!(buffer.append(second), []);
    let (third, rest) = rest.split_at(10);
    assert_eq!(buffer.append(third), [millis(140, 180)]);
    assert_eq!(buffer.append(rest), [millis(180, 220)]);
}

#[test]
fn a_block_without_a_duration_lasts_until_the_next() {
    for known in [true, false] {
        let mut buffer = Buffer::new(Format::WebM);
        buffer.append(&init(&[]));
        let bytes = cluster(0, &[simple(0), simple(30), simple(50)], known);
        // The last lasts as long as the one before it, once it is known to be the last.
        let ends = if known { 70 } else { 50 };
        assert_eq!(buffer.append(&bytes), [millis(0, ends)]);
        let next = cluster(200, &[simple(0), simple(10)], known);
        let expected =
            if known { [millis(200, 220)].to_vec() } else { [millis(50, 70), millis(200, 210)].to_vec() };
        assert_eq!(buffer.append(&next), expected);
    }
    // Nor does the next Cluster say how long the last block was.
    let mut buffer = Buffer::new(Format::WebM);
    let lone = [init(&[]), cluster(0, &[simple(0)], true), cluster(200, &[simple(0)], true)].concat();
    assert_eq!(buffer.append(&lone), [millis(0, 63), millis(200, 263)]);
}

#[test]
fn a_block_group_may_say_how_long_its_block_is() {
    let duration = element(&[0x9b], &[1, 0x2c]);
    let reference = element(&[0xfb], &[0xff]);
    for (children, ends) in [
        (vec![block(0xa1, 1, 0, 0), duration.clone()], 300),
        (vec![duration.clone(), block(0xa1, 1, 0, 0), reference.clone()], 300),
        (vec![block(0xa1, 1, 0, 0), reference], 63),
    ] {
        let bytes = [init(&[]), cluster(0, &[group(&children)], true)].concat();
        assert_eq!(whole(&bytes), [millis(0, ends)]);
    }
}

#[test]
fn the_default_duration_is_not_that_of_a_laced_block() {
    let default_duration = element(&[0x23, 0xe3, 0x83], &20_000_000_u32.to_be_bytes());
    let laced = block(0xa3, 1, 0, 0x04);
    let bytes = [init(&default_duration), cluster(0, &[laced, simple(80)], true)].concat();
    assert_eq!(whole(&bytes), [millis(0, 100)]);
}

#[test]
fn times_count_in_ticks_and_may_lie_before_the_cluster() {
    let mut bytes = [init(&[]), cluster(100, &[simple(-20), simple(0), simple(20)], true)].concat();
    assert_eq!(whole(&bytes), [millis(80, 140)]);
    let scale = bytes.windows(3).position(|id| id == [0x2a, 0xd7, 0xb1]).unwrap() + 4;
    bytes[scale..scale + 4].copy_from_slice(&500_000_u32.to_be_bytes());
    assert_eq!(whole(&bytes), [millis(40, 70)]);
}

#[test]
fn what_is_not_played_is_not_told() {
    let words = block(0xa3, 2, 0, 0x80);
    let unknown = block(0xa3, 9, 0, 0x80);
    let bytes = [init(&[]), cluster(0, &[words, unknown, simple(10), simple(20)], true)].concat();
    assert_eq!(whole(&bytes), [millis(10, 30)]);
}

#[test]
fn finds_its_place_again_after_appends_were_lost() {
    let mut buffer = Buffer::new(Format::WebM);
    buffer.append(&init(&[]));
    let lost = cluster(0, &[simple(0), simple(40)], false);
    buffer.walker.feed(&lost);
    // The middle of a Cluster whose beginning was not seen, and the next.
    let rest = [simple(80), simple(120), cluster(200, &[simple(0), simple(40)], true)].concat();
    assert_eq!(buffer.append(&rest), [millis(200, 280)]);
}

#[test]
fn cues_and_tags_end_a_cluster() {
    let cues = element(&[0x1c, 0x53, 0xbb, 0x6b], &[0xbb, 0x80]);
    let bytes = [init(&[]), cluster(0, &[simple(0), simple(40)], false), cues].concat();
    assert_eq!(whole(&bytes), [millis(0, 80)]);
}

#[test]
fn what_contradicts_itself_is_given_up_until_the_next_initialisation_segment() {
    let good = [init(&[]), cluster(0, &[simple(0), simple(40)], true)].concat();
    for bad in [
        &[0x00][..],                                             // no id
        &[0x08, 0x81],                                           // an id of five bytes
        &[0xec, 0x00],                                           // no size
        &[0xec, 0xff], // an element of unknown size that may not have one
        &[0xec, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], // and one that is endless
    ] {
        let mut buffer = Buffer::new(Format::WebM);
        assert_eq!(buffer.append(&[bad, &good].concat()), [], "{bad:x?}");
        assert_eq!(buffer.append(&good), [millis(0, 80)], "{bad:x?}");
    }
    // A block that sticks out of its Cluster.
    let mut sticking_out = cluster(0, &[simple(0)], true);
    sticking_out[4] -= 1;
    assert_eq!(whole(&[init(&[]), sticking_out].concat()), []);
    // A track number that browsers do not play.
    let large = element(&[0xa3], &[0x40, 1, 0, 0, 0x80]);
    assert_eq!(whole(&[init(&[]), cluster(0, &[large], true)].concat()), []);
}

#[test]
fn a_snapshot_keeps_the_place_but_no_media_bytes() {
    let bytes = media("video.webm");
    for cut in 0..bytes.len() {
        let mut buffer = Buffer::new(Format::WebM);
        let mut spans = buffer.append(&bytes[..cut]);
        let snapshot = serde_json::to_string(&buffer.reader).unwrap();
        assert!(snapshot.len() < 800, "{snapshot}");
        buffer.reader = serde_json::from_str::<Reader>(&snapshot).unwrap();
        spans.extend(buffer.append(&bytes[cut..]));
        // What is not told ends or begins where it was cut; never anything else instead.
        assert!(union(spans.clone()).iter().all(|span| span.end.0 <= 1_999_000), "{spans:?} at {cut}");
    }
}
