//! What the kept history amounts to: sums of an hour, a site and a network in, figures out. Times are whole microseconds,
//! parts are whole millionths.

mod compare;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

pub use compare::{ComparedZone, Comparison, Difference, Measure, Side, compare};

use crate::read::Read;
use crate::sort::Sort;
use crate::time::Micros;
use crate::verdict::Zone;
use serde::Serialize;
use std::collections::BTreeMap;

/// Less playback than this gives no figures by the hour [P]: two stalls in three minutes are not forty an hour.
const ENOUGH: Micros = Micros::from_millis(10 * 60_000);
/// Microseconds.
const AN_HOUR: i64 = 3_600_000_000;
/// Hours of a week.
const WEEK: usize = 7 * 24;

/// What was watched of one site over one network within an hour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Read)]
#[serde(rename_all = "camelCase")]
pub struct Hour {
    /// The host of the page; empty where it is not known.
    #[serde(default)]
    pub site: String,
    /// The viewer's network; empty where it is not known.
    #[serde(default)]
    pub network: String,
    /// Hours since 1970 on the clock on the viewer's wall.
    pub local: i64,
    /// Time in which playback moved.
    #[serde(default)]
    pub played: Micros,
    /// The part of it with a worse picture.
    #[serde(default)]
    pub reduced: Micros,
    /// How often playback started.
    #[serde(default)]
    pub starts: u32,
    /// How long these took in all.
    #[serde(default)]
    pub start_up: Micros,
    /// Stalls by the zones that they can have come from: the set (see [`zones`]), how many, how long.
    #[serde(default)]
    pub sets: Vec<(u32, u32, Micros)>,
}

impl Hour {
    /// The day, since 1970.
    pub fn day(&self) -> i64 {
        self.local.div_euclid(24)
    }

    /// The hour of the day.
    pub fn of_day(&self) -> usize {
        usize::try_from(self.local.rem_euclid(24)).unwrap_or(0)
    }

    /// The hour of the week: 0 is from midnight on Monday.
    pub fn of_week(&self) -> usize {
        // 1970 began on a Thursday.
        usize::try_from(self.local.saturating_add(3 * 24).rem_euclid(WEEK as i64)).unwrap_or(0)
    }
}

/// The zones of a set: one bit for each, the first of the path is the lowest.
pub fn zones(set: u32) -> impl Iterator<Item = Zone> {
    (0u32..).zip(Zone::ALL).filter(move |(place, _)| set >> place & 1 == 1).map(|(_, zone)| zone)
}

/// The set of these zones.
pub fn set_of(of: &[Zone]) -> u32 {
    (0u32..).zip(Zone::ALL).filter(|(_, zone)| of.contains(zone)).fold(0, |set, (place, _)| set | 1 << place)
}

/// What several hours add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sum {
    /// As of [`Hour`].
    pub played: Micros,
    /// As of [`Hour`].
    pub reduced: Micros,
    /// Time in which playback should have moved and did not.
    pub stalled: Micros,
    /// How often.
    pub stalls: u32,
    /// As of [`Hour`].
    pub starts: u32,
    /// As of [`Hour`].
    pub start_up: Micros,
}

impl Sum {
    /// Of these hours.
    pub fn of<'a>(hours: impl IntoIterator<Item = &'a Hour>) -> Sum {
        let mut sum = Sum::default();
        hours.into_iter().for_each(|hour| sum.add(hour));
        sum
    }

    fn add(&mut self, hour: &Hour) {
        // Deleting a stall may leave less than nothing of what was rounded.
        let stalled: Micros = hour.sets.iter().map(|(_, _, time)| time.at_least_zero()).sum();
        self.played = self.played + hour.played.at_least_zero();
        self.reduced = self.reduced + hour.reduced.at_least_zero();
        self.stalled = self.stalled + stalled;
        self.stalls = hour.sets.iter().fold(self.stalls, |sum, (_, stalls, _)| sum.saturating_add(*stalls));
        self.starts = self.starts.saturating_add(hour.starts);
        self.start_up = self.start_up + hour.start_up.at_least_zero();
    }

    /// Playing or stalled.
    pub fn watched(&self) -> Micros {
        self.played + self.stalled
    }

    /// What it amounts to.
    pub fn figures(&self) -> Figures {
        let watched = self.watched();
        let enough = watched >= ENOUGH;
        Figures {
            sum: *self,
            stalled: part(self.stalled, watched),
            stalls_an_hour: part(Micros(AN_HOUR.saturating_mul(self.stalls.into())), watched)
                .filter(|_| enough),
            start_up: (self.starts > 0).then(|| Micros(self.start_up.0 / i64::from(self.starts))),
            reduced: part(self.reduced, self.played),
        }
    }
}

/// The figures that services go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// What they are of.
    pub sum: Sum,
    /// Part of the time watched that was stalled, in millionths.
    pub stalled: Option<i64>,
    /// Stalls in an hour watched, in millionths; `None` also where too little was watched to say.
    pub stalls_an_hour: Option<i64>,
    /// From the wish to play to the first movement, on average.
    pub start_up: Option<Micros>,
    /// Part of the time played with a worse picture, in millionths.
    pub reduced: Option<i64>,
}

/// How many millionths of the whole it is.
fn part(some: Micros, whole: Micros) -> Option<i64> {
    let millionths = i128::from(some.0) * 1_000_000;
    (whole > Micros::ZERO).then(|| i64::try_from(millionths / i128::from(whole.0)).unwrap_or(i64::MAX))
}

/// What the viewer wants to know of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
pub struct Question {
    /// This site alone.
    pub site: Option<String>,
    /// This network alone.
    pub network: Option<String>,
    /// From this day on.
    pub from: Option<i64>,
    /// Compare one part with another.
    pub compare: Option<Versus>,
}

