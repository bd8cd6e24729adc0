//! Sets of classes, by facet: each set is kept once and named by a number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxBuildHasher;

/// The sides of an envelope that a comparison speaks of.
///
/// The form of a path goes with its address, and what a login owns with the reverse-path: a
/// reviewer thinks of a sender and of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The client's address.
    Client,
    /// The listener, and whether under TLS.
    Session,
    /// The login.
    Login,
    /// The HELO name.
    Helo,
    /// The reverse-path, and whether the login owns it.
    Sender,
    /// The forward-path.
    Recipient,
    /// The SPF result of MAIL FROM.
    SpfFrom,
    /// The SPF result of HELO.
    SpfHelo,
}

impl Facet {
    /// All facets, in order.
    pub const ALL: [Self; 8] = [
        Self::Client,
        Self::Session,
        Self::Login,
        Self::Helo,
        Self::Sender,
        Self::Recipient,
        Self::SpfFrom,
        Self::SpfHelo,
    ];
}

/// A product of sets, one of each facet, by their numbers in [`Sets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Region([u32; 8]);

impl Region {
    /// Returns the number of a facet's set.
    pub fn get(&self, facet: Facet) -> u32 {
        self.0.get(facet as usize).copied().unwrap_or_default()
    }

    /// Returns the region with another set of a facet.
    #[must_use]
    pub fn with(mut self, facet: Facet, set: u32) -> Self {
        if let Some(slot) = self.0.get_mut(facet as usize) {
            *slot = set;
        }
        self
    }
}

/// Sets of classes, each kept once.
#[derive(Debug, Default)]
pub struct Sets {
    facets: [Pool; 8],
}

/// Classes in a row: the first and the last.
type Run = (u32, u32);

/// A set, as the rows of its classes: thousands of classes are one row but for a few.
#[derive(Debug)]
struct Stored {
    runs: Arc<[Run]>,
    /// The classes one by one, once somebody has asked.
    members: OnceLock<Arc<[u32]>>,
}

#[derive(Debug, Default)]
pub(super) struct Pool {
    sets: Vec<Stored>,
    numbers: HashMap<Arc<[Run]>, u32, FxBuildHasher>,
}

impl Pool {
    pub(super) fn has(&self, number: u32, member: u32) -> bool {
        let behind = self
            .runs(number)
            .partition_point(|(first, _)| *first <= member);
        let run = behind
            .checked_sub(1)
            .and_then(|at| self.runs(number).get(at));
        run.is_some_and(|(_, last)| member <= *last)
    }

    pub(super) fn intern(&mut self, set: &[u32]) -> u32 {
        self.keep(runs(set.iter().map(|member| (*member, *member))))
    }

    fn keep(&mut self, runs: Vec<Run>) -> u32 {
        if let Some(number) = self.numbers.get(runs.as_slice()) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        let runs: Arc<[Run]> = runs.into();
        self.sets.push(Stored {
            runs: Arc::clone(&runs),
            members: OnceLock::new(),
        });
        self.numbers.insert(runs, number);
        number
    }

    fn runs(&self, number: u32) -> &[Run] {
        let set = self.sets.get(number as usize);
        set.map(|set| set.runs.as_ref()).unwrap_or_default()
    }

    fn members(&self, number: u32) -> Arc<[u32]> {
        let Some(set) = self.sets.get(number as usize) else {
            return Arc::from([]);
        };
        let all = || set.runs.iter().flat_map(|(first, last)| *first..=*last);
        Arc::clone(set.members.get_or_init(|| all().collect()))
    }
}

/// Puts runs together that touch; they come in the order of their first classes.
fn runs(ordered: impl Iterator<Item = Run>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (first, last) in ordered {
        match runs.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => runs.push((first, last)),
        }
    }
    runs
}

impl Sets {
    /// Returns the members of a set, ascending.
    pub fn members(&self, facet: Facet, number: u32) -> Arc<[u32]> {
        let pool = self.facets.get(facet as usize);
        pool.map_or_else(|| Arc::from([]), |pool| pool.members(number))
    }

