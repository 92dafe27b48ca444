//! What a table has of a stall: docs/export.md.

use serde::Serialize;
use std::collections::HashSet;
use whystall::bundle::Bundle;
use whystall::event::{Event, Input, Network, TrackKind};
use whystall::time::{MediaTime, Micros, Wall};
use whystall::verdict::{Ending, Ledger, Stage, Stall, StallKind, Zone, ZoneTime};

/// A stall, as one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Of the evidence.
    pub sha256: String,
    /// Where that is.
    pub file: String,
    /// Made by.
    pub build: String,
    /// Version of the rules.
    pub model: u32,
    /// The last frame before it; counted from the first fact where the evidence has no date.
    pub began: Wall,
    /// Where in the media that is.
    pub position: MediaTime,
    /// How long it lasted, or so far.
    pub duration: Micros,
    /// What was wrong with the buffer.
    pub kind: StallKind,
    /// Why it ended.
    pub ending: Option<Ending>,
    /// Id of the cause.
    pub cause: String,
    /// Server of the first media segment that playback waited for.
    pub host: Option<String>,
    /// The network that this server is in.
    pub network: Option<Network>,
    /// The tracks that ran dry.
    pub tracks: Vec<TrackKind>,
    /// Where it can have come from.
    pub zones: Vec<Zone>,
    /// What the evidence rules out.
    pub cleared: Vec<Zone>,
    /// Where it could have come from before a check, if that told something else.
    pub unchecked: Option<Vec<Zone>>,
    /// Whether zones of the path could be told apart.
    pub path_split: bool,
    /// Where its time went.
    pub times: Times,
    /// The stage with the largest share, and that.
    pub stage: Option<(Stage, Micros)>,
    /// Ids of the findings.
    pub findings: Vec<String>,
    /// What might have changed the verdict.
    pub not_observed: Vec<String>,
}

/// A stall's time, in parts that add up to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// What zones have. Believed is of it only what evidence told apart: the rest would be what was expected beforehand,
    /// and no finding.
    pub by_zone: Vec<ZoneTime>,
    /// What evidence leaves in several zones.
    pub undivided: Micros,
    /// What would have been missing with every stage as usual.
    pub chronic: Micros,
    /// What no stage accounts for.
    pub unexplained: Micros,
}

impl Row {
    /// Of the stall that a bundle is about; `None` if it holds none.
    pub fn of(file: String, sha256: String, bundle: &Bundle) -> Option<Row> {
        let stall = bundle.report.stalls.last()?;
        let host = stall.blocking.iter().find_map(|blocking| blocking.host.clone());
        let mut tracks: Vec<TrackKind> = stall.blocking.iter().map(|blocking| blocking.track).collect();
        tracks.sort();
        tracks.dedup();
        Some(Row {
            sha256,
            file,
            build: bundle.build.clone(),
            model: bundle.report.model,
            began: stall.began.wall,
            position: stall.began.media,
            duration: stall.duration,
            kind: stall.kind,
            ending: stall.ending,
            cause: stall.cause.clone(),
            network: host.as_ref().and_then(|host| network(&bundle.inputs, host)),
            host,
            tracks,
            zones: stall.zones.clone(),
            cleared: stall.cleared.clone(),
            unchecked: stall.unchecked.clone(),
            path_split: stall.path_split,
            times: Times::of(stall),
            stage: stall.ledger.shares.first().map(|largest| (largest.stage, largest.share)),
            findings: stall.findings.iter().map(|finding| finding.id.clone()).collect(),
            not_observed: stall.not_observed.clone(),
        })
    }

    /// When it began, if the evidence has a date.
    pub fn dated(&self) -> Option<Wall> {
        Some(self.began).filter(|began| began.is_dated())
    }

    /// When it began: the date in UTC.
    pub fn date(&self) -> Option<String> {
        let mut utc = whystall::plain::utc(self.dated()?);
        utc.truncate("2026-11-28".len());
        Some(utc)
    }

