//! Comparisons held against made-up histories whose truth is known: days that differ, stalls that come in bursts, evenings
//! that are worse than noons, and sides that watch at different hours.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

const HOURS: f64 = AN_HOUR as f64;
/// How long a burst of stalls is on average, in hours.
const BURST: f64 = 16.0 / 3600.0;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1.
    fn uniform(&mut self) -> f64 {
        ((self.draw() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (mut count, mut at) = (0, self.exponential());
        while at < mean {
            (count, at) = (count + 1, at + self.exponential());
        }
        count
    }
}

/// How days differ from each other. On average a day is as bad as any.
#[derive(Clone, Copy)]
enum Uneven {
    /// Log-normal with this deviation.
    Spread(f64),
    /// One in so many is ten times as bad as the others.
    Rare(u64),
}

impl Uneven {
    fn day(self, random: &mut Random) -> f64 {
        match self {
            Uneven::Spread(deviation) => (deviation * random.normal() - deviation * deviation / 2.0).exp(),
            Uneven::Rare(one_in) => {
                let mean = 1.0 + 9.0 / one_in as f64;
                if random.draw().is_multiple_of(one_in) { 10.0 / mean } else { 1.0 / mean }
            }
        }
    }
}

/// A history, and what changes in it.
#[derive(Clone, Copy)]
struct Past {
    /// Days on either side.
    days: [i64; 2],
    uneven: Uneven,
    /// Bursts of stalls in an hour watched, before.
    bursts: f64,
    /// Afterwards there are so many times as many, and so many more.
    times: f64,
    more: f64,
    /// How often sides watch in the evening rather than by day.
    evenings: [f64; 2],
}

const PAST: Past = Past {
    days: [28, 28],
    uneven: Uneven::Spread(1.0),
    bursts: 0.4,
    times: 1.0,
    more: 0.0,
    evenings: [0.8, 0.45],
};

impl Past {
    /// Bursts in an hour watched at this time of the day.
    fn rate(&self, side: usize, of_day: usize) -> f64 {
        let load = if of_day >= 19 { 3.0 } else { 0.7 };
        let before = load * self.bursts;
        if side == 0 { before } else { before * self.times + self.more }
    }

    fn hours(&self, random: &mut Random) -> Vec<Hour> {
        let days = (0..self.days[0] + self.days[1]).map(|day| (day, usize::from(day >= self.days[0])));
        days.flat_map(|(day, side)| self.day(day, side, random)).collect()
    }

    fn day(&self, day: i64, side: usize, random: &mut Random) -> Vec<Hour> {
        let bad = self.uneven.day(random);
        let picture = if random.uniform() < 0.3 { random.uniform() } else { 0.0 };
        let mut watched = [0.0; 24];
        for _ in 0..=random.poisson(0.6) {
            let evening = random.uniform() < self.evenings[side];
            let (from, span) = if evening { (19.0, 3.0) } else { (9.0, 9.0) };
            let mut at: f64 = from + span * random.uniform();
            let until = (at + 0.45 + 2.1 * random.uniform()).min(24.0);
            while at < until {
                let next = (at.floor() + 1.0).min(until);
                watched[at as usize] += next - at;
                at = next;
            }
        }
        let of_day = watched.into_iter().enumerate().filter(|(_, watched)| *watched > 0.0);
        let hour = |(of_day, watched): (usize, f64)| {
            let mut left = watched;
            let bursts = random.poisson(self.rate(side, of_day) * bad * watched);
            let sets = (0..bursts).map(|_| {
                let mut length = 0.5 * BURST * random.exponential();
                while random.uniform() < 0.5 {
                    length += 0.5 * BURST * random.exponential();
                }
                let length = length.min(left);
                left -= length;
                let set = [0b000_1000, 0b000_1100, 0b100_0000][(random.draw() % 3) as usize];
                (set, 1, Micros((length * HOURS) as i64))
            });
            let sets = sets.collect();
            Hour {
                local: day * 24 + of_day as i64,
                played: Micros((left * HOURS) as i64),
                reduced: Micros((left * picture * HOURS) as i64),
                sets,
                ..Hour::default()
            }
        };
        of_day.map(hour).collect()
    }

    fn change(&self) -> Versus {
        Versus { day: Some(self.days[0]), ..Versus::default() }
    }

    /// What is looked for: the true difference of the parts stalled at each hour, averaged over the hours that both sides
    /// watch on three days at least, each with the harmonic mean of their time.
    fn truth(&self, hours: &[Hour]) -> f64 {
        let watched = |side: usize, of_day: usize| -> (f64, usize) {
            let of: Vec<&Hour> = hours
                .iter()
                .filter(|hour| hour.of_day() == of_day && usize::from(hour.day() >= self.days[0]) == side)
                .collect();
            (Sum::of(of.iter().copied()).watched().0 as f64, of.len())
        };
        let (mut sum, mut weights) = (0.0, 0.0);
        for of_day in 0..24 {
            let [(before, days_before), (after, days_after)] = [0, 1].map(|side| watched(side, of_day));
            if days_before >= 3 && days_after >= 3 {
                let weight = 1.0 / (1.0 / before + 1.0 / after);
                sum += weight * BURST * (self.rate(1, of_day) - self.rate(0, of_day));
                weights += weight;
            }
        }
        sum / weights * 1e6
    }
}

fn compared(hours: &[Hour], versus: Versus) -> Comparison {
    answer(hours, &Question { compare: Some(versus), ..Question::default() }).comparison.unwrap()
}

fn holds(difference: &Difference, truth: f64) -> bool {
    (difference.low as f64..=difference.high as f64).contains(&truth)
}

/// Histories of each kind.
const MANY: usize = 150;
/// What three standard deviations of so many yeses and noes, of which one in twenty is a no, come to.
const BY_CHANCE: f64 = 0.053;

/// The interval holds the truth as often as it says, in histories of every kind: with few days and many, with an effect and
/// without, and though a few days have most of the stalls. What did not change is called changed no more often than it may.
#[test]
fn the_interval_holds_the_truth_as_often_as_it_says() {
    use Uneven::{Rare, Spread};
    let pasts = [
        ("nothing", PAST),
        ("nothing, three weeks and two months", Past { days: [21, 60], ..PAST }),
        ("nothing, bad days are rare", Past { uneven: Rare(8), ..PAST }),
        ("nothing, stalls are rare", Past { days: [45, 45], bursts: 0.08, ..PAST }),
        ("nothing, very uneven", Past { days: [60, 60], uneven: Spread(1.5), ..PAST }),
        ("twice as much", Past { times: 2.0, ..PAST }),
        ("half, three weeks", Past { days: [21, 21], times: 0.5, ..PAST }),
        ("three times", Past { days: [60, 60], bursts: 0.2, times: 3.0, ..PAST }),
        ("half, bad days are rare", Past { days: [45, 45], uneven: Rare(8), times: 0.5, ..PAST }),
        ("twice, bad days are rare", Past { days: [90, 90], uneven: Rare(8), times: 2.0, ..PAST }),
        ("none left", Past { times: 0.0, ..PAST }),
        ("the same more at all hours", Past { more: 0.6, ..PAST }),
    ];
    let (mut all, mut all_held, mut called, mut same) = (0, 0, 0, 0);
    for (seed, (name, past)) in pasts.into_iter().enumerate() {
        let mut random = Random(seed as u64);
        let (mut said, mut held, mut pictures, mut places) = (0, 0, 0, 0);
        for _ in 0..MANY {
            let hours = past.hours(&mut random);
            let comparison = compared(&hours, past.change());
            let Some(difference) = comparison.stalled.difference else { continue };
            said += 1;
            held += usize::from(holds(&difference, past.truth(&hours)));
            // The picture never changes, and what changes does so everywhere alike.
            pictures += usize::from(comparison.reduced.difference.is_some_and(|of| of.is_clear()));
            if name.starts_with("nothing") {
                (same, called) = (same + 1, called + usize::from(difference.is_clear()));
                let clear =
                    |of: &ComparedZone| of.measure.difference.is_some_and(|difference| difference.is_clear());
                places += usize::from(comparison.zones.iter().any(clear));
            }
        }
        let part = held as f64 / said as f64;
        println!("{name}: {part:.3} of {said}; picture {pictures}, places {places}");
        assert!(said * 10 >= MANY * 7, "{name}: too little to say in {} of {MANY}", MANY - said);
        assert!(part >= 0.95 - BY_CHANCE, "{name}: holds {held} of {said}");
        for called in [pictures, places] {
            assert!(
                called as f64 <= said as f64 * (0.05 + BY_CHANCE),
                "{name}: {called} of {said} are called"
            );
        }
        (all, all_held) = (all + said, all_held + held);
    }
    println!("all: {:.3} of {all}; called {called} of {same}", all_held as f64 / all as f64);
    assert!(all_held as f64 >= 0.95 * all as f64, "{all_held} of {all}");
    assert!(all_held < all, "an interval that always holds says nothing");
    assert!(called as f64 <= 0.05 * same as f64, "{called} of {same} are called a change");
}

/// Who watches at other hours than before has a change of habits, and none of the line.
#[test]
fn hours_are_compared_with_themselves() {
    let past = Past { days: [60, 60], uneven: Uneven::Spread(0.5), evenings: [0.9, 0.3], ..PAST };
    let mut random = Random(1);
    let (mut matched, mut not) = (0, 0);
    for _ in 0..60 {
        let mut hours = past.hours(&mut random);
        let clear = |hours: &[Hour]| {
            let difference = compared(hours, past.change()).stalled.difference;
            usize::from(difference.is_some_and(|difference| difference.is_clear()))
        };
        matched += clear(&hours);
        // As if it all had been at midnight.
        hours.iter_mut().for_each(|hour| hour.local = hour.day() * 24);
        not += clear(&hours);
    }
    assert!(matched <= 5 && not >= 30, "{matched} with the hours matched, {not} without");
}

#[test]
fn a_change_is_found_where_it_is() {
    let mut random = Random(1);
    let long = Past { days: [60, 60], uneven: Uneven::Spread(0.5), ..PAST };
    let worse = Past { times: 3.0, ..long };
    let comparison = compared(&worse.hours(&mut random), worse.change());
    assert!(comparison.stalled.difference.unwrap().low > 0, "{comparison:?}");
    let hours = Past { times: 0.2, ..long }.hours(&mut random);
    let comparison = compared(&hours, long.change());
    assert!(comparison.stalled.difference.unwrap().high < 0, "{comparison:?}");
    // Only the ISP's stalls are gone.
    let long = Past { days: [120, 120], bursts: 1.5, ..long };
    let mut hours = long.hours(&mut random);
    for hour in hours.iter_mut().filter(|hour| hour.day() >= 120) {
        hour.sets.retain(|(set, _, _)| *set != 0b000_1000);
    }
    let comparison = compared(&hours, long.change());
    let clear = |of: &&ComparedZone| of.measure.difference.is_some_and(|of| of.is_clear());
    let zones: Vec<Zone> = comparison.zones.iter().filter(clear).map(|of| of.zone).collect();
    assert_eq!(zones, [Zone::Access]);
    assert_eq!(compared(&hours, long.change()), compared(&hours, long.change()));
}

/// Two networks beside each other: what one evening has of both is one day.
#[test]
fn networks_are_compared_as_dates_are() {
    let past = Past { days: [60, 60], uneven: Uneven::Spread(0.5), times: 4.0, ..PAST };
    let mut hours = past.hours(&mut Random(2));
    for hour in &mut hours {
        let other = hour.day() >= 60;
        hour.network = if other { "phone" } else { "home" }.to_owned();
        hour.local -= if other { 60 * 24 } else { 0 };
    }
    let versus = |network: &str, other: &str| Versus {
        network: Some(network.to_owned()),
        other: Some(other.to_owned()),
        ..Versus::default()
    };
    let forth = compared(&hours, versus("home", "phone"));
    let back = compared(&hours, versus("phone", "home"));
    assert_eq!(forth.sides.map(|side| side.days), [60, 60]);
    let [forth, back] = [forth, back].map(|comparison| comparison.stalled.difference.unwrap());
    assert!(forth.low > 0, "{forth:?}");
    assert_eq!((forth.observed, forth.low), (-back.observed, -back.high));
}

#[test]
fn too_little_is_said_to_be_too_little() {
    let past = Past { days: [60, 60], uneven: Uneven::Spread(0.5), ..PAST };
    let hours = past.hours(&mut Random(3));
    let difference = |hours: &[Hour], versus: Versus| compared(hours, versus).stalled.difference;
    let from = |day: i64| Versus { day: Some(day), ..Versus::default() };
    assert!(difference(&hours, from(60)).is_some());
    // A side that is too short, or not there, or cut off by another change.
    let other = Versus { since: Some(50), ..from(60) };
    let another = Versus { until: Some(70), ..from(60) };
    for versus in [from(-1), from(13), from(110), from(120), other, another] {
        assert_eq!(difference(&hours, versus.clone()), None, "{versus:?}");
    }
    // Sides that never watch at the same hour.
    let mut apart = hours.clone();
    apart.iter_mut().for_each(|hour| hour.local = hour.day() * 24 + if hour.day() < 60 { 9 } else { 21 });
    let comparison = compared(&apart, from(60));
    assert_eq!((comparison.stalled, comparison.sides[0].matched), (Measure::default(), Micros::ZERO));
    assert_eq!(comparison.sides.map(|side| side.days), [60, 60]);
    // Hardly a stall, and hardly any playback.
    let mut quiet = hours.clone();
    quiet.iter_mut().filter(|hour| hour.day() % 30 != 0).for_each(|hour| hour.sets.clear());
    assert_eq!(difference(&quiet, from(60)), None);
    let mut brief = hours;
    for hour in &mut brief {
        (hour.played, hour.sets) = (Micros(30_000_000), vec![(1, 1, Micros(1_000_000))]);
    }
    assert_eq!(difference(&brief, from(60)), None);
    // All alike.
    let alike: Vec<Hour> = (0..120)
        .map(|day| Hour {
            local: day * 24,
            played: Micros(AN_HOUR),
            sets: vec![(1, 1, Micros(1_000_000))],
            ..Hour::default()
        })
        .collect();
    assert_eq!(difference(&alike, from(60)), None);
}
