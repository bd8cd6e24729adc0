//! Maps that are made once and then looked up.

use std::borrow::Borrow;

/// A map whose keys are in order, in one piece of memory that holds nothing else.
///
/// A large policy has a hundred thousand of them, of a few keys each, and one of a million: nodes
/// of trees would be half empty. What comes in the order of its keys is added at once; what comes
/// otherwise is better put in order before.
#[derive(Debug, Clone)]
pub struct Sorted<K, V>(Vec<(K, V)>);

/// A map of fewer keys has no room to spare, for there are many of these.
const FEW: usize = 16;

impl<K, V> Sorted<K, V> {
    /// Returns a map of nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns a map of keys that come in order, each of them once.
    pub(super) fn of(sorted: Vec<(K, V)>) -> Self
    where
        K: Ord,
    {
        debug_assert!(sorted.is_sorted_by(|(one, _), (other, _)| one < other));
        Self(sorted)
    }

    /// Returns how many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns keys and values, in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.0.iter())
    }

    /// Returns the keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }

    /// Returns the values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Sorted<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(one, _)| one.borrow().cmp(key))
    }

    /// Returns the value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// Returns a key as it stands here, and its value.
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (key, value) = self.0.get(self.find(key).ok()?)?;
        Some((key, value))
    }

    /// Returns the value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// Returns whether a key is here.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Adds a value, and returns the one that the key had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = match self.0.last() {
            Some((last, _)) if *last < key => Err(self.0.len()),
            Some(_) | None => self.find(&key),
        };
        match place {
            Ok(place) => self
                .0
                .get_mut(place)
                .map(|(_, old)| std::mem::replace(old, value)),
            Err(place) => {
                if self.0.len() < FEW {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes a key away, and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.0.remove(place).1)
    }
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// Of a key that comes twice the last value stays.
impl<K: Ord, V> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let mut all: Vec<(K, V)> = all.into_iter().collect();
        // Stable: the last of a key comes last.
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        all.shrink_to_fit();
        Self(all)
    }
}

impl<K, V> IntoIterator for Sorted<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Sorted<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The keys and values of a [`Sorted`].
#[derive(Debug)]
pub struct Iter<'a, K, V>(std::slice::Iter<'a, (K, V)>);

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Sorted;

    /// Keys in an order of their own, some of them twice.
    fn pairs() -> impl Iterator<Item = (u32, u32)> {
        (0..200).map(|number| (number * 37 % 101, number))
    }

    #[test]
    fn a_sorted_map_is_the_map_of_a_tree() {
        let tree: BTreeMap<u32, u32> = pairs().collect();
        let made: Sorted<u32, u32> = pairs().collect();
        let mut grown = Sorted::new();
        let mut other = BTreeMap::new();
        for (key, value) in pairs() {
            assert_eq!(grown.insert(key, value), other.insert(key, value));
        }
        for map in [made, grown] {
            assert!(map.iter().eq(&tree));
            assert!(map.iter().rev().eq(tree.iter().rev()));
            assert!(map.keys().eq(tree.keys()) && map.values().eq(tree.values()));
            assert_eq!((map.len(), map.is_empty()), (tree.len(), false));
            assert!((0..120).all(|key| map.get(&key) == tree.get(&key)));
            assert!((0..120).all(|key| map.get_key_value(&key) == tree.get_key_value(&key)));
            assert!((0..120).all(|key| map.contains_key(&key) == tree.contains_key(&key)));
        }
    }

    #[test]
    fn a_sorted_map_is_changed() {
        let mut map: Sorted<u32, u32> = pairs().collect();
        let mut tree: BTreeMap<u32, u32> = pairs().collect();
        for key in (0..120).step_by(7) {
            assert_eq!(map.remove(&key), tree.remove(&key));
            if let Some(value) = map.get_mut(&(key + 1)) {
                *value += 1;
            }
            if let Some(value) = tree.get_mut(&(key + 1)) {
                *value += 1;
            }
        }
        assert!(map.into_iter().eq(tree));
    }
}
