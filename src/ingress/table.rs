//! Ids: from those of a reporter to the session's own.

use crate::read::Read;
use serde::Serialize;

/// A map from a reporter's key to what the session knows it by, of at most `LIMIT` entries: the oldest makes room.
#[derive(Clone, Debug, PartialEq, Serialize, Read)]
pub struct Table<K, V, const LIMIT: usize> {
    /// Sorted by key: key, number, value.
    entries: Vec<(K, u32, V)>,
    next: u32,
}

impl<K, V, const LIMIT: usize> Default for Table<K, V, LIMIT> {
    fn default() -> Self {
        Table { entries: Vec::new(), next: 0 }
    }
}

impl<K: Ord, V, const LIMIT: usize> Table<K, V, LIMIT> {
    /// The number and value of this key.
    pub fn get_mut(&mut self, key: &K) -> Option<(u32, &mut V)> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|entry| (entry.1, &mut entry.2))
    }

    /// The number of this key.
    pub fn number(&self, key: &K) -> Option<u32> {
        let at = self.find(key).ok()?;
        self.entries.get(at).map(|entry| entry.1)
    }

    /// Enters a value under a number never used before, in place of the key's former entry if it has one.
    pub fn insert(&mut self, key: K, value: V) -> u32 {
        self.remove(&key);
        if self.entries.len() >= LIMIT {
            let oldest = (0..).zip(&self.entries).min_by_key(|(_, entry)| entry.1);
            if let Some((at, _)) = oldest {
                self.entries.remove(at);
            }
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        let (Ok(at) | Err(at)) = self.find(&key);
        self.entries.insert(at, (key, number, value));
        number
    }

    /// Forgets a key; its number and value.
    pub fn remove(&mut self, key: &K) -> Option<(u32, V)> {
        let at = self.find(key).ok()?;
        let (_, number, value) = self.entries.remove(at);
        Some((number, value))
    }

    /// Forgets all entries whose value is not wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&V) -> bool) {
        self.entries.retain(|entry| wanted(&entry.2));
    }

    fn find(&self, key: &K) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.0.cmp(key))
    }
}

impl<K: Ord, const LIMIT: usize> Table<K, (), LIMIT> {
    /// The number of this key, a new one if it has none; and whether it is new.
    pub fn enter(&mut self, key: K) -> (u32, bool) {
        match self.number(&key) {
            Some(number) => (number, false),
            None => (self.insert(key, ()), true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut table: Table<u32, (), 3> = Table::default();
        for key in [9, 5, 7] {
            assert!(table.enter(key).1);
        }
        assert_eq!(table.enter(5), (1, false));
        assert_eq!(table.enter(1), (3, true));
        assert_eq!([9, 5, 7, 1].map(|key| table.number(&key)), [None, Some(1), Some(2), Some(3)]);
        assert_eq!(table.enter(9), (4, true));
        assert_eq!(table.number(&5), None);
    }

    #[test]
    fn a_value_replaced_gets_a_new_number() {
        let mut table: Table<u32, char, 2> = Table::default();
        assert_eq!((table.insert(1, 'a'), table.insert(2, 'b'), table.insert(1, 'c')), (0, 1, 2));
        assert_eq!(table.get_mut(&2), Some((1, &mut 'b')));
        assert_eq!(table.remove(&1), Some((2, 'c')));
        assert_eq!(table.remove(&1), None);
    }
}
