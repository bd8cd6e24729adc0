//! States: sets of envelopes that answered alike so far, and how they are divided and counted.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Answers, Incomplete};
use crate::decision::Label;
use crate::prove::universe::{Axis, Cell, Dimension, TestNumber, Universe};

/// Envelopes that answered alike so far: a product of sets of classes, and what relations hold.
#[derive(Debug, Clone)]
pub(in crate::prove) struct State {
    pub(in crate::prove) answers: Answers,
    sets: Vec<Rc<Vec<u32>>>,
    /// The relations that are known, and which of them hold: a bit each.
    asked: u64,
    holds: u64,
}

impl State {
    /// Returns the state of all envelopes.
    pub(super) fn all(universe: &Universe<'_>) -> Self {
        let all = |dimension: &Dimension| {
            Rc::new((0..).take(dimension.classes.len()).collect::<Vec<u32>>())
        };
        let sets = universe.dimensions.iter().map(all).collect();
        Self {
            answers: Answers::default(),
            sets,
            asked: 0,
            holds: 0,
        }
    }

    /// Returns the classes of a dimension that are still possible.
    pub(in crate::prove) fn set(&self, axis: Axis) -> &[u32] {
        self.sets
            .get(axis as usize)
            .map(|set| set.as_slice())
            .unwrap_or_default()
    }

    /// Returns whether a relation, by its bit, is known.
    pub(super) fn knows(&self, bit: u32) -> bool {
        mask(bit).is_some_and(|mask| self.asked & mask != 0)
    }

    /// Returns whether pairs of these relations are among what the state stands for.
    pub(in crate::prove) fn allows(&self, pattern: u64) -> bool {
        pattern & self.asked == self.holds
    }

    /// Returns whether some relation is known to hold.
    pub(super) fn is_related(&self) -> bool {
        self.holds != 0
    }

    /// Returns whether the pairs of a cell are related as the state says.
    pub(super) fn matches(&self, cell: &Cell) -> bool {
        self.allows(cell.holds)
    }

    fn with(&self, test: TestNumber, label: Label) -> Self {
        let mut state = self.clone();
        state.answers.push(test, label);
        state
    }

    /// Divides the state by the answer to a test. Parts that stand for nothing are left out.
    ///
    /// A test that the universe does not know leaves no parts, so the counts do not add up.
    pub(super) fn fork(
        &self,
        universe: &Universe<'_>,
        test: TestNumber,
    ) -> Result<Vec<Self>, Incomplete> {
        let parts = match universe.axis(test) {
            Some(axis) => self.fork_by_class(universe, test, axis),
            None => self.fork_by_relation(universe, test),
        };
        let mut open = Vec::with_capacity(parts.len());
        for part in parts {
            if part.asked == 0 || part.pairs(universe)? > 0 {
                open.push(part);
            }
        }
        Ok(open)
    }

    fn fork_by_class(&self, universe: &Universe<'_>, test: TestNumber, axis: Axis) -> Vec<Self> {
        let Some(dimension) = universe.dimensions.get(axis as usize) else {
            return Vec::new();
        };
        let mut parts: BTreeMap<Label, Vec<u32>> = BTreeMap::new();
        for number in self.set(axis) {
            if let Some(class) = dimension.classes.get(*number as usize) {
                parts
                    .entry(dimension.label(class, test))
                    .or_default()
                    .push(*number);
            }
        }
        let part = |(label, part)| {
            let mut state = self.with(test, label);
            if let Some(set) = state.sets.get_mut(axis as usize) {
                *set = Rc::new(part);
            }
            state
        };
        parts.into_iter().map(part).collect()
    }

    fn fork_by_relation(&self, universe: &Universe<'_>, test: TestNumber) -> Vec<Self> {
        let Some(mask) = universe.relations.bit(test).and_then(mask) else {
            return Vec::new();
        };
        let part = |holds: bool| {
            let mut state = self.with(test, Label(u32::from(holds)));
            state.asked |= mask;
            state.holds |= if holds { mask } else { 0 };
            state
        };
        vec![part(false), part(true)]
    }

    /// Returns how many envelopes the state stands for.
    pub(in crate::prove) fn count(&self, universe: &Universe<'_>) -> Result<u128, Incomplete> {
        let mut count = self.pairs(universe)?;
        for (number, dimension) in universe.dimensions.iter().enumerate() {
            if number != Axis::Login as usize && number != Axis::From as usize {
                let set = self
                    .sets
                    .get(number)
                    .map(|set| set.as_slice())
                    .unwrap_or_default();
                count = times(count, atoms(dimension, set)?)?;
            }
        }
        Ok(count)
    }

    /// Returns how many pairs of login and reverse-path the state stands for.
    fn pairs(&self, universe: &Universe<'_>) -> Result<u128, Incomplete> {
        let atoms_of = |axis: Axis| {
            universe
                .dimensions
                .get(axis as usize)
                .map_or(Ok(0), |one| atoms(one, self.set(axis)))
        };
        let product = times(atoms_of(Axis::Login)?, atoms_of(Axis::From)?)?;
        if self.asked == 0 {
            return Ok(product);
        }
        let (mut related, mut matching) = (0_u128, 0_u128);
        self.each_cell(universe, |cell| {
            // Cells are parts of the product: what holds them all holds their sums.
            related = related.saturating_add(cell.count);
            if self.matches(cell) {
                matching = matching.saturating_add(cell.count);
            }
        });
        // What no table relates is related by none.
        let unrelated = product.checked_sub(related).ok_or(Incomplete::Miscounted)?;
        if self.is_related() {
            Ok(matching)
        } else {
            matching.checked_add(unrelated).ok_or(Incomplete::TooLarge)
        }
    }

    pub(super) fn each_cell<'u>(
        &self,
        universe: &'u Universe<'_>,
        mut visit: impl FnMut(&'u Cell),
    ) {
        let from = self.set(Axis::From);
        for login in self.set(Axis::Login) {
            for partner in universe.relations.partners(*login) {
                if from.binary_search(partner).is_ok() {
                    universe
                        .relations
                        .cells(*login, *partner)
                        .iter()
                        .for_each(&mut visit);
                }
            }
        }
    }
}

/// Returns the bit of a relation; none if there are not so many.
fn mask(bit: u32) -> Option<u64> {
    1_u64.checked_shl(bit)
}

fn times(a: u128, b: u128) -> Result<u128, Incomplete> {
    a.checked_mul(b).ok_or(Incomplete::TooLarge)
}

fn atoms(dimension: &Dimension, set: &[u32]) -> Result<u128, Incomplete> {
    let count = |number: &u32| {
        dimension
            .classes
            .get(*number as usize)
            .map_or(0, |one| one.count)
    };
    set.iter()
        .map(count)
        .try_fold(0_u128, u128::checked_add)
        .ok_or(Incomplete::TooLarge)
}
