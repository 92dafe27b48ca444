//! Facts as objects of JavaScript.

use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use whystall::read::Source;

/// Any value; one that is no object has no members.
#[derive(Clone)]
pub struct Object(pub JsValue);

impl Source for Object {
    fn is_null(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }
    fn whole(&self) -> Option<i128> {
        let number = self.number()?;
        let whole = number as i64;
        (whole as f64 == number).then_some(whole.into())
    }
    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }
    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }
    fn text(&self) -> Option<String> {
        self.0.as_string()
    }
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.0.dyn_ref::<Uint8Array>()?.to_vec())
    }
    fn items(&self) -> Option<Vec<Object>> {
        Some(self.0.dyn_ref::<Array>()?.iter().map(Object).collect())
    }
    fn names(&self) -> Vec<String> {
        let record: Option<&js_sys::Object> = self.0.dyn_ref();
        let names = record.map(js_sys::Object::keys).unwrap_or_default();
        names.iter().filter_map(|name| name.as_string()).collect()
    }
    fn member(&self, name: &str) -> Option<Object> {
        Reflect::get(&self.0, &name.into()).ok().map(Object).filter(|value| !value.is_null())
    }
}
