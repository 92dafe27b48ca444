//! What `extension/walker.js` does, said again in the plainest way: one byte at a time.
#![allow(dead_code)] // Each of the tests that share it uses a part.
use std::io::{Read, Result, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use whystall::container::HEAD_LIMIT;

/// What is walked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Format {
    #[default]
    Mp4,
    WebM,
    Adts,
    Mp3,
}

/// A walker.
#[derive(Default)]
pub struct Walker {
    format: Format,
    header: Vec<u8>,
    left: u64,
    keep: u64,
    lost: bool,
}

/// `extension/walker.js` itself, in a Node.js that ends with this.
pub struct PageWalker {
    child: Child,
    questions: ChildStdin,
    answers: ChildStdout,
}

impl PageWalker {
    /// `root`: of this repository.
    pub fn start(root: &str) -> PageWalker {
        let mut child = Command::new("node")
            .arg(format!("{root}/tests/walker/run.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("node runs the page's half: {error}"));
        let questions = child.stdin.take().unwrap();
        let answers = child.stdout.take().unwrap();
        PageWalker { child, questions, answers }
    }

    /// The heads that a new walker gives for these appends, one after the other.
    pub fn heads(&mut self, format: Format, appends: &[&[u8]]) -> Result<Vec<Vec<u8>>> {
        let mut question = Vec::new();
        let sizes = appends.iter().map(|append| append.len() as u32);
        for number in [format as u32, appends.len() as u32].into_iter().chain(sizes) {
            question.extend(number.to_le_bytes());
        }
        question.extend(appends.concat());
        self.questions.write_all(&(question.len() as u32).to_le_bytes())?;
        self.questions.write_all(&question)?;
        appends.iter().map(|_| self.head()).collect()
    }

    fn head(&mut self) -> Result<Vec<u8>> {
        let mut head = vec![0; self.number()? as usize];
        self.answers.read_exact(&mut head)?;
        Ok(head)
    }

    fn number(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.answers.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

impl Drop for PageWalker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Format {
    pub fn mime(self) -> &'static str {
        match self {
            Format::Mp4 => "video/mp4",
            Format::WebM => "video/webm",
            Format::Adts => "audio/aac",
            Format::Mp3 => "audio/mpeg",
        }
    }
}

impl Walker {
    pub fn new(format: Format) -> Walker {
        Walker { format, ..Walker::default() }
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let anew = match self.format {
            Format::Mp4 => bytes.len() >= 8 && [b"ftyp", b"moov"].iter().any(|kind| &bytes[4..8] == *kind),
            Format::WebM => bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]),
            Format::Adts | Format::Mp3 => matches!(bytes.first(), Some(0xff | 0x49)),
        };
        if self.lost && anew {
            *self = Walker::new(self.format);
        }
        let mut head = vec![u8::from(self.left == 0 && self.header.is_empty())];
        for &byte in bytes {
            if self.lost {
                break;
            }
            self.byte(byte, &mut head);
            self.lost |= head.len() > HEAD_LIMIT;
        }
        if self.lost {
            head.clear();
        }
        head
    }

    fn byte(&mut self, byte: u8, head: &mut Vec<u8>) {
        if self.left > 0 {
            self.left -= 1;
            if self.keep > 0 {
                self.keep -= 1;
                head.push(byte);
            }
            return;
        }
        self.header.push(byte);
        head.push(byte);
        let complete = match self.format {
            Format::Mp4 => box_header(&self.header),
            Format::WebM => element_header(&self.header),
            Format::Adts | Format::Mp3 => frame_header(&self.header, self.format == Format::Mp3),
        };
        match complete {
            None => return,
            Some(None) => self.lost = true,
            Some(Some((left, keep))) => (self.left, self.keep) = (left, keep),
        }
        self.header.clear();
    }
}

/// What follows this header and how much of it is kept. `None`: the header is not complete; `Some(None)`: it cannot
/// be followed.
#[allow(clippy::option_option)]
fn box_header(h: &[u8]) -> Option<Option<(u64, u64)>> {
    let large = h.len() >= 4 && h[..4] == [0, 0, 0, 1];
    if h.len() < if large { 16 } else { 8 } {
        return None;
    }
    let size = match u32::from_be_bytes(h[..4].try_into().unwrap()) {
        0 => u64::MAX,
        1 => u64::from_be_bytes(h[8..16].try_into().unwrap()),
        size => size.into(),
    };
    let limit = match &h[4..8] {
        b"moov" => Some(1 << 20),
        b"moof" => Some(256 << 10),
        _ => None,
    };
    if size < h.len() as u64 || limit.is_some_and(|limit| size > limit) {
        return Some(None);
    }
    let left = size - h.len() as u64;
    Some(Some((left, if limit.is_some() { left } else { 0 })))
}

#[allow(clippy::option_option)]
fn element_header(h: &[u8]) -> Option<Option<(u64, u64)>> {
    let id_length = h[0].leading_zeros() as usize + 1;
    if id_length > 4 {
        return Some(None);
    }
    let first = h.get(id_length)?;
    let size_length = first.leading_zeros() as usize + 1;
    if size_length > 8 {
        return Some(None);
    }
    if h.len() < id_length + size_length {
        return None;
    }
    let master = [
        &[0x18, 0x53, 0x80, 0x67][..],
        &[0x15, 0x49, 0xa9, 0x66],
        &[0x16, 0x54, 0xae, 0x6b],
        &[0xae],
        &[0x1f, 0x43, 0xb6, 0x75],
        &[0xa0],
    ];
    if master.contains(&&h[..id_length]) {
        return Some(Some((0, 0)));
    }
    let bits: String = h[id_length..].iter().map(|byte| format!("{byte:08b}")).collect();
    let size = &bits[size_length..];
    if !size.contains('0') {
        return Some(None);
    }
    let left = u64::from_str_radix(size, 2).unwrap();
    let keep = match (h[0], left) {
        (0xa1 | 0xa3, _) => left.min(4),
        (_, 0..=8) => left,
        _ => 0,
    };
    Some((left < 1 << 53).then_some((left, keep)))
}

#[allow(clippy::option_option)]
fn frame_header(h: &[u8], mp3: bool) -> Option<Option<(u64, u64)>> {
    let bits = |from: usize, count: usize| {
        (from..from + count).fold(0_u64, |value, bit| value << 1 | u64::from(h[bit / 8] >> (7 - bit % 8) & 1))
    };
    let length = match (h[0], mp3) {
        (b'I', _) => 10,
        (_, false) => 7,
        (_, true) => 4,
    };
    if h.len() < length {
        return None;
    }
    if h[0] == b'I' {
        return Some(Some(((bits(49, 7) << 21) + (bits(57, 7) << 14) + (bits(65, 7) << 7) + bits(73, 7), 0)));
    }
    let size = if mp3 {
        let rate = [44_100, 48_000, 32_000, 0][bits(20, 2) as usize];
        let (rate, per_frame, steps) = match bits(11, 2) {
            3 => (rate, 1152, [8, 8, 8, 8, 16, 16, 16, 16, 32, 32, 32, 32, 64]),
            2 => (rate / 2, 576, [8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16]),
            _ => (rate / 4, 576, [8, 8, 8, 8, 8, 8, 8, 16, 16, 16, 16, 16, 16]),
        };
        // The steps from each bitrate to the next.
        let index = bits(16, 4) as usize;
        if bits(0, 11) != 0x7ff
            || bits(11, 2) == 1
            || bits(13, 2) != 1
            || rate == 0
            || !(1..15).contains(&index)
        {
            return Some(None);
        }
        let lowest = if per_frame == 1152 { 32 } else { 8 };
        let bitrate = lowest + steps[..index - 1].iter().sum::<u64>();
        per_frame / 8 * bitrate * 1000 / rate + bits(22, 1)
    } else {
        if bits(0, 12) != 0xfff || bits(13, 2) != 0 {
            return Some(None);
        }
        bits(30, 13)
    };
    Some(size.checked_sub(length as u64).map(|left| (left, 0)))
}
