//! How good answers are where the truth is known: the measures of docs/accuracy.md.

use crate::judge::Answer;
use whystall::verdict::Zone;

/// An answer, and where the stall really came from.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    pub truth: Zone,
    pub answer: &'a Answer,
    /// Of two faults at once: `truth` has more of the stall, and not all of it.
    pub shared: bool,
}

impl<'a> Judged<'a> {
    /// Of truths, answers, and whether there was more than one fault.
    pub fn all(answers: &'a [(Zone, Answer, bool)]) -> Vec<Judged<'a>> {
        let judged = |(truth, answer, shared): &'a (Zone, Answer, bool)| Judged {
            truth: *truth,
            answer,
            shared: *shared,
        };
        answers.iter().map(judged).collect()
    }

    pub fn inside(&self) -> bool {
        self.answer.zones.contains(&self.truth)
    }

    pub fn alone(&self) -> bool {
        self.answer.zones == [self.truth]
    }

    pub fn accuses(&self) -> bool {
        accuses(&self.answer.zones, self.truth)
    }

    /// The same for sets and points: the chance to hit the truth, if one zone of the set is picked blindly.
    pub fn utility(&self) -> f64 {
        if self.inside() { 1.0 / self.answer.zones.len() as f64 } else { 0.0 }
    }

    /// Brier's score over the seven zones: 0 is perfect, 2 the worst.
    pub fn brier(&self) -> f64 {
        let truth = |zone| if zone == self.truth { 1.0 } else { 0.0 };
        Zone::ALL.into_iter().map(|zone| (self.answer.part(zone) - truth(zone)).powi(2)).sum()
    }
}

/// The accusation that must not happen.
pub fn accuses(zones: &[Zone], truth: Zone) -> bool {
    matches!(zones, [only @ (Zone::Access | Zone::Interconnect)] if *only != truth)
}

/// Those of one fault: of two no single zone is the truth, and the parts that each has are compared apart (`shares.rs`).
pub fn of_one<'a>(judged: &[Judged<'a>]) -> Vec<Judged<'a>> {
    judged.iter().copied().filter(|judged| !judged.shared).collect()
}

/// Answers by true zone, in path order, only those that there are.
fn by_zone<'a>(judged: &[Judged<'a>]) -> Vec<(Zone, Vec<Judged<'a>>)> {
    let of = |zone| judged.iter().copied().filter(|judged| judged.truth == zone).collect();
    Zone::ALL
        .into_iter()
        .map(|zone| (zone, of(zone)))
        .filter(|(_, of): &(_, Vec<_>)| !of.is_empty())
        .collect()
}

/// The mean of the means of each true zone, so that what was run more often does not weigh more.
pub fn macro_mean<'a>(judged: &[Judged<'a>], of: fn(&Judged<'a>) -> f64) -> f64 {
    mean(by_zone(judged).iter().map(|(_, its)| mean(its.iter().map(of))))
}

/// Zones in the set.
pub fn size(judged: &Judged) -> f64 {
    judged.answer.zones.len() as f64
}

/// `3 of 4 (0.30–0.95)`.
pub fn share<'a>(judged: &[Judged<'a>], of: fn(&Judged<'a>) -> bool) -> String {
    ratio(judged.iter().filter(|judged| of(judged)).count(), judged.len())
}

/// Zones that were given a part of a stall from [`Bin::from`] on and below the next: how large a part on average, and how
/// often the stall came from there.
pub struct Bin {
    pub from: f64,
    pub zones: usize,
    pub given: f64,
    pub true_of: usize,
}

/// Tenths; those that no zone is in are left out.
pub fn calibration(judged: &[Judged]) -> Vec<Bin> {
    let parts =
        || judged.iter().flat_map(|of| of.answer.mass.iter().map(|(zone, part)| (*part, *zone == of.truth)));
    let tenths = (0..10).map(f64::from).map(|tenth| {
        let within: Vec<(f64, bool)> =
            parts().filter(|(part, _)| (part * 10.0).floor().min(9.0) == tenth).collect();
        Bin {
            from: tenth / 10.0,
            zones: within.len(),
            given: mean(within.iter().map(|(part, _)| *part)),
            true_of: within.iter().filter(|(_, truth)| *truth).count(),
        }
    });
    tenths.filter(|bin| bin.zones > 0).collect()
}

