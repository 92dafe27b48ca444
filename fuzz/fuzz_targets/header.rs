//! Headers as a hostile server could write them, a line `name: value` each.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::header::{Confession, read};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let Some(confession) = read(&text) else { return };
    assert!(confession.is_sound());
    let recorded = serde_json::to_vec(&confession).unwrap();
    assert_eq!(
        serde_json::from_slice::<Confession>(&recorded).unwrap(),
        confession
    );
});
