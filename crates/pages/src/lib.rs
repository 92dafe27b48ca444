//! The WebAssembly of the extension's own pages: cards, the check of what others hand on, the history's figures. Nothing is
//! decided here.

mod history;
mod inspect;
mod share;

use wasm_bindgen::prelude::*;

/// A panic is a bug of ours; without this it would be told as a bare "unreachable executed".
#[wasm_bindgen(start)]
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}
