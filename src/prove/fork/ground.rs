//! What a walk goes over: the universe, and what it has learned of it.
//!
//! The same sets come up under thousands of networks, and the same tests divide them. So each set
//! is kept once and has a number, and what was divided or counted once is looked up.

use std::cell::{self, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::Incomplete;
use super::notes::Notes;
use super::set::Set;
use crate::decision::Label;
use crate::prove::universe::{Axis, Cell, TestNumber, Universe};

/// The number of dimensions.
pub(super) const AXES: usize = 10;

/// The universe, and what a walk over it remembers. Nothing of it changes an answer.
#[derive(Debug)]
pub(in crate::prove) struct Ground<'u, 't> {
    pub(in crate::prove) universe: &'u Universe<'t>,
    pools: [RefCell<Pool>; AXES],
    pairs: RefCell<HashMap<Pairing, u128, FxBuildHasher>>,
    /// The answers of the state that is judged.
    pub(super) notes: Notes,
    /// The classes that were visited and not counted yet: threads count in large steps.
    visited: cell::Cell<u64>,
}

/// How many classes are counted at once.
const STEP: u64 = 1024;

/// Sets of login and reverse-path classes, which relations are known, and which of them hold.
pub(super) type Pairing = (u32, u32, u64, u64);

/// The parts of a set, by what a test answers.
type Parts = Rc<[(Label, u32)]>;

/// The sets of one dimension.
#[derive(Debug, Default)]
struct Pool {
    sets: Vec<Arc<Set>>,
    divided: HashMap<(u32, TestNumber), Parts, FxBuildHasher>,
}

impl<'u, 't> Ground<'u, 't> {
    /// Returns the ground of a universe. The set of all classes of each dimension has number 0.
    pub(in crate::prove) fn new(universe: &'u Universe<'t>) -> Self {
        let ground = Self {
            universe,
            pools: Default::default(),
            pairs: RefCell::default(),
            notes: Notes::new(universe.tests.len()),
            visited: cell::Cell::new(0),
        };
        for (pool, dimension) in ground.pools.iter().zip(&universe.dimensions) {
            pool.borrow_mut().sets.push(Arc::new(Set::all(dimension)));
        }
        ground
    }

    /// Keeps the set of one class, and returns its number.
    pub(super) fn only(&self, axis: Axis, class: u32) -> Option<u32> {
        let dimension = self.universe.dimensions.get(axis as usize)?;
        let mut pool = self.pools.get(axis as usize)?.borrow_mut();
        let new = u32::try_from(pool.sets.len()).ok()?;
        pool.sets.push(Arc::new(Set::one(dimension, class)?));
        Some(new)
    }

    /// Counts a class that is visited.
    pub(super) fn visit(&self) -> Result<(), Incomplete> {
        self.visited.set(self.visited.get() + 1);
        if self.visited.get() < STEP {
            return self.universe.budget.check();
        }
        self.settle()
    }

    /// Counts what was not counted yet: nothing is visited on this ground any more.
    pub(in crate::prove) fn settle(&self) -> Result<(), Incomplete> {
        self.universe.budget.spend(self.visited.take())
    }

    /// Returns a set by its number; none for a number that no set has.
    pub(in crate::prove) fn set(&self, axis: Axis, number: u32) -> Option<Arc<Set>> {
        let pool = self.pools.get(axis as usize)?.borrow();
        pool.sets.get(number as usize).cloned()
    }

    /// Returns how many atoms a set has.
    pub(super) fn atoms(&self, axis: usize, number: u32) -> u128 {
        let pool = self.pools.get(axis).map(RefCell::borrow);
        pool.and_then(|pool| pool.sets.get(number as usize).map(|set| set.atoms()))
            .unwrap_or(0)
    }

    /// Divides a set by what a test answers, in the order of the labels.
    pub(super) fn divide(&self, axis: Axis, number: u32, test: TestNumber) -> Option<Parts> {
        let dimension = self.universe.dimensions.get(axis as usize)?;
        let mut pool = self.pools.get(axis as usize)?.borrow_mut();
        if let Some(parts) = pool.divided.get(&(number, test)) {
            return Some(Rc::clone(parts));
        }
        let set = Arc::clone(pool.sets.get(number as usize)?);
        let parts = set.divide(dimension, test).into_iter();
        let parts: Vec<(Label, u32)> = parts
            .map(|(label, part)| (label, pool.keep(part, &set, number)))
            .collect();
        let parts: Parts = parts.into();
        pool.divided.insert((number, test), Rc::clone(&parts));
        Some(parts)
    }

    /// Returns the one label that a test has for all of a set, if there is one.
    pub(super) fn alike(&self, axis: Axis, number: u32, test: TestNumber) -> Option<Label> {
        let one = |parts: &[(Label, u32)]| match parts {
            [(label, _)] => Some(*label),
            _ => None,
        };
        let dimension = self.universe.dimensions.get(axis as usize)?;
        let pool = self.pools.get(axis as usize)?.borrow();
        // One class has one label: of many networks most sets are so small.
        if let Some(class) = pool.sets.get(number as usize)?.only() {
            let class = dimension.classes.get(class as usize)?;
            return Some(dimension.label(class, test));
        }
        if let Some(parts) = pool.divided.get(&(number, test)) {
            return one(parts);
        }
        drop(pool);
        one(&self.divide(axis, number, test)?)
    }

    /// Returns how many pairs of login and reverse-path there are that are so related.
    pub(super) fn pairs(&self, pairing: Pairing) -> Result<u128, Incomplete> {
        let (login, from, asked, _) = pairing;
        let atoms = |axis: Axis, number| self.atoms(axis as usize, number);
        let product = atoms(Axis::Login, login).checked_mul(atoms(Axis::From, from));
        let product = product.ok_or(Incomplete::TooLarge)?;
        if asked == 0 {
            return Ok(product);
        }
        if let Some(count) = self.pairs.borrow().get(&pairing) {
            return Ok(*count);
        }
        let count = self.count_pairs(pairing, product)?;
        self.pairs.borrow_mut().insert(pairing, count);
        Ok(count)
    }

    fn count_pairs(&self, pairing: Pairing, product: u128) -> Result<u128, Incomplete> {
        let (login, from, asked, holds) = pairing;
        let (mut related, mut matching) = (0_u128, 0_u128);
        self.each_cell(login, from, |cell| {
            // Cells are parts of the product: what holds them all holds their sums.
            related = related.saturating_add(cell.count);
            if cell.holds & asked == holds {
                matching = matching.saturating_add(cell.count);
            }
        });
        // What no table relates is related by none.
        let unrelated = product.checked_sub(related).ok_or(Incomplete::Miscounted)?;
        if holds != 0 {
            Ok(matching)
        } else {
            matching.checked_add(unrelated).ok_or(Incomplete::TooLarge)
        }
    }

    /// Visits the related pairs of two sets.
    pub(super) fn each_cell(&self, login: u32, from: u32, mut visit: impl FnMut(&'u Cell)) {
        let sets = (self.set(Axis::Login, login), self.set(Axis::From, from));
        let (Some(logins), Some(froms)) = sets else {
            return;
        };
        let relations = &self.universe.relations;
        for login in logins.members() {
            let partners = relations.partners(login).iter();
            for partner in partners.filter(|partner| froms.contains(**partner)) {
                relations.cells(login, *partner).iter().for_each(&mut visit);
            }
        }
    }
}

impl Pool {
    /// Keeps a part of a set, and returns its number. A test that tells nothing apart leaves the
    /// set as it is: a part with as many classes is the whole.
    fn keep(&mut self, part: Set, whole: &Set, number: u32) -> u32 {
        if part.len() == whole.len() {
            return number;
        }
        let new = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(Arc::new(part));
        new
    }
}
