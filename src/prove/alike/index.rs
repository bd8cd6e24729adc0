//! Names by number. Most that are looked up are not there, and that is told at once.

use std::collections::HashMap;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// Bits for each name, of which two are set: of names that are not there, about one in twenty is
/// looked for.
const BITS: usize = 8;

/// Names by number.
#[derive(Debug)]
pub(super) struct Index<'p> {
    numbers: HashMap<&'p str, u32, FxBuildHasher>,
    /// Two bits for the hash of each name, in one word. The number of words is a power of two.
    bits: Vec<u64>,
}

impl<'p> Index<'p> {
    /// Returns the numbers of names, which come in this order.
    pub(super) fn of(names: impl ExactSizeIterator<Item = &'p str>) -> Self {
        let words = (names.len() * BITS).div_ceil(64).next_power_of_two();
        let mut index = Self {
            numbers: HashMap::with_capacity_and_hasher(names.len(), FxBuildHasher),
            bits: vec![0; words],
        };
        for (number, name) in (0..).zip(names) {
            let (word, two) = index.place(name);
            if let Some(bits) = index.bits.get_mut(word) {
                *bits |= two;
            }
            index.numbers.insert(name, number);
        }
        index
    }

    /// Returns the number of a name.
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        let (word, two) = self.place(name);
        if self.bits.get(word)? & two != two {
            return None;
        }
        self.numbers.get(name).copied()
    }

    fn place(&self, name: &str) -> (usize, u64) {
        let hash = FxBuildHasher.hash_one(name);
        // The table of the names goes by the ends of the hash.
        let words = self.bits.len() as u64;
        let word = (hash >> 24) & words.saturating_sub(1);
        let two = (1 << ((hash >> 18) & 63)) | (1 << ((hash >> 12) & 63));
        (usize::try_from(word).unwrap_or(usize::MAX), two)
    }
}
