//! The table: read whole, its outline checked, then searched in place.
//!
//! IPv4 addresses are those IPv6 addresses that stand for them (RFC 4291 §2.5.5.2), so that there is one kind. All numbers of
//! fixed length are little-endian; *short* ones have seven bits a byte, the lowest first, the eighth saying that more follow.
//!
//! | bytes | |
//! |---|---|
//! | 8 | `WHYNET` and the version, two digits |
//! | 4 | the date of the data: year, month and day as one decimal number |
//! | 5 × 4 | lengths of the parts that follow |
//! | 20 each | for every [`BLOCK`]th stretch: its first address (16), where it is in the next part (4) |
//! | … | stretches: which network (short; 0: none), then how far away the next begins: zero bits at the end (1), and half of the odd number before them (short) |
//! | 4 each | for every [`NAMES`]th network: where it is in the next part |
//! | … | networks, those with most stretches first: number (short), length of its name (1), its name |
//! | … | conventions of host names, a line each: pattern, service, where it stands, with tabs between |

use crate::hosts::{Convention, Stands};
use std::fmt;
use std::net::IpAddr;

/// What a table begins with.
pub(crate) const MAGIC: &[u8; 8] = b"WHYNET01";
/// Stretches in a block.
pub(crate) const BLOCK: usize = 16;
/// Networks in a block.
pub(crate) const NAMES: usize = 16;
/// Longest block, bytes: each stretch has a network (at most 19), zeros (1) and half a number (19).
const BLOCK_LIMIT: usize = BLOCK * 39;
/// Bytes before the parts.
pub(crate) const HEAD: usize = 8 + 4 + PARTS * 4;
/// Bytes of a stretch's place.
pub(crate) const PLACE: usize = 20;
const PARTS: usize = 5;

/// Longest table that is read: five times what there is.
const LIMIT: usize = 24 << 20;
/// Most conventions that are read.
const CONVENTIONS: usize = 256;

/// A table.
#[derive(Debug)]
pub struct Table {
    bytes: Vec<u8>,
    date: u32,
    /// Where each part ends.
    ends: [usize; PARTS],
    conventions: Vec<Convention>,
}

/// A network of the internet: an autonomous system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network<'a> {
    /// Its number.
    pub number: u32,
    /// Who runs it; may be empty.
    pub name: &'a str,
}

/// Why bytes are no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault(&'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "not a table of networks: {}", self.0)
    }
}

impl std::error::Error for Fault {}

impl Table {
    /// Reads a table, and checks that whatever is looked up later is found soon or not at all.
    pub fn read(bytes: Vec<u8>) -> Result<Table, Fault> {
        if bytes.len() > LIMIT {
            return Err(Fault("too long"));
        }
        let mut head = Cursor(bytes.get(..HEAD).ok_or(Fault("it ends in its head"))?);
        if head.take(8) != Some(MAGIC) {
            return Err(Fault("it begins otherwise, or is of another version"));
        }
        let date = head.fixed().ok_or(Fault("no date"))?;
        let mut ends = [0; PARTS];
        let mut at = HEAD;
        for end in &mut ends {
            let length = head.fixed().ok_or(Fault("it ends in its head"))?;
            at = at.checked_add(length as usize).ok_or(Fault("a part is too long"))?;
            *end = at;
        }
        if at != bytes.len() {
            return Err(Fault("its parts are not as long as it is"));
        }
        let mut table = Table { bytes, date, ends, conventions: Vec::new() };
        table.conventions = table.read_conventions()?;
        table.check()?;
        Ok(table)
    }

    /// The date of the data: year, month and day as one decimal number.
    pub fn date(&self) -> u32 {
        self.date
    }

