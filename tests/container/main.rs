//! The container readers on real media, on anything else, and beside `extension/walker.js`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod audio;
mod hostile;
mod isobmff;
mod place;
#[path = "../walker/mod.rs"]
mod walker;
mod webm;

use walker::{Format, Walker};
use whystall::container::{Reader, Settings};
use whystall::event::Span;
use whystall::time::MediaTime;

fn media(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/media/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn span(start: i64, end: i64) -> Span {
    Span { start: MediaTime(start), end: MediaTime(end) }
}

/// A reader and the walker before it.
struct Buffer {
    reader: Reader,
    walker: Walker,
}

impl Buffer {
    fn new(format: Format) -> Buffer {
        Buffer { reader: Reader::new(format.mime()), walker: Walker::new(format) }
    }

    /// What became playable by appending this.
    fn append(&mut self, bytes: &[u8]) -> Vec<Span> {
        self.append_with(bytes, &Settings::default())
    }

    /// As above, the buffer set so.
    fn append_with(&mut self, bytes: &[u8], settings: &Settings) -> Vec<Span> {
        let head = self.walker.feed(bytes);
        self.reader.append(&head, bytes.len() as u64, settings)
    }

    /// What became playable by appending these one after the other.
    fn append_all<'a>(&mut self, parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<Span> {
        parts.into_iter().flat_map(|bytes| self.append(bytes)).collect()
    }
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

/// Cuts `bytes` at these places (taken modulo its length).
fn cut<'a>(bytes: &'a [u8], places: &[proptest::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<_> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}
