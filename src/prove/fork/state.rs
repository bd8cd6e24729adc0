//! States: sets of envelopes that answered alike so far, and how they are divided and counted.

use super::Incomplete;
use super::answers::Trail;
use super::ground::{AXES, Ground, Pairing};
use crate::decision::Label;
use crate::prove::universe::{Axis, Cell, TestNumber};

/// Envelopes that answered alike so far: a product of sets of classes, and what relations hold.
#[derive(Debug, Clone)]
pub(in crate::prove) struct State {
    trail: Trail,
    /// By axis: the number of the set on the ground of the walk.
    sets: [u32; AXES],
    /// The relations that are known, and which of them hold: a bit each.
    asked: u64,
    holds: u64,
    /// How many pairs of login and reverse-path are so related, where that was counted.
    pairs: Option<u128>,
}

impl State {
    /// Returns the state of all envelopes.
    pub(in crate::prove) fn all() -> Self {
        Self {
            trail: Trail::new(),
            sets: [0; AXES],
            asked: 0,
            holds: 0,
            pairs: None,
        }
    }

    /// Returns the state of all envelopes of one class of a dimension; none, if there is no such.
    pub(in crate::prove) fn all_of(
        ground: &Ground<'_, '_>,
        axis: Axis,
        class: u32,
    ) -> Option<Self> {
        let mut state = Self::all();
        state.set_number(axis, ground.only(axis, class)?);
        Some(state)
    }

    /// Returns what was answered.
    pub(super) fn trail(&self) -> &[(TestNumber, Label)] {
        &self.trail
    }

    /// Adds answers that all of these envelopes give.
    pub(super) fn learn(&mut self, alike: Trail) {
        self.trail.extend(alike);
    }

    /// Returns these answers and one more.
    fn trail_with(&self, test: TestNumber, label: Label) -> Trail {
        let mut trail = Trail::with_capacity(self.trail.len() + 1);
        trail.extend_from_slice(&self.trail);
        trail.push((test, label));
        trail
    }

    /// Returns the one answer that all of these envelopes give to a test, if that is known of the
    /// classes that are left.
    pub(super) fn alike(&self, ground: &Ground<'_, '_>, test: TestNumber) -> Option<Label> {
        let axis = ground.universe.axis(test)?;
        ground.alike(axis, self.number(axis), test)
    }

    /// Returns the number of the set of a dimension.
    pub(in crate::prove) fn number(&self, axis: Axis) -> u32 {
        self.sets.get(axis as usize).copied().unwrap_or(u32::MAX)
    }

    /// Returns the classes of a dimension that are still possible, ascending.
    pub(in crate::prove) fn set(&self, ground: &Ground<'_, '_>, axis: Axis) -> Vec<u32> {
        let set = ground.set(axis, self.number(axis));
        set.map(|set| set.members().collect()).unwrap_or_default()
    }

    /// Returns whether a relation, by its bit, is known.
    pub(super) fn knows(&self, bit: u32) -> bool {
        mask(bit).is_some_and(|mask| self.asked & mask != 0)
    }

    /// Returns whether pairs of these relations are among what the state stands for.
    pub(in crate::prove) fn allows(&self, pattern: u64) -> bool {
        pattern & self.asked == self.holds
    }

    /// Returns which relations are known, and which of them hold: a bit each.
    pub(in crate::prove) fn known_relations(&self) -> (u64, u64) {
        (self.asked, self.holds)
    }

    /// Returns whether some relation is known to hold.
    pub(super) fn is_related(&self) -> bool {
        self.holds != 0
    }

    /// Returns whether the pairs of a cell are related as the state says.
    pub(super) fn matches(&self, cell: &Cell) -> bool {
        self.allows(cell.holds)
    }

    /// Divides the state by the answer to a test. Parts that stand for nothing are left out.
    ///
    /// A test that the universe does not know leaves no parts, so the counts do not add up.
    pub(super) fn fork(
        self,
        ground: &Ground<'_, '_>,
        test: TestNumber,
        open: &mut Vec<Self>,
    ) -> Result<(), Incomplete> {
        match ground.universe.axis(test) {
            Some(axis) => self.fork_by_class(ground, test, axis, open),
            None => self.fork_by_relation(ground, test, open),
        }
    }

