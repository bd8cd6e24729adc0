//! Obligations of files whose policy is proved: where both have the same outcome, what holds of the
//! policy's holds of the files'. Everywhere else each obligation is asked of the files' own.
//!
//! SOUNDNESS: an obligation judges by what is declared and by the outcome, and looks at nothing of
//! that but what [`Outcome::says_as`] compares. Every class of envelopes is visited here, and of
//! the policy every class was: so of each envelope the files' outcome is the policy's, of which it
//! was judged, or it is judged here. A session that only one side offers under TLS was not visited
//! of the policy: then nothing follows.

use super::{Run, Subjects, equality, on_universe};
use crate::decision::Decider;
use crate::prove::equivalence::Between;
use crate::prove::fork::{Answers, Leaf, Seen, Visited, explore_in_parts};
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
    /// Some class is decided otherwise than by the policy.
    differs: bool,
}

impl Seen for Shown {
    fn join(&mut self, behind: Self) {
        self.tallies.join(behind.tallies);
        self.differs |= behind.differs;
    }
}

/// Runs every obligation and statement on files, and their equality with the policy, which is
/// proved. `speaks` says of which envelopes' obligations it said something there.
///
/// Returns nothing where not all of it is proved: what is wrong shows when all is asked.
pub(in crate::prove) fn follow(
    subjects: &Subjects<'_>,
    speaks: &dyn Fn(&str) -> bool,
) -> Option<Vec<Finding>> {
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
        Some(findings)
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
        let judge = |answers: &Answers<'_>| {
            let ours = self.reference.outcome(answers)?;
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
        let leaf = |shown: &mut Shown, beside: Beside, leaf: &Leaf<'_, '_>| match beside {
            Beside::Same => {}
            Beside::Within(outcome) => {
                self.check_all(&predicates, &outcome, leaf, &mut shown.tallies);
            }
            Beside::Other => shown.differs = true,
        };
        let (mut shown, visited) = explore_in_parts(self.universe, &judge, &leaf);
        let visited = visited.ok().filter(|_| !shown.differs)?;
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
