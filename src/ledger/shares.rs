//! Who has which part of a stall: the counterfactual of ATTRIBUTION §3.3.

use super::drain::{Chain, Part, less};
use super::recursion::Spent;
use super::shapley::{self, divide};
use crate::event::{Span, TrackKind};
use crate::sort::Sort;
use crate::time::{LIMIT, Micros, apportion};
use crate::verdict::{Ledger, Stage, StageShare, StageTime, UsualFrom};
use std::collections::BTreeMap;

/// Something that took longer than usual: a stage, or (`None`) what no stage accounts for.
#[derive(Clone, Copy, Debug)]
struct Slow {
    stage: Option<Stage>,
    usual_from: UsualFrom,
    excess: Micros,
}

/// The shares in a stall of this length that these chains made. Everything but the shares is left empty.
pub fn of(chains: &[Chain], stall: Micros) -> Ledger {
    let slow = slow(chains);
    // One player each, the least of too many together.
    let alone = if slow.len() > shapley::MOST { shapley::MOST - 1 } else { slow.len() };
    let (singles, rest) = slow.split_at(alone);
    let players: Vec<&[Slow]> = singles.chunks(1).chain((!rest.is_empty()).then_some(rest)).collect();
    let saved: Vec<Vec<Vec<Spent>>> = players.iter().map(|player| saved(chains, player)).collect();

    let total = lasts(chains, |_, _| Spent::default());
    let whole = total.min(stall);
    let avoided = |set: usize| {
        let of = |(_, saved): (usize, &Vec<Vec<Spent>>), chain: usize, cycle: usize| {
            saved.get(chain).and_then(|saved| saved.get(cycle)).copied().unwrap_or_default()
        };
        let members = || saved.iter().enumerate().filter(|(player, _)| set & (1 << player) != 0);
        total - lasts(chains, |chain, cycle| members().map(|saved| of(saved, chain, cycle)).sum())
    };
    let mut parts = divide(players.len(), whole, total, avoided).into_iter();
    let mut ledger = Ledger { unexplained: stall - whole, ..Ledger::default() };
    for (player, members) in players.iter().enumerate() {
        let part = parts.next().unwrap_or_default();
        let excesses: Vec<i128> = members.iter().map(|slow| i128::from(slow.excess.0)).collect();
        for (slow, share) in members.iter().zip(apportion(part, &excesses)) {
            let Some(stage) = slow.stage else {
                ledger.unexplained = ledger.unexplained + share;
                continue;
            };
            let alone = match members.len() {
                1 => avoided(1 << player),
                _ => without(chains, total, std::slice::from_ref(slow)),
            };
            let Slow { usual_from, excess, .. } = *slow;
            ledger.shares.push(StageShare {
                stage,
                usual_from,
                excess,
                avoided: in_proportion(alone.at_least_zero(), whole, total),
                share,
            });
        }
    }
    // What remains of stages that took their usual time is no longer than they took.
    let left = parts.next().unwrap_or_default();
    ledger.chronic = left.min(as_usual(chains));
    ledger.unexplained = ledger.unexplained + (left - ledger.chronic);
    ledger.shares.arrange_by_key(|share| (std::cmp::Reverse(share.share), share.stage));
    ledger
}

/// How long the stall would have been with media segments of other sizes, at the pace at which they came.
pub fn with_sizes(chains: &[Chain], stall: Micros, bytes: impl Fn(TrackKind, Span, u64) -> u64) -> Micros {
    let total = lasts(chains, |_, _| Spent::default());
    let saved: Vec<Vec<Spent>> = chains
        .iter()
        .map(|chain| {
            let of = |part: &Part| {
                let Some(size) = part.bytes.filter(|size| *size > 0) else { return Spent::default() };
                let other = bytes(part.track, part.range, size);
                let transfer = part.stages.iter().filter(|time| time.stage == Stage::Transfer);
                let took: Micros = transfer.map(|time| time.spent).sum();
                let takes = i128::from(took.0).saturating_mul(i128::from(other)) / i128::from(size);
                less(Some(Stage::Transfer), took - Micros(i64::try_from(takes).unwrap_or(i64::MAX)))
            };
            chain.parts.iter().map(of).collect()
        })
        .collect();
    let of = |chain: usize, cycle: usize| {
        saved.get(chain).and_then(|saved| saved.get(cycle)).copied().unwrap_or_default()
    };
    // Longer ones can make it longer than it was; nothing makes it negative.
    let whole = total.min(stall);
    (stall - in_proportion(total - lasts(chains, of), whole, total)).at_least_zero()
}

