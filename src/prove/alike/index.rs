//! Names by number. Most that are looked up are not there, and that is told at once.

use std::collections::HashMap;
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// Bits for each name: of names that are not there, about one in eight is looked for.
const BITS: usize = 8;

/// Names by number.
#[derive(Debug)]
pub(super) struct Index<'p> {
    numbers: HashMap<&'p str, u32, FxBuildHasher>,
    /// A bit for the hash of each name. Their number is a power of two.
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
            let (word, bit) = index.place(name);
            if let Some(bits) = index.bits.get_mut(word) {
                *bits |= bit;
            }
            index.numbers.insert(name, number);
        }
        index
    }

    /// Returns the number of a name.
    pub(super) fn get(&self, name: &str) -> Option<u32> {
        let (word, bit) = self.place(name);
        if self.bits.get(word)? & bit == 0 {
            return None;
        }
        self.numbers.get(name).copied()
    }

    fn place(&self, name: &str) -> (usize, u64) {
        let hash = FxBuildHasher.hash_one(name);
        // The table of the names goes by the ends of the hash.
        let words = self.bits.len() as u64;
        let word = (hash >> 24) & words.saturating_sub(1);
        (
            usize::try_from(word).unwrap_or(usize::MAX),
            1 << ((hash >> 16) & 63),
        )
    }
}
