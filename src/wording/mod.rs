//! Sentences: what a verdict says in the viewer's language.
//!
//! The words are in `extension/_locales`, in the browsers' own format, so that the extension's pages and the core
//! speak from one catalogue and a translator needs to know one file.

mod adjustments;
mod findings;
mod format;
#[cfg(test)]
pub(crate) mod samples;
mod sentences;
#[cfg(test)]
mod tests;

pub use adjustments::{adjusted, adjustment_line};
pub use findings::finding;

pub(crate) use sentences::capitalised;
pub use sentences::{
    Phrase, cause_in_short, clue, ending, headline, not_observed, unchecked, what_you_can_do, whereabouts,
    would_decide, zone_label, zones,
};

use serde::Deserialize;
use std::collections::BTreeMap;

/// The words of one language.
#[derive(Clone, Debug)]
pub struct Words {
    tag: &'static str,
    decimal_point: char,
    messages: BTreeMap<String, Message>,
}

impl Words {
    /// The catalogue that fits a BCP 47 language tag best; English if none does.
    pub fn for_language(tag: &str) -> Words {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let (tag, decimal_point, catalogue) =
            if language.eq_ignore_ascii_case("de") { GERMAN } else { ENGLISH };
        // The catalogues are part of the program and a test reads them: this cannot fail. Were it to, keys would show.
        let catalogue: serde_json::Value = serde_json::from_str(catalogue).unwrap_or_default();
        let messages = BTreeMap::deserialize(&catalogue).unwrap_or_default();
        Words { tag, decimal_point, messages }
    }

    /// The language, for `lang` attributes.
    pub fn tag(&self) -> &'static str {
        self.tag
    }

    /// The names of the placeholders of that message, if there is one.
    fn needs(&self, key: &str) -> Option<Vec<String>> {
        let Message { message, .. } = self.messages.get(key)?;
        Some(message.split('$').skip(1).step_by(2).map(str::to_ascii_lowercase).collect())
    }

    /// Whether there is a message of that key.
    fn has(&self, key: &str) -> bool {
        self.messages.contains_key(key)
    }

    /// The message of that key, its placeholders filled in. A missing message shows as its key.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(Message { message, .. }) = self.messages.get(key) else {
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

#[derive(Clone, Debug, Deserialize)]
struct Message {
    message: String,
    #[cfg(test)]
    #[serde(default)]
    placeholders: BTreeMap<String, serde_json::Value>,
}

/// No list in a sentence has more items than this; evidence has a handful.
const MOST_LISTED: usize = 8;

fn borrowed<'a, const N: usize>(values: &'a [(&'a str, String); N]) -> [(&'a str, &'a str); N] {
    values.each_ref().map(|(name, value)| (*name, value.as_str()))
}

type Catalogue = (&'static str, char, &'static str);
const ENGLISH: Catalogue = ("en", '.', include_str!("../../extension/_locales/en/messages.json"));
const GERMAN: Catalogue = ("de", ',', include_str!("../../extension/_locales/de/messages.json"));
