//! What addresses exist, by the tests that belong to nobody's rights.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::Tests;
use crate::decision::Label;
use crate::prove::threads::in_two;
use crate::prove::universe::{Axis, Dimension, TestNumber, Universe};

/// What is said of a class of addresses besides anybody's rights: its labels, and of reverse-paths
/// how each class of logins is related to it.
type Said = (Vec<(TestNumber, Label)>, Vec<Partner>);

/// How a class of logins is related to a class of reverse-paths: the patterns that hold of some
/// pair, and whether some pair is not related at all.
pub(super) type Partner = (u32, Vec<u64>, bool);

/// The classes of an axis, gathered by what is said of them besides anybody's rights.
struct Profile {
    axis: Axis,
    /// By class: the number of what is said of it.
    of: Vec<u32>,
    /// By this number: how many classes.
    classes: Vec<u32>,
}

/// Both axes of addresses.
pub(super) struct Profiles([Profile; 2]);

/// Which addresses exist for a client, as its rights tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature([OfAxis; 2]);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct OfAxis {
    /// What the tests of the rights answer for most addresses.
    usual: Vec<Label>,
    /// What they answer for others, each with what is said besides.
    others: BTreeSet<(u32, Vec<Label>)>,
    /// What is said of such others only.
    only: BTreeSet<u32>,
}

impl Profiles {
    /// Gathers addresses by what tests say that are not among these.
    pub(super) fn new(universe: &Universe<'_>, own: &Tests, mut partners: Partners) -> Self {
        let mut of_from = |class| partners.remove(&class).unwrap_or_default();
        let (froms, tos) = in_two(
            || Profile::new(universe, Axis::From, own, &mut of_from),
            || Profile::new(universe, Axis::To, own, &mut |_| Vec::new()),
        );
        Self([froms, tos])
    }
}

impl Profile {
    fn new(
        universe: &Universe<'_>,
        axis: Axis,
        own: &Tests,
        partners: &mut dyn FnMut(u32) -> Vec<Partner>,
    ) -> Self {
        let mut numbers: HashMap<Said, u32, FxBuildHasher> = HashMap::default();
        let mut profile = Self {
            axis,
            of: Vec::new(),
            classes: Vec::new(),
        };
        let classes = universe.dimensions.get(axis as usize);
        for (class, one) in (0..).zip(classes.into_iter().flat_map(|one| &one.classes)) {
            let labels = one.labels.iter().filter(|(test, _)| !own.contains(test));
            let said = (labels.copied().collect(), partners(class));
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(said).or_insert(next);
            if number == next {
                profile.classes.push(0);
            }
            if let Some(classes) = profile.classes.get_mut(number as usize) {
                *classes += 1;
            }
            profile.of.push(number);
        }
        profile
    }
}

/// By class of reverse-paths: how logins are related to it.
pub(super) type Partners = HashMap<u32, Vec<Partner>, FxBuildHasher>;

/// Returns how logins are related to each class of reverse-paths that any is related to, in the
/// order of the logins.
pub(super) fn partners(universe: &Universe<'_>) -> Partners {
    let atoms = |axis: Axis, class: u32| {
        let dimension: Option<&Dimension> = universe.dimensions.get(axis as usize);
        let class = dimension.and_then(|dimension| dimension.classes.get(class as usize));
        class.map_or(0, |class| class.count)
    };
    let mut all = Partners::default();
    universe.relations.each(|(login, from), cells| {
        let pairs = atoms(Axis::Login, login).checked_mul(atoms(Axis::From, from));
        let related = cells.iter().map(|cell| cell.count);
        let related = related.fold(0_u128, u128::saturating_add);
        let mut patterns: Vec<u64> = cells.iter().map(|cell| cell.holds).collect();
        patterns.sort_unstable();
        let is_unrelated = pairs.is_none_or(|pairs| pairs > related);
        let partner = (login, patterns, is_unrelated);
        all.entry(from).or_default().push(partner);
    });
    all
}

impl Signature {
    /// Returns which addresses exist for a client of whose tests some belong to its rights.
    pub(super) fn of(
        profiles: &Profiles,
        universe: &Universe<'_>,
        tests: &[TestNumber],
        own: &Tests,
    ) -> Self {
        Self(profiles.0.each_ref().map(|profile| {
            let own = tests.iter().copied().filter(|test| own.contains(test));
            let own = own.filter(|test| universe.axis(*test) == Some(profile.axis));
            let own: Vec<TestNumber> = own.collect();
            OfAxis::new(profile, universe, &own)
        }))
    }
}

impl OfAxis {
    fn new(profile: &Profile, universe: &Universe<'_>, own: &[TestNumber]) -> Self {
        let mut found = Self {
            usual: Vec::new(),
            others: BTreeSet::new(),
            only: BTreeSet::new(),
        };
        let Some(dimension) = universe.dimensions.get(profile.axis as usize) else {
            return found;
        };
        found.usual = own.iter().map(|test| dimension.default_of(*test)).collect();
        let classes = own.iter().flat_map(|test| dimension.special(*test));
        let classes: BTreeSet<u32> = classes.map(|(class, _)| *class).collect();
        let mut told: HashMap<u32, u32, FxBuildHasher> = HashMap::default();
        for class in &classes {
            let place = *class as usize;
            let (Some(class), Some(said)) = (dimension.classes.get(place), profile.of.get(place))
            else {
                continue;
            };
            let labels = own.iter().map(|test| dimension.label(class, *test));
            found.others.insert((*said, labels.collect()));
            let told = told.entry(*said).or_default();
            *told += 1;
            if profile.classes.get(*said as usize) == Some(told) {
                found.only.insert(*said);
            }
        }
        found
    }
}
