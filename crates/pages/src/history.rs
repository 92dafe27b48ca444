//! The stats page: figures of the history, and evidence that is read in.

use crate::inspect::verified;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use whystall::history::{Hour, Question, answer};
use whystall::read::json;

/// Answers a [`Question`] from [`Hour`]s: [`whystall::history::Answer`]. All three as JSON.
#[wasm_bindgen]
pub fn history_answer(hours: &str, question: &str) -> Result<String, JsError> {
    let hours: Vec<Hour> = json(hours)?;
    let question: Question = json(question)?;
    Ok(serde_json::to_string(&answer(&hours, &question))?)
}

#[derive(Serialize)]
struct Verified {
    id: String,
    report: String,
}

/// Replays a bundle: its hash and its verdict as `{"id", "report"}`. One that is not what it says is an exception.
#[wasm_bindgen]
pub fn history_verify(bundle: &str) -> Result<String, JsError> {
    let (bundle, id) = verified(bundle.as_bytes()).map_err(|error| JsError::new(&error.to_string()))?;
    let report = String::from_utf8(bundle.report.to_bytes())?;
    Ok(serde_json::to_string(&Verified { id, report })?)
}
