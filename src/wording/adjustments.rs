//! The sentences of an adjustment. A reason is given only where what was measured is one.

use super::{Phrase, Words};
use crate::adjustment::{Adjustment, Size};
use crate::time::Micros;

/// What is played, instead of what, for how long, and why if that is known.
pub fn adjusted(adjustment: &Adjustment, words: &Words) -> Phrase {
    let (from, to) = (quality(adjustment.from), quality(adjustment.to));
    let key = if adjustment.ended.is_some() { "adjusted_over" } else { "adjusted" };
    // A character that no message or name holds marks where the sentence is cut.
    let sentence = words.say(key, &[("to", &to), ("from", &from), ("since", "\0")]);
    let (before, after) = sentence.split_once('\0').unwrap_or((&sentence, ""));
    let ticking = words.say("adjusted_since", &[("time", &words.about(adjustment.played))]);
    let ticking = if adjustment.played < Micros::from_millis(1000) { String::new() } else { ticking };
    let reason = adjustment.short.map(|short| {
        let (came, needed) = (words.bitrate(short.came), words.bitrate(short.needed));
        format!(" {}", words.say("adjusted_short", &[("came", &came), ("needed", &needed), ("from", &from)]))
    });
    Phrase { before: before.to_owned(), ticking, after: format!("{after}{}", reason.unwrap_or_default()) }
}

/// The same in a list.
pub fn adjustment_line(adjustment: &Adjustment, words: &Words) -> String {
    let position = words.position(adjustment.began.media);
    words.say(
        "adjustment_line",
        &[("position", &position), ("sentence", &adjusted(adjustment, words).to_string())],
    )
}

/// As players name it: by the number of lines, which is the shorter side of an upright picture.
fn quality((width, height): Size) -> String {
    format!("{}p", width.min(height))
}
