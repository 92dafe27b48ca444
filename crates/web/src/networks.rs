//! The table of networks, for the background: loaded when a stall first asks where a server is.

use super::to_js;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use whystall_networks::{Stands, Table};

/// The table.
#[wasm_bindgen]
pub struct Networks {
    table: Table,
}

#[derive(Serialize)]
struct Found<'a> {
    asn: Option<u32>,
    name: Option<&'a str>,
    service: Option<&'a str>,
    stands: &'static str,
    table: u32,
}

#[wasm_bindgen]
impl Networks {
    /// Of a table's bytes. Others are an exception.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Networks, JsError> {
        Ok(Networks { table: Table::read(bytes)? })
    }

    /// What is known of the server of this name at this address, as a `Placed` fact has it (`src/wire.rs`); `null` if nothing is.
    pub fn find(&self, host: &str, address: &str) -> Result<JsValue, JsError> {
        let network = address.parse().ok().and_then(|address| self.table.network(address));
        let convention = self.table.convention(host);
        let found = Found {
            asn: network.map(|network| network.number),
            name: network.map(|network| network.name),
            service: convention.map(|convention| convention.service.as_str()),
            stands: convention.map_or(Stands::Anywhere, |convention| convention.stands).id(),
            table: self.table.date(),
        };
        to_js(&(network.is_some() || convention.is_some()).then_some(found))
    }
}
