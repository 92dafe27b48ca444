//! Writes a table of made-up stalls, for tests of the queries: `made-up-stalls ROWS SEED FILE.parquet`. The same seed gives
//! the same rows. In the evening there are more of them, and from the middle of their sixty days on, more at the interconnect.
#![allow(clippy::indexing_slicing)]

use std::fs::File;
use std::io::{self, BufWriter};
use whystall::event::{Network, TrackKind};
use whystall::time::{MediaTime, Micros, Wall};
use whystall::verdict::{Ending, Stage, StallKind, Zone, ZoneTime};
use whystall_cli::export::Table;
use whystall_cli::row::{Row, Times};

/// 2026-01-01 00:00 UTC, in microseconds.
const START: i64 = 1_767_225_600_000_000;
const HOUR: i64 = 3_600_000_000;
const DAYS: i64 = 60;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rows, seed, file] = arguments.as_slice() else {
        return Err(io::Error::other("made-up-stalls ROWS SEED FILE.parquet"));
    };
    let mut random = Random(seed.parse().map_err(io::Error::other)?);
    let mut table = Table::parquet(BufWriter::new(File::create(file)?))?;
    for number in 0..rows.parse().map_err(io::Error::other)? {
        table.push(stall(number, &mut random))?;
    }
    table.finish()
}

fn stall(number: u64, random: &mut Random) -> Row {
    let day = random.below(DAYS);
    let hour = random.below(24).max(random.below(24));
    let began = START + (day * 24 + hour) * HOUR + random.below(HOUR);
    let zones = zones(day >= DAYS / 2, random);
    let duration = Micros(500_000 + random.below(4_000_000) * (1 + random.below(5)));
    let of_path = |zone: &&Zone| !matches!(zone, Zone::Device | Zone::Player);
    let path_split = (1..4).contains(&zones.iter().filter(of_path).count());
    let starved = random.below(10) > 0;
    let host = (random.below(50) > 0).then(|| {
        // Few servers have most of the stalls.
        let server = random.below(200).min(random.below(200)).min(random.below(200));
        (format!("edge-{server}.cdn-{}.example", server % 7), server)
    });
    let network = host.as_ref().map(|(_, server)| Network::V4(0xc6_3300 + *server as u32 / 4));
    Row {
        sha256: format!("{number:016x}").repeat(4),
        file: format!("stalls/{number}.whystall"),
        build: "made up".to_owned(),
        model: whystall::verdict::MODEL,
        began: Wall(began),
        position: MediaTime(random.below(2 * HOUR)),
        duration,
        kind: if starved { StallKind::Starved } else { StallKind::Frozen },
        ending: random.one_of(&[Some(Ending::Resumed), Some(Ending::Resumed), Some(Ending::Viewer), None]),
        cause: random
            .one_of(&["slow-transfer", "slow-response", "edge-slow", "cpu-busy", "offline"])
            .to_owned(),
        host: host.map(|(name, _)| name),
        network,
        tracks: if starved { vec![random.one_of(&[TrackKind::Video, TrackKind::Audio])] } else { Vec::new() },
        cleared: Zone::ALL.into_iter().filter(|zone| !zones.contains(zone) && random.below(2) > 0).collect(),
        unchecked: (random.below(20) == 0).then(|| Zone::ALL.to_vec()),
        path_split,
        times: times(duration, &zones, path_split, random),
        stage: starved.then(|| (random.one_of(&Stage::ALL), Micros(random.below(duration.0)))),
        zones,
        findings: vec!["buffer-dry".to_owned(), random.one_of(&["body-slow", "first-byte-late"]).to_owned()],
        not_observed: if random.below(4) == 0 { vec!["timing-hidden".to_owned()] } else { Vec::new() },
    }
}

/// Neighbours on the path.
fn zones(late: bool, random: &mut Random) -> Vec<Zone> {
    if late && random.below(5) == 0 {
        return vec![Zone::Interconnect];
    }
    let first = random.below(Zone::ALL.len() as i64) as usize;
    Zone::ALL.into_iter().skip(first).take(1 + random.below(4) as usize).collect()
}

/// The stall's time, in parts that add up to it.
fn times(duration: Micros, zones: &[Zone], path_split: bool, random: &mut Random) -> Times {
    let mut left = duration.0;
    let mut some = || {
        let part = random.below(left + 1);
        left -= part;
        Micros(part)
    };
    let by_zone = zones.iter().map(|zone| {
        let own_side = matches!(zone, Zone::Device | Zone::Player);
        let believed = if path_split && !own_side { some() } else { Micros::ZERO };
        ZoneTime { zone: *zone, direct: some(), believed }
    });
    let by_zone = by_zone.collect();
    Times { by_zone, chronic: some(), undivided: some(), unexplained: Micros(left) }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 on, less than this.
    fn below(&mut self, limit: i64) -> i64 {
        (self.next() % limit.max(1).unsigned_abs()) as i64
    }

    fn one_of<Item: Copy>(&mut self, items: &[Item]) -> Item {
        items[self.below(items.len() as i64) as usize]
    }
}