/// What took longer than usual, summed over the window with its sign and then clipped: clipping each media segment would
/// turn ordinary jitter into blame. The most excessive first.
fn slow(chains: &[Chain]) -> Vec<Slow> {
    let mut sums: BTreeMap<Option<Stage>, (UsualFrom, Micros)> = BTreeMap::new();
    for part in chains.iter().flat_map(|chain| &chain.parts) {
        let stages =
            part.stages.iter().filter_map(|time| Some((Some(time.stage), time.usual_from, beyond(time)?)));
        let rest = (None, UsualFrom::Session, part.unexplained);
        for (stage, from, excess) in stages.chain([rest]) {
            let sum = sums.entry(stage).or_insert((from, Micros::ZERO));
            *sum = (sum.0.max(from), (sum.1 + excess).min(Micros(LIMIT)));
        }
    }
    let sums = sums.into_iter().map(|(stage, (usual_from, excess))| Slow { stage, usual_from, excess });
    let mut slow: Vec<Slow> = sums.filter(|slow| slow.excess > Micros::ZERO).collect();
    slow.arrange_by_key(|slow| std::cmp::Reverse(slow.excess));
    slow
}

/// Of all the stages the part that is no longer than usual, or of which nothing is known.
fn as_usual(chains: &[Chain]) -> Micros {
    let stages = chains.iter().flat_map(|chain| &chain.parts).flat_map(|part| &part.stages);
    stages.map(|time| time.usual.map_or(time.spent, |usual| usual.min(time.spent))).sum()
}

fn beyond(time: &StageTime) -> Option<Micros> {
    Some(time.spent - time.usual?)
}

/// What is saved in each cycle of each chain when these take their usual time.
fn saved(chains: &[Chain], slow: &[Slow]) -> Vec<Vec<Spent>> {
    let is_slow = |stage: Option<Stage>| slow.iter().any(|slow| slow.stage == stage);
    let of = |chain: &Chain| {
        let cycles = chain.parts.iter().map(|part| {
            let stages = part.stages.iter().filter(|time| is_slow(Some(time.stage)));
            let stages = stages.filter_map(|time| Some(less(Some(time.stage), beyond(time)?)));
            stages.chain(is_slow(None).then(|| less(None, part.unexplained))).sum()
        });
        cycles.collect()
    };
    chains.iter().map(of).collect()
}

/// How much of the stall goes when these take their usual time.
fn without(chains: &[Chain], total: Micros, slow: &[Slow]) -> Micros {
    let saved = saved(chains, slow);
    let of = |chain: usize, cycle: usize| {
        saved.get(chain).and_then(|saved| saved.get(cycle)).copied().unwrap_or_default()
    };
    total - lasts(chains, of)
}

/// Playback waits for the last of its tracks.
fn lasts(chains: &[Chain], saved: impl Fn(usize, usize) -> Spent) -> Micros {
    let each = chains.iter().enumerate().map(|(index, chain)| chain.drain.stall(|cycle| saved(index, cycle)));
    each.max().unwrap_or_default().min(Micros(LIMIT))
}

