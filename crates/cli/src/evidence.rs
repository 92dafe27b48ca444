//! Evidence from files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use whystall::bundle::{BYTES_LIMIT, Bundle, BundleError};
use whystall_picture::{PictureError, is_picture, open};

/// Why there is none.
#[derive(Debug)]
pub enum Trouble {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// What it holds is refused.
    Refused(BundleError),
    /// It is a picture, and no card as it was saved.
    Picture(PictureError),
}

/// Read and checked; not replayed.
pub fn parsed(name: &Path) -> Result<Bundle, Trouble> {
    let bytes = read(name).map_err(Trouble::Unreadable)?;
    let bytes = if is_picture(&bytes) { open(&bytes).map_err(Trouble::Picture)? } else { bytes };
    Bundle::parse(&bytes).map_err(Trouble::Refused)
}

/// Read, checked, and replayed to the same verdict.
pub fn verified(name: &Path) -> Result<Bundle, Trouble> {
    let bundle = parsed(name)?;
    bundle.verify().map_err(Trouble::Refused)?;
    Ok(bundle)
}

impl Trouble {
    /// As the help has it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Trouble::Unreadable(_) => 2,
            Trouble::Refused(_) | Trouble::Picture(_) => 1,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Trouble::Unreadable(error) => write!(f, "{error}"),
            Trouble::Refused(error) => write!(f, "{error}"),
            Trouble::Picture(error) => write!(f, "{error}"),
        }
    }
}

/// One byte more than a bundle may have at most: enough to tell that it is too large.
fn read(name: &Path) -> io::Result<Vec<u8>> {
    let most = BYTES_LIMIT as u64 + 1;
    let mut bytes = Vec::new();
    if name == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        File::open(name)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
