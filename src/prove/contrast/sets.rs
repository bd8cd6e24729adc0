//! Sets of classes, by facet: each set is kept once and named by a number.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::prove::fork::Bits;

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

#[derive(Debug, Default)]
pub(super) struct Pool {
    sets: Vec<Arc<[u32]>>,
    numbers: HashMap<Arc<[u32]>, u32, FxBuildHasher>,
}

impl Pool {
    pub(super) fn get(&self, number: u32) -> &[u32] {
        let set = self.sets.get(number as usize);
        set.map(AsRef::as_ref).unwrap_or_default()
    }

    pub(super) fn intern(&mut self, set: &[u32]) -> u32 {
        if let Some(number) = self.numbers.get(set) {
            return *number;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        let set: Arc<[u32]> = set.into();
        self.sets.push(Arc::clone(&set));
        self.numbers.insert(set, number);
        number
    }
}

impl Sets {
    /// Returns the members of a set, ascending.
    pub fn members(&self, facet: Facet, number: u32) -> Arc<[u32]> {
        let pool = self.facets.get(facet as usize);
        let set = pool.and_then(|pool| pool.sets.get(number as usize));
        set.cloned().unwrap_or_else(|| Arc::from([]))
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
                .or_insert_with(|| self.intern(facet, &from.members(facet, number)));
            taken.with(facet, *own)
        })
    }

    /// Returns the number of the union of some sets of a facet. Thousands of regions are made of
    /// few sets: each is looked at once.
    pub fn union(&mut self, facet: Facet, numbers: impl IntoIterator<Item = u32>) -> u32 {
        let numbers: BTreeSet<u32> = numbers.into_iter().collect();
        let mut numbers = numbers.into_iter();
        let Some(first) = numbers.next() else {
            return self.intern(facet, &[]);
        };
        let mut more = numbers.peekable();
        if more.peek().is_none() {
            return first;
        }
        let mut bits = Bits::default();
        for number in std::iter::once(first).chain(more) {
            self.members(facet, number)
                .iter()
                .for_each(|one| bits.insert(*one));
        }
        let members: Vec<u32> = bits.members().collect();
        self.intern(facet, &members)
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
            let (wide, narrow) = (self.of(facet, region), self.of(facet, other));
            let mut wide = wide.iter().copied();
            // Both ascend.
            narrow
                .iter()
                .all(|one| wide.by_ref().find(|wide| wide >= one) == Some(*one))
        })
    }

    /// Returns whether a point, one class of each facet, lies in a region.
    pub fn holds(&self, region: &Region, point: &[u32; 8]) -> bool {
        Facet::ALL
            .iter()
            .zip(point)
            .all(|(facet, class)| self.of(*facet, region).binary_search(class).is_ok())
    }
}
