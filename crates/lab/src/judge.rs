//! What a run shows: whether it counts, and how the verdict compares with the truth. Nothing here asks Whystall what is
//! true: the fault says where, and the page's own record says when and what was missing.

use crate::baseline::{self, BASELINES};
use crate::evidence::Evidence;
use crate::least::{self, Signs};
use crate::measure::accuses;
use crate::run::Run;
use crate::scenario::{Scenario, Truth};
use crate::seen::{Gap, LEAST, Page, Seen, Segment, Underflow, underflow};
use crate::uncounted::{FRAME_AGE, invalid};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::ops::Not;
use whystall::verdict::{BlockingSegment, Stall, StallKind, Zone, ZoneTime};

/// What is written down of a run.
#[derive(Serialize, Deserialize)]
pub struct Record {
    pub scenario: String,
    pub browser: String,
    pub seed: u64,
    /// The viewer had allowed checks.
    #[serde(default)]
    pub check: bool,
    /// The page asked two other sites for a little all the time.
    #[serde(default)]
    pub pings: bool,
    /// Another device in the home downloaded all the time.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub neighbour: bool,
    /// Only this one of several faults.
    #[serde(default)]
    pub only: Option<usize>,
    /// In surroundings that the seed drew.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub drawn: bool,
    /// Of what was run.
    pub commit: String,
    pub truth: Option<Truth>,
    /// Why it does not count; empty if it does.
    pub invalid: Vec<String>,
    /// When the first fault began and the last ended.
    pub faults: Option<(f64, Option<f64>)>,
    page: Page,
    #[serde(default)]
    underflows: Vec<Underflow>,
    /// The longest gap, and what is said of it: worked out anew whenever it is read.
    #[serde(skip_deserializing)]
    pub stall: Option<Said>,
    /// What is said of the other gaps.
    #[serde(skip)]
    pub others: Vec<Answer>,
    /// Of two faults at once: the truth is what part of the stall each has, not one zone.
    #[serde(skip)]
    pub shared: bool,
    /// The scenario that no browser can tell this one from: it shows just that.
    #[serde(skip)]
    pub like: Option<String>,
    /// Stalls that Whystall found where the page saw no gap.
    pub invented: usize,
    /// Gaps of at least [`crate::seen::SHORTEST`] that it did not find.
    pub missed: usize,
    pub packets: u64,
    pub late: u64,
    /// Microseconds.
    pub latest: u64,
    /// Requests for which the server had nothing in its cache.
    pub cache_misses: usize,
    /// When each piece of the evidence was stored with its verdict, milliseconds since the epoch.
    #[serde(default)]
    pub kept: Vec<Option<f64>>,
    /// The evidence, in files of its own.
    #[serde(skip)]
    pub bundles: Vec<String>,
}

/// What Whystall said of a stall, and whether it was right.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// Which of the run's evidence.
    pub number: usize,
    #[serde(flatten)]
    pub answer: Answer,
    /// What it would say without what checks measured.
    pub passive: Answer,
    /// What that rests on: the cause, and the ids of its findings.
    #[serde(skip)]
    pub passive_rests_on: Signs,
    /// The same of the answer.
    #[serde(skip)]
    pub rests_on: Signs,
    /// What it says once the viewer has answered rightly what it asks.
    pub answered: Answer,
    /// What it says then, if line tests had been made before.
    pub measured: Answer,
    pub cause: String,
    pub kind: StallKind,
    /// The true zone is among them.
    pub contained: bool,
    /// It names the media segment at which playback stood; `None` where it names none.
    pub segment: Option<bool>,
    /// How far its begin and end are from the frames, milliseconds.
    pub began_off: f64,
    pub ended_off: Option<f64>,
    /// Milliseconds, as the page saw it.
    pub lasted: f64,
    /// The part of it that would have been avoided, had the slowest stage taken its usual time.
    pub avoided: f64,
    /// How long after its end the verdict was stored, milliseconds.
    pub after: Option<f64>,
    /// The zones that each of [`BASELINES`] names; `None` where it can't judge.
    pub baselines: Vec<Option<Vec<Zone>>>,
    /// What is measured of its session, for rules that are fitted.
    pub features: Vec<f64>,
}

