//! The evidence bundle: docs/evidence-format.md.

mod bounds;
mod error;
mod redact;

pub use bounds::{INPUTS_LIMIT, validate_inputs};
pub use error::BundleError;

use crate::canonical::{self, Difference};
use crate::event::{Event, Input};
use crate::json::Json;
use crate::read::{Fault, Read};
use crate::time::Wall;
use crate::verdict::{MODEL, Report};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::convert::Infallible;

/// Version of the format.
pub const FORMAT: u32 = 1;
/// Largest bundle read. 20,000 inputs, the most that a session keeps, are about 3 MB.
pub const BYTES_LIMIT: usize = 8 << 20;
/// Deepest nesting read. A finding's value lies 9 deep.
const DEPTH_LIMIT: usize = 16;
/// The member that holds the hash of all others.
const HASH: &str = "sha256";

/// The evidence of one stall: everything its verdict used, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Version of this format.
    pub whystall: u32,
    /// The program that made it.
    pub build: String,
    /// The recorded inputs, in order.
    pub inputs: Vec<Input>,
    /// What [`crate::explain`] said of them.
    pub report: Report,
}

impl Bundle {
    /// A bundle of these inputs: explains them and records the answer.
    pub fn seal(build: &str, inputs: Vec<Input>) -> Bundle {
        let report = crate::explain::explain(&inputs);
        Bundle { whystall: FORMAT, build: build.to_owned(), inputs, report }
    }

    /// The same with one input more, explained anew.
    pub fn and(&self, event: Event) -> Bundle {
        let at = self.inputs.iter().map(|input| input.at).max().unwrap_or(Wall(0));
        let inputs = self.inputs.iter().cloned().chain([Input { at, event }]);
        Bundle::seal(&self.build, inputs.collect())
    }

    /// Its canonical bytes, hash included.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.sealed().0
    }

    /// The same, and the hash, which [`Bundle::fingerprint`] would compute anew.
    pub fn sealed(&self) -> (Vec<u8>, String) {
        let mut bytes = canonical::to_bytes(self);
        let hash = hash(&bytes);
        // The hash is the last member but one.
        let last = format!(",\"whystall\":{}}}", self.whystall);
        bytes.truncate(bytes.len().saturating_sub(last.len()));
        bytes.extend(format!(",\"{HASH}\":\"{hash}\"{last}").bytes());
        (bytes, hash)
    }

    /// Reads and checks form and hash of a bundle (not yet that a replay agrees, see [`Bundle::verify`]).
    pub fn parse(bytes: &[u8]) -> Result<Bundle, BundleError> {
        Bundle::parse_with_fingerprint(bytes).map(|(bundle, _)| bundle)
    }

    /// The same, and the hash that was checked: [`Bundle::fingerprint`] would compute it anew.
    pub fn parse_with_fingerprint(bytes: &[u8]) -> Result<(Bundle, String), BundleError> {
        let mut content = read(bytes)?;
        let format = content.get("whystall").and_then(Json::as_u64);
        match format {
            Some(format) if format > u64::from(FORMAT) => {
                return Err(BundleError::Newer { format });
            }
            Some(1..) => {}
            _ => return Err(BundleError::NotABundle),
        }
        if let Some(place) = canonical::inexact(&content) {
            return Err(BundleError::Number { place });
        }
        if let Json::Object(members) = &mut content {
            members.remove(HASH);
        }
        let bundle = Bundle::read(&&content);
        // A good one is, hash and all, what would be written of what was read. What is wrong with another is looked for then.
        let good = bundle.as_ref().ok().map(Bundle::sealed).filter(|(sealed, _)| sealed == bytes);
        let Some((_, fingerprint)) = good else { return Err(refusal(bytes, bundle)) };
        let bundle = bundle.map_err(malformed)?;
        let model = u64::from(bundle.report.model);
        if model != u64::from(MODEL) {
            return Err(BundleError::OtherModel { model });
        }
        bounds::validate_build(&bundle.build)?;
        validate_inputs(&bundle.inputs)?;
        Ok((bundle, fingerprint))
    }

    /// Seals good inputs anew, whatever verdict is beside them and whatever hash: what the rules of today say of a recording.
    pub fn rejudge(bytes: &[u8]) -> Result<Bundle, BundleError> {
        let content = read(bytes)?;
        let build = content.get("build").and_then(Json::as_str).ok_or(BundleError::NotABundle)?;
        let inputs = content.get("inputs").ok_or(BundleError::NotABundle)?;
        let inputs = Vec::<Input>::read(&inputs).map_err(malformed)?;
        bounds::validate_build(build)?;
        validate_inputs(&inputs)?;
        Ok(Bundle::seal(build, inputs))
    }

    /// Replays the inputs and compares.
    pub fn verify(&self) -> Result<(), BundleError> {
        let replayed = crate::explain::explain(&self.inputs);
        // What is equal is written in the same bytes.
        if self.report == replayed {
            return Ok(());
        }
        let (recorded, replayed) = (self.report.to_bytes(), replayed.to_bytes());
        let place = canonical::difference(&tree(&recorded), &tree(&replayed)).map(Difference::place);
        Err(BundleError::OtherVerdict { place: format!("report{}", place.unwrap_or_default()) })
    }

    /// Lower-case hexadecimal SHA-256 over the canonical content.
    pub fn fingerprint(&self) -> String {
        hash(&canonical::to_bytes(self))
    }
}

