//! Obligations of files whose policy is proved: where both have the same outcome, what holds of the
//! policy's holds of the files'. Everywhere else each obligation is asked of the files' own.
//!
//! SOUNDNESS: an obligation judges by what is declared and by the outcome, and looks at nothing of
//! that but what [`Outcome::says_as`] compares. Every class of envelopes is visited here, and of
//! the policy every class was: so of each envelope the files' outcome is the policy's, of which it
//! was judged, or it is judged here. A session that only one side offers under TLS was not visited
//! of the policy: then nothing follows.

use super::{Ran, Run, Subjects, equality, on_universe};
use crate::decision::Decider;
use crate::prove::equivalence::Between;
use crate::prove::fork::{Answers, Leaf, Seen, Visited, explore_in_parts, walk};
use crate::prove::obligation::Outcome;
use crate::prove::report::{Answer, Finding};
use crate::prove::tally::{Tallies, Tally};

/// How the files decide a class, beside the policy.
enum Beside {
    /// With the same outcome.
    Same,
    /// Otherwise, within the latitude: the files' outcome.
    Within(Outcome),
    /// Otherwise.
    Other,
}

/// What a part of the classes has shown.
#[derive(Default)]
struct Shown {
    tallies: Tallies,
    /// The classes in which policy and files were held against each other.
    visited: Visited,
    /// Some class is decided otherwise than by the policy, or was not visited.
    fails: bool,
}

impl Seen for Shown {
    fn join(&mut self, behind: Self) {
        self.tallies.join(behind.tallies);
        match self.visited.and(behind.visited) {
            Ok(visited) => self.visited = visited,
            Err(_) => self.fails = true,
        }
        self.fails |= behind.fails;
    }
}

/// Runs every obligation and statement on files, and their equality with the policy, which is
/// proved. `speaks` says of which envelopes' obligations it said something there.
///
/// Returns nothing where not all of it is proved: what is wrong shows when all is asked.
pub(in crate::prove) fn follow(
    subjects: &Subjects<'_>,
    speaks: &(dyn Fn(&str) -> bool + Sync),
) -> Option<Ran> {
    let (_, files) = subjects.files?;
    if !same_tls(subjects, files) {
        return None;
    }
    on_universe(subjects, |run| {
        let mut findings = run.followed(speaks)?;
        let equality = findings.pop()?;
        findings.extend(run.statements());
        findings.push(equality);
        run.universe.budget.check().ok()?;
        Some(run.ran(findings))
    })
}

/// Returns whether policy and files offer TLS on the same listeners.
fn same_tls(subjects: &Subjects<'_>, files: &dyn Decider) -> bool {
    let (_, reference) = subjects.reference;
    let mut listeners = subjects.policy.host.listeners.iter();
    listeners.all(|one| reference.offers_tls(one.value) == files.offers_tls(one.value))
}

impl Run<'_, '_> {
    /// Checks the obligations, and the equality behind them.
    fn followed(&self, speaks: &dyn Fn(&str) -> bool) -> Option<Vec<Finding>> {
        let predicates = self.predicates();
        let sides = self.sides(self.differing?, Between::PolicyAndFiles);
        // The policy is run once for all that the files divide further.
        let judge = |answers: &Answers<'_>| self.reference.outcome(answers);
        let leaf = |shown: &mut Shown, ours: Outcome, leaf: &Leaf<'_, '_>| {
            let mut judge = |answers: &Answers<'_>| {
                let theirs = self.judged.outcome(answers)?;
                if !sides.agree_on((&ours.decision, &theirs.decision), answers)? {
                    return Ok(Beside::Other);
                }
                Ok(if ours.says_as(&theirs) {
                    Beside::Same
                } else {
                    Beside::Within(theirs)
                })
            };
            let Shown {
                tallies,
                visited,
                fails,
            } = shown;
            let mut below = |beside: Beside, leaf: &Leaf<'_, '_>| match beside {
                Beside::Same => {}
                Beside::Within(outcome) => self.check_all(&predicates, &outcome, leaf, tallies),
                Beside::Other => *fails = true,
            };
            if walk(leaf.ground, leaf.state, &mut judge, &mut below, visited).is_err() {
                *fails = true;
            }
        };
        let (mut shown, run) = explore_in_parts(self.universe, &judge, &leaf);
        let visited = shown.visited.complete(self.universe);
        let visited = visited.and_then(|visited| run.map(|_| visited));
        let visited = visited.ok().filter(|_| !shown.fails)?;
        let mut findings = Vec::new();
        for (predicate, tally) in predicates.iter().zip(shown.tallies.of(predicates.len())) {
            let name = predicate.obligation.name();
            findings.push(Finding {
                name: name.to_owned(),
                sentence: predicate.obligation.sentence().to_owned(),
                at: None,
                answer: Answer::Follows {
                    classes: visited.leaves,
                    speaks: speaks(name) || tally.concerned > 0,
                },
            });
            if !is_kept(tally) {
                return None;
            }
        }
        findings.push(equality(Answer::Proved(Visited {
            concerned: visited.envelopes,
            ..visited
        })));
        Some(findings)
    }
}

fn is_kept(tally: &Tally) -> bool {
    tally.incomplete.is_none() && !tally.suspects.any()
}
