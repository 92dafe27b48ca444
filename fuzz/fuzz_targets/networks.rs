//! Tables of networks: as they come, and with lengths that fit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv6Addr};
use whystall_networks::Table;

/// Bytes before the parts, and where their lengths are.
const HEAD: usize = 32;
const LENGTHS: usize = 12;

fuzz_target!(|data: &[u8]| {
    for bytes in [data.to_vec(), fitted(data)] {
        let Ok(table) = Table::read(bytes) else { continue };
        for address in data.chunks(16) {
            let mut whole = [0; 16];
            whole[..address.len()].copy_from_slice(address);
            let _ = table.network(IpAddr::V6(Ipv6Addr::from(whole)));
        }
        let _ = table.convention(&String::from_utf8_lossy(data));
    }
});

/// The last of the lengths is what is left.
fn fitted(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    if bytes.len() < HEAD {
        return bytes;
    }
    bytes[..8].copy_from_slice(b"WHYNET01");
    let length = |bytes: &[u8], part: usize| {
        let at = LENGTHS + part * 4;
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    };
    let mut left = bytes.len() - HEAD;
    for part in 0..5 {
        let own = if part == 4 { left } else { length(&bytes, part) % (left + 1) };
        bytes[LENGTHS + part * 4..][..4].copy_from_slice(&(own as u32).to_le_bytes());
        left -= own;
    }
    bytes
}
