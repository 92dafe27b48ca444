//! The card as a file: a PNG that carries the evidence of what it shows, in a text chunk that states what pixels it belongs to.
//!
//! A card is written here and nowhere else, so that it can be read strictly: `IHDR`, one `iTXt`, `IDAT`…, `IEND`, each with
//! its checksum, and nothing behind. docs/evidence-format.md describes it, docs/decisions/0013 says what that is good for.

mod chunk;
mod error;

pub use error::PictureError;

use chunk::{Chunk, SIGNATURE};
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use png::{BitDepth, ColorType, Decoder, Encoder, Limits};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};

/// Largest file read and written. A card has some hundred kilobytes.
pub const FILE_LIMIT: usize = 8 << 20;
/// Largest evidence that a card carries; as much as a bundle may have.
pub const EVIDENCE_LIMIT: usize = 8 << 20;
/// Most pixels of a card: several times those of either format, at twice the density.
pub const PIXELS_LIMIT: u64 = 1 << 23;

/// Version of what is in the text chunk.
const VERSION: u32 = 1;
/// The text chunk's keyword, up to the byte that ends it.
const KEYWORD: &[u8] = b"whystall\0";
/// What follows: compressed, by zlib, in no language, with no translated keyword.
const COMPRESSED: &[u8] = &[1, 0, 0, 0];
/// The text's first line begins with it; then the version, the hash of the pixels and that of the evidence.
const TITLE: &str = "whystall-card";
/// No first line is longer: a title, a number, two hashes.
const LINE_LIMIT: usize = 200;
/// How pixels are stored: eight bits each of red, green, blue and alpha; deflated, filtered, not interlaced.
const STORED: &[u8] = &[8, 6, 0, 0, 0];

/// Whether these bytes claim to be a PNG.
pub fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// Whether they claim to be a picture of any kind that sites make of others.
pub fn is_picture(bytes: &[u8]) -> bool {
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let heif = bytes.get(4..8) == Some(b"ftyp");
    let jpeg = bytes.starts_with(&[0xff, 0xd8, 0xff]);
    is_png(bytes) || jpeg || webp || heif || bytes.starts_with(b"GIF8")
}

/// The PNG of these pixels (row by row, four bytes each) that carries this evidence.
pub fn seal(rgba: &[u8], width: u32, height: u32, evidence: &[u8]) -> Result<Vec<u8>, PictureError> {
    if rgba.len() as u64 != pixels(width, height)? * 4 {
        return Err(PictureError::NotWritten { why: "not as many pixels as its size has".to_owned() });
    }
    let mut png = Vec::new();
    write(rgba, (width, height), &text(rgba, (width, height), evidence)?, &mut png)
        .map_err(|error| PictureError::NotWritten { why: error.to_string() })?;
    if png.len() > FILE_LIMIT {
        return Err(PictureError::TooLarge { bytes: png.len() });
    }
    Ok(png)
}

/// The evidence that a card carries, once everything about the file is as it was when it was written. That the evidence
/// itself holds is for its own reader to say.
pub fn open(png: &[u8]) -> Result<Vec<u8>, PictureError> {
    if !is_png(png) {
        return Err(PictureError::NotPng);
    }
    if png.len() > FILE_LIMIT {
        return Err(PictureError::TooLarge { bytes: png.len() });
    }
    let (chunks, behind) = chunk::all(png)?;
    let carrier = chunks.iter().find(|chunk| is_carrier(chunk)).ok_or(PictureError::NoEvidence)?;
    let text = inflated(carrier.data)?;
    let (stated, evidence) = parts(&text)?;
    let header = strict(&chunks, behind)?;
    let size = size(header)?;
    if stated.pixels != hash_of_pixels(&decoded(png, size)?, size) {
        return Err(PictureError::AlteredPixels);
    }
    if stated.evidence != hex(Sha256::digest(evidence)) {
        return Err(PictureError::AlteredEvidence);
    }
    Ok(evidence.to_vec())
}