/// What bytes that were just written say.
fn tree(written: &[u8]) -> Json<'_> {
    str::from_utf8(written).ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Any JSON of bounded size and depth.
fn read(bytes: &[u8]) -> Result<Json<'_>, BundleError> {
    if bytes.len() > BYTES_LIMIT {
        return Err(BundleError::TooLarge { bytes: bytes.len() });
    }
    let text = str::from_utf8(bytes).map_err(|error| BundleError::NotText { at: error.valid_up_to() })?;
    if let Some(at) = too_deep(bytes) {
        return Err(BundleError::TooDeep { at });
    }
    serde_json::from_str(text).map_err(|error| BundleError::NotJson { why: error.to_string() })
}

/// Where brackets are nested too deep. Looked for before reading, so that a reader's own limits do not matter.
fn too_deep(json: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in json.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_LIMIT {
            return Some(at);
        }
    }
    None
}

/// What is wrong with bytes of JSON that are not what would be written of the bundle that was read of them, if one was.
fn refusal(bytes: &[u8], bundle: Result<Bundle, Fault>) -> BundleError {
    let refused = || -> Result<Infallible, BundleError> {
        let mut content = read(bytes)?;
        check_canonical(&content, bytes)?;
        check_hash(&mut content)?;
        let model = content.get("report").and_then(|report| report.get("model")?.as_u64());
        if let Some(model) = model.filter(|model| *model != u64::from(MODEL)) {
            return Err(BundleError::OtherModel { model });
        }
        // Reading passes over members it does not know where an input's parts are flattened into one object, and takes
        // an absent member for null.
        let written = canonical::to_bytes(&bundle.map_err(malformed)?);
        match canonical::difference(&content, &tree(&written)) {
            Some(Difference::Extra(place)) => Err(BundleError::Unknown { place }),
            Some(Difference::Missing(place)) => Err(BundleError::Missing { place }),
            changed => {
                let place = changed.map(Difference::place).unwrap_or_default();
                Err(BundleError::Malformed { why: format!("{place} is written otherwise") })
            }
        }
    };
    let Err(error) = refused();
    error
}

fn malformed(fault: Fault) -> BundleError {
    BundleError::Malformed { why: fault.to_string() }
}

fn check_canonical(content: &Json, bytes: &[u8]) -> Result<(), BundleError> {
    let canonical = canonical::to_bytes(content);
    if canonical == bytes {
        return Ok(());
    }
    let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b);
    Err(BundleError::NotCanonical { at: same.count() })
}

/// Takes the hash out of the content and holds the rest against it.
fn check_hash(content: &mut Json) -> Result<(), BundleError> {
    let stated = if let Json::Object(members) = content { members.remove(HASH) } else { None };
    let stated = stated.and_then(|stated| Some(stated.as_str()?.to_owned()));
    let computed = hash(&canonical::to_bytes(content));
    if stated.as_ref() == Some(&computed) {
        return Ok(());
    }
    Err(BundleError::Altered { stated, computed })
}
