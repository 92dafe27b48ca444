//! What is wrong with a bundle, in plain English.

use super::{BYTES_LIMIT, DEPTH_LIMIT, FORMAT};
use crate::verdict::MODEL;
use std::fmt;

/// Longest piece of a bundle's own text that is repeated in an error, characters.
const QUOTED: usize = 160;

/// What is wrong with a bundle. Positions count bytes from 0; places are paths such as `inputs[3].host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// Larger than a bundle may be.
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not UTF-8.
    NotText {
        /// The first byte that is not.
        at: usize,
    },
    /// Nested deeper than any bundle.
    TooDeep {
        /// The bracket that is too much.
        at: usize,
    },
    /// Not JSON.
    NotJson {
        /// What a JSON reader says, with line and column.
        why: String,
    },
    /// JSON, but not a bundle.
    NotABundle,
    /// Of a later version of the format.
    Newer {
        /// Which.
        format: u64,
    },
    /// A number that is not an integer between ±(2^53 - 1).
    Number {
        /// Where.
        place: String,
    },
    /// Other bytes than a bundle of this content has: spaces, order, escapes, a member given twice.
    NotCanonical {
        /// The first of them.
        at: usize,
    },
    /// The content has another hash than is stated: it was altered since it was made.
    Altered {
        /// As stated; `None` if nothing is.
        stated: Option<String>,
        /// As computed.
        computed: String,
    },
    /// Made by other rules.
    OtherModel {
        /// Which.
        model: u64,
    },
    /// A member that the format does not have.
    Unknown {
        /// Which.
        place: String,
    },
    /// A member that the format demands.
    Missing {
        /// Which.
        place: String,
    },
    /// A value of another kind than the format has.
    Malformed {
        /// What is wrong with it.
        why: String,
    },
    /// A value beyond what can be.
    OutOfBounds {
        /// Where.
        place: String,
        /// What is allowed.
        allowed: String,
    },
    /// The replay says something else than what is recorded.
    OtherVerdict {
        /// Where they first differ.
        place: String,
    },
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            BundleError::TooLarge { bytes } => {
                write!(f, "too large: at least {bytes} bytes, at most {BYTES_LIMIT} are read")
            }
            BundleError::NotText { at } => write!(f, "not text: byte {at} is not UTF-8"),
            BundleError::TooDeep { at } => {
                write!(f, "nested more than {DEPTH_LIMIT} deep at byte {at}")
            }
            BundleError::NotJson { why } => write!(f, "not JSON: {}", Quoted(why)),
            BundleError::NotABundle => {
                write!(f, "not Whystall evidence: no format version in member `whystall`")
            }
            BundleError::Newer { format } => {
                write!(f, "made by a newer Whystall: format {format}, and this program reads format {FORMAT}")
            }
            BundleError::Number { place } => {
                write!(f, "`{}` is no integer between -(2^53 - 1) and 2^53 - 1", Quoted(place))
            }
            BundleError::NotCanonical { at } => {
                write!(f, "altered: not in canonical form from byte {at} on")
            }
            BundleError::Altered { stated: Some(stated), computed } => {
                write!(f, "altered since it was made: states SHA-256 {}, has {computed}", Quoted(stated))
            }
            BundleError::Altered { stated: None, computed } => {
                write!(f, "states no SHA-256 in member `sha256`; has {computed}")
            }
            BundleError::OtherModel { model } => {
                write!(f, "made with model {model}: not replayable here, where model {MODEL} is in use")
            }
            BundleError::Unknown { place } => {
                write!(f, "`{}` is not part of format {FORMAT}", Quoted(place))
            }
            BundleError::Missing { place } => write!(f, "`{}` is missing", Quoted(place)),
            BundleError::Malformed { why } => write!(f, "malformed: {}", Quoted(why)),
            BundleError::OutOfBounds { place, allowed } => {
                write!(f, "`{}` is out of bounds: {allowed}", Quoted(place))
            }
            BundleError::OtherVerdict { place } => {
                write!(f, "the replay differs from the recorded verdict at `{}`", Quoted(place))
            }
        }
    }
}

impl std::error::Error for BundleError {}

/// Text of a stranger's, made fit for a terminal: short, and nothing in it commands.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let text = self.0.strip_prefix('.').unwrap_or(self.0);
        for c in text.chars().take(QUOTED) {
            match c {
                ' '..='~' => write!(f, "{c}")?,
                other => write!(f, "{}", other.escape_unicode())?,
            }
        }
        if text.chars().nth(QUOTED).is_some() {
            write!(f, "...")?;
        }
        Ok(())
    }
}
