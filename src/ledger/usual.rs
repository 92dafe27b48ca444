//! What a stage usually takes, see ATTRIBUTION §3.3.

use crate::sort::{Sort, gather};
use crate::time::{LIMIT, Micros};
use crate::verdict::{Stage, StageTime, UsualFrom};
use std::collections::BTreeMap;

/// Fewer samples than this say nothing of what is usual; more than the newest [`MOST`] say what was (ATTRIBUTION §3.3).
const FEWEST: usize = 8;
const MOST: usize = 40;
/// A body's usual time has no default, so fewer samples are better than none; of three, one outlier does not make the
/// median [P]. The verdict says that they were few.
const FEW: usize = 3;

/// A body that came at once took no longer than this: Firefox tells whole milliseconds (ATTRIBUTION M1, M2).
const GRAIN: Micros = Micros::from_millis(1);

/// What stages take where nothing is known of this host [P]: a broadband line some 30 ms from a CDN edge that has the
/// media segment in its cache. `transfer` depends on the rendition and the line: it has none.
fn default_for(stage: Stage) -> Option<Micros> {
    let millis = match stage {
        Stage::Decide | Stage::Failed | Stage::Queue => 0,
        Stage::Dns => 20,
        Stage::Connect | Stage::Tls => 40,
        Stage::RoundTrip => 30,
        // On a hit: some milliseconds were seen of every CDN, and nothing is waited for behind it.
        Stage::Edge => 50,
        Stage::Origin => 0,
        Stage::Wait => 100,
        Stage::Response => 150,
        Stage::Process | Stage::Present => 50,
        Stage::Append => 10,
        Stage::Transfer => return None,
    };
    Some(Micros::from_millis(millis))
}

/// Idle while the buffer is not full, and attempts that fail, are never usual, however often they happen.
const NEVER_USUAL: &[Stage] = &[Stage::Decide, Stage::Failed];

/// Media segments that came outside every drain window. Newest last.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    times: BTreeMap<Stage, Vec<Micros>>,
    bodies: Vec<(u64, Micros)>,
}

impl Samples {
    /// Learns from the stages of one. Those it did without took no time; `hidden` are those the browser did not tell.
    pub fn learn(&mut self, stages: &[(Stage, Micros)], hidden: &[Stage], bytes: Option<u64>) {
        for stage in Stage::ALL.into_iter().filter(|stage| !hidden.contains(stage)) {
            self.times.entry(stage).or_default().push(spent(stages, stage));
        }
        let took = spent(stages, Stage::Transfer).max(GRAIN);
        let body = bytes.filter(|bytes| *bytes > 0 && !hidden.contains(&Stage::Transfer));
        self.bodies.extend(body.map(|bytes| (bytes, took)));
    }

    /// The medians.
    pub fn settle(&self) -> Usual {
        let enough = self.times.iter().filter(|(_, times)| times.len() >= FEWEST);
        let times = enough.filter_map(|(stage, times)| Some((*stage, median(newest(times), Micros::cmp)?)));
        let slower = |a: &(u64, Micros), b: &(u64, Micros)| {
            (i128::from(a.0) * i128::from(b.1.0)).cmp(&(i128::from(b.0) * i128::from(a.1.0)))
        };
        let from = if self.bodies.len() >= FEWEST { UsualFrom::Session } else { UsualFrom::Few };
        let bodies = Some(newest(&self.bodies)).filter(|bodies| bodies.len() >= FEW);
        Usual {
            times: gather(times),
            body: bodies.and_then(|bodies| median(bodies, slower)).map(|body| (body, from)),
        }
    }
}

fn spent(stages: &[(Stage, Micros)], stage: Stage) -> Micros {
    stages.iter().filter(|(of, _)| *of == stage).map(|(_, took)| *took).sum()
}

fn newest<T: Clone>(samples: &[T]) -> Vec<T> {
    samples.iter().rev().take(MOST).cloned().collect()
}

fn median<T: Copy>(mut samples: Vec<T>, order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    samples.arrange_by(|a, b| order(a, b));
    samples.get(samples.len() / 2).copied()
}

/// How long stages usually take on one host and track.
#[derive(Clone, Debug, Default)]
pub struct Usual {
    times: BTreeMap<Stage, Micros>,
    /// A body of so many bytes in that time: the median goodput.
    body: Option<((u64, Micros), UsualFrom)>,
}

