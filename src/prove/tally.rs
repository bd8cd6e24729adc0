//! What was seen of one obligation or statement: counts, and the leaves that fail.

use super::counterexample::Counterexample;
use super::fork::{Incomplete, Leaf, Visited};
use super::report::Answer;
use super::shrink::shrink;
use super::universe::Universe;
use crate::decision::Envelope;

/// Counterexamples that are tried: of the leaves that fail, the first ones.
const CANDIDATES_MAX: usize = 256;

/// What was seen of a predicate so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) suspects: Suspects,
    pub(super) visited: Visited,
    /// The envelopes that it says something of.
    pub(super) concerned: u128,
    pub(super) incomplete: Option<Incomplete>,
}

impl Tally {
    /// Returns what was visited, if that was everything.
    pub(super) fn complete(&self, universe: &Universe<'_>) -> Result<Visited, Incomplete> {
        if let Some(incomplete) = self.incomplete {
            return Err(incomplete);
        }
        let concerned = self.concerned;
        let visited = self.visited.complete(universe)?;
        Ok(Visited {
            concerned,
            ..visited
        })
    }
}

/// Leaves that fail, as envelopes to be replayed.
#[derive(Default)]
pub(super) struct Suspects {
    leaves: u64,
    envelopes: Vec<Envelope>,
}

impl Suspects {
    pub(super) fn add(&mut self, leaf: &Leaf<'_, '_>) {
        self.leaves += 1;
        if self.envelopes.len() < CANDIDATES_MAX {
            self.envelopes.extend(leaf.witness());
        }
    }

    pub(super) fn answer(
        mut self,
        visited: Result<Visited, Incomplete>,
        replay: &dyn Fn(&Envelope) -> bool,
        counterexample: impl Fn(&Envelope) -> Counterexample,
    ) -> Answer {
        self.envelopes.sort_by_cached_key(Counterexample::weight);
        if let Some(envelope) = self.envelopes.iter().find(|envelope| replay(envelope)) {
            let simplest = shrink(envelope, replay);
            return Answer::Refuted(Box::new(counterexample(&simplest)));
        }
        if self.leaves > 0 {
            let alarm = self.envelopes.first().map(counterexample).map(Box::new);
            return Answer::Undecided(alarm);
        }
        match visited {
            Ok(visited) => Answer::Proved(visited),
            Err(incomplete) => Answer::Incomplete(incomplete),
        }
    }
}