pub fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = values.collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// Of the mean; not a number for a single value.
pub fn standard_error(values: &[f64]) -> f64 {
    let middle = mean(values.iter().copied());
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0) / values.len() as f64).sqrt()
}

pub fn number(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { format!("{value:.2}") }
}

/// `3 of 4 (0.30–0.95)`.
pub fn ratio(of: usize, all: usize) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let (low, high) = wilson(of as f64, all as f64);
    format!("{of} of {all} ({low:.2}–{high:.2})")
}

/// The value below which this part of all lies.
pub fn quantile(all: &[f64], part: f64) -> f64 {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The bounds of a share, 95 %.
pub fn wilson(of: f64, all: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let share = of / all;
    let middle = share + Z * Z / (2.0 * all);
    let spread = Z * (share * (1.0 - share) / all + Z * Z / (4.0 * all * all)).sqrt();
    let whole = 1.0 + Z * Z / all;
    (((middle - spread) / whole).max(0.0), ((middle + spread) / whole).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Zone::{Access, Edge, Home, Origin};

    fn answer(zones: &[Zone], mass: &[(Zone, f64)]) -> Answer {
        Answer { zones: zones.to_vec(), mass: mass.to_vec() }
    }

    #[test]
    fn bounds_are_those_of_the_books() {
        // Wilson 1927; Newcombe 1998, table I.
        let (low, high) = wilson(81.0, 263.0);
        assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.2553".into(), "0.3662".into()));
        let (low, high) = wilson(0.0, 20.0);
        assert_eq!((low, format!("{high:.4}")), (0.0, "0.1611".into()));
    }

    #[test]
    fn quantiles_are_of_those_measured() {
        let of = |part| quantile(&[4.0, 1.0, 3.0, 2.0], part);
        assert_eq!([of(0.0), of(0.5), of(0.9), of(1.0)], [1.0, 2.0, 4.0, 4.0]);
    }

    #[test]
    fn the_standard_error_is_that_of_the_mean() {
        assert_eq!(standard_error(&[2.0, 4.0, 4.0, 6.0]), (8.0_f64 / 3.0 / 4.0).sqrt());
        assert_eq!(number(standard_error(&[1.0])), "–");
    }

    #[test]
    fn a_set_is_worth_what_a_blind_pick_of_it_is() {
        let utility =
            |set: &[Zone]| Judged { truth: Edge, answer: &answer(set, &[]), shared: false }.utility();
        assert_eq!([&[Edge][..], &[Edge, Origin], &[Access], &[]].map(utility), [1.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn briers_score_worked_by_hand() {
        let score =
            |mass: &[(Zone, f64)]| Judged { truth: Home, answer: &answer(&[], mass), shared: false }.brier();
        assert_eq!(score(&[(Home, 1.0)]), 0.0);
        assert_eq!(score(&[(Access, 1.0)]), 2.0);
        assert_eq!(score(&[(Home, 0.5), (Access, 0.5)]), 0.5);
        assert_eq!(score(&[]), 1.0);
    }

    #[test]
    fn calibration_counts_each_zone_that_was_given_a_part() {
        let [sure, split] = [answer(&[], &[(Home, 1.0)]), answer(&[], &[(Home, 0.42), (Access, 0.48)])];
        let judged =
            [(Home, &sure), (Access, &split)].map(|(truth, answer)| Judged { truth, answer, shared: false });
        let bins = calibration(&judged);
        let told: Vec<_> =
            bins.iter().map(|bin| (bin.from, bin.zones, number(bin.given), bin.true_of)).collect();
        assert_eq!(told, [(0.4, 2, "0.45".to_owned(), 1), (0.9, 1, "1.00".to_owned(), 1)]);
    }
}
