//! Manifests as a hostile server could write them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::manifest::{RENDITION_LIMIT, read};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let Some(manifest) = read(&text) else { return };
    assert!(manifest.renditions.len() <= RENDITION_LIMIT);
    assert!(manifest.renditions.is_sorted());
    assert!(manifest.playlist.is_none_or(|playlist| playlist.is_sound()));
});
