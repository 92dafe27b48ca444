//! What is wrong with a card, in plain English.

use super::{EVIDENCE_LIMIT, FILE_LIMIT, PIXELS_LIMIT, VERSION};
use std::fmt;

/// What is wrong with a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// No PNG.
    NotPng,
    /// Larger than a card may be.
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It ends in the middle.
    Truncated,
    /// A checksum does not hold.
    Damaged {
        /// Of which chunk.
        chunk: String,
        /// Where that begins.
        at: usize,
    },
    /// A PNG, but nothing of ours is in it.
    NoEvidence,
    /// Of a later version.
    Newer,
    /// What should be evidence cannot be read as such.
    Unreadable,
    /// The evidence is far larger than its chunk.
    Inflates,
    /// It holds something that no card holds.
    Foreign {
        /// What.
        what: String,
    },
    /// No or too many pixels.
    Size {
        /// As stated.
        width: u32,
        /// As stated.
        height: u32,
    },
    /// The pixels cannot be read.
    NoPixels,
    /// The pixels are others than when it was made.
    AlteredPixels,
    /// The evidence is another than when it was made.
    AlteredEvidence,
    /// It cannot be written.
    NotWritten {
        /// Why not.
        why: String,
    },
}

impl fmt::Display for PictureError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PictureError::NotPng => write!(f, "no PNG, as which Whystall saves its cards"),
            PictureError::TooLarge { bytes } => {
                write!(f, "too large: at least {bytes} bytes, at most {FILE_LIMIT} are read")
            }
            PictureError::Truncated => write!(f, "the picture is cut off"),
            PictureError::Damaged { chunk, at } => {
                write!(f, "altered or damaged: the chunk `{chunk}` at byte {at} has another checksum")
            }
            PictureError::NoEvidence => write!(
                f,
                "a picture without evidence: sites that shrink pictures take it out; ask for the file itself"
            ),
            PictureError::Newer => {
                write!(f, "made by a newer Whystall: this program reads cards of version {VERSION}")
            }
            PictureError::Unreadable => write!(f, "altered: the evidence in the picture can't be read"),
            PictureError::Inflates => {
                write!(f, "the evidence in the picture is larger than the {EVIDENCE_LIMIT} bytes that are read")
            }
            PictureError::Foreign { what } => {
                write!(f, "altered: it has {what}, as no card does when Whystall has saved it")
            }
            PictureError::Size { width, height } => {
                write!(f, "{width} by {height} pixels: a card has 1 to {PIXELS_LIMIT}")
            }
            PictureError::NoPixels => write!(f, "altered or damaged: the pixels can't be read"),
            PictureError::AlteredPixels => {
                write!(f, "altered: the pixels are not those that the evidence was sealed with")
            }
            PictureError::AlteredEvidence => {
                write!(f, "altered: the evidence is not what the picture was sealed with")
            }
            PictureError::NotWritten { why } => write!(f, "the picture can't be written: {why}"),
        }
    }
}

impl std::error::Error for PictureError {}