impl Usual {
    /// The stages' times beside what is usual for them; `bytes` is the size of the body. Where a stage comes in two
    /// pieces, the first has its usual time and the second none.
    pub fn beside(&self, stages: Vec<(Stage, Micros)>, bytes: Option<u64>) -> Vec<StageTime> {
        let mut times: Vec<StageTime> = Vec::with_capacity(stages.len());
        for (stage, spent) in stages {
            let (usual, usual_from) = self.of(stage, bytes);
            let again = times.iter().any(|time| time.stage == stage);
            let usual = usual.map(|usual| if again { Micros::ZERO } else { usual });
            times.push(StageTime { stage, spent, usual, usual_from });
        }
        times
    }

    fn of(&self, stage: Stage, bytes: Option<u64>) -> (Option<Micros>, UsualFrom) {
        if NEVER_USUAL.contains(&stage) {
            return (Some(Micros::ZERO), UsualFrom::Default);
        }
        if let (Stage::Transfer, Some(bytes), Some(((of, took), from))) = (stage, bytes, self.body) {
            let scaled = i128::from(took.0).saturating_mul(i128::from(bytes)) / i128::from(of.max(1));
            return (Some(Micros(i64::try_from(scaled).unwrap_or(LIMIT).min(LIMIT))), from);
        }
        match (self.times.get(&stage), default_for(stage)) {
            (Some(median), _) => (Some(*median), UsualFrom::Session),
            (None, Some(default)) => (Some(default), UsualFrom::Default),
            (None, None) => (None, UsualFrom::None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: i64) -> Micros {
        Micros::from_millis(millis)
    }

    #[test]
    fn usual_is_the_median_of_enough_samples_else_a_default() {
        let mut samples = Samples::default();
        let response = |samples: &Samples| samples.settle().of(Stage::Response, None);
        assert_eq!(response(&samples), (Some(ms(150)), UsualFrom::Default));
        for tens in 1..=8 {
            samples.learn(&[(Stage::Response, ms(tens * 10))], &[], None);
        }
        assert_eq!(response(&samples), (Some(ms(50)), UsualFrom::Session));
        // Forty newer ones make those forgotten.
        for _ in 0..40 {
            samples.learn(&[(Stage::Response, ms(70))], &[], None);
        }
        assert_eq!(response(&samples), (Some(ms(70)), UsualFrom::Session));
    }

    #[test]
    fn what_a_media_segment_does_without_takes_no_time_and_what_is_hidden_is_not_known() {
        let mut samples = Samples::default();
        for _ in 0..8 {
            samples.learn(&[(Stage::Response, ms(40))], &[Stage::Wait], None);
        }
        let usual = samples.settle();
        assert_eq!(usual.of(Stage::Connect, None), (Some(ms(0)), UsualFrom::Session));
        assert_eq!(usual.of(Stage::Wait, None), (Some(ms(100)), UsualFrom::Default));
    }

    #[test]
    fn a_body_usually_takes_as_long_as_it_is_large() {
        let mut samples = Samples::default();
        let transfer = |samples: &Samples, bytes| samples.settle().of(Stage::Transfer, Some(bytes));
        assert_eq!(transfer(&samples, 1_000), (None, UsualFrom::None));
        // 10, 20 and 40 bytes a millisecond: 20 is the median.
        for (bytes, took) in [(1_000, 100), (4_000, 200), (4_000, 100)] {
            samples.learn(&[(Stage::Transfer, ms(took))], &[], Some(bytes));
        }
        assert_eq!(transfer(&samples, 10_000), (Some(ms(500)), UsualFrom::Few));
        for _ in 0..5 {
            samples.learn(&[(Stage::Transfer, ms(100))], &[], Some(2_000));
        }
        assert_eq!(transfer(&samples, 10_000), (Some(ms(500)), UsualFrom::Session));
    }

    #[test]
    fn idle_and_failures_are_never_usual() {
        let mut samples = Samples::default();
        for _ in 0..20 {
            samples.learn(&[(Stage::Decide, ms(500)), (Stage::Failed, ms(900))], &[], None);
        }
        let usual = samples.settle();
        assert_eq!(usual.of(Stage::Decide, None), (Some(ms(0)), UsualFrom::Default));
        assert_eq!(usual.of(Stage::Failed, None), (Some(ms(0)), UsualFrom::Default));
    }

    #[test]
    fn a_stage_in_two_pieces_has_its_usual_time_once() {
        let times = Usual::default().beside(vec![(Stage::Wait, ms(1)), (Stage::Wait, ms(2))], None);
        let usual: Vec<_> = times.iter().map(|time| time.usual).collect();
        assert_eq!(usual, [Some(ms(100)), Some(ms(0))]);
    }
}