    fn fork_by_class(
        mut self,
        ground: &Ground<'_, '_>,
        test: TestNumber,
        axis: Axis,
        open: &mut Vec<Self>,
    ) -> Result<(), Incomplete> {
        let parts = ground.divide(axis, self.number(axis), test);
        let parts = parts.as_deref().and_then(<[_]>::split_last);
        let Some(((last_label, last), others)) = parts else {
            return Ok(());
        };
        for (label, part) in others {
            let mut state = Self {
                trail: self.trail_with(test, *label),
                ..self
            };
            state.set_number(axis, *part);
            state.open(ground, open)?;
        }
        // The last part goes on as the state itself.
        self.trail.push((test, *last_label));
        self.set_number(axis, *last);
        self.open(ground, open)
    }

    /// Returns the part of the state that gives an answer to a test; none, if there is no such.
    ///
    /// It is the one of [`Self::fork`], whose others are not made: a test may have thousands.
    pub(super) fn part(
        mut self,
        ground: &Ground<'_, '_>,
        test: TestNumber,
        label: Label,
    ) -> Result<Option<Self>, Incomplete> {
        let mut open = Vec::new();
        if let Some(axis) = ground.universe.axis(test) {
            let parts = ground.divide(axis, self.number(axis), test);
            let parts = parts.as_deref().unwrap_or_default();
            let place = parts.binary_search_by_key(&label, |(label, _)| *label);
            let Some((_, part)) = place.ok().and_then(|place| parts.get(place)) else {
                return Ok(None);
            };
            self.trail.push((test, label));
            self.set_number(axis, *part);
            self.open(ground, &mut open)?;
        } else {
            self.fork_by_relation(ground, test, &mut open)?;
            open.retain(|part| part.trail.last() == Some(&(test, label)));
        }
        Ok(open.pop())
    }

    fn set_number(&mut self, axis: Axis, number: u32) {
        let Some(set) = self.sets.get_mut(axis as usize) else {
            return;
        };
        if *set != number && matches!(axis, Axis::Login | Axis::From) {
            self.pairs = None;
        }
        *set = number;
    }

    fn fork_by_relation(
        mut self,
        ground: &Ground<'_, '_>,
        test: TestNumber,
        open: &mut Vec<Self>,
    ) -> Result<(), Incomplete> {
        let Some(mask) = ground.universe.relations.bit(test).and_then(mask) else {
            return Ok(());
        };
        self.asked |= mask;
        self.pairs = None;
        let unrelated = Self {
            trail: self.trail_with(test, Label(0)),
            ..self
        };
        unrelated.open(ground, open)?;
        self.trail.push((test, Label(1)));
        self.holds |= mask;
        self.open(ground, open)
    }

    /// Adds the state to those that are to be judged, if it stands for anything.
    fn open(mut self, ground: &Ground<'_, '_>, open: &mut Vec<Self>) -> Result<(), Incomplete> {
        if self.asked != 0 {
            let pairs = self.pairs(ground)?;
            if pairs == 0 {
                return Ok(());
            }
            self.pairs = Some(pairs);
        }
        open.push(self);
        Ok(())
    }

    /// Returns how many pairs of login and reverse-path there are.
    fn pairs(&self, ground: &Ground<'_, '_>) -> Result<u128, Incomplete> {
        self.pairs.map_or_else(|| ground.pairs(self.pairing()), Ok)
    }

    fn pairing(&self) -> Pairing {
        let (login, from) = (self.number(Axis::Login), self.number(Axis::From));
        (login, from, self.asked, self.holds)
    }

    /// Returns how many envelopes the state stands for.
    pub(in crate::prove) fn count(&self, ground: &Ground<'_, '_>) -> Result<u128, Incomplete> {
        let mut count = self.pairs(ground)?;
        for (axis, set) in self.sets.iter().enumerate() {
            if axis != Axis::Login as usize && axis != Axis::From as usize {
                let atoms = ground.atoms(axis, *set);
                count = count.checked_mul(atoms).ok_or(Incomplete::TooLarge)?;
            }
        }
        Ok(count)
    }

    pub(super) fn each_cell<'u>(&self, ground: &Ground<'u, '_>, visit: impl FnMut(&'u Cell)) {
        ground.each_cell(self.number(Axis::Login), self.number(Axis::From), visit);
    }
}

/// Returns the bit of a relation; none if there are not so many.
fn mask(bit: u32) -> Option<u64> {
    1_u64.checked_shl(bit)
}
