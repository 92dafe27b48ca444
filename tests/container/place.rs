//! Where a SourceBuffer puts what is appended: as real ones did (tests/e2e/placement.test.mjs compares them).

use crate::walker::{Format, Walker};
use crate::{Buffer, media, union};
use serde::Deserialize;
use whystall::container::{Reader, Settings};
use whystall::event::Span;
use whystall::time::{MediaTime, micros_from_seconds};

#[derive(Deserialize)]
struct Case {
    name: String,
    r#type: String,
    steps: Vec<Step>,
    buffered: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Step {
    append: Option<String>,
    from: Option<usize>,
    to: Option<usize>,
    /// `timestampOffset` after `appendBuffer` was called.
    at: Option<f64>,
    window: Option<(f64, Option<f64>)>,
    mode: Option<String>,
    abort: Option<bool>,
    r#type: Option<String>,
}

fn micros(seconds: f64) -> i64 {
    micros_from_seconds(seconds).unwrap()
}

fn format(mime: &str) -> Format {
    if mime.contains("webm") { Format::WebM } else { Format::Mp4 }
}

/// What is held after these steps.
fn play(case: &Case) -> Vec<Span> {
    let mut buffer = Buffer::new(format(&case.r#type));
    let mut settings = Settings::default();
    let mut held = Vec::new();
    for step in &case.steps {
        if let Some((start, end)) = step.window {
            let end = end.map_or(MediaTime::MAX, |end| MediaTime(micros(end)));
            settings.window = Span { start: MediaTime(micros(start)), end };
        }
        settings.sequence |= step.mode.is_some();
        if step.abort.is_some() {
            settings.aborted = true;
            buffer.walker = Walker::new(format(&case.r#type));
        }
        if let Some(mime) = &step.r#type {
            buffer.walker = Walker::new(format(mime));
            buffer.reader.retype(mime);
        }
        if let Some(name) = &step.append {
            let bytes = media(name);
            settings.offset = micros(step.at.unwrap_or(0.0));
            let part = &bytes[step.from.unwrap_or(0)..step.to.unwrap_or(bytes.len())];
            held.extend(buffer.append_with(part, &settings));
            settings.aborted = false;
        }
    }
    union(held)
}

#[test]
fn puts_media_where_browsers_do() {
    /// A sample, as in placement.test.mjs.
    const SAMPLE: i64 = 45_000;
    let cases = String::from_utf8(media("placement.json")).unwrap();
    for case in serde_json::from_str::<Vec<Case>>(&cases).unwrap() {
        let held = play(&case);
        let ends = |span: &Span| [span.start.0, span.end.0];
        let seen: Vec<i64> = held.iter().flat_map(ends).collect();
        let expected: Vec<i64> = case.buffered.iter().flatten().map(|&seconds| micros(seconds)).collect();
        let close = seen.iter().zip(&expected).all(|(a, b)| (a - b).abs() < SAMPLE);
        assert!(close && seen.len() == expected.len(), "{}: {held:?}", case.name);
    }
}

#[test]
fn the_place_in_a_sequence_is_in_a_snapshot() {
    let mut buffer = Buffer::new(Format::Mp4);
    let settings = Settings { sequence: true, ..Settings::default() };
    let bytes = media("video.mp4");
    buffer.append_with(&bytes, &settings);
    let snapshot = serde_json::to_string(&buffer.reader).unwrap();
    buffer.reader = serde_json::from_str::<Reader>(&snapshot).unwrap();
    assert_eq!(buffer.append_with(&bytes, &settings), [crate::span(2_000_000, 4_000_000)]);
}
