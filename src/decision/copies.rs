//! Who gets a copy of accepted mail, and what says so.

use std::collections::BTreeMap;
use std::collections::btree_map::Iter;

use super::At;
use crate::mail::Address;

/// The addresses that get a copy of accepted mail beside its recipient, each with the place that
/// says so. What is copied is not copied again.
#[derive(Debug, Clone, Default)]
pub struct Copies(BTreeMap<Address, At>);

impl Copies {
    /// Adds an address; of several places that name it the first is kept.
    pub fn add(&mut self, to: Address, at: At) {
        self.0.entry(to).or_insert(at);
    }

    /// Returns the addresses, sorted.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.0.keys()
    }

    /// Returns the addresses with their places, sorted.
    pub fn iter(&self) -> Iter<'_, Address, At> {
        self.0.iter()
    }

    /// Returns what says that this address gets a copy, if it does.
    pub fn place(&self, to: &Address) -> Option<&At> {
        self.0.get(to)
    }
}

/// Who gets a copy counts, and not what says so.
impl PartialEq for Copies {
    fn eq(&self, other: &Self) -> bool {
        self.0.keys().eq(other.0.keys())
    }
}

impl Eq for Copies {}

impl<'a> IntoIterator for &'a Copies {
    type Item = (&'a Address, &'a At);
    type IntoIter = Iter<'a, Address, At>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
