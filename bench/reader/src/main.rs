//! Reads the heads in a file again and again: `read-heads FILE ROUNDS`. Run with two numbers of rounds, the difference
//! is what reading costs and nothing else: in instructions under valgrind, in nanoseconds as it says itself.
//!
//! The file: the MIME type's length and the type, then for each append the bytes of the append, the length of its head,
//! and the head; numbers are 32 bits, little-endian. The first append is the initialisation segment.

use std::hint::black_box;
use std::time::Instant;
use whystall::container::{Reader, Settings};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(rounds)) = (arguments.next(), arguments.next()) else {
        return Err("read-heads FILE ROUNDS".into());
    };
    let file = std::fs::read(file)?;
    let rounds: u32 = rounds.parse()?;
    let mut rest = file.as_slice();
    let mime = std::str::from_utf8(block(&mut rest)?)?;
    let mut appends = Vec::new();
    while !rest.is_empty() {
        let bytes = number(&mut rest)?;
        appends.push((u64::from(bytes), block(&mut rest)?));
    }
    let settings = Settings::default();
    let mut reader = Reader::new(mime);
    let (init, segments) = appends.split_first().ok_or("no appends")?;
    reader.append(init.1, init.0, &settings);
    let mut spans = 0;
    let began = Instant::now();
    for _ in 0..rounds {
        for (bytes, head) in segments {
            spans += black_box(reader.append(black_box(head), *bytes, &settings)).len();
        }
    }
    let each = began.elapsed().as_nanos() as f64 / f64::from(rounds.max(1)) / segments.len().max(1) as f64;
    // How many were found is the proof that reading happened.
    println!("{{\"segments\":{},\"spans\":{spans},\"ns\":{each:.1}}}", segments.len());
    Ok(())
}

fn number(rest: &mut &[u8]) -> Result<u32, Failure> {
    let (number, after) = rest.split_first_chunk().ok_or("the file ends early")?;
    *rest = after;
    Ok(u32::from_le_bytes(*number))
}

fn block<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Failure> {
    let length = number(rest)? as usize;
    let (block, after) = rest.split_at_checked(length).ok_or("the file ends early")?;
    *rest = after;
    Ok(block)
}
