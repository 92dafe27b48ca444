//! The sentences of the evidence. A finding's id and values name its message, so that a new one needs words and no code:
//! `finding_{id}_{value}` if it has that value, else `finding_{id}`; each with `_one` and `_other` if it has a `count`.

use super::{MOST_LISTED, Words};
use crate::event::{Span, TrackKind};
use crate::sort::gather;
use crate::verdict::{Finding, Value};
use std::collections::BTreeMap;

/// A piece of evidence in a sentence. One without a sentence of its own, or without the numbers that its sentence
/// needs, is told by its id and what numbers it has.
pub fn finding(finding: &Finding, words: &Words) -> String {
    let stem = format!("finding_{}", finding.id.replace('-', "_"));
    filled(&stem, finding, words).unwrap_or_else(|| {
        let value =
            |(name, value): (&String, &Value)| format!("{} {}", words.name(name), any(name, value, words));
        let values: Vec<String> = finding.values.iter().take(MOST_LISTED).map(value).collect();
        words.say("finding_other", &[("finding", &words.name(&finding.id)), ("values", &values.join(", "))])
    })
}

/// The most telling message of this stem that the finding has all values for, filled in.
pub(super) fn filled(stem: &str, finding: &Finding, words: &Words) -> Option<String> {
    let said = said(finding, words);
    let values: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let form = match finding.values.get("count") {
        Some(Value::Count(1)) => "_one",
        Some(Value::Count(_)) => "_other",
        _ => "",
    };
    let keys = said.keys().map(|name| format!("{stem}_{name}")).chain([stem.to_owned()]);
    let mut forms = keys.flat_map(|key| [format!("{key}{form}"), key]);
    let key = forms.find(|key| {
        words.needs(key).is_some_and(|needed| needed.iter().all(|name| said.contains_key(name.as_str())))
    })?;
    Some(words.say(&key, &values))
}

/// The finding's values, and what follows from them, as they are said.
fn said<'a>(finding: &'a Finding, words: &Words) -> BTreeMap<&'a str, String> {
    let values = &finding.values;
    let mut said: BTreeMap<&str, String> =
        gather(values.iter().map(|(name, value)| (name.as_str(), any(name, value, words))));
    if let (Some(Value::Media(start)), Some(Value::Media(end))) = (values.get("start"), values.get("end")) {
        said.insert("range", words.range(Span { start: *start, end: *end }));
    }
    if let (Some(Value::Bytes(bytes)), Some(Value::Micros(took))) =
        (values.get("transferred"), values.get("took"))
    {
        said.extend(words.rate(*bytes, *took).map(|rate| ("rate", rate)));
    }
    said.entry("host").or_insert_with(|| words.say("host_unknown", &[]));
    said
}

fn any(name: &str, value: &Value, words: &Words) -> String {
    match value {
        Value::Micros(time) => words.duration(*time),
        Value::Media(position) => words.position(*position),
        Value::Bytes(bytes) => words.bytes(*bytes),
        Value::Bitrate(rate) => words.bitrate(*rate),
        Value::Count(count) => count.to_string(),
        Value::Name(id) if name == "track" => track(id, words),
        Value::Name(company) if name == "network" || name == "service" => words.company(company),
        Value::Name(name) => words.name(name),
    }
}

/// A track's kind by its id.
fn track(id: &str, words: &Words) -> String {
    let kinds = [TrackKind::Video, TrackKind::Audio, TrackKind::Muxed];
    kinds.into_iter().find(|kind| kind.id() == id).map_or_else(|| words.name(id), |kind| words.track(kind))
}
