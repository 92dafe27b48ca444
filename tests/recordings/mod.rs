//! Where recorded evidence is.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of recordings under `root`, `CAUSE/CASE`, in the order of their names.
pub fn folders(root: &Path) -> Vec<PathBuf> {
    let within = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let mut folders: Vec<PathBuf> = within(root).iter().flat_map(|cause| within(cause)).collect();
    folders.sort();
    folders
}

/// Those of this repository.
pub fn all() -> Vec<PathBuf> {
    folders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay"))
}
