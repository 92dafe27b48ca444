//! What someone handed on, checked: a card or a bundle.

use serde::Serialize;
use wasm_bindgen::prelude::*;
use whystall::bundle::{Bundle, BundleError};
use whystall::view::{self, Node};
use whystall::wording::Words;
use whystall_picture::{PictureError, is_picture, open};

/// Checks a file as `whystall verify` does. Answers JSON: `good`; `said`, the key of the sentence that sums it up; `why`, what
/// exactly is wrong, in English; and of what is good `hash`, `began` in milliseconds since the epoch (if it has a date), and
/// `view`, the verdict.
#[wasm_bindgen]
pub fn inspect(file: &[u8], catalogue: &str) -> Result<String, JsError> {
    Ok(serde_json::to_string(&inspected(file, &Words::new(catalogue)))?)
}

#[derive(Debug, PartialEq, Serialize)]
struct Inspected {
    good: bool,
    said: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    began: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<Node>,
}

fn inspected(file: &[u8], words: &Words) -> Inspected {
    match checked(file) {
        Ok((said, (bundle, hash))) => {
            let stall = bundle.report.stalls.last();
            Inspected {
                good: true,
                said: if stall.is_some() { said } else { "check_no_stall" },
                why: None,
                hash: Some(hash),
                began: stall.map(|stall| stall.began.wall).filter(|at| at.is_dated()).map(|at| at.0 / 1000),
                view: stall.map(|stall| view::explained(stall, words)),
            }
        }
        Err((said, why)) => {
            Inspected { good: false, said, why: Some(why), hash: None, began: None, view: None }
        }
    }
}

/// A bundle that is what it says, and its hash.
type Whole = (Bundle, String);

/// What is to be said of the bundle, and that; or what is to be said of the file, and why.
fn checked(file: &[u8]) -> Result<(&'static str, Whole), (&'static str, String)> {
    let (said, evidence) = if is_picture(file) {
        ("check_card", open(file).map_err(|error| (of_picture(&error), error.to_string()))?)
    } else {
        ("check_bundle", file.to_vec())
    };
    let verified = verified(&evidence).map_err(|error| (of_bundle(&error), error.to_string()))?;
    Ok((said, verified))
}

/// Read, checked, and replayed to the same verdict.
pub fn verified(evidence: &[u8]) -> Result<Whole, BundleError> {
    let (bundle, hash) = Bundle::parse_with_fingerprint(evidence)?;
    bundle.verify()?;
    Ok((bundle, hash))
}

fn of_picture(error: &PictureError) -> &'static str {
    match error {
        PictureError::NotPng | PictureError::NoEvidence => "check_without",
        PictureError::Newer => "check_newer",
        PictureError::TooLarge { .. } | PictureError::Inflates | PictureError::Size { .. } => {
            "check_too_large"
        }
        PictureError::Truncated
        | PictureError::Damaged { .. }
        | PictureError::Unreadable
        | PictureError::Foreign { .. }
        | PictureError::NoPixels
        | PictureError::AlteredPixels
        | PictureError::AlteredEvidence
        | PictureError::NotWritten { .. } => "check_altered",
    }
}

fn of_bundle(error: &BundleError) -> &'static str {
    match error {
        BundleError::TooLarge { .. } => "check_too_large",
        BundleError::NotText { .. }
        | BundleError::TooDeep { .. }
        | BundleError::NotJson { .. }
        | BundleError::NotABundle => "check_nothing",
        BundleError::Newer { .. } => "check_newer",
        BundleError::OtherModel { .. } => "check_other_model",
        BundleError::OtherVerdict { .. } => "check_other_verdict",
        BundleError::Number { .. }
        | BundleError::NotCanonical { .. }
        | BundleError::Altered { .. }
        | BundleError::Unknown { .. }
        | BundleError::Missing { .. }
        | BundleError::Malformed { .. }
        | BundleError::OutOfBounds { .. } => "check_altered",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use whystall::event::TrackKind::Video;
    use whystall::story::Story;
    use whystall_picture::seal;

    fn said(file: &[u8]) -> (&'static str, bool) {
        let words = Words::for_language("en");
        let inspected = inspected(file, &words);
        assert_eq!(inspected.good, inspected.why.is_none());
        assert_ne!(words.say(inspected.said, &[]), inspected.said, "it has words");
        (inspected.said, inspected.good)
    }

    #[test]
    fn a_date_is_told_where_there_is_one() {
        let bundle = Bundle::seal("test", Story::new(30_000).withhold(Video, 8, 12_000).tell().inputs);
        let began = |bundle: &Bundle| inspected(&bundle.to_bytes(), &Words::for_language("en")).began;
        let wall = bundle.report.stalls.last().unwrap().began.wall;
        assert_eq!(began(&bundle), Some(wall.0 / 1000));
        assert_eq!(began(&bundle.without_date().unwrap()), None);
    }

    #[test]
    fn each_file_is_told_what_it_is() {
        let bundle = Bundle::seal("test", Story::new(30_000).withhold(Video, 8, 12_000).tell().inputs);
        let bytes = bundle.to_bytes();
        let sealed = |evidence: &[u8]| seal(&[7; 16], 2, 2, evidence).unwrap();
        let card = sealed(&bytes);
        assert_eq!(said(&bytes), ("check_bundle", true));
        assert_eq!(said(&card), ("check_card", true));
        assert_eq!(said(&sealed(&Bundle::seal("test", Vec::new()).to_bytes())), ("check_no_stall", true));

        let other = String::from_utf8(bytes.clone()).unwrap().replacen("slow-response", "slow-transfer", 1);
        assert_eq!(said(other.as_bytes()), ("check_altered", false));
        assert_eq!(said(&sealed(other.as_bytes())), ("check_altered", false));
        let mut judged_otherwise = bundle.clone();
        judged_otherwise.report.stalls.clear();
        assert_eq!(said(&judged_otherwise.to_bytes()), ("check_other_verdict", false));
        assert_eq!(said(&sealed(&judged_otherwise.to_bytes())), ("check_other_verdict", false));
        let mut by_other_rules = bundle;
        by_other_rules.report.model += 1;
        assert_eq!(said(&by_other_rules.to_bytes()), ("check_other_model", false));

        let half = &card[..card.len() / 2];
        assert_eq!(said(half), ("check_altered", false));
        assert_eq!(said(b"\xff\xd8\xff\xe0 a picture that a site made of it"), ("check_without", false));
        assert_eq!(said(b"{\"whystall\":9}"), ("check_newer", false));
        assert_eq!(said(b""), ("check_nothing", false));
        assert_eq!(said(b"a letter"), ("check_nothing", false));
        assert_eq!(said(&vec![b' '; 9 << 20]), ("check_too_large", false));
    }
}
