//! The container readers and the table of networks alone, in WebAssembly, built as the extension's core is.

use std::net::Ipv4Addr;
use wasm_bindgen::prelude::*;
use whystall::container::{self, Settings};
use whystall::event::Span;
use whystall_networks::Table;

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

/// The table of networks.
#[wasm_bindgen]
pub struct Networks {
    table: Table,
}

#[wasm_bindgen]
impl Networks {
    /// Of a table's bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Networks, JsError> {
        Ok(Networks { table: Table::read(bytes)? })
    }

    /// Looks up so many IPv4 addresses; how many have a network.
    pub fn look_up(&self, count: u32, seed: u32) -> u32 {
        // A linear congruential generator: Numerical Recipes' constants.
        let next = |last: &u32| Some(last.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let drawn = std::iter::successors(Some(seed), next).take(count as usize);
        drawn.filter(|address| self.table.network(Ipv4Addr::from_bits(*address).into()).is_some()).count()
            as u32
    }
}
