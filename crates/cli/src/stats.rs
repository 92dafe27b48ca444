//! Many stalls in figures. What they mean: docs/export.md.

mod words;

use crate::row::{Row, id};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use whystall::time::{Micros, Wall};
use whystall::verdict::Zone;

pub use words::text;

/// Figures under way. They grow with the number of causes and hosts; and by 16 bytes with each file, to know copies.
#[derive(Default)]
pub struct Stats {
    /// Files that hold a stall.
    files: u64,
    /// Of those, copies of others.
    copies: u64,
    /// Good files without any stall.
    empty: u64,
    /// Files that are no good.
    failed: u64,
    /// All stalls.
    all: Sum,
    longest: Micros,
    /// Of those, the ones of which nothing tells when they were.
    undated: u64,
    /// The first and the last that have a date.
    period: Option<(Wall, Wall)>,
    zones: BTreeMap<Zone, OfZone>,
    undivided: Micros,
    chronic: Micros,
    unexplained: Micros,
    causes: BTreeMap<String, Sum>,
    /// Empty: not known.
    hosts: BTreeMap<String, Sum>,
    hours: BTreeMap<i64, Sum>,
    seen: Seen,
}

/// Some stalls.
#[derive(Clone, Copy, Default)]
struct Sum {
    stalls: u64,
    duration: Micros,
}

/// What one zone has of all stalls.
#[derive(Clone, Copy, Default)]
struct OfZone {
    /// Stalls that can have come from it.
    possible: u64,
    /// And from no other.
    alone: u64,
    /// Stalls where the evidence rules it out.
    cleared: u64,
    direct: Micros,
    believed: Micros,
}

/// What was there before: a card and the evidence that it carries are one stall.
#[derive(Default)]
pub struct Seen(HashSet<u128>);

impl Seen {
    /// Whether it is there for the first time.
    pub fn is_new(&mut self, row: &Row) -> bool {
        let beginning = row.sha256.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok());
        self.0.insert(beginning.unwrap_or_default())
    }
}

impl Stats {
    /// One good file more.
    pub fn add(&mut self, row: Option<&Row>) {
        let Some(row) = row else {
            self.empty += 1;
            return;
        };
        self.files += 1;
        if !self.seen.is_new(row) {
            self.copies += 1;
            return;
        }
        self.all.add(row);
        self.longest = self.longest.max(row.duration);
        match row.dated() {
            Some(began) => {
                let (first, last) = self.period.unwrap_or((began, began));
                self.period = Some((first.min(began), last.max(began)));
            }
            None => self.undated += 1,
        }
        for zone in Zone::ALL {
            let (of, time) = (self.zones.entry(zone).or_default(), row.times.of_zone(zone));
            of.possible += u64::from(row.zones.contains(&zone));
            of.alone += u64::from(row.zones == [zone]);
            of.cleared += u64::from(row.cleared.contains(&zone));
            of.direct = of.direct + time.direct;
            of.believed = of.believed + time.believed;
        }
        self.undivided = self.undivided + row.times.undivided;
        self.chronic = self.chronic + row.times.chronic;
        self.unexplained = self.unexplained + row.times.unexplained;
        self.causes.entry(row.cause.clone()).or_default().add(row);
        self.hosts.entry(row.host.clone().unwrap_or_default()).or_default().add(row);
        if let Some(hour) = row.hour() {
            self.hours.entry(hour).or_default().add(row);
        }
    }

    /// One file more that is no good.
    pub fn fail(&mut self) {
        self.failed += 1;
    }

    /// All figures, for programs.
    pub fn json(&self) -> Value {
        let zone = |(zone, of): (&Zone, &OfZone)| {
            json!({
                "zone": id(zone),
                "possible": of.possible,
                "alone": of.alone,
                "cleared": of.cleared,
                "direct_us": of.direct.0,
                "believed_us": of.believed.0,
            })
        };
        let named = |name: &str, of: &BTreeMap<String, Sum>| -> Vec<Value> {
            let all = ranked(of).into_iter();
            all.map(|(key, sum)| {
                let key = Some(key).filter(|key| !key.is_empty());
                json!({ name: key, "stalls": sum.stalls, "duration_us": sum.duration.0 })
            })
            .collect()
        };
        let hour = |(hour, sum): (&i64, &Sum)| json!({ "hour": hour, "stalls": sum.stalls, "duration_us": sum.duration.0 });
        json!({
            "files": self.files + self.empty + self.failed,
            "failed": self.failed,
            "without_stall": self.empty,
            "copies": self.copies,
            "stalls": self.all.stalls,
            "duration_us": self.all.duration.0,
            "longest_us": self.longest.0,
            "undated": self.undated,
            "first_began_at_unix_us": self.period.map(|(first, _)| first.0),
            "last_began_at_unix_us": self.period.map(|(_, last)| last.0),
            "by_zone": self.zones.iter().map(zone).collect::<Vec<_>>(),
            "undivided_us": self.undivided.0,
            "chronic_us": self.chronic.0,
            "unexplained_us": self.unexplained.0,
            "by_cause": named("cause", &self.causes),
            "by_host": named("host", &self.hosts),
            "by_hour_utc": self.hours.iter().map(hour).collect::<Vec<_>>(),
        })
    }
}

impl Sum {
    fn add(&mut self, row: &Row) {
        self.stalls += 1;
        self.duration = self.duration + row.duration;
    }
}

/// The most stalls first.
fn ranked(of: &BTreeMap<String, Sum>) -> Vec<(&str, Sum)> {
    let mut all: Vec<(&str, Sum)> = of.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
    all.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.stalls));
    all
}
