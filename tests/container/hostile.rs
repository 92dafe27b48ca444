//! Media cut anywhere, media gone wrong, no media at all; and the page's half of the reading.

use crate::isobmff::boxed;
use crate::walker::{Format, PageWalker, Walker};
use crate::{Buffer, cut, media, union};
use proptest::prelude::*;
use whystall::container::{HEAD_LIMIT, Reader, Settings};

type Media = (Format, Vec<u8>);

fn any_media() -> impl Strategy<Value = Media> {
    let mp4 = prop::sample::select(&crate::isobmff::MEDIA[..]).prop_map(|(name, ..)| (Format::Mp4, name));
    let webm = prop::sample::select(&crate::webm::MEDIA[..]).prop_map(|(name, ..)| (Format::WebM, name));
    let audio = prop::sample::select(&crate::audio::MEDIA[..]);
    prop_oneof![4 => mp4, 4 => webm, 1 => audio].prop_map(|(format, name)| (format, media(name)))
}

/// Real media with some bytes overwritten, mostly in headers, and elements of any kind in front.
fn hostile() -> impl Strategy<Value = Media> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20);
    let front = prop::collection::vec((prop::array::uniform4(any::<u8>()), 0..40_u8), 0..3);
    (any_media(), edits, front).prop_map(|((format, mut bytes), edits, front)| {
        for (place, byte) in edits {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let front = front.iter().flat_map(|(kind, size)| match format {
            Format::Adts | Format::Mp3 => kind.to_vec(),
            Format::Mp4 => boxed(kind, &vec![1; usize::from(*size)]),
            Format::WebM => [&kind[..], &[0x80 | size], &vec![0xa3; usize::from(*size)]].concat(),
        });
        (format, front.chain(bytes.iter().copied()).collect())
    })
}

/// Bytes that may be headers of frames.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let begins = prop::sample::select(vec![0xf1, 0xf9, 0xfb, 0xfa, 0xf3, 0xe3, 0xeb, 0x44]);
    let frame = (begins, prop::collection::vec(any::<u8>(), 5..700)).prop_map(|(second, rest)| {
        let first = if second == 0x44 { 0x49 } else { 0xff };
        [&[first, second], &rest[..]].concat()
    });
    prop::collection::vec(frame, 1..3).prop_map(|frames| frames.concat())
}

proptest! {
    #[test]
    fn cutting_appends_anywhere_tells_the_same((format, bytes) in any_media(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        // Where raw audio goes, each append says anew.
        prop_assume!(matches!(format, Format::Mp4 | Format::WebM));
        let parts = Buffer::new(format).append_all(cut(&bytes, &places));
        prop_assert_eq!(union(parts), union(Buffer::new(format).append(&bytes)));
    }

    #[test]
    fn hostile_media_tells_at_most_nonsense((format, bytes) in hostile(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..6), offset in any::<i64>()) {
        let mut buffer = Buffer::new(format);
        for part in cut(&bytes, &places) {
            let spans = buffer.append_with(part, &Settings { offset, ..Settings::default() });
            prop_assert!(spans.len() <= 32);
            prop_assert!(spans.iter().all(|span| span.start < span.end && span.start.0 >= 0));
            prop_assert!(spans.is_sorted_by(|a, b| a.end <= b.start));
        }
        prop_assert!(serde_json::to_string(&buffer.reader).unwrap().len() < 20_000);
    }

    #[test]
    fn any_bytes_as_heads_never_panic(format in prop::sample::select(vec![Format::Mp4, Format::WebM, Format::Adts, Format::Mp3]), heads in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), any::<u64>()), 0..20)) {
        let mut reader = Reader::new(format.mime());
        for (head, bytes) in heads {
            let spans = reader.append(&head, bytes, &Settings::default());
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
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| (Format::Mp4, bytes)),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| (Format::WebM, bytes)),
        1 => (any::<bool>(), frames()).prop_map(|(mp3, bytes)| (if mp3 { Format::Mp3 } else { Format::Adts }, bytes)),
        1 => (0..3_usize).prop_map(|n| (Format::Mp4, boxed(b"moov", &vec![0; (1 << 20) - 9 + n]))),
        1 => (0..4_usize).prop_map(|n| (Format::Mp4, boxed(b"moof", &vec![0; (256 << 10) - 9]).repeat(n + 2))),
        1 => (0..2_usize).prop_map(|n| (Format::WebM, [0xa3, 0x84, 0x81, 0, 0, 0x80].repeat((175 << 10) + 342 * n))),
    ];
    let case = (source, prop::collection::vec(any::<prop::sample::Index>(), 0..9));
    let mut page = PageWalker::start(env!("CARGO_MANIFEST_DIR"));
    for _ in 0..400 {
        let ((format, bytes), places) = case.new_tree(&mut runner).unwrap().current();
        let appends = cut(&bytes, &places);
        let mut walker = Walker::new(format);
        let heads: Vec<Vec<u8>> = appends.iter().map(|append| walker.feed(append)).collect();
        assert!(heads.iter().all(|head| head.len() <= HEAD_LIMIT));
        assert!(page.heads(format, &appends).unwrap() == heads, "walker.js and the reference differ");
    }
}
