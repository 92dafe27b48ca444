//! Raw audio, which only Chromium takes in Media Source Extensions: AAC in ADTS (`audio/aac`) and MP3 (`audio/mpeg`).
//!
//! Frames have no times. The browser puts each after the one before and moves `timestampOffset` along, so an append
//! begins at the offset it finds and is as long as its frames. A first MP3 frame that holds no sound but the encoder's
//! notes counts as one here (26 ms), which it does not in Chromium; the next append says where it really begins.

use super::Fragment;
use super::head::{Follower, Format, Header, NoHeader};
use crate::event::{Span, TrackKind};
use crate::read::Read;
use crate::time::MediaTime;
use serde::Serialize;

/// The number under which the one track there is goes.
pub const TRACK: u32 = 1;

const ID3: u32 = 0x49;

/// Samples a second, by the index in an ADTS header (ISO/IEC 14496-3 table 1.18).
const ADTS_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
/// Kilobits a second of layer III by the index in its header (ISO/IEC 11172-3 §2.4.2.3, 13818-3 §2.4.2.3).
const BITRATES_1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/// Samples a second of MPEG 1; MPEG 2 has half, MPEG 2.5 a quarter of them.
const RATES: [u32; 3] = [44_100, 48_000, 32_000];

/// Counts the frames of one append after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Parser<F: Default> {
    follower: Follower,
    frames: Frames<F>,
}

/// AAC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Adts;

/// MP3.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Mp3;

/// A kind of frame.
pub trait Frame {
    /// Bytes of its header and in all, and how long it lasts in nanoseconds.
    fn read(bytes: &[u8]) -> Result<(usize, u64, u64), NoHeader>;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
struct Frames<F: Default> {
    kind: F,
    /// Nanoseconds of what the append under way completed, and of its longest frame.
    #[serde(skip)]
    length: u64,
    #[serde(skip)]
    longest: u64,
}

impl<F: Frame + Default> Parser<F> {
    /// What became complete by an append of `bytes` bytes with this head, from zero on.
    pub fn append(&mut self, head: &[u8], bytes: u64) -> Vec<Fragment> {
        self.follower.append(&mut self.frames, head, bytes);
        let [length, longest] = [&mut self.frames.length, &mut self.frames.longest]
            .map(|nanos| i64::try_from(std::mem::take(nanos) / 1000).unwrap_or(0));
        let span = Span { start: MediaTime(0), end: MediaTime(length) };
        let all = Fragment { track: TRACK, kind: TrackKind::Audio, key: true, span, sample: longest };
        if length > 0 { vec![all] } else { Vec::new() }
    }
}

impl<F: Frame + Default> Format for Frames<F> {
    fn header(bytes: &[u8]) -> Result<Header, NoHeader> {
        let (length, size) = if bytes.first() == Some(&0x49) {
            let size = bytes.get(6..10).ok_or(NoHeader::Incomplete)?;
            (10, size.iter().fold(0, |size, byte| size << 7 | u64::from(byte & 127)))
        } else {
            let (length, size, _) = F::read(bytes)?;
            (length, size.checked_sub(length as u64).ok_or(NoHeader::Invalid)?)
        };
        let kind = u32::from_be_bytes(*bytes.first_chunk().ok_or(NoHeader::Incomplete)?);
        Ok(Header { kind, length, size: Some(size), skip: Some(size), kept: 0 })
    }

    fn begin(&mut self, _: &Header) -> Option<()> {
        Some(())
    }

    fn payload(&mut self, _: &Header, _: &[u8]) -> Option<()> {
        Some(())
    }

    fn end(&mut self, header: &Header) -> Option<()> {
        if header.kind >> 24 != ID3 {
            let nanos = duration::<F>(header.kind)?;
            self.length = self.length.saturating_add(nanos);
            self.longest = self.longest.max(nanos);
        }
        Some(())
    }

    fn lose(&mut self) {}
}

/// How long the frame lasts that begins with these bytes, nanoseconds. What follows them plays no part in it.
fn duration<F: Frame>(begins: u32) -> Option<u64> {
    let [a, b, c, d] = begins.to_be_bytes();
    F::read(&[a, b, c, d, 0, 0, 0]).ok().map(|(.., nanos)| nanos)
}

impl Frame for Adts {
    fn read(bytes: &[u8]) -> Result<(usize, u64, u64), NoHeader> {
        let &[sync, flags, rate, d, e, f, _] = bytes.first_chunk::<7>().ok_or(NoHeader::Incomplete)?;
        if sync != 0xff || flags & 0xf6 != 0xf0 {
            return Err(NoHeader::Invalid);
        }
        let size = u64::from(d & 3) << 11 | u64::from(e) << 3 | u64::from(f) >> 5;
        let rate = ADTS_RATES.get(usize::from(rate >> 2 & 15)).copied().unwrap_or(48_000);
        Ok((7, size, 1024 * 1_000_000_000 / u64::from(rate)))
    }
}

impl Frame for Mp3 {
    fn read(bytes: &[u8]) -> Result<(usize, u64, u64), NoHeader> {
        let &[sync, flags, rates, _] = bytes.first_chunk::<4>().ok_or(NoHeader::Incomplete)?;
        let rate = RATES.get(usize::from(rates >> 2 & 3)).ok_or(NoHeader::Invalid)?;
        let index = usize::from(rates >> 4);
        // MPEG 1, 2 or 2.5: by what its rate is divided, bitrates, eighths of samples in a frame.
        let (divisor, bitrates, eighth) = match flags >> 3 & 3 {
            3 => (1, BITRATES_1, 144),
            2 => (2, BITRATES_2, 72),
            0 => (4, BITRATES_2, 72),
            _ => return Err(NoHeader::Invalid),
        };
        let bitrate = bitrates.get(index).copied().filter(|bitrate| *bitrate > 0).ok_or(NoHeader::Invalid)?;
        if sync != 0xff || flags & 0xe6 != 0xe2 {
            return Err(NoHeader::Invalid);
        }
        let size = eighth * bitrate * 1000 * divisor / rate + u32::from(rates >> 1 & 1);
        let nanos = u64::from(eighth) * 8 * 1_000_000_000 * u64::from(divisor) / u64::from(*rate);
        Ok((4, u64::from(size), nanos))
    }
}
