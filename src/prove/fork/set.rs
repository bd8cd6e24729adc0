//! Sets of classes of one dimension, with the number of atoms that they stand for.

use std::collections::BTreeMap;

use crate::decision::Label;
use crate::prove::universe::{Dimension, TestNumber};

/// Classes of one dimension: a bit each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::prove) struct Set {
    bits: Box<[u64]>,
    /// How many classes.
    len: usize,
    /// How many atoms they have together.
    atoms: u128,
}

/// Classes of one dimension, whatever they stand for.
#[derive(Debug, Clone, Default)]
pub(in crate::prove) struct Bits(Vec<u64>);

impl Bits {
    pub(in crate::prove) fn insert(&mut self, class: u32) {
        let (word, bit) = place(class);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Returns whether a class is in.
    pub(in crate::prove) fn contains(&self, class: u32) -> bool {
        let (word, bit) = place(class);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(classes: I) -> Self {
        let mut bits = Self::default();
        classes.into_iter().for_each(|class| bits.insert(class));
        bits
    }
}

/// A set in the making.
#[derive(Debug, Default)]
struct Part {
    bits: Vec<u64>,
    len: usize,
    atoms: u128,
}

const BITS: u32 = u64::BITS;

/// Returns the word of a class, and its bit there.
fn place(class: u32) -> (usize, u64) {
    ((class / BITS) as usize, 1 << (class % BITS))
}

/// Returns the classes of some words, ascending.
fn members(words: &[u64]) -> impl Iterator<Item = u32> + Clone + '_ {
    let filled = (0_u32..).zip(words).filter(|(_, bits)| **bits != 0);
    filled.flat_map(|(word, bits)| {
        // Without the lowest one, again and again.
        let rest = std::iter::successors(Some(*bits), |bits| Some(bits & bits.checked_sub(1)?));
        let rest = rest.take_while(|bits| *bits != 0);
        rest.map(move |bits| word * BITS + bits.trailing_zeros())
    })
}

impl Set {
    /// Returns the set of all classes that are visited. Where the atoms do not fit, the size of
    /// the universe does not either, and nothing is proved.
    pub(super) fn all(dimension: &Dimension) -> Self {
        let mut part = Part::default();
        for (number, class) in dimension.visited() {
            part.insert(number, class.count);
        }
        part.finish()
    }

    /// Returns the set of one class.
    pub(super) fn one(dimension: &Dimension, class: u32) -> Option<Self> {
        let mut part = Part::default();
        part.insert(class, dimension.classes.get(class as usize)?.count);
        Some(part.finish())
    }

    /// Returns the number of atoms.
    pub(super) fn atoms(&self) -> u128 {
        self.atoms
    }

    /// Returns how many classes there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the one class, if there is only one.
    pub(super) fn only(&self) -> Option<u32> {
        // The last word is never empty.
        let last = self.bits.last().filter(|_| self.len == 1)?;
        let word = u32::try_from(self.bits.len() - 1).ok()?;
        Some(word * BITS + last.trailing_zeros())
    }

    pub(in crate::prove) fn contains(&self, class: u32) -> bool {
        let (word, bit) = place(class);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Returns whether a class is in both.
    pub(in crate::prove) fn meets(&self, other: &Bits) -> bool {
        self.bits.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    /// Returns the classes, ascending.
    pub(super) fn members(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        members(&self.bits)
    }

    /// Divides the set by what a test answers, in the order of the labels.
    ///
    /// SOUNDNESS: every class goes to exactly one part: to that of its label, or to what is left
    /// when those are taken whose label differs from the test's default.
    pub(super) fn divide(&self, dimension: &Dimension, test: TestNumber) -> Vec<(Label, Self)> {
        let special = dimension.special(test);
        let mut parts: BTreeMap<Label, Part> = BTreeMap::new();
        let count = |class: u32| {
            let class = dimension.classes.get(class as usize);
            class.map_or(0, |class| class.count)
        };
        if self.len < special.len() {
            for number in self.members() {
                if let Some(class) = dimension.classes.get(number as usize) {
                    let part = parts.entry(dimension.label(class, test)).or_default();
                    part.insert(number, class.count);
                }
            }
        } else {
            let mut rest = Part {
                bits: self.bits.to_vec(),
                len: self.len,
                atoms: self.atoms,
            };
            for (number, label) in special.iter().filter(|(number, _)| self.contains(*number)) {
                let atoms = count(*number);
                rest.remove(*number, atoms);
                parts.entry(*label).or_default().insert(*number, atoms);
            }
            if rest.len > 0 {
                parts.insert(dimension.default_of(test), rest);
            }
        }
        parts
            .into_iter()
            .map(|(label, part)| (label, part.finish()))
            .collect()
    }
}

impl Part {
    fn insert(&mut self, class: u32, atoms: u128) {
        let (word, bit) = place(class);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= bit;
        }
        self.len += 1;
        self.atoms = self.atoms.saturating_add(atoms);
    }

    /// Takes a class out that is in it.
    fn remove(&mut self, class: u32, atoms: u128) {
        let (word, bit) = place(class);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits &= !bit;
        }
        self.len -= 1;
        self.atoms = self.atoms.saturating_sub(atoms);
    }

    fn finish(mut self) -> Set {
        let used = self.bits.iter().rposition(|word| *word != 0);
        self.bits.truncate(used.map_or(0, |last| last + 1));
        Set {
            bits: self.bits.into_boxed_slice(),
            len: self.len,
            atoms: self.atoms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BITS, Part};

    #[test]
    fn the_only_class_is_found_in_any_word_and_none_beside_another() {
        let set = |classes: &[u32]| {
            let mut part = Part::default();
            for class in classes {
                part.insert(*class, 1);
            }
            part.finish()
        };
        for class in [0, 1, BITS - 1, BITS, 5 * BITS + 7] {
            assert_eq!(set(&[class]).only(), Some(class));
            assert_eq!(set(&[class, class + 1]).only(), None);
        }
        assert_eq!(set(&[]).only(), None);
        let mut part = Part::default();
        part.insert(3, 1);
        part.insert(2 * BITS, 1);
        part.remove(2 * BITS, 1);
        assert_eq!(part.finish().only(), Some(3));
    }
}
