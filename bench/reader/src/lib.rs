//! The container readers alone, in WebAssembly, built as the extension's core is.

use wasm_bindgen::prelude::*;
use whystall::container::{self, Settings};
use whystall::event::Span;

/// Reads the heads of one `SourceBuffer`. What an append was found to fill is asked for afterwards, so that no more than
/// numbers cross.
#[wasm_bindgen]
pub struct Reader {
    reader: container::Reader,
    spans: Vec<Span>,
}

#[wasm_bindgen]
impl Reader {
    /// A reader for what `addSourceBuffer(mime)` announces.
    #[wasm_bindgen(constructor)]
    pub fn new(mime: &str) -> Reader {
        Reader { reader: container::Reader::new(mime), spans: Vec::new() }
    }

    /// How many spans became playable.
    pub fn append(&mut self, head: &[u8], bytes: u32) -> usize {
        self.spans = self.reader.append(head, bytes.into(), &Settings::default());
        self.spans.len()
    }

    /// Where the first of them starts, microseconds.
    pub fn start(&self) -> f64 {
        self.spans.first().map_or(f64::NAN, |span| span.start.0 as f64)
    }

    /// Where the last of them ends.
    pub fn end(&self) -> f64 {
        self.spans.last().map_or(f64::NAN, |span| span.end.0 as f64)
    }
}
