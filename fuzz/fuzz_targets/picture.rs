//! Cards: as they come, and put together of any chunks with checksums that hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whystall::bundle::Bundle;
use whystall_picture::open;

const KINDS: [&[u8; 4]; 6] = [b"IHDR", b"iTXt", b"IDAT", b"IEND", b"tEXt", b"PLTE"];
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fuzz_target!(|data: &[u8]| {
    for png in [data.to_vec(), put_together(data)] {
        if let Ok(evidence) = open(&png) {
            let _ = Bundle::parse(&evidence);
        }
    }
});

/// Each chunk is two bytes that tell its kind and length, and its data.
fn put_together(mut data: &[u8]) -> Vec<u8> {
    let mut png = SIGNATURE.to_vec();
    while let [kind, length, rest @ ..] = data {
        let (content, behind) = rest.split_at((*length as usize).min(rest.len()));
        let checked = [KINDS[*kind as usize % KINDS.len()].as_slice(), content].concat();
        png.extend((content.len() as u32).to_be_bytes());
        png.extend(&checked);
        png.extend(crc32fast::hash(&checked).to_be_bytes());
        data = behind;
    }
    png
}
