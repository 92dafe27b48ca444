//! Evidence files. One that is accepted reads the same when written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::bundle::Bundle;

fuzz_target!(|data: &[u8]| {
    if let Ok(bundle) = Bundle::parse(data) {
        assert_eq!(Bundle::parse(&bundle.to_bytes()), Ok(bundle.clone()));
        let _ = bundle.verify();
    }
});
