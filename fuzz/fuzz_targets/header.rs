//! Headers as a hostile server could write them, a line `name: value` each; and what a hostile page could say of its player.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::header::{Claim, Confession, cmcd, read};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(claim) = cmcd::read(&text) {
        assert!(claim.is_sound());
        let recorded = serde_json::to_vec(&claim).unwrap();
        assert_eq!(serde_json::from_slice::<Claim>(&recorded).unwrap(), claim);
    }
    let Some(confession) = read(&text) else { return };
    assert!(confession.is_sound());
    let recorded = serde_json::to_vec(&confession).unwrap();
    assert_eq!(
        serde_json::from_slice::<Confession>(&recorded).unwrap(),
        confession
    );
});
