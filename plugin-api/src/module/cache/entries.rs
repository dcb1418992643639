//! The entries of a cache; the least recently used one is evicted.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Rationale for the two maps: every operation takes logarithmic time at most, in a few lines
/// without pointers. The price is a second copy of each key.
pub(super) struct Entries<K, V> {
    max: usize,
    /// The values, each with the number of its latest use.
    values: HashMap<K, (V, u64)>,
    /// The keys by the number of their latest use.
    uses: BTreeMap<u64, K>,
    used: u64,
    invalidations: u64,
}

impl<K, V> Entries<K, V> {
    pub(super) fn new(max: usize) -> Self {
        let (values, uses) = (HashMap::new(), BTreeMap::new());
        Self { max, values, uses, used: 0, invalidations: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// How often anything was invalidated.
    pub(super) const fn invalidations(&self) -> u64 {
        self.invalidations
    }

    /// Removes everything; returns the values.
    pub(super) fn clear(&mut self) -> Vec<V> {
        self.invalidations += 1;
        self.uses.clear();
        self.values.drain().map(|(_, (value, _))| value).collect()
    }
}

impl<K: Eq + Hash, V> Entries<K, V> {
    /// Removes a key; returns its value.
    pub(super) fn invalidate(&mut self, key: &K) -> Option<V> {
        self.invalidations += 1;
        let (value, used) = self.values.remove(key)?;
        self.uses.remove(&used);
        Some(value)
    }
}

impl<K: Eq + Hash + Clone, V> Entries<K, V> {
    /// Returns the value of a key, and counts that as a use.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        let (value, used) = self.values.get_mut(key)?;
        let key = self.uses.remove(used)?;
        self.used += 1;
        *used = self.used;
        self.uses.insert(self.used, key);
        Some(value)
    }

    /// Stores a value; returns the one that it replaces or evicts.
    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        if self.max == 0 {
            return Some(value);
        }
        self.used += 1;
        let out = match self.values.insert(key.clone(), (value, self.used)) {
            Some((old, used)) => {
                self.uses.remove(&used);
                Some(old)
            }
            None if self.values.len() > self.max => {
                let eldest = self.uses.pop_first();
                let entry = eldest.and_then(|(_, key)| self.values.remove(&key));
                entry.map(|(value, _)| value)
            }
            None => None,
        };
        self.uses.insert(self.used, key);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries<const N: usize>(max: usize, keys: [u8; N]) -> Entries<u8, String> {
        let mut entries = Entries::new(max);
        for key in keys {
            entries.insert(key, key.to_string());
        }
        entries
    }

    fn keys(entries: &Entries<u8, String>) -> Vec<u8> {
        assert_eq!(entries.values.len(), entries.uses.len());
        entries.uses.values().copied().collect()
    }

    #[test]
    fn the_least_recently_used_entry_is_evicted() {
        let mut entries = entries(3, [1, 2, 3]);
        assert_eq!(entries.get(&1).map(String::as_str), Some("1"));
        assert_eq!(entries.insert(4, "4".to_owned()), Some("2".to_owned()));
        assert_eq!(keys(&entries), [3, 1, 4]);
        assert_eq!(entries.get(&2), None);
    }

    #[test]
    fn a_key_has_one_value() {
        let mut entries = entries(2, [1, 2]);
        assert_eq!(entries.insert(1, "one".to_owned()), Some("1".to_owned()));
        assert_eq!(entries.get(&1).map(String::as_str), Some("one"));
        assert_eq!(keys(&entries), [2, 1]);
    }

    #[test]
    fn invalidations_remove_entries_and_are_counted() {
        let mut entries = entries(5, [1, 2, 3]);
        assert_eq!(entries.invalidate(&2), Some("2".to_owned()));
        assert_eq!(entries.invalidate(&2), None);
        assert_eq!((keys(&entries), entries.invalidations()), (vec![1, 3], 2));
        assert_eq!(entries.clear().len(), 2);
        assert_eq!((entries.len(), entries.invalidations()), (0, 3));
    }

    #[test]
    fn a_cache_of_no_entries_keeps_none() {
        let mut entries = entries(0, []);
        assert_eq!(entries.insert(1, "1".to_owned()), Some("1".to_owned()));
        assert_eq!(entries.len(), 0);
    }
}