/// Where Whystall says that a stall came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answer {
    /// The zones that stay possible.
    pub zones: Vec<Zone>,
    /// The part of the stall that each zone is given; what is chronic or unexplained is missing from one.
    pub mass: Vec<(Zone, f64)>,
}

impl Answer {
    pub fn of(stall: &Stall) -> Answer {
        let part = |time: &ZoneTime| time.total().0 as f64 / stall.duration.0.max(1) as f64;
        let mass = stall.by_zone.iter().map(|time| (time.zone, part(time))).collect();
        Answer { zones: stall.zones.clone(), mass }
    }

    /// The part of the stall that this zone is given.
    pub fn part(&self, zone: Zone) -> f64 {
        self.mass.iter().filter(|(of, _)| *of == zone).map(|(_, part)| part).sum()
    }
}

/// Media that may be left when playback stops, seconds: some frames.
const FRAMES: f64 = 0.3;
/// Two names of one time agree within this, seconds.
const ROUNDING: f64 = 0.05;

impl Record {
    /// Whether it says something of Whystall.
    pub fn counts(&self) -> bool {
        self.invalid.is_empty()
    }

    /// What was played, in words.
    pub fn played(&self) -> String {
        let marks = [
            (self.pings, " with small requests"),
            (self.neighbour, " beside a download"),
            (self.drawn, ", drawn"),
        ];
        let marks: String = marks.into_iter().filter_map(|(is, mark)| is.then_some(mark)).collect();
        let only = self.only.map_or(String::new(), |only| format!(", only its fault {only}"));
        format!("{}{marks}{only}", self.scenario)
    }

    /// Its server is in the ISP's network.
    pub fn is_in_isp(&self) -> bool {
        self.scenario.contains("in-isp")
    }

    /// Seconds that playback stood longest.
    pub fn stood(&self) -> f64 {
        let stalls = self.page.stalls();
        stalls.iter().map(|gap| (gap.ended - gap.began) / 1000.0).fold(0.0, f64::max)
    }

    /// What is wrong with Whystall in it.
    pub fn wrong(&self) -> Vec<String> {
        // It shows what the other fault did, and has no truth of its own.
        if self.only.is_some() {
            return Vec::new();
        }
        let mut wrong = Vec::new();
        for (count, what) in [(self.missed, "missed"), (self.invented, "invented")] {
            if count > 0 {
                wrong.push(format!("{count} stalls {what}"));
            }
        }
        if let (Some(truth), Some(said)) = (&self.truth, &self.stall) {
            if !said.contained {
                wrong.push("the truth is not in the set".to_owned());
            }
            if accuses(&said.answer.zones, truth.zone) {
                wrong.push("an innocent network is blamed alone".to_owned());
            }
        }
        wrong
    }

    /// Compares what the rules of today make of the run's evidence with what the page saw.
    pub fn judge(&mut self, scenario: &Scenario) -> Result<()> {
        let line = scenario.play.line;
        self.shared = self.only.is_none() && scenario.is_shared();
        self.like.clone_from(&scenario.like);
        let recorded =
            self.bundles.iter().map(|bundle| Evidence::read(bundle)).collect::<Result<Vec<_>>>()?;
        let explained = recorded.iter().map(Evidence::explained);
        let stalls: Vec<(usize, Stall)> =
            (0..).zip(explained).filter_map(|(of, stall)| Some((of, stall?))).collect();
        let gaps = self.page.stalls();
        let longest = gaps.iter().max_by(|a, b| (a.ended - a.began).total_cmp(&(b.ended - b.began)));
        self.stall = longest.and_then(|gap| self.said(gap, &stalls, &recorded, line));
        let judged = self.stall.as_ref().map(|said| said.number);
        let other = |(number, stall): &&(usize, Stall)| {
            judged != Some(*number) && gaps.iter().any(|gap| overlap(gap, stall))
        };
        self.others = stalls.iter().filter(other).map(|(_, stall)| Answer::of(stall)).collect();
        // Frames tell of a gap only when two have followed it, and the playback may be over before that.
        let stood = self.page.stops.iter().filter(|stop| stop.lost() >= LEAST);
        let stood: Vec<(f64, f64)> = stood.map(|stop| (stop.began, stop.ended)).collect();
        let gone = self.page.gaps.iter().chain(&gaps).map(|gap| (gap.began, gap.ended));
        let seen: Vec<(f64, f64)> =
            gone.chain(stood).chain(self.page.stands()).chain(self.page.jumped()).collect();
        let within = |stall: &Stall, (from, to): (f64, f64)| {
            began(stall) < to && ended(stall).is_none_or(|ended| ended > from)
        };
        let unseen = |(_, stall): &&(usize, Stall)| !seen.iter().any(|period| within(stall, *period));
        self.invented = stalls.iter().filter(unseen).count();
        self.missed = gaps.iter().filter(|gap| !stalls.iter().any(|(_, stall)| overlap(gap, stall))).count();
        Ok(())
    }

