//! Texts as keys, perhaps a million of them: one buffer for all, and a table of their numbers.
//!
//! A number is the place of a key in the order of insertion, so what is listed by number never
//! depends on hashes.

use std::hash::BuildHasher as _;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// A map from texts.
#[derive(Debug, Clone)]
pub(crate) struct KeyMap<V> {
    text: String,
    /// Where each key ends in `text`.
    ends: Vec<usize>,
    values: Vec<V>,
    /// The number of each key, with the upper half of its hash: another key is told apart, and a
    /// table grows, without a look at the texts.
    numbers: HashTable<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

impl<V> Default for KeyMap<V> {
    fn default() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
            values: Vec::new(),
            numbers: HashTable::new(),
        }
    }
}

/// A key and its hash, to be looked up in several maps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe<'k> {
    key: &'k str,
    hash: u32,
}

impl<'k> Probe<'k> {
    pub(crate) fn key(&self) -> &'k str {
        self.key
    }

    pub(crate) fn new(key: &'k str) -> Self {
        let wide = FxBuildHasher.hash_one(key.as_bytes());
        let hash = u32::try_from(wide >> 32).unwrap_or_default();
        Self { key, hash }
    }
}

/// Returns a hash of which the table may use all bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns the bytes of a key, given where all end.
fn key<'t>(text: &'t str, ends: &[usize], number: u32) -> &'t str {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before));
    let end = ends.get(number).copied().unwrap_or_default();
    text.get(start.copied().unwrap_or(0)..end)
        .unwrap_or_default()
}

impl<V> KeyMap<V> {
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the number of a key.
    pub(crate) fn number(&self, wanted: Probe<'_>) -> Option<u32> {
        if self.values.is_empty() {
            return None;
        }
        let same = |slot: &Slot| {
            slot.hash == wanted.hash && key(&self.text, &self.ends, slot.number) == wanted.key
        };
        let slot = self.numbers.find(spread(wanted.hash), same)?;
        Some(slot.number)
    }

    /// Returns the value of a key.
    pub(crate) fn find(&self, wanted: Probe<'_>) -> Option<&V> {
        self.at(self.number(wanted)?)
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, wanted: &str) -> Option<&V> {
        if self.values.is_empty() {
            return None;
        }
        self.find(Probe::new(wanted))
    }

    pub(crate) fn contains(&self, wanted: &str) -> bool {
        self.get(wanted).is_some()
    }

    /// Returns the key of a number.
    pub(crate) fn key(&self, number: u32) -> &str {
        key(&self.text, &self.ends, number)
    }

    /// Returns the value of a number.
    pub(crate) fn at(&self, number: u32) -> Option<&V> {
        self.values.get(number as usize)
    }

    /// Returns the value of a number, to be changed.
    pub(crate) fn at_mut(&mut self, number: u32) -> Option<&mut V> {
        self.values.get_mut(number as usize)
    }

    /// Returns the number of a key; the first time with this value.
    pub(crate) fn put(&mut self, new: &str, value: impl FnOnce() -> V) -> u32 {
        let probe = Probe::new(new);
        if let Some(number) = self.number(probe) {
            return number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.text.push_str(new);
        self.ends.push(self.text.len());
        self.values.push(value());
        let hash = probe.hash;
        let slot = Slot { hash, number };
        self.numbers
            .insert_unique(spread(hash), slot, |slot| spread(slot.hash));
        number
    }

    /// Returns the values, in the order of insertion.
    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }

    /// Returns the keys, in the order of insertion.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.values.len()).map(|number| self.key(number))
    }
}

/// Works on a text in lower case, without asking for memory if it is.
pub(crate) fn lower(text: &str) -> std::borrow::Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}
