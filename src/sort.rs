//! Sorting with little code. The standard library's sorts are compiled anew for each type and key they are used with,
//! some 5 KB each time in WebAssembly; twenty uses were a tenth of the extension's core. Here all uses share one,
//! which sorts places; what is compiled anew only moves the items there.

use std::cmp::Ordering;

/// Stable sorts, as those of `slice` by similar names.
pub trait Sort<T> {
    /// As `sort_by`.
    fn arrange_by(&mut self, compare: impl Fn(&T, &T) -> Ordering);

    /// As `sort_by_key`.
    fn arrange_by_key<K: Ord>(&mut self, key: impl Fn(&T) -> K) {
        self.arrange_by(|a, b| key(a).cmp(&key(b)));
    }

    /// As `sort`.
    fn arrange(&mut self)
    where
        T: Ord,
    {
        self.arrange_by(T::cmp);
    }
}

/// A map or set of these, put in one by one. `collect` sorts them all first, by a sort compiled anew.
pub fn gather<T, Collection: Default + Extend<T>>(items: impl IntoIterator<Item = T>) -> Collection {
    let mut all = Collection::default();
    all.extend(items);
    all
}

impl<T> Sort<T> for [T] {
    fn arrange_by(&mut self, compare: impl Fn(&T, &T) -> Ordering) {
        if self.len() < 2 {
            return;
        }
        let compare_at = |a: usize, b: usize| match (self.get(a), self.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        };
        let mut sources = sources(self.len(), &compare_at);
        for start in 0..self.len() {
            // The items of one cycle each go where they belong; what began it ends up in the cycle's last place.
            let mut at = start;
            while let Some(source) = sources.get_mut(at) {
                let from = std::mem::replace(source, at);
                if from == start || from == at {
                    break;
                }
                self.swap(at, from);
                at = from;
            }
        }
    }
}

/// For each place, where the item is that belongs there.
#[inline(never)]
fn sources(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// The median, if there are at least three: of three, one outlier is not the median [P].
pub fn usual<T: Ord + Copy>(mut samples: Vec<T>) -> Option<T> {
    samples.arrange();
    samples.get(samples.len() / 2).copied().filter(|_| samples.len() >= 3)
}

#[cfg(test)]
mod tests {
    use super::Sort;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(mut items: Vec<(u8, u16)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            items.arrange_by_key(|(key, _)| *key);
            prop_assert_eq!(&items, &expected);
            expected.sort();
            items.arrange();
            prop_assert_eq!(items, expected);
        }
    }
}
