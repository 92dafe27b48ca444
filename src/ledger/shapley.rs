//! Exact Shapley values in integers: what each of several things that went wrong has of the harm they did together.

use crate::time::{Micros, apportion};

/// More players than this are grouped by the caller: the work doubles with each.
pub const MOST: usize = 8;
/// Values lie below this, so that products of three of them and a factorial stay within 128 bits.
const LIMIT: i64 = crate::time::LIMIT;

/// Divides `whole` among the players and, last, what none of them accounts for. `value(set)` is the harm that goes when
/// the players in the set (a bit each) behave; `total` the harm there is. `value` is clipped to it, and never smaller for
/// a larger set. The parts are not negative and add up to `whole` exactly.
pub fn divide(players: usize, whole: Micros, total: Micros, value: impl Fn(usize) -> Micros) -> Vec<Micros> {
    let players = players.min(MOST);
    let total = total.0.clamp(0, LIMIT);
    let values = monotone(players, total, value);
    let of = |set: usize| values.get(set).copied().unwrap_or_default();
    let orders: i128 = factorial(players);
    let mut weights: Vec<i128> = (0..players)
        .map(|player| {
            let without = (0..1usize << players).filter(|set| set & (1 << player) == 0);
            without
                .map(|set| {
                    let before = set.count_ones() as usize;
                    let orders = factorial(before) * factorial(players - before - 1);
                    orders * i128::from(of(set | 1 << player) - of(set))
                })
                .sum()
        })
        .collect();
    let all = of((1 << players) - 1);
    weights.push(orders * i128::from(total - all));
    apportion(whole, &weights)
}

/// The values of all sets, clipped, and made never to shrink as the set grows.
fn monotone(players: usize, total: i64, value: impl Fn(usize) -> Micros) -> Vec<i64> {
    let mut values: Vec<i64> = Vec::with_capacity(1 << players);
    for set in 0..1usize << players {
        let own = if set == 0 { 0 } else { value(set).0.clamp(0, total) };
        let smaller =
            (0..players).filter(|player| set & (1 << player) != 0).map(|player| set & !(1 << player));
        let floor = smaller.filter_map(|set| values.get(set).copied()).max().unwrap_or(0);
        values.push(own.max(floor));
    }
    values
}

fn factorial(of: usize) -> i128 {
    (1..=of as i128).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn micros(of: &[Micros]) -> Vec<i64> {
        of.iter().map(|of| of.0).collect()
    }

    #[test]
    fn two_players_worked_by_hand() {
        // v(a) = 30, v(b) = 50, v(ab) = 100 of 120 in all. a: (30 + (100 − 50)) / 2 = 40; b: (50 + (100 − 30)) / 2 = 60.
        let value = |set| Micros([0, 30, 50, 100][set]);
        assert_eq!(micros(&divide(2, Micros(120), Micros(120), value)), [40, 60, 20]);
        // The same, of a stall that was seen to be half as long: all in proportion.
        assert_eq!(micros(&divide(2, Micros(60), Micros(120), value)), [20, 30, 10]);
    }

    #[test]
    fn three_players_worked_by_hand() {
        // Either of a and b alone prevents all 60; c nothing. Orders that begin with a: 3 of 6 give it all, as for b.
        let value = |set: usize| Micros(if set & 0b011 == 0 { 0 } else { 60 });
        assert_eq!(micros(&divide(3, Micros(60), Micros(60), value)), [30, 30, 0, 0]);
        // All three are needed: 20 each. Of 61, one microsecond is over; the first of equals has it.
        let value = |set| Micros(if set == 0b111 { 60 } else { 0 });
        assert_eq!(micros(&divide(3, Micros(61), Micros(60), value)), [21, 20, 20, 0]);
    }

    #[test]
    fn a_larger_set_is_never_worth_less() {
        // Mending b as well is said to make it worse: clipped at what a alone is worth.
        let value = |set| Micros([0, 80, 0, 40][set]);
        assert_eq!(micros(&divide(2, Micros(100), Micros(100), value)), [80, 0, 20]);
    }

    #[test]
    fn nobody() {
        assert_eq!(micros(&divide(0, Micros(7), Micros(9), |_| Micros(5))), [7]);
        assert_eq!(micros(&divide(1, Micros(7), Micros(0), |_| Micros(5))), [0, 0]);
    }

    proptest! {
        /// Parts add up, none is negative, and names don't matter (but for a microsecond that cannot be halved).
        #[test]
        fn parts_add_up_whoever_comes_first(
            (players, values) in (1usize..=5).prop_flat_map(|n| (Just(n), proptest::collection::vec(-5i64..LIMIT, 1 << n))),
            whole in 0i64..LIMIT,
            total in 1i64..LIMIT,
        ) {
            let parts = divide(players, Micros(whole), Micros(total), |set| Micros(values[set]));
            prop_assert!(parts.iter().all(|part| part.0 >= 0));
            prop_assert_eq!(parts.iter().map(|part| part.0).sum::<i64>(), whole);
            // The other way round.
            let mirrored = |set: usize| (0..players).filter(|bit| set & (1 << bit) != 0).map(|bit| 1 << (players - 1 - bit)).sum::<usize>();
            let other = divide(players, Micros(whole), Micros(total), |set| Micros(values[mirrored(set)]));
            for player in 0..players {
                prop_assert!((parts[player].0 - other[players - 1 - player].0).abs() <= 1);
            }
        }

        /// Who never adds anything gets nothing.
        #[test]
        fn who_adds_nothing_gets_nothing(mut values in proptest::collection::vec(0i64..1_000_000, 8), whole in 0i64..1_000_000) {
            values[0] = 0;
            let parts = divide(4, Micros(whole), Micros(1_000_000), |set| Micros(values[set & 0b111]));
            prop_assert_eq!(parts[3].0, 0);
        }
    }
}