/// Of a stall that the chains make `total` long and that was seen to be `whole`.
fn in_proportion(part: Micros, whole: Micros, total: Micros) -> Micros {
    let scaled = i128::from(part.0.min(total.0)) * i128::from(whole.0) / i128::from(total.0.max(1));
    Micros(i64::try_from(scaled).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::recursion::{After, Cycle, Drain};
    use crate::time::{MediaTime, Wall};
    use proptest::prelude::*;

    const LENGTH: i64 = 2_000;

    /// A stage and what it took and usually takes; `None` where that is not known.
    type Took = (Stage, i64, Option<i64>);

    /// Serial downloads of 1 kB each, from where so much is held, at rate 1, and what no stage accounts for.
    fn chain(track: TrackKind, level: i64, cycles: &[(Vec<Took>, i64)]) -> Chain<'static> {
        let part = |(stages, unexplained): &(Vec<Took>, i64)| Part {
            track,
            range: Span { start: MediaTime(0), end: MediaTime(LENGTH) },
            stages: stages
                .iter()
                .map(|&(stage, spent, usual)| StageTime {
                    stage,
                    spent: Micros(spent),
                    usual: usual.map(Micros),
                    usual_from: if usual.is_some() { UsualFrom::Session } else { UsualFrom::None },
                })
                .collect(),
            unexplained: Micros(*unexplained),
            bytes: Some(1_000),
        };
        let parts: Vec<Part> = cycles.iter().map(part).collect();
        let cycle = |(index, part): (usize, &Part)| {
            let needed = level + LENGTH * index as i64;
            let spent = part.stages.iter().map(|time| less(Some(time.stage), time.spent));
            Cycle {
                after: After::Playable,
                paced: Micros(0),
                held: MediaTime(needed),
                limit: None,
                deadline: Wall(needed),
                spent: spent.chain([less(None, part.unexplained)]).sum(),
            }
        };
        let cycles = parts.iter().enumerate().map(cycle).collect();
        let playhead = Box::new(|at: Wall| MediaTime(at.0));
        Chain { drain: Drain { from: Wall(0), rate: 1000, cycles, playhead }, parts }
    }

    fn told(ledger: &Ledger) -> String {
        let shares = ledger.shares.iter().map(|share| {
            format!("{:?} +{} avoids {} has {}", share.stage, share.excess.0, share.avoided.0, share.share.0)
        });
        let shares: Vec<String> = shares.collect();
        format!("{} | chronic {} unexplained {}", shares.join(", "), ledger.chronic.0, ledger.unexplained.0)
    }

    #[test]
    fn two_stages_worked_by_hand() {
        // 1000 are held. The first takes 300 + 900 = 1200 (needed at 1000: 200 late), the second 300 + 2900 = 3200: there at
        // 4400, needed at 3000: 1400 late. Usual: a wait of 100 and a transfer of 500.
        // Waits usual: at 1000 and 4000, 1000 late: avoids 400. Transfers usual: 800 and 1600: in time, avoids all 1400.
        // Both: all 1400. Wait: (400 + 0) / 2 = 200; transfer: (1400 + 1000) / 2 = 1200.
        let cycle =
            |transfer| (vec![(Stage::Wait, 300, Some(100)), (Stage::Transfer, transfer, Some(500))], 0);
        let chains = [chain(TrackKind::Video, 1_000, &[cycle(900), cycle(2_900)])];
        let expected =
            "Transfer +2800 avoids 1400 has 1200, Wait +400 avoids 400 has 200 | chronic 0 unexplained 0";
        assert_eq!(told(&of(&chains, Micros(1_400))), expected);
        // Seen to be 100 longer than the times give: unexplained. Half as long: all in proportion.
        let expected =
            "Transfer +2800 avoids 1400 has 1200, Wait +400 avoids 400 has 200 | chronic 0 unexplained 100";
        assert_eq!(told(&of(&chains, Micros(1_500))), expected);
        let expected =
            "Transfer +2800 avoids 700 has 600, Wait +400 avoids 200 has 100 | chronic 0 unexplained 0";
        assert_eq!(told(&of(&chains, Micros(700))), expected);
    }

    #[test]
    fn what_is_usual_is_chronic_and_what_nobody_accounts_for_unexplained() {
        // Nothing held. A transfer of 3000 of which nothing is known, then 400 of nothing: 3400 late, 3000 without the 400.
        let chains = [chain(TrackKind::Video, 0, &[(vec![(Stage::Transfer, 3_000, None)], 400)])];
        assert_eq!(told(&of(&chains, Micros(3_400))), " | chronic 3000 unexplained 400");
    }

    #[test]
    fn what_no_stage_reaches_is_not_chronic() {
        // Needed 1000 before it could be asked for, for whatever reason; then a wait of 500, as usual.
        let late = chain(TrackKind::Video, -1_000, &[(vec![(Stage::Wait, 500, Some(500))], 0)]);
        assert_eq!(told(&of(&[late], Micros(1_500))), " | chronic 500 unexplained 1000");
    }

    #[test]
    fn jitter_has_no_share() {
        // 100 more in one media segment, 100 less in the next: no excess. The stall is as usual.
        let cycle = |wait| (vec![(Stage::Wait, wait, Some(1_000)), (Stage::Transfer, 2_000, Some(2_000))], 0);
        let chains = [chain(TrackKind::Video, 1_000, &[cycle(1_100), cycle(900)])];
        // There at 3100 and 6000, needed at 1000 and 3000.
        assert_eq!(told(&of(&chains, Micros(3_000))), " | chronic 3000 unexplained 0");
    }

    #[test]
    fn two_tracks_worked_by_hand() {
        // Sound waits 5000 for its answer, the picture 3000 for its body; nothing is held. Without the wait 3000 remain (it
        // avoids 2000), without the body 5000; without both, nothing. Wait: (2000 + 5000) / 2; body: (0 + 3000) / 2.
        let chains = [
            chain(TrackKind::Audio, 0, &[(vec![(Stage::Response, 5_000, Some(0))], 0)]),
            chain(TrackKind::Video, 0, &[(vec![(Stage::Transfer, 3_000, Some(0))], 0)]),
        ];
        let expected =
            "Response +5000 avoids 2000 has 3500, Transfer +3000 avoids 0 has 1500 | chronic 0 unexplained 0";
        assert_eq!(told(&of(&chains, Micros(5_000))), expected);
    }

    #[test]
    fn at_half_the_size_worked_by_hand() {
        // The case of `two_stages_worked_by_hand`: transfers of 450 and 1450 come at 750 and 2500, in time. At nine tenths,
        // 810 and 2610: at 1110 and 4020, 1020 late. Twice as large: 1800 and 5800: 2100 and 8200, 5200 late.
        let cycle =
            |transfer| (vec![(Stage::Wait, 300, Some(100)), (Stage::Transfer, transfer, Some(500))], 0);
        let chains = [chain(TrackKind::Video, 1_000, &[cycle(900), cycle(2_900)])];
        let sized = |tenths| with_sizes(&chains, Micros(1_400), |_, _, bytes| bytes * tenths / 10);
        assert_eq!([5, 9, 10, 20].map(sized), [0, 1_020, 1_400, 5_200].map(Micros));
    }

    fn takes() -> impl Strategy<Value = Vec<Took>> {
        let took = proptest::option::weighted(0.8, (0i64..1_000, proptest::option::weighted(0.9, 0i64..500)));
        proptest::collection::vec(took, Stage::ALL.len()).prop_map(|all| {
            let all = Stage::ALL.into_iter().zip(all);
            all.filter_map(|(stage, took)| took.map(|(spent, usual)| (stage, spent, usual))).collect()
        })
    }

    proptest! {
        /// Of whatever took however long, also of more stages than are told apart: the parts add up.
        #[test]
        fn parts_add_up(
            video in proptest::collection::vec((takes(), 0i64..200), 1..24),
            audio in proptest::collection::vec((takes(), 0i64..200), 0..24),
            level in 0i64..10_000,
            stall in 0i64..60_000,
        ) {
            let chains = [chain(TrackKind::Video, level, &video), chain(TrackKind::Audio, level, &audio)];
            let ledger = of(&chains, Micros(stall));
            let parts = || ledger.shares.iter().map(|share| share.share).chain([ledger.chronic, ledger.unexplained]);
            prop_assert!(parts().all(|part| part >= Micros::ZERO));
            prop_assert_eq!(parts().sum::<Micros>(), Micros(stall));
            let sane = |share: &StageShare| share.excess > Micros::ZERO && (0..=stall).contains(&share.avoided.0);
            prop_assert!(ledger.shares.iter().all(sane));
            let percents: u32 = ledger.percents().iter().map(|(.., percent)| u32::from(*percent)).sum();
            prop_assert_eq!(percents, if stall == 0 { 0 } else { 100 });
        }
    }
}
