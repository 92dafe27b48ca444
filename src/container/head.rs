//! Follows the elements (boxes, EBML elements, frames) of one `SourceBuffer` across the heads of its appends.
//! Where they begin and end is here, what they mean is in the formats.

use super::HEAD_LIMIT;
use crate::read::Read;
use serde::Serialize;

/// A header that `extension/walker.js` found, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Read)]
pub struct Header {
    /// Box type or element id.
    pub kind: u32,
    /// Bytes of the header itself, at most [`HEADER_LIMIT`].
    pub length: usize,
    /// Bytes of the whole payload, as the header has it; `None`: unknown or to the end.
    pub size: Option<u64>,
    /// Bytes until the next header; less than `size` where the payload consists of elements that are followed too.
    /// `None`: there is no next.
    pub skip: Option<u64>,
    /// How many of them the walker keeps: the first.
    pub kept: u64,
}

/// Longest header of all formats: a box with a 64-bit size.
pub const HEADER_LIMIT: usize = 16;

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHeader {
    /// More bytes are needed.
    Incomplete,
    /// It cannot be followed.
    Invalid,
}

/// What a container format makes of its elements. `None` from a method: this cannot be, the place is lost.
pub trait Format {
    /// The header that `bytes` begin with.
    fn header(bytes: &[u8]) -> Result<Header, NoHeader>;
    /// Takes what it can at once of whole elements at the beginning of `kept`: the usual case, quicker than one by one and
    /// to the same effect. What was left out of them goes from `dropped`.
    fn run(&mut self, _kept: &mut &[u8], _dropped: &mut u64) {}
    /// An element begins.
    fn begin(&mut self, header: &Header) -> Option<()>;
    /// What is kept of its payload is there. Not called when nothing is kept.
    fn payload(&mut self, header: &Header, kept: &[u8]) -> Option<()>;
    /// Its last byte came.
    fn end(&mut self, header: &Header) -> Option<()>;
    /// What comes next does not follow what came before.
    fn lose(&mut self);
}

/// The place in the stream of elements. Half a header or kept payload is not in a snapshot (it would be bytes of the
/// media): restored in the middle of one, the place is lost until the next append that begins at a boundary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Read)]
pub struct Follower {
    place: Place,
    /// What came of the header or the kept payload that the last append broke off in.
    #[serde(skip)]
    partial: Vec<u8>,
}

/// Where the last append ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Read)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// Unknown.
    #[default]
    Lost,
    /// Between two elements or, if there is something in `partial`, in a header.
    Boundary,
    /// In an element, of whose payload `had` bytes came.
    Inside { header: Header, had: u64 },
}

impl Follower {
    /// Takes an append of `bytes` bytes with this head (see [`crate::container`]).
    pub fn append<F: Format>(&mut self, format: &mut F, head: &[u8], bytes: u64) {
        if self.follow(format, head, bytes).is_none() {
            self.lose(format);
        }
    }

    fn lose(&mut self, format: &mut impl Format) {
        *self = Follower::default();
        format.lose();
    }

    /// `None` when head, `bytes` and what came before contradict each other.
    fn follow<F: Format>(&mut self, format: &mut F, head: &[u8], bytes: u64) -> Option<()> {
        let (&start, mut kept) = head.split_first().filter(|_| head.len() <= HEAD_LIMIT)?;
        let mut dropped = bytes.checked_sub(kept.len() as u64)?;
        let between = self.place == Place::Boundary && self.partial.is_empty();
        match start {
            1 if between => {}
            1 => {
                self.lose(format);
                self.place = Place::Boundary;
            }
            0 if !between && self.place != Place::Lost => {}
            _ => return None,
        }
        loop {
            match self.place {
                Place::Lost => return None,
                Place::Boundary if kept.is_empty() => return (dropped == 0).then_some(()),
                Place::Boundary => {
                    if self.partial.is_empty() {
                        format.run(&mut kept, &mut dropped);
                    }
                    let Some(header) = self.header::<F>(&mut kept)? else {
                        return (dropped == 0).then_some(());
                    };
                    format.begin(&header)?;
                    self.place = Place::Inside { header, had: 0 };
                }
                Place::Inside { header, had } if had < header.kept => {
                    if self.partial.len() as u64 != had {
                        return None; // A snapshot was restored: the payload's beginning is gone.
                    }
                    let missing = usize::try_from(header.kept - had).ok()?;
                    let Some((here, rest)) = kept.split_at_checked(missing) else {
                        self.partial.extend_from_slice(kept);
                        self.place = Place::Inside { header, had: had + kept.len() as u64 };
                        return (dropped == 0).then_some(());
                    };
                    kept = rest;
                    self.place = Place::Inside { header, had: header.kept };
                    if self.partial.is_empty() {
                        format.payload(&header, here)?;
                    } else {
                        self.partial.extend_from_slice(here);
                        format.payload(&header, &std::mem::take(&mut self.partial))?;
                    }
                }
                Place::Inside { header: Header { skip: None, .. }, .. } => {
                    return kept.is_empty().then_some(());
                }
                Place::Inside { header: header @ Header { skip: Some(skip), .. }, had } => {
                    let left = skip.checked_sub(had)?;
                    let here = left.min(dropped);
                    dropped -= here;
                    if here < left {
                        self.place = Place::Inside { header, had: had + here };
                        return kept.is_empty().then_some(());
                    }
                    self.place = Place::Boundary;
                    format.end(&header)?;
                }
            }
        }
    }

    /// The header at the beginning of `kept`, or what completes the one in `partial`. `Some(None)`: not all there.
    fn header<F: Format>(&mut self, kept: &mut &[u8]) -> Option<Option<Header>> {
        if self.partial.is_empty() {
            match F::header(kept) {
                Ok(header) => {
                    *kept = kept.get(header.length..)?;
                    return Some(Some(header));
                }
                Err(NoHeader::Invalid) => return None,
                Err(NoHeader::Incomplete) => {}
            }
        }
        while let Some((&byte, rest)) = kept.split_first() {
            *kept = rest;
            self.partial.push(byte);
            match F::header(&self.partial) {
                Ok(header) => {
                    self.partial.clear();
                    return Some(Some(header));
                }
                Err(NoHeader::Incomplete) if self.partial.len() < HEADER_LIMIT => {}
                Err(_) => return None,
            }
        }
        Some(None)
    }
}
