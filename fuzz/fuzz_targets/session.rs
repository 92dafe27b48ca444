//! Recorded inputs, one as JSON a line: live and replayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::{Input, Session, explain};

fuzz_target!(|data: &[u8]| {
    let lines = data.split(|&byte| byte == b'\n');
    let inputs: Vec<Input> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut session = Session::new("fuzz");
    for input in &inputs {
        session.handle(input.clone());
        while session.poll().is_some() {}
    }
    explain(&inputs);
});
