//! EBML elements (RFC 8794 §4 to §6) as `extension/walker-webm.js` follows them: one flat row.

use crate::container::head::{Header, NoHeader};

pub const EBML: u32 = 0x1a45_dfa3;
pub const SEGMENT: u32 = 0x1853_8067;
pub const INFO: u32 = 0x1549_a966;
pub const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
pub const TRACKS: u32 = 0x1654_ae6b;
pub const TRACK_ENTRY: u32 = 0xae;
pub const TRACK_NUMBER: u32 = 0xd7;
pub const TRACK_TYPE: u32 = 0x83;
pub const DEFAULT_DURATION: u32 = 0x23_e383;
pub const CUES: u32 = 0x1c53_bb6b;
pub const TAGS: u32 = 0x1254_c367;
pub const CLUSTER: u32 = 0x1f43_b675;
pub const TIMESTAMP: u32 = 0xe7;
pub const SIMPLE_BLOCK: u32 = 0xa3;
pub const BLOCK_GROUP: u32 = 0xa0;
pub const BLOCK: u32 = 0xa1;
pub const BLOCK_DURATION: u32 = 0x9b;
pub const REFERENCE_BLOCK: u32 = 0xfb;

/// What is kept of a block: track, time and flags.
const BLOCK_HEADER: u64 = 4;
/// Longest element that is kept whole, bytes: what a number can have.
const NUMBER: u64 = 8;
/// Sizes from here on are given up: more than a JavaScript number holds.
pub const SIZE_LIMIT: u64 = 1 << 53;

/// The header that `bytes` begin with.
pub fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
    let id_length = length_at(bytes, 0, 4)?;
    let size_length = length_at(bytes, id_length, 8)?;
    let length = id_length + size_length;
    let (id, size) = bytes.get(..length).ok_or(NoHeader::Incomplete)?.split_at(id_length);
    let kind = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let ones = u64::MAX >> (64 - 7 * size_length);
    let size = Some(number(size) & ones).filter(|size| *size != ones);
    if matches!(kind, SEGMENT | INFO | TRACKS | TRACK_ENTRY | CLUSTER | BLOCK_GROUP) {
        return Ok(Header { kind, length, size, skip: Some(0), kept: 0 });
    }
    let skip = size.filter(|size| *size < SIZE_LIMIT).ok_or(NoHeader::Invalid)?;
    let kept = match kind {
        SIMPLE_BLOCK | BLOCK => skip.min(BLOCK_HEADER),
        _ if skip <= NUMBER => skip,
        _ => 0,
    };
    Ok(Header { kind, length, size, skip: Some(skip), kept })
}

/// An unsigned number of at most eight bytes.
pub fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Bytes of the variable-length number at `at`: its leading zero bits and one.
fn length_at(bytes: &[u8], at: usize, limit: usize) -> Result<usize, NoHeader> {
    let first = bytes.get(at).ok_or(NoHeader::Incomplete)?;
    let length = first.leading_zeros() as usize + 1;
    if length > limit { Err(NoHeader::Invalid) } else { Ok(length) }
}
