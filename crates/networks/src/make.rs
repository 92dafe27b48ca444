//! Makes a table.

use crate::hosts::{Convention, Stands};
use crate::table::{BLOCK, MAGIC, NAMES, key};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Longest name of a network, bytes: what fits a line beside a player.
const LONGEST: usize = 40;

/// Ends of names that say what form of company it is, and nothing of who it is.
const FORMS: &[&str] = &[
    "inc",
    "llc",
    "ltd",
    "limited",
    "gmbh",
    "corp",
    "corporation",
    "co",
    "company",
    "plc",
    "pty",
    "pvt",
    "private",
    "ltda",
    "ag",
    "ab",
    "as",
    "sa",
    "s.a",
    "sas",
    "bv",
    "b.v",
    "nv",
    "n.v",
    "oy",
    "srl",
    "s.r.l",
    "spa",
    "s.p.a",
    "lp",
    "l.p",
    "kg",
    "sl",
    "s.l",
];

/// Addresses from the first to the last, and the network that they are in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The first address.
    pub first: u128,
    /// The last one.
    pub last: u128,
    /// The network's number.
    pub number: u32,
    /// Who runs it.
    pub name: String,
}

/// Where stretches of addresses begin, and the network of each; 0 is none.
pub type Stretches = Vec<(u128, u32)>;

/// Reads lines `first,last,number,"name"`, with addresses as text or as numbers.
pub fn ranges(csv: &str) -> Result<Vec<Range>, String> {
    csv.lines().map(|line| range(line).ok_or_else(|| format!("no range: {line}"))).collect()
}

fn range(line: &str) -> Option<Range> {
    let mut fields = line.splitn(4, ',');
    let mut address = || Some(key(fields.next()?.parse::<IpAddr>().ok()?));
    let (first, last) = (address()?, address()?);
    let number = fields.next()?.parse().ok()?;
    let name = fields.next()?;
    let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    let name = quoted.map_or(name.to_owned(), |name| name.replace("\"\"", "\""));
    (first <= last).then_some(Range { first, last, number, name })
}

/// Ranges one after the other; where they overlap, the one that begins later is right, to its end.
pub fn stretches(mut ranges: Vec<Range>) -> Stretches {
    ranges.sort();
    let mut stretches: Stretches = Vec::new();
    let starts: Vec<u128> = ranges.iter().skip(1).map(|range| range.first).chain([u128::MAX]).collect();
    for (range, next) in ranges.iter().zip(starts) {
        push(&mut stretches, range.first, range.number);
        let end = range.last.saturating_add(1);
        if end < next {
            push(&mut stretches, end, 0);
        }
    }
    stretches
}

/// What two editions of the same data say alike. What only one of them says is left out: it changed hands, or one is wrong.
pub fn alike(before: &Stretches, now: &Stretches) -> Stretches {
    let starts: BTreeSet<u128> = before.iter().chain(now).map(|(start, _)| *start).collect();
    let of = |stretches: &Stretches, at: u128| {
        let after = stretches.partition_point(|(start, _)| *start <= at);
        after.checked_sub(1).and_then(|index| stretches.get(index)).map_or(0, |(_, number)| *number)
    };
    let mut stretches = Vec::new();
    for start in starts {
        let number = of(now, start);
        push(&mut stretches, start, if of(before, start) == number { number } else { 0 });
    }
    stretches
}

fn push(stretches: &mut Stretches, start: u128, number: u32) {
    match stretches.last_mut() {
        Some(last) if last.0 == start => last.1 = number,
        Some(last) if last.1 == number => {}
        None if number == 0 => {}
        _ => stretches.push((start, number)),
    }
}

/// The name of a network in short: without the form of the company, without what can't be shown.
pub fn short_name(name: &str) -> String {
    let words = name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut words: Vec<&str> = words.collect();
    let form = |word: &&str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
        word.is_empty() || FORMS.contains(&word.as_str())
    };
    while words.len() > 1 && words.last().is_some_and(form) {
        words.pop();
    }
    let mut name = String::new();
    for word in words {
        if !name.is_empty() && name.len() + 1 + word.len() > LONGEST {
            break;
        }
        name += if name.is_empty() { "" } else { " " };
        name += word;
    }
    while name.len() > LONGEST {
        name.pop();
    }
    let name = name.trim_end_matches([',', '.', ';', '-', ' ']);
    // A network without a name is called by its number in the data.
    let number = name.strip_prefix("AS").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if number { String::new() } else { name.to_owned() }
}

/// A convention of host names, as `hosts.toml` has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// See [`Convention::pattern`].
    pub pattern: String,
    /// Whose servers are called so.
    pub service: String,
    /// Where they stand.
    pub stands: Stands,
    /// Who says so.
    pub source: String,
    /// Names that are made like this.
    pub samples: Vec<String>,
}

