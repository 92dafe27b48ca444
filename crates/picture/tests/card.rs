//! Cards: what is sealed opens, and what was touched since is refused with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;
use std::io::Write;
use whystall_picture::{EVIDENCE_LIMIT, FILE_LIMIT, PictureError, is_picture, is_png, open, seal};

const EVIDENCE: &[u8] = br#"{"whystall":1}"#;

/// A card so small that every alteration of it can be tried.
fn small() -> Vec<u8> {
    seal(&pixels(3, 2), 3, 2, EVIDENCE).unwrap()
}

fn pixels(width: u8, height: u8) -> Vec<u8> {
    let count = usize::from(width) * usize::from(height);
    (0..count).flat_map(|at| [at as u8, 2 * at as u8, 200, 255]).collect()
}

/// Kind and data of each chunk.
type Chunks = Vec<([u8; 4], Vec<u8>)>;

fn taken_apart(png: &[u8]) -> Chunks {
    let mut rest = &png[8..];
    let mut chunks = Chunks::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        chunks.push((rest[4..8].try_into().unwrap(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

/// A PNG of these chunks, each with the checksum it should have.
fn put_together(chunks: &Chunks) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        let checked = [kind.as_slice(), data].concat();
        png.extend((data.len() as u32).to_be_bytes());
        png.extend(&checked);
        png.extend(crc32fast::hash(&checked).to_be_bytes());
    }
    png
}

/// What is said of a card whose chunks were changed by someone who knows about checksums.
fn refused(change: impl FnOnce(&mut Chunks)) -> PictureError {
    let mut chunks = taken_apart(&small());
    change(&mut chunks);
    open(&put_together(&chunks)).expect_err("a refusal")
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The data of a text chunk with this text.
fn carrying(text: &[u8]) -> Vec<u8> {
    [b"whystall\0\x01\0\0\0".as_slice(), &deflated(text)].concat()
}

/// The text of a card's text chunk.
fn carried(chunks: &Chunks) -> Vec<u8> {
    let mut text = Vec::new();
    let data = &chunks[1].1[b"whystall\0\x01\0\0\0".len()..];
    std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(data), &mut text).unwrap();
    text
}

#[test]
fn what_is_sealed_opens() {
    assert_eq!(open(&small()).unwrap(), EVIDENCE);
    let chunks = taken_apart(&small());
    assert_eq!(put_together(&chunks), small());
    let kinds: Vec<&[u8; 4]> = chunks.iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [b"IHDR", b"iTXt", b"IDAT", b"IEND"]);
    let text = String::from_utf8(carried(&chunks)).unwrap();
    let (line, evidence) = text.split_once('\n').unwrap();
    assert!(line.starts_with("whystall-card 1 ") && line.len() == 16 + 64 + 1 + 64, "{line}");
    assert_eq!(evidence.as_bytes(), EVIDENCE);
}

#[test]
fn others_read_the_pixels() {
    let png = small();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let mut read = vec![0; 24];
    reader.next_frame(&mut read).unwrap();
    assert_eq!(read, pixels(3, 2));
}

#[test]
fn every_altered_byte_of_a_small_card_is_refused() {
    let card = small();
    for at in 0..card.len() {
        let mut altered = card.clone();
        for flip in 1..=255 {
            altered[at] = card[at] ^ flip;
            let refusal = open(&altered).expect_err(&format!("byte {at} ^ {flip}"));
            assert!(refusal.to_string().len() > 20, "{refusal}");
        }
    }
}

#[test]
fn every_truncation_of_a_small_card_is_refused_and_every_addition() {
    let card = small();
    for length in 8..card.len() {
        assert_eq!(open(&card[..length]), Err(PictureError::Truncated), "{length}");
    }
    for length in 0..8 {
        assert_eq!(open(&card[..length]), Err(PictureError::NotPng), "{length}");
    }
    for at in 0..=card.len() {
        for byte in [0, 0x20, 0xff] {
            let mut longer = card.clone();
            longer.insert(at, byte);
            assert!(open(&longer).is_err(), "{byte} at {at}");
        }
    }
}

#[test]
fn pixels_evidence_and_chunk_are_told_apart() {
    let others = taken_apart(&seal(&pixels(2, 3), 2, 3, EVIDENCE).unwrap());
    let darker = taken_apart(&seal(&[9; 24], 3, 2, EVIDENCE).unwrap());
    assert_eq!(refused(|chunks| chunks[2] = darker[2].clone()), PictureError::AlteredPixels);
    // As many pixels in another shape: the same bytes but for the size.
    assert_eq!(refused(|chunks| chunks[0] = others[0].clone()), PictureError::NoPixels);
    let other_evidence = refused(|chunks| {
        let mut text = carried(chunks);
        let last = text.len() - 2;
        text[last] = b'2';
        chunks[1].1 = carrying(&text);
    });
    assert_eq!(other_evidence, PictureError::AlteredEvidence);
    let other_hash = refused(|chunks| {
        let mut text = carried(chunks);
        text[20] ^= 1;
        chunks[1].1 = carrying(&text);
    });
    assert_eq!(other_hash, PictureError::AlteredPixels);
    assert_eq!(refused(|chunks| chunks[1].1 = carrying(b"whystall-card 1\n{}")), PictureError::Unreadable);
    assert_eq!(refused(|chunks| chunks[1].1.truncate(20)), PictureError::Unreadable);
    assert_eq!(refused(|chunks| chunks[1].1.push(0)), PictureError::Unreadable);
}

#[test]
fn what_no_card_has_is_named() {
    let foreign = |what: &str| PictureError::Foreign { what: what.to_owned() };
    let chunk = |kind: &[u8; 4]| (*kind, vec![0; 7]);
    assert_eq!(refused(|chunks| chunks.insert(1, chunk(b"tIME"))), foreign("a chunk `tIME`"));
    assert_eq!(refused(|chunks| chunks.insert(3, chunk(b"\x1b[2J"))), foreign("a chunk `\\x1b[2J`"));
    assert_eq!(refused(|chunks| chunks.insert(2, chunks[1].clone())), foreign("its chunks in another order"));
    assert_eq!(refused(|chunks| chunks.swap(1, 2)), foreign("its chunks in another order"));
    assert_eq!(refused(|chunks| chunks.push(chunk(b"tIME"))), foreign("19 bytes behind its end"));
    assert_eq!(refused(|chunks| chunks[3].1.push(0)), foreign("its chunks in another order"));
    assert_eq!(refused(|chunks| chunks[0].1[9] = 2), foreign("its pixels in another form"));
    assert_eq!(refused(|chunks| chunks[0].1.push(0)), foreign("its pixels in another form"));
    let mut altered = small();
    let at = altered.len() - 13;
    altered[at] ^= 1;
    let said = open(&altered).unwrap_err().to_string();
    assert!(said.starts_with("altered or damaged: the chunk `IDAT` at byte "), "{said}");
}

#[test]
fn a_newer_card_says_so_and_a_plain_picture_too() {
    assert_eq!(refused(|chunks| chunks[1].1 = carrying(b"whystall-card 2 x\n")), PictureError::Newer);
    assert_eq!(refused(|chunks| drop(chunks.remove(1))), PictureError::NoEvidence);
    assert_eq!(refused(|chunks| chunks[1].1[0] = b'W'), PictureError::NoEvidence);
    assert_eq!(open(b"\xff\xd8\xff\xe0"), Err(PictureError::NotPng));
    assert_eq!(open(b""), Err(PictureError::NotPng));
    assert!(is_png(&small()) && is_picture(&small()) && is_picture(b"\xff\xd8\xff\xe0"));
    assert!(is_picture(b"RIFF\0\0\0\0WEBPVP8 ") && !is_picture(EVIDENCE) && !is_png(EVIDENCE));
}

#[test]
fn what_unpacks_to_far_more_is_not_unpacked() {
    let bomb = carrying(&vec![b'0'; 32 << 20]);
    assert!(bomb.len() < FILE_LIMIT);
    // As long as the first line is good, all of the rest is looked at.
    let text = [carried(&taken_apart(&small())), vec![b' '; EVIDENCE_LIMIT]].concat();
    assert_eq!(refused(|chunks| chunks[1].1 = bomb), PictureError::Inflates);
    assert_eq!(refused(|chunks| chunks[1].1 = carrying(&text)), PictureError::Inflates);
    // A size that no memory has, and pixels that go on and on.
    let huge = refused(|chunks| chunks[0].1[..8].fill(0xff));
    assert_eq!(huge, PictureError::Size { width: u32::MAX, height: u32::MAX });
    let endless = refused(|chunks| chunks[2].1 = deflated(&vec![0; 32 << 20]));
    assert!(matches!(endless, PictureError::AlteredPixels | PictureError::NoPixels), "{endless}");
    assert_eq!(open(&[&small()[..], &[0; FILE_LIMIT]].concat()), Err(PictureError::TooLarge { bytes: FILE_LIMIT + small().len() }));
}

#[test]
fn what_is_no_card_is_not_sealed() {
    assert!(matches!(seal(&[0; 7], 2, 1, EVIDENCE), Err(PictureError::NotWritten { .. })));
    assert!(matches!(seal(&[], 0, 0, EVIDENCE), Err(PictureError::Size { .. })));
    assert!(matches!(seal(&[], u32::MAX, u32::MAX, EVIDENCE), Err(PictureError::Size { .. })));
    let large = vec![b' '; EVIDENCE_LIMIT + 1];
    assert_eq!(seal(&[0; 4], 1, 1, &large), Err(PictureError::TooLarge { bytes: large.len() }));
    assert_eq!(open(&seal(&[0; 4], 1, 1, &large[1..]).unwrap()).map(|evidence| evidence.len()), Ok(EVIDENCE_LIMIT));
}

#[test]
fn a_card_carries_any_bundle() {
    assert_eq!(EVIDENCE_LIMIT, whystall::bundle::BYTES_LIMIT);
    // What reads files reads no more than a bundle may have.
    assert!(FILE_LIMIT <= whystall::bundle::BYTES_LIMIT);
    use whystall::{bundle::Bundle, event::TrackKind::Video, story::Story};
    let bundle = Bundle::seal("test", Story::new(30_000).withhold(Video, 8, 12_000).tell().inputs);
    let (width, height) = (1200, 675);
    let card = seal(&vec![255; width * height * 4], 1200, 675, &bundle.to_bytes()).unwrap();
    let opened = Bundle::parse(&open(&card).unwrap()).unwrap();
    assert_eq!(opened.verify(), Ok(()));
    assert_eq!(opened, bundle);
}

proptest! {
    #[test]
    fn any_pixels_and_any_evidence_come_back(
        (width, height, rgba) in (1u32..40, 1u32..40).prop_flat_map(|(width, height)| {
            let bytes = (width * height * 4) as usize;
            (Just(width), Just(height), proptest::collection::vec(any::<u8>(), bytes))
        }),
        evidence in proptest::collection::vec(any::<u8>(), 0..2000),
        at in any::<proptest::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut card = seal(&rgba, width, height, &evidence).unwrap();
        prop_assert_eq!(open(&card), Ok(evidence));
        let at = at.index(card.len());
        card[at] ^= flip;
        prop_assert!(open(&card).is_err());
    }

    /// Chunks of anything with checksums that hold, around a card's or not.
    #[test]
    fn chunks_of_anything_never_panic(
        mut junk in proptest::collection::vec((proptest::sample::select(vec![*b"IHDR", *b"iTXt", *b"IDAT", *b"IEND", *b"tEXt"]), proptest::collection::vec(any::<u8>(), 0..60)), 0..6),
        keep in 0usize..5,
    ) {
        let mut chunks = taken_apart(&small());
        chunks.truncate(keep);
        chunks.append(&mut junk);
        let opened = open(&put_together(&chunks));
        prop_assert!(opened.is_err() || opened == Ok(EVIDENCE.to_vec()));
    }
}
