//! Boxes and their fields. ISO/IEC 14496-12 §4.2.

use crate::container::head::{Header, NoHeader};

/// The header that `bytes` begin with, none of its payload kept.
pub fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
    let (Some(size), Some(kind)) = (u32_at(bytes, 0), u32_at(bytes, 4)) else {
        return Err(NoHeader::Incomplete);
    };
    let (length, size) = match size {
        0 => return Ok(Header { kind, length: 8, size: None, skip: None, kept: 0 }),
        1 => (16, u64_at(bytes, 8).ok_or(NoHeader::Incomplete)?),
        size => (8, u64::from(size)),
    };
    let payload = Some(size.checked_sub(length as u64).ok_or(NoHeader::Invalid)?);
    Ok(Header { kind, length, size: payload, skip: payload, kept: 0 })
}

/// The boxes in `bytes`: type and payload. Ends at the first that is malformed or sticks out.
pub fn children(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let header = header(bytes).ok()?;
        let rest = bytes.get(header.length..)?;
        let (payload, next) = match header.size {
            None => (rest, &[][..]),
            Some(length) => rest.split_at_checked(usize::try_from(length).ok()?)?,
        };
        bytes = next;
        Some((header.kind.to_be_bytes(), payload))
    })
}

/// The payload of the first child of this type.
pub fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    children(bytes).find(|child| child.0 == *kind).map(|child| child.1)
}

/// The big-endian number at `offset`.
pub fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    array_at(bytes, offset).map(u32::from_be_bytes)
}

/// The big-endian number at `offset`.
pub fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    array_at(bytes, offset).map(u64::from_be_bytes)
}

/// Version of a full box (§4.2.2).
pub fn version(full_box: &[u8]) -> Option<u8> {
    full_box.first().copied()
}

/// Flags of a full box.
pub fn flags(full_box: &[u8]) -> Option<u32> {
    Some(u32_at(full_box, 0)? & 0x00ff_ffff)
}

/// The four bytes at `offset`, a number or a code.
pub fn array_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}