    /// When it began: the hour of the day in UTC.
    pub fn hour(&self) -> Option<i64> {
        Some(self.dated()?.0.div_euclid(HOUR).rem_euclid(24))
    }
}

/// Microseconds.
const HOUR: i64 = 3_600_000_000;

impl Times {
    fn of(stall: &Stall) -> Times {
        let Ledger { chronic, unexplained, .. } = stall.ledger;
        let mut undivided = Micros::ZERO;
        let by_zone = stall.by_zone.iter().map(|time| {
            let own_side = matches!(time.zone, Zone::Device | Zone::Player);
            if stall.path_split && !own_side {
                return *time;
            }
            undivided = undivided + time.believed;
            ZoneTime { believed: Micros::ZERO, ..*time }
        });
        Times { by_zone: by_zone.collect(), undivided, chronic, unexplained }
    }

    /// What this zone has.
    pub fn of_zone(&self, zone: Zone) -> ZoneTime {
        let time = self.by_zone.iter().find(|time| time.zone == zone).copied();
        time.unwrap_or(ZoneTime { zone, direct: Micros::ZERO, believed: Micros::ZERO })
    }

    /// All of it.
    pub fn total(&self) -> Micros {
        let by_zone = self.by_zone.iter().map(ZoneTime::total);
        by_zone.chain([self.undivided, self.chronic, self.unexplained]).sum()
    }
}

/// The network of this host, as the last answer from it has it.
fn network(inputs: &[Input], host: &str) -> Option<Network> {
    let mut asked = HashSet::new();
    let mut last = None;
    for input in inputs {
        match &input.event {
            Event::RequestStarted { observer, request, host: of, .. } => {
                if of == host {
                    asked.insert((*observer, *request));
                } else {
                    // Redirected elsewhere: it keeps its number.
                    asked.remove(&(*observer, *request));
                }
            }
            Event::ResponseBegan { observer, request, network: Some(network), .. }
                if asked.contains(&(*observer, *request)) =>
            {
                last = Some(*network);
            }
            _ => {}
        }
    }
    last
}

/// As addresses are written.
pub fn prefix(network: Network) -> String {
    match network {
        Network::V4(bits) => {
            let [_, a, b, c] = bits.to_be_bytes();
            format!("{a}.{b}.{c}.0/24")
        }
        Network::V6(bits) => {
            let group = |at: u32| (bits >> at) & 0xffff;
            format!("{:x}:{:x}:{:x}::/48", group(32), group(16), group(0))
        }
    }
}

/// The name under which evidence has it.
pub fn id(of: impl Serialize) -> String {
    // As JSON: `"home"`.
    serde_json::to_string(&of).unwrap_or_default().trim_matches('"').to_owned()
}

/// Several names, as the text of a set.
pub fn ids<Of: Serialize>(of: &[Of]) -> String {
    // As JSON: `["home","access"]`.
    let list = serde_json::to_string(of).unwrap_or_default();
    list.trim_matches(['[', ']']).replace('"', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_written_as_prefixes() {
        assert_eq!(prefix(Network::V4(0xcb_0071)), "203.0.113.0/24");
        assert_eq!(prefix(Network::V6(0x2001_0db8_00ff)), "2001:db8:ff::/48");
    }

    /// No stall of the recordings has time that is nobody's, or somebody's twice.
    #[test]
    fn the_parts_add_up_to_the_stall() {
        let recordings = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/replay");
        let mut rows = 0;
        let files = walkdir::WalkDir::new(recordings).into_iter().map(|file| file.unwrap().into_path());
        for file in files.filter(|file| file.ends_with("bundle.whystall")) {
            let bytes = std::fs::read(file).unwrap();
            let (bundle, sha256) = Bundle::parse_with_fingerprint(&bytes).unwrap();
            let row = Row::of(String::new(), sha256, &bundle).unwrap();
            assert_eq!(row.times.total(), row.duration, "{row:?}");
            if !row.path_split {
                assert!(row.times.by_zone.iter().all(|time| time.believed == Micros::ZERO), "{row:?}");
            }
            rows += 1;
        }
        assert!(rows > 50, "{rows}");
    }
}
