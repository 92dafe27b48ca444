//! The files that names on the command line mean.

use crate::evidence::Trouble;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A file to read, or what is wrong with a name.
pub type Found = Result<PathBuf, (PathBuf, Trouble)>;

/// A name stands for itself, whatever it is called; that of a directory for all in it and below that can be evidence. One
/// directory's names at a time are held, to be sorted.
pub fn all(names: Vec<PathBuf>) -> impl Iterator<Item = Found> + Send {
    names.into_iter().flat_map(|name| -> Box<dyn Iterator<Item = Found> + Send> {
        if name.is_dir() { Box::new(within(name)) } else { Box::new(std::iter::once(Ok(name))) }
    })
}

/// Links are followed; one that leads back up is an error of its own. An error, too, is a directory without any: nothing
/// was verified there.
fn within(dir: PathBuf) -> impl Iterator<Item = Found> + Send {
    let mut entries = WalkDir::new(&dir).follow_links(true).sort_by_file_name().into_iter();
    let mut empty = true;
    std::iter::from_fn(move || {
        for entry in entries.by_ref() {
            let found = match entry {
                Ok(entry) if entry.file_type().is_file() && can_be_evidence(entry.path()) => {
                    Ok(entry.into_path())
                }
                Ok(_) => continue,
                Err(error) => {
                    let name = error.path().unwrap_or(&dir).to_owned();
                    Err((name, Trouble::Unreadable(error.into())))
                }
            };
            empty = false;
            return Some(found);
        }
        std::mem::take(&mut empty).then(|| Err((dir.clone(), Trouble::Nothing)))
    })
}

fn can_be_evidence(name: &Path) -> bool {
    let extension = name.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["whystall", "png"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
