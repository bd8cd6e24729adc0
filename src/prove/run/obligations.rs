//! The obligations, over all classes of the decider.

#[cfg(test)]
mod tests;

use super::{Judge, Run};
use crate::decision::{Unanswered, Verdict};
use crate::prove::declared::Asked;
use crate::prove::fork::{Answers, Incomplete, Known, Leaf, Visited, explore, explore_in_parts};
use crate::prove::obligation::{Judgement, OBLIGATIONS, Obligation, Outcome};
use crate::prove::report::Finding;
use crate::prove::selection::Body;
use crate::prove::side::number;
use crate::prove::tally::{Tallies, Tally};
use crate::prove::threads::in_parts;
use crate::prove::universe::TestNumber;

/// An obligation.
pub(super) struct Predicate<'h> {
    pub(super) obligation: &'static dyn Obligation,
    judge: Box<Judge<'h>>,
    /// Verdicts with which it holds of every envelope.
    holds_with: &'static [Verdict],
}

impl Run<'_, '_> {
    /// Checks every obligation: the decider runs once, and each predicate goes on from the leaves
    /// of that.
    pub(super) fn obligations(&self) -> Vec<Finding> {
        let predicates = self.predicates();
        let judge = |answers: &Answers<'_>| self.judged.outcome(answers);
        let leaf = |tallies: &mut Tallies, outcome: Outcome, leaf: &Leaf<'_, '_>| {
            self.check_all(&predicates, &outcome, leaf, tallies);
        };
        let (mut tallies, run) = match self.count_first(predicates.len()) {
            Ok(()) => explore_in_parts(self.universe, &judge, &leaf),
            Err(why) => (Tallies::default(), Err(why)),
        };
        let tallies: Vec<Tally> = tallies
            .of(predicates.len())
            .iter_mut()
            .map(std::mem::take)
            .collect();
        let both: Vec<(&Predicate<'_>, &Tally)> = predicates.iter().zip(&tallies).collect();
        let visited = in_parts(&both, |(predicate, tally)| {
            self.visited(predicate, tally, run)
        });
        let mut findings = Vec::new();
        for ((predicate, tally), visited) in predicates.iter().zip(tallies).zip(visited) {
            findings.push(Finding {
                answer: self.answer(tally, visited, &*predicate.judge),
                name: predicate.obligation.name().to_owned(),
                sentence: predicate.obligation.sentence().to_owned(),
                at: None,
            });
        }
        findings
    }

    /// Counts the classes of the decider before anything is asked of them, where there are many:
    /// each question visits every one of them at least, so what is too much is known soon.
    fn count_first(&self, questions: usize) -> Result<(), Incomplete> {
        const MANY: usize = 1000;
        let dimensions = self.universe.dimensions.iter();
        if dimensions
            .map(|one| one.visited().count())
            .max()
            .unwrap_or(0)
            < MANY
        {
            return Ok(());
        }
        let judge = |answers: &Answers<'_>| self.judged.outcome(answers).map(|_| ());
        let ((), visited) = explore_in_parts(self.universe, &judge, &|(), (), _| ());
        let questions = u64::try_from(questions).unwrap_or(u64::MAX);
        let least = visited?.leaves.saturating_mul(questions);
        self.universe.budget.foresee(least)
    }

    pub(super) fn predicates(&self) -> Vec<Predicate<'_>> {
        let selection = self.subjects.selection;
        let predicate = |obligation: &&'static dyn Obligation| {
            let obligation = *obligation;
            Some(match selection.body(obligation.name())? {
                Body::Stated => Predicate {
                    obligation,
                    judge: Box::new(|asked, outcome| obligation.judge(asked, outcome)),
                    holds_with: obligation.holds_with(),
                },
                Body::Blank => Predicate {
                    obligation,
                    judge: Box::new(|_, _| Ok(Judgement::Silent)),
                    holds_with: &[],
                },
            })
        };
        OBLIGATIONS.iter().filter_map(predicate).collect()
    }

    /// Checks predicates over the envelopes of a leaf.
    pub(super) fn check_all(
        &self,
        predicates: &[Predicate<'_>],
        outcome: &Outcome,
        leaf: &Leaf<'_, '_>,
        tallies: &mut Tallies,
    ) {
        let mut known = Answers::of(leaf.state, leaf.ground);
        for (predicate, tally) in predicates.iter().zip(tallies.of(predicates.len())) {
            if predicate.holds_with.contains(&outcome.decision.verdict) {
                tally.pass(leaf);
                continue;
            }
            let mut judge = |answers: &Answers<'_>| self.judge(predicate, outcome, answers);
            tally.judge(leaf, &mut known, &mut judge);
        }
    }

    /// Judges the envelopes of some answers, or says which test is missing.
    fn judge(
        &self,
        predicate: &Predicate<'_>,
        outcome: &Outcome,
        answers: &Answers<'_>,
    ) -> Result<Judgement, TestNumber> {
        let mut asked = Asked {
            declared: self.declared,
            ask: &mut Known::new(answers, self.declared_offset),
        };
        (predicate.judge)(&mut asked, outcome)
            .map_err(|Unanswered(test)| number(self.declared_offset, test))
    }

    /// Returns what was visited for a predicate in a run, if that was everything and nothing breaks
    /// it.
    ///
    /// The envelopes that it is about with the verdicts of [`Predicate::holds_with`] are counted by
    /// themselves: with another verdict each of them would break it.
    fn visited(
        &self,
        predicate: &Predicate<'_>,
        tally: &Tally,
        run: Result<Visited, Incomplete>,
    ) -> Result<Visited, Incomplete> {
        let visited = run.and_then(|_| tally.complete(self.universe))?;
        let verdict = predicate.holds_with.first().filter(|_| tally.passed);
        let Some(verdict) = verdict.filter(|_| !tally.suspects.any()) else {
            return Ok(visited);
        };
        let outcome = Outcome::bare(*verdict, &self.declared.policy.host.at);
        let mut count = visited.concerned;
        let mut judge = |answers: &Answers<'_>| self.judge(predicate, &outcome, answers);
        let mut leaf = |judgement: Judgement, leaf: &Leaf<'_, '_>| {
            if judgement != Judgement::Silent {
                count = count.saturating_add(leaf.envelopes);
            }
        };
        explore(self.universe, &mut judge, &mut leaf)?;
        Ok(Visited {
            concerned: count,
            ..visited
        })
    }
}
