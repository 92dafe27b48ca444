//! The container readers alone, in WebAssembly, built as the extension's core is.

use wasm_bindgen::prelude::*;
use whystall::container::{self, Settings};

/// Reads the heads of one `SourceBuffer`.
#[wasm_bindgen]
pub struct Reader(container::Reader);

#[wasm_bindgen]
impl Reader {
    /// A reader for what `addSourceBuffer(mime)` announces.
    #[wasm_bindgen(constructor)]
    pub fn new(mime: &str) -> Reader {
        Reader(container::Reader::new(mime))
    }

    /// What became playable: start and end of each span, microseconds.
    pub fn append(&mut self, head: &[u8], bytes: u32) -> Vec<f64> {
        let spans = self.0.append(head, bytes.into(), &Settings::default());
        spans.iter().flat_map(|span| [span.start.0 as f64, span.end.0 as f64]).collect()
    }
}