/// The conventions that were reviewed.
pub fn conventions() -> Vec<Reviewed> {
    #[derive(Deserialize)]
    struct File {
        host: Vec<Reviewed>,
    }
    let file: Result<File, toml::de::Error> = toml::from_str(include_str!("../hosts.toml"));
    file.map(|file| file.host).unwrap_or_default()
}

/// The bytes of a table. Names are as they are to be shown.
pub fn table(
    date: u32,
    stretches: &Stretches,
    names: &BTreeMap<u32, String>,
    hosts: &[Convention],
) -> Vec<u8> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for (_, number) in stretches.iter().filter(|(_, number)| *number > 0) {
        *counts.entry(*number).or_default() += 1;
    }
    let mut ranked: Vec<u32> = counts.keys().copied().collect();
    ranked.sort_by_key(|number| (usize::MAX - counts.get(number).copied().unwrap_or_default(), *number));
    let ranks: BTreeMap<u32, u128> = ranked.iter().copied().zip(1..).collect();
    let (mut places, mut bodies) = (Vec::new(), Vec::new());
    for block in stretches.chunks(BLOCK) {
        for (index, (start, number)) in block.iter().enumerate() {
            match index.checked_sub(1).and_then(|before| block.get(before)) {
                Some((before, _)) => distance(&mut bodies, start - before),
                None => {
                    places.extend(start.to_le_bytes());
                    places.extend((bodies.len() as u32).to_le_bytes());
                }
            }
            short(&mut bodies, ranks.get(number).copied().unwrap_or_default());
        }
    }
    let (mut starts, mut networks) = (Vec::new(), Vec::new());
    for (index, number) in ranked.iter().enumerate() {
        if index % NAMES == 0 {
            starts.extend((networks.len() as u32).to_le_bytes());
        }
        short(&mut networks, (*number).into());
        let name = names.get(number).map(String::as_str).unwrap_or_default();
        let name = name.get(..name.floor_char_boundary(u8::MAX.into())).unwrap_or_default();
        networks.push(name.len() as u8);
        networks.extend(name.as_bytes());
    }
    let line = |host: &Convention| format!("{}\t{}\t{}\n", host.pattern, host.service, host.stands.id());
    let hosts: Vec<u8> = hosts.iter().flat_map(|host| line(host).into_bytes()).collect();
    let parts = [places, bodies, starts, networks, hosts];
    let lengths = parts.iter().flat_map(|part| (part.len() as u32).to_le_bytes());
    MAGIC
        .iter()
        .copied()
        .chain(date.to_le_bytes())
        .chain(lengths)
        .chain(parts.iter().flatten().copied())
        .collect()
}

fn short(bytes: &mut Vec<u8>, mut number: u128) {
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn distance(bytes: &mut Vec<u8>, distance: u128) {
    let zeros = distance.trailing_zeros();
    bytes.push(zeros as u8);
    short(bytes, distance >> zeros >> 1);
}

/// A table of two editions of `@ip-location-db/asn`, each its IPv4 and its IPv6 file.
pub fn of_editions(date: u32, before: [&str; 2], now: [&str; 2]) -> Result<Vec<u8>, String> {
    let read = |files: [&str; 2]| -> Result<Vec<Range>, String> {
        let [v4, v6] = files;
        Ok([ranges(v4)?, ranges(v6)?].concat())
    };
    let now = read(now)?;
    let names = now.iter().map(|range| (range.number, short_name(&range.name))).collect();
    let stretches = alike(&stretches(read(before)?), &stretches(now));
    Ok(table(date, &stretches, &names, &reviewed()))
}

/// A table of a few lines `address/bits number name`, for a path of one's own.
pub fn of_list(date: u32, list: &str) -> Result<Vec<u8>, String> {
    let line = |line: &str| {
        let (prefix, rest) = line.split_once(' ')?;
        let (number, name) = rest.split_once(' ').unwrap_or((rest, ""));
        let (address, bits) = prefix.split_once('/')?;
        let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
        let host = (if address.is_ipv4() { 32u32 } else { 128 }).checked_sub(bits)?;
        let rest = 1u128.checked_shl(host).map_or(u128::MAX, |size| size - 1);
        let first = key(address) & !rest;
        Some(Range { first, last: first | rest, number: number.parse().ok()?, name: name.to_owned() })
    };
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let ranges: Result<Vec<Range>, String> = lines
        .map(|text| line(text).ok_or_else(|| format!("not `address/bits number name`: {text}")))
        .collect();
    let ranges = ranges?;
    let names = ranges.iter().map(|range| (range.number, range.name.clone())).collect();
    Ok(table(date, &stretches(ranges), &names, &reviewed()))
}

fn reviewed() -> Vec<Convention> {
    let hosts = conventions().into_iter();
    hosts.map(|Reviewed { pattern, service, stands, .. }| Convention { pattern, service, stands }).collect()
}