    fn said(&self, gap: &Gap, stalls: &[(usize, Stall)], recorded: &[Evidence], line: u64) -> Option<Said> {
        let there = stalls.iter().filter(|(_, stall)| overlap(gap, stall));
        let (number, stall) = there.max_by_key(|(_, stall)| stall.duration)?;
        // The viewer knows whether another device was downloading.
        let others = self.truth.as_ref().is_some_and(Truth::is_home_busy);
        let answered = recorded.get(*number).and_then(|evidence| evidence.answered(others)?.explained());
        let measured = recorded.get(*number).and_then(|evidence| evidence.measured(line));
        let measured = measured.map(|evidence| evidence.answered(others).unwrap_or(evidence));
        let measured = measured.and_then(|evidence| evidence.explained());
        let passive = self.check.then(|| recorded.get(*number)?.unchecked().explained()).flatten();
        // What playback stood at is what the player later put there. A busy page gets no frames while playback goes on, and
        // sees only where that ended, or that it stood in between; after a jump over a hole, only its begin is where playback
        // stood.
        let between = self.page.stood_in(gap);
        let stood: Vec<f64> =
            [Some(gap.media_began), gap.media_ended].into_iter().flatten().chain(between).collect();
        let holds = |segment: &&Segment| {
            let mut at = stood.iter().map(|at| at + FRAMES);
            at.any(|at| segment.start <= at && segment.end >= at)
        };
        let holes = self.page.holes();
        let waited: Vec<&Segment> = self.page.segments.iter().chain(&holes).filter(holds).collect();
        let reason = underflow(&self.underflows, gap, FRAME_AGE);
        let same = |said: f64, really: f64| (said - really).abs() <= ROUNDING;
        let named =
            |(start, end): (f64, f64)| waited.iter().any(|it| same(start, it.start) && same(end, it.end));
        // A browser may want more than one before it goes on: it stood at the first of a track.
        let first = |segment: &&BlockingSegment| {
            let earlier = |other: &BlockingSegment| other.range.start < segment.range.start;
            !stall.blocking.iter().any(|other| other.track == segment.track && earlier(other))
        };
        let ranges: Vec<(f64, f64)> = stall
            .blocking
            .iter()
            .filter(first)
            .map(|segment| (segment.range.start.0 as f64 / 1e6, segment.range.end.0 as f64 / 1e6))
            .collect();
        Some(Said {
            number: *number,
            answer: Answer::of(stall),
            passive: Answer::of(passive.as_ref().unwrap_or(stall)),
            rests_on: least::rests_on(stall),
            passive_rests_on: least::rests_on(passive.as_ref().unwrap_or(stall)),
            answered: Answer::of(answered.as_ref().unwrap_or(stall)),
            measured: Answer::of(measured.as_ref().unwrap_or(stall)),
            cause: stall.cause.clone(),
            kind: stall.kind,
            contained: self.truth.as_ref().is_some_and(|truth| stall.zones.contains(&truth.zone)),
            segment: (!ranges.is_empty()).then(|| ranges.into_iter().all(named)),
            began_off: began(stall) - gap.began,
            ended_off: ended(stall).map(|ended| ended - gap.ended),
            lasted: gap.ended - gap.began,
            avoided: avoided(stall),
            after: self.kept.get(*number).copied().flatten().zip(ended(stall)).map(|(kept, end)| kept - end),
            baselines: BASELINES.iter().map(|baseline| (baseline.judge)(stall, reason)).collect(),
            features: baseline::features(stall),
        })
    }
}

