//! Facts as objects of JavaScript.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use whystall::record::Record;

/// Any value; one that is no object has no fields.
pub struct Object(pub JsValue);

impl Object {
    fn get(&self, name: &str) -> Option<JsValue> {
        Reflect::get(&self.0, &name.into()).ok()
    }
}

impl Record for Object {
    fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null() && !value.is_undefined())
    }
    fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }
    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }
    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_string()
    }
    fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.get(name)?.dyn_ref::<Array>()?.iter().map(|number| number.as_f64()).collect()
    }
    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        Some(self.get(name)?.dyn_ref::<Uint8Array>()?.to_vec())
    }
}
