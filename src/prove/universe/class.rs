//! Classes of one dimension.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use rustc_hash::FxBuildHasher;

use crate::decision::Label;
use crate::mail::{Address, Listener, PathForm};
use crate::spf::SpfResult;

/// The number of a test among those of all sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::prove) struct TestNumber(pub(in crate::prove) u32);

impl TestNumber {
    pub(in crate::prove) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A member of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::prove) enum Witness {
    Client(IpAddr),
    /// A listener, and whether under TLS.
    Session(Listener, bool),
    Login(Option<String>),
    Helo(String),
    Form(PathForm),
    Address(Address),
    Spf(SpfResult),
}

/// The labels of a class that differ from the default of their test, by test.
pub(in crate::prove) type Labels = Vec<(TestNumber, Label)>;

/// Atoms that every test of the dimension answers alike.
#[derive(Debug, Clone)]
pub(in crate::prove) struct Class {
    /// Sorted by test; what is missing is the test's default.
    pub(in crate::prove) labels: Labels,
    /// How many atoms.
    pub(in crate::prove) count: u128,
    /// One of them.
    pub(in crate::prove) witness: Witness,
    /// The first of them, at most [`MEMBERS_MAX`], and how many atoms each stands for.
    pub(in crate::prove) members: Vec<(Witness, u128)>,
}

/// Members that a class names: enough for all forms of paths, and more than anybody reads.
const MEMBERS_MAX: usize = 32;

/// A dimension: its classes, and what its tests answer by default.
#[derive(Debug, Default)]
pub(in crate::prove) struct Dimension {
    pub(in crate::prove) classes: Vec<Class>,
    numbers: HashMap<Labels, u32, FxBuildHasher>,
    defaults: HashMap<TestNumber, Label, FxBuildHasher>,
    /// By test: the classes whose label is not its default, ascending.
    special: HashMap<TestNumber, Vec<(u32, Label)>, FxBuildHasher>,
    /// Classes that others stand for, ascending: they are not visited.
    left_out: Vec<u32>,
    /// Of addresses: the classes of what is left of a domain, without those that are told apart.
    rests: HashSet<u32, FxBuildHasher>,
}

impl Dimension {
    /// Sets what a test answers where a class says nothing.
    pub(in crate::prove) fn set_default(&mut self, test: TestNumber, label: Label) {
        self.defaults.insert(test, label);
    }

    /// Notes that what is left of some domain is in a class.
    pub(in crate::prove) fn add_rest(&mut self, class: u32) {
        self.rests.insert(class);
    }

    /// Returns whether what is left of some domain is in a class.
    pub(in crate::prove) fn has_rest(&self, class: u32) -> bool {
        self.rests.contains(&class)
    }

    /// Adds atoms to the class of these labels, and returns its number.
    ///
    /// The first witness stays: atoms come with the most telling first.
    pub(in crate::prove) fn add(
        &mut self,
        mut labels: Labels,
        count: u128,
        witness: impl FnOnce() -> Witness,
    ) -> u32 {
        labels.retain(|(test, label)| *label != self.default_of(*test));
        self.add_special(&mut labels, count, witness)
    }

    /// The same as [`Self::add`], where no label is the default of its test.
    pub(in crate::prove) fn add_special(
        &mut self,
        labels: &mut Labels,
        count: u128,
        witness: impl FnOnce() -> Witness,
    ) -> u32 {
        labels.sort_unstable();
        if let Some(number) = self.numbers.get(labels.as_slice()) {
            if let Some(class) = self.classes.get_mut(*number as usize) {
                class.count = class.count.saturating_add(count);
                if class.members.len() < MEMBERS_MAX {
                    class.members.push((witness(), count));
                }
            }
            return *number;
        }
        let number = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        self.numbers.insert(labels.clone(), number);
        for (test, label) in labels.iter() {
            self.special
                .entry(*test)
                .or_default()
                .push((number, *label));
        }
        let witness = witness();
        self.classes.push(Class {
            labels: labels.clone(),
            count,
            witness: witness.clone(),
            members: vec![(witness, count)],
        });
        number
    }

    /// Returns the class in which tests answer so: each test of the dimension is asked.
    pub(in crate::prove) fn find(
        &self,
        tests: &[TestNumber],
        label: &dyn Fn(TestNumber) -> Option<Label>,
    ) -> Option<u32> {
        let mut labels: Labels = Vec::new();
        for test in tests {
            let label = label(*test)?;
            if label != self.default_of(*test) {
                labels.push((*test, label));
            }
        }
        labels.sort_unstable();
        self.numbers.get(&labels).copied()
    }

    /// Leaves classes out, whose numbers ascend: others stand for them.
    pub(in crate::prove) fn leave_out(&mut self, classes: Vec<u32>) {
        self.left_out = classes;
    }

    /// Returns how many classes are left out.
    pub(in crate::prove) fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Returns the classes that are visited, with their numbers.
    pub(in crate::prove) fn visited(&self) -> impl Iterator<Item = (u32, &Class)> {
        let is_left_out = |number: &u32| self.left_out.binary_search(number).is_ok();
        let all = (0..).zip(&self.classes);
        all.filter(move |(number, _)| !is_left_out(number))
    }

    /// Returns the number of atoms that are visited; none if it does not fit.
    pub(in crate::prove) fn atoms(&self) -> Option<u128> {
        let mut counts = self.visited().map(|(_, class)| class.count);
        counts.try_fold(0_u128, u128::checked_add)
    }

    /// Returns the label that a test gives to a class.
    pub(in crate::prove) fn label(&self, class: &Class, test: TestNumber) -> Label {
        match class.labels.binary_search_by_key(&test, |(test, _)| *test) {
            Ok(at) => class
                .labels
                .get(at)
                .map_or(Label::ABSENT, |(_, label)| *label),
            Err(_) => self.default_of(test),
        }
    }

    /// Returns the classes that a test gives another label than its default, ascending.
    pub(in crate::prove) fn special(&self, test: TestNumber) -> &[(u32, Label)] {
        self.special
            .get(&test)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    pub(in crate::prove) fn default_of(&self, test: TestNumber) -> Label {
        self.defaults.get(&test).copied().unwrap_or(Label::ABSENT)
    }
}
