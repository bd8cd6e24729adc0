//! The leaves of a comparison, visited one after the other, or in parts on several threads.

use std::cell::RefCell;

use super::outline::Known;
use super::{Contrast, Outline, Outlines, Pair, Region, Sets};
use crate::decision::Envelope;
use crate::prove::fork::{Answers, Incomplete, Leaf, Seen, Visited, explore, explore_in_parts};

/// A leaf: what is said of the envelopes of a region.
#[derive(Debug)]
pub struct Parting<'l> {
    /// What is said.
    pub pair: Pair,
    /// Of how many points of the universe.
    pub envelopes: u128,
    leaf: &'l Leaf<'l, 'l>,
    contrast: &'l Contrast<'l, 'l>,
    known: &'l RefCell<Known>,
}

impl Parting<'_> {
    /// Returns the region of the envelopes. All leaves of a run must be asked with the same sets.
    pub fn region(&self, sets: &mut Sets) -> Region {
        let mut known = self.known.borrow_mut();
        self.contrast.region(self.leaf, sets, &mut known)
    }

    /// Returns the same by the numbers of its sets.
    pub fn outline(&self, outlines: &mut Outlines) -> Outline {
        outlines.of(self.contrast, self.leaf)
    }

    /// Returns one of the envelopes, if one was found.
    pub fn witness(&self) -> Option<Envelope> {
        self.leaf.witness()
    }
}

/// What was seen of a part of the leaves, and of the parts behind it.
struct Parts<S> {
    known: RefCell<Known>,
    own: Option<S>,
    behind: Vec<S>,
}

impl<S> Default for Parts<S> {
    fn default() -> Self {
        Self {
            known: RefCell::default(),
            own: None,
            behind: Vec::new(),
        }
    }
}

impl<S: Send> Seen for Parts<S> {
    fn join(&mut self, behind: Self) {
        self.behind
            .extend(behind.own.into_iter().chain(behind.behind));
    }
}

impl Contrast<'_, '_> {
    /// Visits every leaf, and counts them.
    pub fn each(&self, visit: &mut dyn FnMut(Parting<'_>)) -> Result<Visited, Incomplete> {
        let known = RefCell::default();
        let mut judge = |answers: &Answers<'_>| self.pair(answers);
        explore(self.universe, &mut judge, &mut |pair, leaf| {
            visit(Parting {
                pair,
                envelopes: leaf.envelopes,
                leaf,
                contrast: self,
                known: &known,
            });
        })
    }

    /// The same on several threads: all leaves in parts, in the order of [`Self::each`], each part
    /// with a value of its own.
    pub(crate) fn each_in_parts<S: Default + Send>(
        &self,
        visit: &(dyn Fn(&mut S, Parting<'_>) + Sync),
    ) -> Result<(Vec<S>, Visited), Incomplete> {
        let judge = |answers: &Answers<'_>| self.pair(answers);
        let leaf = |seen: &mut Parts<S>, pair: Pair, leaf: &Leaf<'_, '_>| {
            let parting = Parting {
                pair,
                envelopes: leaf.envelopes,
                leaf,
                contrast: self,
                known: &seen.known,
            };
            visit(seen.own.get_or_insert_with(S::default), parting);
        };
        let (seen, visited) = explore_in_parts(self.universe, &judge, &leaf);
        let parts = seen.own.into_iter().chain(seen.behind);
        Ok((parts.collect(), visited?))
    }
}