    /// Returns the members of a region's set one by one, without keeping a list of them.
    pub(super) fn each(&self, facet: Facet, region: &Region) -> impl Iterator<Item = u32> {
        let runs = self.runs(facet, region.get(facet)).iter();
        runs.flat_map(|(first, last)| *first..=*last)
    }

    fn runs(&self, facet: Facet, number: u32) -> &[Run] {
        let pool = self.facets.get(facet as usize);
        pool.map(|pool| pool.runs(number)).unwrap_or_default()
    }

    fn keep(&mut self, facet: Facet, runs: Vec<Run>) -> u32 {
        let pool = self.facets.get_mut(facet as usize);
        pool.map_or(0, |pool| pool.keep(runs))
    }

    /// Returns the members of a region's set.
    pub fn of(&self, facet: Facet, region: &Region) -> Arc<[u32]> {
        self.members(facet, region.get(facet))
    }

    /// Returns the number of a set, given its members, ascending.
    pub fn intern(&mut self, facet: Facet, members: &[u32]) -> u32 {
        let pool = self.facets.get_mut(facet as usize);
        pool.map_or(0, |pool| pool.intern(members))
    }

    /// Returns a region of other sets as one of these. `known` holds what was taken from there.
    pub fn take(
        &mut self,
        region: &Region,
        from: &Self,
        known: &mut BTreeMap<(Facet, u32), u32>,
    ) -> Region {
        let facets = Facet::ALL.into_iter();
        facets.fold(Region::default(), |taken, facet| {
            let number = region.get(facet);
            let own = known
                .entry((facet, number))
                .or_insert_with(|| self.keep(facet, from.runs(facet, number).to_vec()));
            taken.with(facet, *own)
        })
    }

    /// Returns the number of the union of some sets of a facet. Thousands of regions are made of
    /// few sets: each is looked at once.
    pub fn union(&mut self, facet: Facet, numbers: impl IntoIterator<Item = u32>) -> u32 {
        let mut numbers = numbers.into_iter();
        let Some(first) = numbers.next() else {
            return self.keep(facet, Vec::new());
        };
        let mut others: BTreeSet<u32> = numbers.filter(|number| *number != first).collect();
        if others.is_empty() {
            return first;
        }
        others.insert(first);
        let all = others.iter().map(|number| self.runs(facet, *number));
        let mut all: Vec<Run> = all.flatten().copied().collect();
        all.sort_unstable();
        self.keep(facet, runs(all.into_iter()))
    }

    /// Returns the smallest region that holds all of these.
    pub fn hull<'r>(&mut self, regions: impl IntoIterator<Item = &'r Region>) -> Region {
        let regions: Vec<&Region> = regions.into_iter().collect();
        Facet::ALL
            .into_iter()
            .fold(Region::default(), |hull, facet| {
                let numbers = regions.iter().map(|region| region.get(facet));
                let number = self.union(facet, numbers);
                hull.with(facet, number)
            })
    }

    /// Returns whether a region holds all of another.
    pub fn contains(&self, region: &Region, other: &Region) -> bool {
        Facet::ALL.into_iter().all(|facet| {
            if region.get(facet) == other.get(facet) {
                return true;
            }
            let wide = self.runs(facet, region.get(facet));
            let narrow = self.runs(facet, other.get(facet));
            // Runs that touch are one, so what is held is held by one.
            narrow.iter().all(|(first, last)| {
                let behind = wide.partition_point(|(start, _)| start <= first);
                let run = behind.checked_sub(1).and_then(|at| wide.get(at));
                run.is_some_and(|(_, end)| last <= end)
            })
        })
    }

    /// Returns whether a point, one class of each facet, lies in a region.
    pub fn holds(&self, region: &Region, point: &[u32; 8]) -> bool {
        Facet::ALL.iter().zip(point).all(|(facet, class)| {
            let pool = self.facets.get(*facet as usize);
            pool.is_some_and(|pool| pool.has(region.get(*facet), *class))
        })
    }
}
