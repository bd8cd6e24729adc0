//! What was seen of one obligation or statement: counts, and the leaves that fail.

use super::counterexample::Counterexample;
use super::fork::{Answers, Ground, Incomplete, Leaf, Seen, State, Visited, walk};
use super::obligation::Judgement;
use super::report::{Answer, Broken, Refutation};
use super::shrink::shrink;
use super::universe::{TestNumber, Universe};
use crate::decision::Envelope;

/// Counterexamples that are tried: of the leaves that fail, the first ones.
const CANDIDATES_MAX: usize = 256;

/// What was seen of a predicate so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) suspects: Suspects,
    pub(super) visited: Visited,
    /// The envelopes that it says something of, as far as it was asked.
    pub(super) concerned: u128,
    /// Of some envelopes it was not asked: it holds of them by their verdict.
    pub(super) passed: bool,
    pub(super) incomplete: Option<Incomplete>,
}

impl Tally {
    /// Judges every class of the envelopes of a leaf, of which `answers` are known, and keeps what
    /// was seen.
    pub(super) fn judge(
        &mut self,
        leaf: &Leaf<'_, '_>,
        answers: &mut Answers<'_>,
        judge: &mut dyn FnMut(&Answers<'_>) -> Result<Judgement, TestNumber>,
    ) {
        answers.renew();
        // Most obligations say at once that they have nothing to say: the leaf is counted already.
        let Ok(judgement) = judge(answers) else {
            return self.walk(leaf.ground, leaf.state, judge);
        };
        self.found(judgement, leaf);
        if let Err(why) = self.visited.add(leaf.ground, leaf.envelopes) {
            self.incomplete = Some(why);
        }
    }

    /// Counts a leaf of whose envelopes the predicate holds, whoever it is about.
    pub(super) fn pass(&mut self, leaf: &Leaf<'_, '_>) {
        self.passed = true;
        if let Err(why) = self.visited.add(leaf.ground, leaf.envelopes) {
            self.incomplete = Some(why);
        }
    }

    fn found(&mut self, judgement: Judgement, leaf: &Leaf<'_, '_>) {
        if judgement != Judgement::Silent {
            self.concerned = self.concerned.saturating_add(leaf.envelopes);
        }
        if judgement == Judgement::Broken {
            self.suspects.add(leaf);
        }
    }

    /// Judges every class of the envelopes of a state, and keeps what was seen.
    pub(super) fn walk(
        &mut self,
        ground: &Ground<'_, '_>,
        start: &State,
        judge: &mut dyn FnMut(&Answers<'_>) -> Result<Judgement, TestNumber>,
    ) {
        let mut visited = self.visited;
        let mut found = |judgement, leaf: &Leaf<'_, '_>| self.found(judgement, leaf);
        let walked = walk(ground, start, judge, &mut found, &mut visited);
        self.visited = visited;
        if let Err(why) = walked {
            self.incomplete = Some(why);
        }
    }

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

/// The tallies of several predicates, over a part of the classes.
#[derive(Default)]
pub(super) struct Tallies(Vec<Tally>);

impl Tallies {
    /// Returns the tallies of this many predicates.
    pub(super) fn of(&mut self, predicates: usize) -> &mut [Tally] {
        self.0.resize_with(predicates, Tally::default);
        &mut self.0
    }
}

impl Seen for Tallies {
    fn join(&mut self, behind: Self) {
        let count = behind.0.len().max(self.0.len());
        for (mine, behind) in self.of(count).iter_mut().zip(behind.0) {
            mine.join(behind);
        }
    }
}

impl Tally {
    fn join(&mut self, behind: Self) {
        match self.visited.and(behind.visited) {
            Ok(visited) => self.visited = visited,
            Err(why) => self.incomplete = Some(why),
        }
        self.concerned = self.concerned.saturating_add(behind.concerned);
        self.passed |= behind.passed;
        self.incomplete = self.incomplete.or(behind.incomplete);
        self.suspects.join(behind.suspects);
    }
}

impl Seen for Suspects {
    fn join(&mut self, behind: Self) {
        self.leaves += behind.leaves;
        self.covered = self.covered.saturating_add(behind.covered);
        self.envelopes.extend(behind.envelopes);
        self.envelopes.truncate(CANDIDATES_MAX);
    }
}

/// Leaves that fail, as envelopes to be replayed.
#[derive(Default)]
pub(super) struct Suspects {
    leaves: u64,
    /// The envelopes that the leaves stand for.
    covered: u128,
    envelopes: Vec<Envelope>,
}

impl Suspects {
    /// Returns whether there is any.
    pub(super) fn any(&self) -> bool {
        self.leaves > 0
    }

    pub(super) fn add(&mut self, leaf: &Leaf<'_, '_>) {
        self.leaves += 1;
        self.covered = self.covered.saturating_add(leaf.envelopes);
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
            return Answer::Refuted(Box::new(Refutation {
                by: counterexample(&simplest),
                broken: Broken {
                    classes: self.leaves,
                    envelopes: self.covered,
                    visited: visited.ok(),
                },
            }));
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
