//! How good beliefs were, where the truth is known. For tests: nothing is decided by these.

use crate::verdict::Zone;

/// Brier score of one belief (millionths by zone): 0 is perfect, 2 the worst.
pub fn brier(belief: &[(Zone, i64)], truth: Zone) -> f64 {
    let part =
        |zone| belief.iter().filter(|(of, _)| *of == zone).map(|(_, part)| *part as f64 / 1e6).sum::<f64>();
    Zone::ALL.into_iter().map(|zone| (part(zone) - if zone == truth { 1.0 } else { 0.0 }).powi(2)).sum()
}

/// Logarithmic score of one belief: 0 is perfect, infinity the worst.
pub fn log_score(belief: &[(Zone, i64)], truth: Zone) -> f64 {
    let part = belief.iter().filter(|(of, _)| *of == truth).map(|(_, part)| *part as f64 / 1e6).sum::<f64>();
    -part.ln()
}

#[test]
fn scores_worked_by_hand() {
    let belief = [(Zone::Home, 500_000), (Zone::Edge, 500_000)];
    assert_eq!(brier(&belief, Zone::Home), 0.5);
    assert_eq!(brier(&belief, Zone::Access), 1.5);
    assert!((log_score(&belief, Zone::Edge) - 2f64.ln()).abs() < 1e-9);
    assert_eq!(log_score(&belief, Zone::Access), f64::INFINITY);
}

#[test]
fn evidence_that_points_the_right_way_scores_better() {
    use super::belief::Evidence;
    use super::{PATH, Told, finding, others_moved};
    let of = |row| {
        Evidence::of(&[Told {
            finding: finding("made-up", Vec::new(), []),
            row,
            observed: None,
            networks_assumed: false,
        }])
    };
    let before = Evidence::default().belief(&PATH);
    for (row, truth, innocent) in [
        (others_moved::SITES, Zone::Edge, Zone::Access),
        (others_moved::SITES, Zone::Interconnect, Zone::Home),
        (others_moved::SHARED, Zone::Access, Zone::Edge),
        (others_moved::SHARED, Zone::Home, Zone::Origin),
    ] {
        let after = of(row).belief(&PATH);
        assert!(
            brier(&after, truth) < brier(&before, truth)
                && log_score(&after, truth) < log_score(&before, truth)
        );
        assert!(brier(&after, innocent) > brier(&before, innocent));
    }
}