fn avoided(stall: &Stall) -> f64 {
    let most = stall.ledger.shares.iter().map(|share| share.avoided.0).max();
    most.unwrap_or_default() as f64 / stall.duration.0.max(1) as f64
}

/// What is to be written down of a run.
pub fn judge(scenario: &Scenario, run: &Run, commit: &str, seen: &Seen) -> Result<Record> {
    let page = seen.recorded.record.clone();
    let lateness = seen.links.lateness;
    let mut record = Record {
        scenario: scenario.name.clone(),
        browser: run.browser.clone(),
        seed: run.seed,
        check: run.check,
        pings: run.pings,
        neighbour: run.neighbour,
        only: run.only,
        drawn: run.drawn,
        commit: commit.to_owned(),
        truth: scenario.truth.clone(),
        invalid: invalid(scenario, run.only, seen, &page.stalls()),
        faults: seen.faults,
        page,
        underflows: seen.recorded.underflows.clone(),
        stall: None,
        others: Vec::new(),
        shared: scenario.is_shared(),
        like: scenario.like.clone(),
        invented: 0,
        missed: 0,
        packets: lateness.packets,
        late: lateness.late,
        latest: lateness.worst,
        cache_misses: seen.served.lines().filter(|line| line.contains("\"cache\":\"MISS\"")).count(),
        kept: seen.recorded.stored.iter().map(|stored| stored.kept).collect(),
        bundles: seen.recorded.stored.iter().map(|stored| stored.bundle.clone()).collect(),
    };
    record.judge(scenario)?;
    Ok(record)
}

fn overlap(gap: &Gap, stall: &Stall) -> bool {
    began(stall) < gap.ended && ended(stall).is_none_or(|ended| ended > gap.began)
}

fn began(stall: &Stall) -> f64 {
    stall.began.wall.0 as f64 / 1e3
}