    /// The network that announces an address.
    pub fn network(&self, address: IpAddr) -> Option<Network<'_>> {
        let address = key(address);
        let (mut at, block) = self.block(self.block_of(address)?)?;
        let mut cursor = Cursor(block);
        let mut network = cursor.short()?;
        while let Some(distance) = cursor.distance() {
            at = at.checked_add(distance)?;
            if at > address {
                break;
            }
            network = cursor.short()?;
        }
        self.name(network)
    }

    /// What the name of a host says of it.
    pub fn convention(&self, host: &str) -> Option<&Convention> {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        self.conventions.iter().find(|convention| convention.fits(name))
    }

    /// The block that an address is in.
    fn block_of(&self, address: u128) -> Option<usize> {
        let (places, _) = self.part(0).as_chunks::<PLACE>();
        let begin = |place: &[u8; PLACE]| place.first_chunk().map_or(0, |first| u128::from_le_bytes(*first));
        let from = places.partition_point(|place| begin(place) <= address);
        from.checked_sub(1)
    }

    /// Where a block begins: address, and byte among the stretches.
    fn place(&self, block: usize) -> Option<(u128, usize)> {
        let mut place = Cursor(self.part(0).get(block.checked_mul(PLACE)?..)?);
        let address = u128::from_le_bytes(place.take(16)?.try_into().ok()?);
        Some((address, place.fixed()? as usize))
    }

    /// A block's first address and its bytes.
    fn block(&self, block: usize) -> Option<(u128, &[u8])> {
        let (address, from) = self.place(block)?;
        let to = self.place(block + 1).map_or(self.part(1).len(), |(_, to)| to);
        Some((address, self.part(1).get(from..to)?))
    }

    /// The network of this rank; 0 is none.
    fn name(&self, rank: u32) -> Option<Network<'_>> {
        let index = rank.checked_sub(1)? as usize;
        let mut at = Cursor(self.part(2).get(index / NAMES * 4..)?);
        let mut cursor = Cursor(self.part(3).get(at.fixed()? as usize..)?);
        for _ in 0..index % NAMES {
            cursor.short()?;
            cursor.sized()?;
        }
        cursor.network()
    }

    fn part(&self, part: usize) -> &[u8] {
        let from = part.checked_sub(1).map_or(Some(HEAD), |before| self.ends.get(before).copied());
        let range = from.zip(self.ends.get(part).copied());
        range.and_then(|(from, to)| self.bytes.get(from..to)).unwrap_or_default()
    }

    /// Blocks are in order, in their part and short. What is in them is read when it is looked up: to go through all of it
    /// takes longer than anything that is done with it, and what can't be read then is no network.
    fn check(&self) -> Result<(), Fault> {
        let (places, stretches) = (self.part(0), self.part(1));
        if !places.len().is_multiple_of(PLACE) || places.is_empty() != stretches.is_empty() {
            return Err(Fault("a place is cut"));
        }
        let mut before: Option<(u128, usize)> = None;
        for number in 0..places.len() / PLACE {
            let (start, from) = self.place(number).ok_or(Fault("a place is cut"))?;
            let follows = match before {
                Some((address, at)) => address < start && (at + 1..=at + BLOCK_LIMIT).contains(&from),
                None => from == 0,
            };
            if !follows {
                return Err(Fault("blocks are not in order"));
            }
            before = Some((start, from));
        }
        let last = before.map_or(0, |(_, from)| from);
        if !(last..=last + BLOCK_LIMIT).contains(&stretches.len()) {
            return Err(Fault("stretches without a place"));
        }
        let (names, places) = (self.part(3), self.part(2));
        if !places.len().is_multiple_of(4) || places.is_empty() != names.is_empty() {
            return Err(Fault("a network's place is cut"));
        }
        Ok(())
    }

    fn read_conventions(&self) -> Result<Vec<Convention>, Fault> {
        let text = str::from_utf8(self.part(4)).map_err(|_| Fault("conventions are no text"))?;
        let line = |line: &str| {
            let mut fields = line.split('\t').map(str::to_owned);
            let (pattern, service) = (fields.next()?, fields.next()?);
            let stands = Stands::named(&fields.next()?)?;
            let whole = fields.next().is_none() && !pattern.is_empty() && !service.is_empty();
            whole.then_some(Convention { pattern, service, stands })
        };
        let all: Option<Vec<Convention>> = text.lines().take(CONVENTIONS).map(line).collect();
        all.ok_or(Fault("a convention is cut"))
    }
}

/// An address as it is looked up.
pub(crate) fn key(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Reads from the front; `None` where nothing is left.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn fixed(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A number of seven bits a byte, of no more than 127 bits. Most are short, and WebAssembly has no numbers of 128 bits.
    fn long(&mut self) -> Option<u128> {
        let mut low = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            low |= u64::from(byte & 127) << shift;
            if byte & 128 == 0 {
                return Some(low.into());
            }
        }
        let mut number = u128::from(low);
        for shift in (63..127).step_by(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 127) << shift;
            if byte & 128 == 0 {
                return Some(number).filter(|number| number >> 127 == 0);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    /// So many bytes as the first says.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.byte()?;
        self.take(usize::from(length))
    }

    fn short(&mut self) -> Option<u32> {
        self.long()?.try_into().ok()
    }

    /// How far away the next stretch begins.
    fn distance(&mut self) -> Option<u128> {
        let zeros = self.byte()?;
        let odd = self.long()? << 1 | 1;
        odd.checked_shl(u32::from(zeros)).filter(|distance| distance >> zeros == odd)
    }

    fn network(&mut self) -> Option<Network<'a>> {
        let number = self.short()?;
        let name = str::from_utf8(self.sized()?).ok()?;
        Some(Network { number, name })
    }
}
