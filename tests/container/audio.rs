//! Raw audio.

use crate::walker::Format;
use crate::{Buffer, media, span};
use whystall::container::Settings;
use whystall::event::TrackKind;

pub const MEDIA: [(Format, &str); 2] = [(Format::Adts, "audio.aac"), (Format::Mp3, "audio.mp3")];

fn at(offset: i64) -> Settings {
    // As browsers have it: `mode` is `sequence` and cannot be changed.
    Settings { offset, sequence: true, ..Settings::default() }
}

#[test]
fn an_append_begins_at_the_offset_and_is_as_long_as_its_frames() {
    let bytes = media("audio.aac");
    let mut buffer = Buffer::new(Format::Adts);
    assert_eq!(buffer.reader.kind(), Some(TrackKind::Audio));
    // What Chromium 156 said, within a microsecond.
    assert_eq!(buffer.append_with(&bytes, &at(0)), [span(0, 2_043_355)]);
    assert_eq!(buffer.append_with(&bytes[..2000], &at(10_000_000)), [span(10_000_000, 10_812_698)]);
    assert_eq!(buffer.append_with(&bytes[2000..], &at(10_812_698)), [span(10_812_698, 12_043_355)]);
}

#[test]
fn mp3_likewise_but_for_the_frame_without_sound() {
    const FRAME: i64 = 26_122;
    let bytes = media("audio.mp3");
    let mut buffer = Buffer::new(Format::Mp3);
    assert_eq!(buffer.append_with(&bytes, &at(0)), [span(0, 2_037_551 + FRAME)]);
    let tag = [b"ID3\x04\0\0\0\0\x01\x02", &[0; 130][..]].concat();
    assert_eq!(buffer.append_with(&[tag, bytes].concat(), &at(0)), [span(0, 2_037_551 + FRAME)]);
}

#[test]
fn what_is_no_frame_is_given_up() {
    for (format, name) in MEDIA {
        let bytes = media(name);
        let mut buffer = Buffer::new(format);
        assert_eq!(buffer.append_with(&[&[1, 2, 3], &bytes[..]].concat(), &at(0)), []);
        assert_eq!(buffer.append_with(&bytes, &at(0)).len(), 1);
    }
}
