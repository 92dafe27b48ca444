//! The sentences of the evidence.

use super::{MOST_LISTED, Words, borrowed};
use crate::event::{Span, TrackKind};
use crate::time::{MediaTime, Micros};
use crate::verdict::{Finding, Value};

/// A piece of evidence in a sentence. One without a sentence of its own, or without the numbers that its sentence
/// needs, is told by its id and what numbers it has.
pub fn finding(finding: &Finding, words: &Words) -> String {
    worded(finding, words).unwrap_or_else(|| {
        let value = |(name, value): (&String, &Value)| format!("{} {}", words.name(name), any(value, words));
        let values: Vec<String> = finding.values.iter().take(MOST_LISTED).map(value).collect();
        words.say("finding_other", &[("finding", &words.name(&finding.id)), ("values", &values.join(", "))])
    })
}

/// The ticking end of a live second line.
pub(super) fn since(finding: &Finding, words: &Words) -> Option<String> {
    let time = |name| Some(words.duration(micros(finding, name)?));
    Some(match finding.id.as_str() {
        "first-byte-late" => words.say("live_slow_response_since", &[("time", &time("waited")?)]),
        "body-slow" => {
            let [bytes, time, rate] = rated(finding, words)?;
            words.say(
                "live_slow_transfer_since",
                &borrowed(&[("bytes", bytes), ("time", time), ("rate", rate)]),
            )
        }
        "asked-late" => words.say("live_request_idle_since", &[("time", &time("idle")?)]),
        "appended-late" => words.say("live_append_late_since", &[("time", &time("held")?)]),
        "attempt-failed" => {
            let attempts = words.count("attempts", count(finding, "count")?, &[]);
            words.say("live_http_error_since", &[("attempts", &attempts)])
        }
        _ => return None,
    })
}

fn worded(finding: &Finding, words: &Words) -> Option<String> {
    let time = |name| Some(words.duration(micros(finding, name)?));
    Some(match finding.id.as_str() {
        "buffer-dry" => words.say("finding_buffer_dry", &[("lead", &time("lead")?)]),
        "blocked-on" => {
            let span = Span { start: media(finding, "start")?, end: media(finding, "end")? };
            let host = name(finding, "host").map(|host| words.name(host));
            let values = [
                ("range", words.range(span)),
                ("track", track(name(finding, "track")?, words)),
                ("host", host.unwrap_or_else(|| words.say("host_unknown", &[]))),
            ];
            words.say("finding_blocked_on", &borrowed(&values))
        }
        // A usual wait of nothing at all is one that is not known.
        "first-byte-late" => match time("usual").filter(|_| micros(finding, "usual") > Some(Micros::ZERO)) {
            Some(usual) => {
                words.say("finding_first_byte_late_usual", &[("waited", &time("waited")?), ("usual", &usual)])
            }
            None => words.say("finding_first_byte_late", &[("waited", &time("waited")?)]),
        },
        "body-slow" => match rated(finding, words) {
            Some([transferred, took, rate]) => {
                let values = [("transferred", transferred), ("took", took), ("rate", rate)];
                words.say("finding_body_slow", &borrowed(&values))
            }
            None => words.say("finding_body_slow_bare", &[("took", &time("took")?)]),
        },
        "asked-late" => words.say("finding_asked_late", &[("idle", &time("idle")?)]),
        "attempt-failed" => match count(finding, "status") {
            Some(status) => {
                let status = [("status", status.to_string())];
                words.count("finding_attempt_failed_status", count(finding, "count")?, &borrowed(&status))
            }
            None => words.count("finding_attempt_failed", count(finding, "count")?, &[]),
        },
        "appended-late" => words.say("finding_appended_late", &[("held", &time("held")?)]),
        "data-was-there" => {
            words.say("finding_data_was_there", &[("lead", &words.length(micros(finding, "lead")?))])
        }
        "progress-slow" => words.say("finding_progress_slow", &[]),
        "path-not-split" => words.say("finding_path_not_split", &[]),
        "timing-hidden" => words.say("finding_timing_hidden", &[]),
        _ => return None,
    })
}

/// How much came in what time, and how fast that is.
fn rated(finding: &Finding, words: &Words) -> Option<[String; 3]> {
    let (transferred, took) = (bytes(finding, "transferred")?, micros(finding, "took")?);
    Some([words.bytes(transferred), words.duration(took), words.rate(transferred, took)?])
}

/// A track's kind by its id.
fn track(id: &str, words: &Words) -> String {
    let kinds = [TrackKind::Video, TrackKind::Audio, TrackKind::Muxed];
    kinds.into_iter().find(|kind| kind.id() == id).map_or_else(|| words.name(id), |kind| words.track(kind))
}

fn any(value: &Value, words: &Words) -> String {
    match value {
        Value::Micros(time) => words.duration(*time),
        Value::Media(position) => words.position(*position),
        Value::Bytes(bytes) => words.bytes(*bytes),
        Value::Count(count) => count.to_string(),
        Value::Name(name) => words.name(name),
    }
}

macro_rules! value {
    ($name:ident, $kind:ident, $type:ty) => {
        fn $name(finding: &Finding, name: &str) -> Option<$type> {
            match finding.values.get(name)? {
                Value::$kind(value) => Some(*value),
                _ => None,
            }
        }
    };
}
value!(micros, Micros, Micros);
value!(media, Media, MediaTime);
value!(bytes, Bytes, u64);
value!(count, Count, u64);

fn name<'a>(finding: &'a Finding, name: &str) -> Option<&'a str> {
    match finding.values.get(name)? {
        Value::Name(value) => Some(value),
        _ => None,
    }
}