/// What is compared with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Read)]
pub struct Versus {
    /// Before this day, and from it on.
    pub day: Option<i64>,
    /// From this day on only: something else changed then.
    pub since: Option<i64>,
    /// Before this day only.
    pub until: Option<i64>,
    /// This network.
    pub network: Option<String>,
    /// And this one.
    pub other: Option<String>,
}

impl Versus {
    fn side(&self, hour: &Hour) -> Option<usize> {
        let day = hour.day();
        if self.since.is_some_and(|since| day < since) || self.until.is_some_and(|until| day >= until) {
            return None;
        }
        if let Some(change) = self.day {
            return Some(usize::from(day >= change));
        }
        [&self.network, &self.other].iter().position(|name| name.as_deref() == Some(&hour.network))
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Over all of it.
    pub figures: Figures,
    /// One for each zone, in path order.
    pub zones: Vec<OfZone>,
    /// Stalls that can have come from these zones and no other, the longest time first.
    pub sets: Vec<OfSet>,
    /// By site, the longest watched first.
    pub sites: Vec<Named>,
    /// By network, the longest watched first.
    pub networks: Vec<Named>,
    /// Each hour of the week, Monday first.
    pub week: Vec<Figures>,
    /// Each day on which something was watched, in order.
    pub days: Vec<OfDay>,
    /// What was to be compared.
    pub comparison: Option<Comparison>,
}

/// What a zone has of the stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfZone {
    /// Which.
    pub zone: Zone,
    /// Stalls that came from there and nowhere else.
    pub alone: u32,
    /// How long they were.
    pub alone_time: Micros,
    /// Stalls that can have come from there or from elsewhere.
    pub possible: u32,
    /// How long they were.
    pub possible_time: Micros,
}

/// What a set of zones has of the stalls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfSet {
    /// The zones; none where nothing can be told.
    pub zones: Vec<Zone>,
    /// How many.
    pub stalls: u32,
    /// How long.
    pub stalled: Micros,
}

/// The figures of a site or network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its figures.
    pub figures: Figures,
}

/// The figures of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OfDay {
    /// Since 1970.
    pub day: i64,
    /// Its figures.
    pub figures: Figures,
}

/// Answers the question from these hours.
pub fn answer(hours: &[Hour], question: &Question) -> Answer {
    let of = |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let asked: Vec<&Hour> = hours
        .iter()
        .filter(|hour| of(&question.site, &hour.site) && of(&question.network, &hour.network))
        .filter(|hour| question.from.is_none_or(|from| hour.day() >= from))
        .collect();
    let mut week = [Sum::default(); WEEK];
    let mut days: BTreeMap<i64, Sum> = BTreeMap::new();
    let mut sites: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut networks: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut sets: BTreeMap<u32, (u32, Micros)> = BTreeMap::new();
    for &hour in &asked {
        week.get_mut(hour.of_week()).into_iter().for_each(|sum| sum.add(hour));
        days.entry(hour.day()).or_default().add(hour);
        sites.entry(&hour.site).or_default().add(hour);
        networks.entry(&hour.network).or_default().add(hour);
        for (set, stalls, time) in &hour.sets {
            let of = sets.entry(*set).or_default();
            *of = (of.0.saturating_add(*stalls), of.1 + time.at_least_zero());
        }
    }
    Answer {
        figures: Sum::of(asked.iter().copied()).figures(),
        zones: Zone::ALL.map(|zone| of_zone(zone, &sets)).to_vec(),
        sets: of_sets(&sets),
        sites: named(sites),
        networks: named(networks),
        week: week.iter().map(Sum::figures).collect(),
        days: days.iter().map(|(day, sum)| OfDay { day: *day, figures: sum.figures() }).collect(),
        comparison: question.compare.as_ref().map(|versus| {
            let rows: Vec<(&Hour, usize)> =
                asked.iter().filter_map(|hour| Some((*hour, versus.side(hour)?))).collect();
            compare(&rows)
        }),
    }
}

fn of_zone(zone: Zone, sets: &BTreeMap<u32, (u32, Micros)>) -> OfZone {
    let mut of =
        OfZone { zone, alone: 0, alone_time: Micros::ZERO, possible: 0, possible_time: Micros::ZERO };
    for (set, (stalls, time)) in sets.iter().filter(|(set, _)| zones(**set).any(|possible| possible == zone))
    {
        let (count, sum) = match set.count_ones() {
            1 => (&mut of.alone, &mut of.alone_time),
            _ => (&mut of.possible, &mut of.possible_time),
        };
        *count = count.saturating_add(*stalls);
        *sum = *sum + *time;
    }
    of
}

fn of_sets(sets: &BTreeMap<u32, (u32, Micros)>) -> Vec<OfSet> {
    let stalled = sets.iter().filter(|(_, (stalls, _))| *stalls > 0);
    let of = |(set, (stalls, stalled)): (&u32, &(u32, Micros))| OfSet {
        zones: zones(*set).collect(),
        stalls: *stalls,
        stalled: *stalled,
    };
    let mut all: Vec<OfSet> = stalled.map(of).collect();
    all.arrange_by(|a, b| b.stalled.cmp(&a.stalled));
    all
}

fn named(sums: BTreeMap<&str, Sum>) -> Vec<Named> {
    let of = |(name, sum): (&str, Sum)| Named { name: name.to_owned(), figures: sum.figures() };
    let mut all: Vec<Named> = sums.into_iter().map(of).collect();
    all.arrange_by(|a, b| b.figures.sum.watched().cmp(&a.figures.sum.watched()));
    all
}