fn write(
    rgba: &[u8],
    (width, height): (u32, u32),
    text: &[u8],
    png: &mut Vec<u8>,
) -> Result<(), png::EncodingError> {
    let mut encoder = Encoder::new(png, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_chunk(png::chunk::ChunkType(*b"iTXt"), text)?;
    writer.write_image_data(rgba)?;
    writer.finish()
}

/// The text chunk's data.
fn text(rgba: &[u8], size: (u32, u32), evidence: &[u8]) -> Result<Vec<u8>, PictureError> {
    if evidence.len() > EVIDENCE_LIMIT {
        return Err(PictureError::TooLarge { bytes: evidence.len() });
    }
    let (pixels, hash) = (hash_of_pixels(rgba, size), hex(Sha256::digest(evidence)));
    let line = format!("{TITLE} {VERSION} {pixels} {hash}\n");
    let mut text = [KEYWORD, COMPRESSED].concat();
    ZlibEncoder::new(line.as_bytes().chain(evidence), Compression::best())
        .read_to_end(&mut text)
        .map_err(|error| PictureError::NotWritten { why: error.to_string() })?;
    Ok(text)
}

fn is_carrier(chunk: &Chunk) -> bool {
    chunk.kind == *b"iTXt" && chunk.data.starts_with(KEYWORD)
}

/// The text, no longer than a card's may be.
fn inflated(carrier: &[u8]) -> Result<Vec<u8>, PictureError> {
    let packed = carrier.strip_prefix(KEYWORD).and_then(|rest| rest.strip_prefix(COMPRESSED));
    let packed = packed.ok_or(PictureError::Unreadable)?;
    let most = LINE_LIMIT + EVIDENCE_LIMIT;
    let mut text = Vec::new();
    let mut decoder = ZlibDecoder::new(packed);
    let read = (&mut decoder).take(most as u64 + 1).read_to_end(&mut text);
    match read {
        Ok(length) if length > most => Err(PictureError::Inflates),
        Ok(_) if decoder.total_in() == packed.len() as u64 => Ok(text),
        _ => Err(PictureError::Unreadable),
    }
}

/// What the text's first line states.
struct Stated<'a> {
    pixels: &'a str,
    evidence: &'a str,
}

/// The text's first line, and the evidence behind it.
fn parts(text: &[u8]) -> Result<(Stated<'_>, &[u8]), PictureError> {
    let end = text.iter().take(LINE_LIMIT).position(|byte| *byte == b'\n').ok_or(PictureError::Unreadable)?;
    let (line, evidence) = text.split_at_checked(end).ok_or(PictureError::Unreadable)?;
    let line = str::from_utf8(line).map_err(|_| PictureError::Unreadable)?;
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        [TITLE, version, ..] if version.parse::<u32>().is_ok_and(|version| version > VERSION) => {
            Err(PictureError::Newer)
        }
        [TITLE, version, pixels, stated] if *version == VERSION.to_string() => {
            let evidence = evidence.get(1..).unwrap_or_default();
            if evidence.len() > EVIDENCE_LIMIT {
                return Err(PictureError::Inflates);
            }
            Ok((Stated { pixels, evidence: stated }, evidence))
        }
        _ => Err(PictureError::Unreadable),
    }
}

/// The header's data, if there are exactly the chunks of a card.
fn strict<'a>(chunks: &[Chunk<'a>], behind: usize) -> Result<&'a [u8], PictureError> {
    if behind > 0 {
        return Err(PictureError::Foreign { what: format!("{behind} bytes behind its end") });
    }
    let known = |chunk: &&Chunk| matches!(&chunk.kind, b"IHDR" | b"IDAT" | b"IEND") || is_carrier(chunk);
    if let Some(chunk) = chunks.iter().find(|chunk| !known(chunk)) {
        return Err(PictureError::Foreign { what: format!("a chunk `{}`", chunk.name()) });
    }
    match chunks {
        [header, carrier, pixels @ .., end]
            if header.kind == *b"IHDR"
                && is_carrier(carrier)
                && !pixels.is_empty()
                && pixels.iter().all(|chunk| chunk.kind == *b"IDAT")
                && end.data.is_empty() =>
        {
            Ok(header.data)
        }
        _ => Err(PictureError::Foreign { what: "its chunks in another order".to_owned() }),
    }
}

/// Width and height, if the pixels are stored as in a card.
fn size(header: &[u8]) -> Result<(u32, u32), PictureError> {
    let foreign = || PictureError::Foreign { what: "its pixels in another form".to_owned() };
    let (size, stored) = header.split_at_checked(8).ok_or_else(foreign)?;
    let (width, height) = size.split_at_checked(4).ok_or_else(foreign)?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    if stored != STORED {
        return Err(foreign());
    }
    let (width, height) = (number(width), number(height));
    pixels(width, height)?;
    Ok((width, height))
}

/// How many pixels that is, if a card can have so many.
fn pixels(width: u32, height: u32) -> Result<u64, PictureError> {
    match u64::from(width) * u64::from(height) {
        pixels @ 1..=PIXELS_LIMIT => Ok(pixels),
        _ => Err(PictureError::Size { width, height }),
    }
}

fn decoded(png: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, PictureError> {
    let bytes = usize::try_from(pixels(width, height)? * 4).unwrap_or(usize::MAX);
    let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: bytes.saturating_mul(2).max(1 << 20) });
    decoder.set_ignore_text_chunk(true);
    let mut rgba = vec![0; bytes];
    let read = decoder.read_info().and_then(|mut reader| reader.next_frame(&mut rgba));
    read.map(|_| rgba).map_err(|_| PictureError::NoPixels)
}

fn hash_of_pixels(rgba: &[u8], (width, height): (u32, u32)) -> String {
    let digest = Sha256::new().chain_update(width.to_be_bytes()).chain_update(height.to_be_bytes());
    hex(digest.chain_update(rgba).finalize())
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
