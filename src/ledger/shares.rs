//! Who has which part of a stall: the counterfactual of ATTRIBUTION §3.3.

use super::drain::{Chain, Part, less};
use super::recursion::Spent;
use super::shapley::{self, apportion, divide};
use crate::event::{Span, TrackKind};
use crate::time::{LIMIT, Micros};
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
    ledger.chronic = parts.next().unwrap_or_default();
    ledger.shares.sort_by_key(|share| (std::cmp::Reverse(share.share), share.stage));
    ledger
}

#[allow(dead_code)] // As for `Books::stall_if`.
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
            *sum = (sum.0.max(from), sum.1 + excess);
        }
    }
    let sums = sums.into_iter().map(|(stage, (usual_from, excess))| Slow { stage, usual_from, excess });
    let mut slow: Vec<Slow> = sums.filter(|slow| slow.excess > Micros::ZERO).collect();
    slow.sort_by_key(|slow| std::cmp::Reverse(slow.excess));
    slow
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
