//! How a body came on.

use crate::time::{Micros, Wall};

/// Reports closer together are one [P].
const APART: Micros = Micros::from_millis(100);
/// So many are kept; of a body that takes longer, half as many as closely.
const LIMIT: usize = 128;

/// When how many bytes had arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    reports: Vec<(Wall, u64)>,
    apart: Micros,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress { reports: Vec::new(), apart: APART }
    }
}

impl Progress {
    /// So many had arrived by then.
    pub fn add(&mut self, at: Wall, bytes: u64) {
        if self.reports.last().is_some_and(|(last, before)| at - *last < self.apart || bytes < *before) {
            return;
        }
        if self.reports.len() == LIMIT {
            let mut number = 0;
            self.reports.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.apart = self.apart + self.apart;
        }
        self.reports.push((at, bytes));
    }

    /// Nothing was told.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// The last report by this moment, and the first after it.
    pub fn around(&self, at: Wall) -> (Option<Wall>, Option<Wall>) {
        let after = self.reports.partition_point(|(when, _)| *when <= at);
        let when = |place: usize| self.reports.get(place).map(|(when, _)| *when);
        (after.checked_sub(1).and_then(when), when(after))
    }

    /// Bytes that came between these moments, as far as reports tell; `None` if there are none.
    pub fn between(&self, from: Wall, to: Wall) -> Option<u64> {
        let by = |at: Wall| self.reports.iter().rfind(|(when, _)| *when <= at).map_or(0, |(_, bytes)| *bytes);
        (!self.is_empty()).then(|| by(to).saturating_sub(by(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn steady(seconds: i64) -> Progress {
        let mut progress = Progress::default();
        for tenth in 0..seconds * 20 {
            progress.add(Wall(tenth * SECOND / 20), tenth.unsigned_abs() * 1_000);
        }
        progress
    }

    #[test]
    fn it_is_bounded_and_tells_all_of_it() {
        for seconds in [1, 10, 1_000] {
            let progress = steady(seconds);
            assert!(progress.reports.len() <= LIMIT);
            let (half, all) = (seconds * SECOND / 2, seconds * SECOND);
            let bytes = progress.between(Wall(half), Wall(all)).unwrap();
            let exactly = seconds.unsigned_abs() * 10_000;
            assert!(bytes.abs_diff(exactly) <= exactly / 10 + 2_000, "{seconds}: {bytes}");
            let (before, after) = progress.around(Wall(half));
            assert!(before.unwrap() <= Wall(half) && after.unwrap() > Wall(half));
        }
    }

    #[test]
    fn before_the_first_report_nothing_came() {
        assert_eq!(Progress::default().between(Wall(0), Wall(1)), None);
        assert_eq!(steady(1).between(Wall(-2), Wall(-1)), Some(0));
        assert_eq!(steady(1).around(Wall(-1)), (None, Some(Wall(0))));
    }
}
