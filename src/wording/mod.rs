//! Sentences: what a verdict says in the viewer's language.
//!
//! The words are in `extension/_locales`, in the browsers' own format, so that the extension's pages and the core
//! speak from one catalogue and a translator needs to know one file.

mod adjustments;
mod findings;
mod format;
mod places;
#[cfg(test)]
mod review;
#[cfg(test)]
pub(crate) mod samples;
mod sentences;
pub mod talk;
#[cfg(test)]
mod tests;

pub use adjustments::{adjusted, adjustment_line};
pub use findings::finding;
pub use places::{place, table};

pub(crate) use sentences::capitalised;
pub use sentences::{
    Phrase, cause_in_short, clue, ending, headline, not_observed, unchecked, what_you_can_do, whereabouts,
    would_decide, zone_label, zones,
};

use crate::json::Json;

/// The words of one language.
#[derive(Clone, Debug)]
pub struct Words {
    /// Sorted by key.
    messages: Vec<(String, Message)>,
}

impl Words {
    /// The words of a catalogue, `messages.json` of a language. Of one that cannot be read, the keys show.
    pub fn new(catalogue: &str) -> Words {
        let catalogue: Json = serde_json::from_str(catalogue).unwrap_or_default();
        // A JSON object is sorted already.
        let messages = catalogue.as_object().into_iter().flat_map(|messages| messages.iter());
        Words { messages: messages.map(|(key, message)| (key.to_owned(), Message::read(message))).collect() }
    }

    /// The words that fit a BCP 47 language tag best; English if none do. The extension itself takes those that the
    /// browser takes, so that they need not be part of the core.
    pub fn for_language(tag: &str) -> Words {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Words::new(if language.eq_ignore_ascii_case("de") { GERMAN } else { ENGLISH })
    }

    /// The language, for `lang` attributes.
    pub fn tag(&self) -> String {
        self.say("language", &[])
    }

    fn message(&self, key: &str) -> Option<&str> {
        let at = self.messages.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.messages.get(at).map(|(_, message)| message.message.as_str())
    }

    /// The names of the placeholders of that message, if there is one.
    fn needs(&self, key: &str) -> Option<Vec<String>> {
        Some(self.message(key)?.split('$').skip(1).step_by(2).map(str::to_ascii_lowercase).collect())
    }

    /// Whether there is a message of that key.
    fn has(&self, key: &str) -> bool {
        self.message(key).is_some()
    }

    /// The message of that key, its placeholders filled in. A missing message shows as its key.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(message) = self.message(key) else {
            return key.to_owned();
        };
        // Text and placeholder take turns at the dollar signs. One pass, so that a value is never expanded itself.
        let fill = |(turn, part)| match turn % 2 {
            0 => part,
            _ => values
                .iter()
                .find(|(name, _)| part == name.to_ascii_uppercase())
                .map_or(part, |(_, value)| *value),
        };
        message.split('$').enumerate().map(fill).collect()
    }

    /// The message that fits this count: `key_one` or `key_other`.
    pub fn count(&self, key: &str, count: u64, values: &[(&str, &str)]) -> String {
        let form = if count == 1 { "one" } else { "other" };
        let count = count.to_string();
        self.say(&format!("{key}_{form}"), &[&[("count", count.as_str())], values].concat())
    }
}

#[derive(Clone, Debug)]
struct Message {
    message: String,
    #[cfg(test)]
    placeholders: std::collections::BTreeMap<String, Option<String>>,
}

impl Message {
    fn read(entry: &Json) -> Message {
        Message {
            message: entry.get("message").and_then(Json::as_str).unwrap_or_default().to_owned(),
            #[cfg(test)]
            placeholders: {
                let placeholders = entry.get("placeholders").and_then(Json::as_object).into_iter();
                let content = |value: &Json| value.get("content")?.as_str().map(str::to_owned);
                placeholders
                    .flat_map(|all| all.iter())
                    .map(|(name, of)| (name.to_owned(), content(of)))
                    .collect()
            },
        }
    }
}

/// No list in a sentence has more items than this; evidence has a handful.
const MOST_LISTED: usize = 8;

fn borrowed<'a, const N: usize>(values: &'a [(&'a str, String); N]) -> [(&'a str, &'a str); N] {
    values.each_ref().map(|(name, value)| (*name, value.as_str()))
}

const ENGLISH: &str = include_str!("../../extension/_locales/en/messages.json");
const GERMAN: &str = include_str!("../../extension/_locales/de/messages.json");
