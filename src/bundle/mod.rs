//! The evidence bundle: docs/evidence-format.md.

mod bounds;
mod canonical;
mod error;
mod redact;

pub use bounds::{INPUTS_LIMIT, validate_inputs};
pub use error::BundleError;

use crate::event::Input;
use crate::read::Read;
use crate::verdict::{MODEL, Report};
use canonical::Difference;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Version of the format.
pub const FORMAT: u32 = 1;
/// Largest bundle read. 20,000 inputs, the most that a session keeps, are about 3 MB.
pub const BYTES_LIMIT: usize = 8 << 20;
/// Deepest nesting read. A finding's value lies 9 deep.
const DEPTH_LIMIT: usize = 16;
/// The member that holds the hash of all others.
const HASH: &str = "sha256";

/// The evidence of one stall: everything its verdict used, and the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        let report = crate::explain(&inputs);
        Bundle { whystall: FORMAT, build: build.to_owned(), inputs, report }
    }

    /// Its canonical bytes, hash included.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut content = value(self);
        let hash = hash(&content);
        if let Value::Object(members) = &mut content {
            members.insert(HASH.to_owned(), Value::from(hash));
        }
        canonical::to_bytes(&content)
    }

    /// Reads and checks form and hash of a bundle (not yet that a replay agrees, see [`Bundle::verify`]).
    pub fn parse(bytes: &[u8]) -> Result<Bundle, BundleError> {
        let mut content = read(bytes)?;
        let format = content.get("whystall").and_then(Value::as_u64);
        match format {
            Some(format) if format > u64::from(FORMAT) => {
                return Err(BundleError::Newer { format });
            }
            Some(1..) => {}
            _ => return Err(BundleError::NotABundle),
        }
        check_canonical(&content, bytes)?;
        check_hash(&mut content)?;
        let model = content.pointer("/report/model").and_then(Value::as_u64);
        if let Some(model) = model.filter(|model| *model != u64::from(MODEL)) {
            return Err(BundleError::OtherModel { model });
        }
        let bundle = Bundle::deserialize(&content)
            .map_err(|error| BundleError::Malformed { why: error.to_string() })?;
        // Reading passes over members it does not know where an input's parts are flattened into one object, and takes
        // an absent member for null. Writing tells.
        match canonical::difference(&content, &value(&bundle)) {
            None => {}
            Some(Difference::Extra(place)) => return Err(BundleError::Unknown { place }),
            Some(Difference::Missing(place)) => return Err(BundleError::Missing { place }),
            Some(Difference::Changed(place)) => {
                let why = format!("{place} is written otherwise");
                return Err(BundleError::Malformed { why });
            }
        }
        bounds::validate_build(&bundle.build)?;
        validate_inputs(&bundle.inputs)?;
        Ok(bundle)
    }

    /// Seals good inputs anew, whatever verdict is beside them and whatever hash: what the rules of today say of a recording.
    pub fn rejudge(bytes: &[u8]) -> Result<Bundle, BundleError> {
        let content = read(bytes)?;
        let build = content.get("build").and_then(Value::as_str).ok_or(BundleError::NotABundle)?;
        let inputs = content.get("inputs").ok_or(BundleError::NotABundle)?;
        let inputs =
            Vec::<Input>::read(&inputs).map_err(|fault| BundleError::Malformed { why: fault.to_string() })?;
        bounds::validate_build(build)?;
        validate_inputs(&inputs)?;
        Ok(Bundle::seal(build, inputs))
    }

    /// Replays the inputs and compares.
    pub fn verify(&self) -> Result<(), BundleError> {
        let replayed = crate::explain(&self.inputs);
        match canonical::difference(&value(&self.report), &value(&replayed)) {
            None => Ok(()),
            Some(Difference::Extra(place) | Difference::Missing(place) | Difference::Changed(place)) => {
                Err(BundleError::OtherVerdict { place: format!("report{place}") })
            }
        }
    }

    /// Lower-case hexadecimal SHA-256 over the canonical content.
    pub fn fingerprint(&self) -> String {
        hash(&value(self))
    }
}

/// Canonical bytes of what is made of structs, vectors and maps with string keys.
pub(crate) fn canonical_bytes(content: &impl Serialize) -> Vec<u8> {
    canonical::to_bytes(&value(content))
}

fn value(content: &impl Serialize) -> Value {
    // By way of text, which snapshots are written as too: `to_value` would be as much code again for every type.
    // Writing fails only for maps with other keys than strings and for errors that a type makes up: none here.
    let text = serde_json::to_string(content).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn hash(content: &Value) -> String {
    let digest = Sha256::digest(canonical::to_bytes(content));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Any JSON of bounded size and depth.
fn read(bytes: &[u8]) -> Result<Value, BundleError> {
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

fn check_canonical(content: &Value, bytes: &[u8]) -> Result<(), BundleError> {
    if let Some(place) = canonical::inexact(content) {
        return Err(BundleError::Number { place });
    }
    let canonical = canonical::to_bytes(content);
    if canonical == bytes {
        return Ok(());
    }
    let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b);
    Err(BundleError::NotCanonical { at: same.count() })
}

/// Takes the hash out of the content and holds the rest against it.
fn check_hash(content: &mut Value) -> Result<(), BundleError> {
    let stated = content.as_object_mut().and_then(|members| members.remove(HASH));
    let stated = stated.and_then(|stated| Some(stated.as_str()?.to_owned()));
    let computed = hash(content);
    if stated.as_ref() == Some(&computed) {
        return Ok(());
    }
    Err(BundleError::Altered { stated, computed })
}