fn ended(stall: &Stall) -> Option<f64> {
    stall.ended.map(|ended| ended.wall.0 as f64 / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::{Lateness, Stats};
    use crate::seen::Tick;
    use serde_json::json;

    /// Evidence that was recorded.
    const BUNDLE: &str =
        include_str!("../../../tests/replay/slow-response/withheld-chromium/bundle.whystall");

    fn judged(scenario: &Scenario, seen: &Seen) -> Record {
        let run = Run { seed: 1, ..Run::default() };
        judge(scenario, &run, "", seen).unwrap()
    }

    /// A playback in which the page saw exactly that stall, under a fault that began two seconds before.
    fn seen() -> Seen {
        let stall = Evidence::read(BUNDLE).unwrap().explained().unwrap();
        let (began, ended) = (began(&stall), ended(&stall).unwrap());
        let range = stall.blocking[0].range;
        let (start, end) = (range.start.0 as f64 / 1e6, range.end.0 as f64 / 1e6);
        let recorded = json!({
            "record": {
                "gaps": [{ "began": began, "ended": ended, "mediaBegan": stall.began.media.0 as f64 / 1e6 }],
                "stops": [{ "began": began, "ended": ended }],
                "segments": [{ "start": start - 2.0, "end": start }, { "start": start, "end": end }],
            },
            "stored": [{ "bundle": BUNDLE }],
        });
        let links = Stats { links: Vec::new(), lateness: Lateness { packets: 1000, late: 1, worst: 6000 } };
        Seen {
            recorded: serde_json::from_value(recorded).unwrap(),
            faults: Some((began - 2000.0, Some(ended))),
            links,
            served: String::new(),
        }
    }

    fn scenario(zone: &str) -> Scenario {
        toml::from_str(&format!(
            "title = ''\ntruth = {{ zone = '{zone}', cause = 'x' }}\n[[fault]]\nat = 1.0\nlasts = '1s'\n\
             what.processor = {{ percent = 1 }}"
        ))
        .unwrap()
    }

    #[test]
    fn a_stall_of_the_fault_is_judged_by_zone_segment_and_time() {
        let record = judged(&scenario("edge"), &seen());
        assert_eq!(record.invalid, Vec::<String>::new());
        assert_eq!((record.missed, record.invented), (0, 0));
        let said = record.stall.unwrap();
        assert!(said.contained);
        assert_eq!(said.segment, Some(true));
        assert_eq!((said.began_off, said.ended_off), (0.0, Some(0.0)));
        assert!(!judged(&scenario("device"), &seen()).stall.unwrap().contained);
    }

    #[test]
    fn another_media_segment_is_the_wrong_one() {
        let mut seen = seen();
        for segment in &mut seen.recorded.record.segments {
            segment.start += 0.5;
            segment.end += 0.5;
        }
        assert_eq!(judged(&scenario("edge"), &seen).stall.unwrap().segment, Some(false));
    }

    #[test]
    fn where_a_blocked_page_was_twice_it_stood_too() {
        let mut seen = seen();
        let page = &mut seen.recorded.record;
        let Gap { began, ended, media_began, .. } = page.gaps[0];
        // It saw frames only elsewhere.
        page.gaps[0].media_began = media_began - 10.0;
        assert_ne!(judged(&scenario("edge"), &seen).stall.unwrap().segment, Some(true));
        let tick = |at| Tick { at, position: media_began };
        seen.recorded.record.ticks = vec![tick(began), tick(ended)];
        assert_eq!(judged(&scenario("edge"), &seen).stall.unwrap().segment, Some(true));
    }

    #[test]
    fn a_stall_that_nobody_mentions_is_missed_and_one_that_nobody_saw_is_invented() {
        let mut silent = seen();
        silent.recorded.stored.clear();
        let record = judged(&scenario("edge"), &silent);
        assert_eq!((record.missed, record.invented), (1, 0));
        assert!(record.stall.is_none());
        let mut moving = seen();
        moving.recorded.record.gaps.clear();
        moving.recorded.record.stops.clear();
        let record = judged(&scenario("edge"), &moving);
        assert_eq!((record.missed, record.invented), (0, 1));
        assert_eq!(record.invalid, ["the planned stall did not happen"]);
    }

    #[test]
    fn frames_that_are_missing_while_playback_goes_on_are_no_stall() {
        let mut seen = seen();
        for gap in &mut seen.recorded.record.gaps {
            gap.media_ended = Some(gap.media_began + (gap.ended - gap.began) / 1000.0);
        }
        let control: Scenario = toml::from_str("title = ''").unwrap();
        assert!(judged(&control, &seen).counts());
    }

    #[test]
    fn playback_that_is_seldom_looked_at_is_no_stall() {
        let mut seen = seen();
        for stop in &mut seen.recorded.record.stops {
            stop.moved = (stop.ended - stop.began) / 1000.0;
        }
        let control: Scenario = toml::from_str("title = ''").unwrap();
        assert!(judged(&control, &seen).counts());
    }

    #[test]
    fn sound_that_goes_on_without_pictures_is_no_stall() {
        let mut seen = seen();
        seen.recorded.record.stops.clear();
        let control: Scenario = toml::from_str("title = ''").unwrap();
        assert!(judged(&control, &seen).counts());
    }

    #[test]
    fn a_position_that_catches_up_was_an_old_one() {
        let mut seen = seen();
        let Gap { began, ended, .. } = seen.recorded.record.gaps[0];
        let took = ended + 1_000.0 - began;
        let mut behind = |by: f64| {
            let position = (took - by) / 1000.0;
            seen.recorded.record.ticks =
                vec![Tick { at: began, position: 0.0 }, Tick { at: began + took, position }];
            let control: Scenario = toml::from_str("title = ''").unwrap();
            judged(&control, &seen).counts()
        };
        assert!(behind(100.0));
        assert!(!behind(1_000.0));
    }

    #[test]
    fn a_run_does_not_count_if_the_links_were_late_or_it_stalled_without_the_fault() {
        let mut late = seen();
        late.links.lateness.late = 11;
        assert_eq!(judged(&scenario("edge"), &late).invalid.len(), 1);
        let mut early = seen();
        early.faults = early.faults.map(|(began, ended)| (began + 3000.0, ended));
        assert_eq!(judged(&scenario("edge"), &early).invalid, ["1 stalls before the fault"]);
        let control: Scenario = toml::from_str("title = ''").unwrap();
        assert_eq!(judged(&control, &seen()).invalid, ["a control with 1 stalls"]);
    }
}
