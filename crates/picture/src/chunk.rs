//! The chunks of a PNG.

use crate::PictureError;

/// What every PNG begins with.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk whose checksum holds.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
    pub kind: [u8; 4],
    pub data: &'a [u8],
}

impl Chunk<'_> {
    /// Its kind, fit for a terminal.
    pub fn name(&self) -> String {
        self.kind.escape_ascii().to_string()
    }
}

/// The chunks of a PNG up to its end, and how many bytes are behind that.
pub fn all(png: &[u8]) -> Result<(Vec<Chunk<'_>>, usize), PictureError> {
    let mut rest = png.strip_prefix(SIGNATURE).ok_or(PictureError::NotPng)?;
    let mut chunks = Vec::new();
    loop {
        let (chunk, behind) = first(rest, png.len() - rest.len())?;
        chunks.push(chunk);
        if chunk.kind == *b"IEND" {
            return Ok((chunks, behind.len()));
        }
        rest = behind;
    }
}

/// The first chunk of the rest of a file, which begins at byte `at`, and what is behind it.
fn first(rest: &[u8], at: usize) -> Result<(Chunk<'_>, &[u8]), PictureError> {
    let truncated = PictureError::Truncated;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(truncated.clone())?;
    let length = u32::from_be_bytes(*length) as usize;
    let (kind, _) = rest.split_first_chunk::<4>().ok_or(truncated.clone())?;
    let end = length.checked_add(4).ok_or(truncated.clone())?;
    let (checked, rest) = rest.split_at_checked(end).ok_or(truncated.clone())?;
    let (stated, behind) = rest.split_first_chunk::<4>().ok_or(truncated)?;
    let chunk = Chunk { kind: *kind, data: checked.get(4..).unwrap_or_default() };
    if crc32fast::hash(checked) != u32::from_be_bytes(*stated) {
        return Err(PictureError::Damaged { chunk: chunk.name(), at });
    }
    Ok((chunk, behind))
}
