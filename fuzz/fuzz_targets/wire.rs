//! Facts as JSON, one a line, through the ingress. What comes of them is sound: it survives being recorded, and a
//! snapshot can be restored.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::Input;
use whystall::ingress::Ingress;
use whystall::read::json;
use whystall::wire::Fact;

fuzz_target!(|data: &[u8]| {
    let mut ingress = Ingress::default();
    let mut inputs = Vec::new();
    for line in data.split(|&byte| byte == b'\n') {
        if let Some(fact) = str::from_utf8(line).ok().and_then(|line| json::<Fact>(line).ok()) {
            ingress.take(fact, &mut inputs);
        }
    }
    let recorded = serde_json::to_vec(&inputs).unwrap();
    assert_eq!(serde_json::from_slice::<Vec<Input>>(&recorded).unwrap(), inputs);
    let snapshot = serde_json::to_vec(&ingress).unwrap();
    serde_json::from_slice::<Ingress>(&snapshot).unwrap();
});
