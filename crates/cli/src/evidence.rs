//! Evidence from files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use whystall::bundle::{BYTES_LIMIT, Bundle, BundleError};
use whystall_picture::{FILE_LIMIT, PictureError};

/// What a file holds.
pub struct Evidence {
    /// The evidence.
    pub bundle: Bundle,
    /// Its hash.
    pub sha256: String,
    /// It came in a card, whose picture is as it was saved.
    pub in_card: bool,
}

/// Why there is none.
#[derive(Debug)]
pub enum Trouble {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// The directory has no file that could be evidence.
    Nothing,
    /// It is a picture, and no card as it was saved.
    NoCard(PictureError),
    /// What it holds is refused.
    Refused(BundleError),
}

/// Read and checked; not replayed.
pub fn parsed(name: &Path) -> Result<Evidence, Trouble> {
    let bytes = read(name).map_err(Trouble::Unreadable)?;
    let in_card = whystall_picture::is_picture(&bytes);
    let bytes = if in_card { whystall_picture::open(&bytes).map_err(Trouble::NoCard)? } else { bytes };
    let (bundle, sha256) = Bundle::parse_with_fingerprint(&bytes).map_err(Trouble::Refused)?;
    Ok(Evidence { bundle, sha256, in_card })
}

/// Read, checked, and replayed to the same verdict.
pub fn verified(name: &Path) -> Result<Evidence, Trouble> {
    let evidence = parsed(name)?;
    evidence.bundle.verify().map_err(Trouble::Refused)?;
    Ok(evidence)
}

impl Trouble {
    /// As the help has it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Trouble::Unreadable(_) | Trouble::Nothing => 2,
            Trouble::NoCard(PictureError::Newer)
            | Trouble::Refused(BundleError::Newer { .. } | BundleError::OtherModel { .. }) => 3,
            Trouble::NoCard(_) | Trouble::Refused(_) => 1,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Trouble::Unreadable(error) => write!(f, "{error}"),
            Trouble::Nothing => write!(f, "no *.whystall or *.png in this directory"),
            Trouble::NoCard(error) => write!(f, "{error}"),
            Trouble::Refused(error) => write!(f, "{error}"),
        }
    }
}

/// Largest file read.
const LARGEST: usize = if FILE_LIMIT > BYTES_LIMIT { FILE_LIMIT } else { BYTES_LIMIT };

/// One byte more than a file may have at most: enough to tell that it is too large.
fn read(name: &Path) -> io::Result<Vec<u8>> {
    let most = LARGEST as u64 + 1;
    let mut bytes = Vec::new();
    if name == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(name)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
