//! How likely each zone of the path is: log-odds that the tests' rows add to (ATTRIBUTION §3.4), in integers.

use super::{PATH, Told};
use crate::time::Micros;
use crate::time::apportion;
use crate::verdict::Zone;

/// Log-likelihoods in thousandths of a nat, one for each zone of [`PATH`], relative to each other.
pub type Row = [i32; 5];

/// Natural logarithms of likelihood ratios, in thousandths.
pub mod ln {
    /// ln 0.02
    pub const R02: i32 = -3_912;
    /// ln 0.03
    pub const R03: i32 = -3_507;
    /// ln 0.05
    pub const R05: i32 = -2_996;
    /// ln 0.08
    pub const R08: i32 = -2_526;
    /// ln 0.1
    pub const R10: i32 = -2_303;
    /// ln 0.15
    pub const R15: i32 = -1_897;
    /// ln 0.2
    pub const R20: i32 = -1_609;
    /// ln 0.25
    pub const R25: i32 = -1_386;
    /// ln 0.3
    pub const R30: i32 = -1_204;
    /// ln 0.4
    pub const R40: i32 = -916;
    /// ln 0.5
    pub const R50: i32 = -693;
    /// ln 0.6
    pub const R60: i32 = -511;
    /// ln 0.8
    pub const R80: i32 = -223;
}

/// No block says more than fifty to one (ATTRIBUTION §3.4): −ln 50, thousandths of a nat.
const CAP: i32 = -3_912;

/// What is expected before anything is seen, in thousandths: the mean of Wi-Fi (.42 .27 .11 .20) and wired (.14 .45 .18
/// .23) [P], since a browser does not tell which (ATTRIBUTION §3.4). What waits on the origin too may as well be there as
/// at the edge [P].
pub(super) const PRIOR: [i128; 5] = [280, 360, 145, 215, 215];

/// Of the belief, so many per cent are spread evenly: no model is that sure (ATTRIBUTION §3.4).
const UNSURE: i128 = 2;

/// The whole.
pub const MILLION: i64 = 1_000_000;

/// The rows of all tests together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    sums: Row,
}

impl Evidence {
    /// Adds the rows up, each clipped: in whatever order, the same comes out.
    pub fn of(told: &[Told]) -> Evidence {
        let mut sums = Row::default();
        for Told { row, .. } in told {
            let most = row.iter().copied().max().unwrap_or_default();
            for (sum, log) in sums.iter_mut().zip(row) {
                *sum = sum.saturating_add(log.saturating_sub(most).clamp(CAP, 0));
            }
        }
        Evidence { sums }
    }

    /// It prefers no zone to another.
    pub fn says_nothing(&self) -> bool {
        self.sums.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
    }

    /// The log-likelihood of a zone, thousandths of a nat; zero for one that is not on the path.
    pub fn log(&self, zone: Zone) -> i32 {
        let of = PATH.iter().zip(self.sums).find(|(other, _)| **other == zone);
        of.map_or(0, |(_, log)| log)
    }

    /// The belief in each of these zones, in millionths that add up to a million; those that are not on the path are left
    /// out.
    pub fn belief(&self, among: &[Zone]) -> Vec<(Zone, i64)> {
        let on_path = || PATH.into_iter().zip(self.sums).zip(PRIOR);
        let candidates: Vec<((Zone, i32), i128)> =
            on_path().filter(|((zone, _), _)| among.contains(zone)).collect();
        let most = candidates.iter().map(|((_, log), _)| *log).max().unwrap_or_default();
        let weights: Vec<i128> =
            candidates.iter().map(|((_, log), prior)| prior * exp(most.saturating_sub(*log))).collect();
        let sure = apportion(Micros(MILLION), &weights);
        let count = candidates.len() as i128;
        let mixed: Vec<i128> = sure
            .iter()
            .map(|part| i128::from(part.0) * (100 - UNSURE) * count + i128::from(MILLION) * UNSURE)
            .collect();
        let parts = apportion(Micros(MILLION), &mixed);
        candidates.iter().zip(parts).map(|(((zone, _), _), part)| (*zone, part.0)).collect()
    }
}

/// e to the minus so many thousandths, in 10⁻¹².
fn exp(thousandths: i32) -> i128 {
    /// e^(−2^k / 1000) · 10¹², k from 0.
    const POWERS: [i128; 14] = [
        999_000_499_833,
        998_001_998_667,
        996_007_989_344,
        992_031_914_837,
        984_127_320_055,
        968_506_582_079,
        938_004_999_531,
        879_853_379_145,
        774_141_968_792,
        599_295_787_846,
        359_155_441_329,
        128_992_631_037,
        16_639_098_862,
        276_859_611,
    ];
    const ONE: i128 = 1_000_000_000_000;
    let bits = thousandths.clamp(0, (1 << POWERS.len()) - 1);
    let set = POWERS.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
    set.fold(ONE, |product, (_, power)| product * power / ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::finding;

    fn told(row: Row) -> Told {
        Told { finding: finding("made-up", Vec::new(), []), row, observed: None, networks_assumed: false }
    }

    #[test]
    fn the_exponential_is_right_to_nine_digits() {
        for (thousandths, exact) in
            [(0, 1e12), (693, 0.500_073_599_8e12), (3_912, 0.020_000_460_2e12), (15_648, 0.000_000_160_0e12)]
        {
            let off = exp(thousandths) as f64 - f64::exp(-f64::from(thousandths) / 1000.0) * 1e12;
            assert!(off.abs() < 1e3, "{thousandths}: {}, about {exact}", exp(thousandths));
        }
    }

    #[test]
    fn without_evidence_the_prior_remains() {
        let belief = Evidence::default().belief(&PATH[..4]);
        // 2 % of it spread evenly.
        let expected = [279_400, 357_800, 147_100, 215_700];
        assert_eq!(belief.iter().map(|(_, part)| *part).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn evidence_worked_by_hand() {
        // 1:1:.5:.1:.1 on .28 .36 .145 .215 .215, over .7555, and 2 % spread over five.
        let evidence = Evidence::of(&[told([0, 0, ln::R50, ln::R10, ln::R10])]);
        let percents: Vec<i64> =
            evidence.belief(&PATH).iter().map(|(_, part)| (part + 5_000) / 10_000).collect();
        assert_eq!(percents, [37, 47, 10, 3, 3]);
    }

    #[test]
    fn no_row_says_more_than_fifty_to_one() {
        let capped = Evidence::of(&[told([0, -9_000, i32::MIN, 0, 0])]);
        assert_eq!(capped, Evidence::of(&[told([0, ln::R02, ln::R02, 0, 0])]));
        // Rows are relative: a constant added changes nothing.
        assert_eq!(Evidence::of(&[told([500, -3_412, -3_412, 500, 500])]), capped);
        assert!(Evidence::of(&[told([-7; 5])]).says_nothing());
    }
}
