//! Runs of the proof: each obligation over a decider, and two deciders side by side.

use super::counterexample::{Counterexample, Decided};
use super::declared::{Asked, Declared};
use super::equivalence;
use super::fork::{Answers, Concrete, Incomplete, Known, Leaf, Visited, explore};
use super::keys::Keys;
use super::obligation::{OBLIGATIONS, Outcome};
use super::report::{Answer, Finding};
use super::side::{Side, differing_test, reach_test};
use super::statement;
use super::universe::{Axis, TestNumber, Universe, World};
use crate::decision::{Decider, Envelope, Test, Unanswered};
use crate::policy::{Policy, PolicyDecider};

/// The deciders of a run: the policy, and what is held against it.
pub(super) struct Subjects<'a> {
    pub(super) policy: &'a Policy,
    pub(super) reference: &'a PolicyDecider<'a>,
    /// A name and a decider; without it the run is about the policy itself.
    pub(super) files: Option<(&'a str, &'a dyn Decider)>,
}

/// Counterexamples that are tried: of the leaves that fail, the first ones.
const CANDIDATES_MAX: usize = 256;

/// Runs every obligation and statement, and with files the equality of both.
pub(super) fn run(subjects: &Subjects<'_>) -> Vec<Finding> {
    on_universe(subjects, |run, reference, differing| {
        let mut findings = run.obligations();
        findings.extend(differing.map(|differing| run.equality(reference, differing)));
        findings
    })
}

/// Returns a member of every class that the deciders tell apart, for tests to replay.
pub(super) fn witnesses(subjects: &Subjects<'_>) -> Vec<Envelope> {
    on_universe(subjects, |run, reference, _| {
        let mut judge = |answers: &Answers| {
            reference.outcome(answers)?;
            run.judged.outcome(answers)
        };
        let mut witnesses = Vec::new();
        let mut leaf = |_: Outcome, leaf: &Leaf<'_, '_>| witnesses.extend(leaf.witness());
        // What an incomplete run has seen is worth replaying too.
        let _ = explore(run.universe, &mut judge, &mut leaf);
        witnesses
    })
}

/// Lays out the universe of all sides, and works on it.
fn on_universe<R>(
    subjects: &Subjects<'_>,
    work: impl FnOnce(&Run<'_, '_>, &Side<'_>, Option<TestNumber>) -> R,
) -> R {
    let policy = subjects.policy;
    let declared = Declared::new(policy);
    let at = &policy.host.at;
    let reference: &dyn Decider = subjects.reference;
    let files = subjects.files.map(|(_, decider)| decider);
    // Tests by number: the policy's, the files', the obligations', and those about destinations.
    let mut tests: Vec<&Test> = reference.tests().iter().collect();
    let files_offset = count(&tests);
    tests.extend(files.iter().flat_map(|decider| decider.tests()));
    let declared_offset = count(&tests);
    tests.extend(declared.tests());
    let keys = Keys::of(tests.iter().map(|test| &test.question), Axis::To);
    let mut made = vec![reach_test(reference, &keys, at)];
    if let Some(files) = files {
        made.push(reach_test(files, &keys, at));
        made.push(differing_test(reference, files, &keys, at));
    }
    let made_offset = count(&tests);
    tests.extend(&made);
    let world = World {
        listeners: policy
            .host
            .listeners
            .iter()
            .map(|listener| listener.value)
            .collect(),
        own: policy
            .host
            .addresses
            .iter()
            .map(|address| address.value)
            .collect(),
    };
    let universe = Universe::new(tests, &world);
    let side = |decider, offset, reach| Side {
        decider,
        offset,
        reach: TestNumber(made_offset + reach),
        keys: &keys,
    };
    let reference = side(reference, 0, 0);
    let judged = files.map_or(reference, |files| side(files, files_offset, 1));
    let run = Run {
        subjects,
        declared: &declared,
        declared_offset,
        universe: &universe,
        judged,
    };
    work(&run, &reference, files.map(|_| TestNumber(made_offset + 2)))
}

fn count(tests: &[&Test]) -> u32 {
    u32::try_from(tests.len()).unwrap_or(u32::MAX)
}

struct Run<'a, 't> {
    subjects: &'a Subjects<'a>,
    declared: &'a Declared<'a>,
    declared_offset: u32,
    universe: &'a Universe<'t>,
    judged: Side<'a>,
}

/// A predicate of an obligation or a statement.
type Holds<'h> = &'h dyn Fn(&mut Asked<'_, '_>, &Outcome) -> Result<bool, Unanswered>;

impl Run<'_, '_> {
    fn obligations(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for obligation in OBLIGATIONS {
            let holds =
                |asked: &mut Asked<'_, '_>, outcome: &Outcome| obligation.holds(asked, outcome);
            findings.push(Finding {
                name: obligation.name().to_owned(),
                sentence: obligation.sentence().to_owned(),
                at: None,
                answer: self.check(&holds),
            });
        }
        for (number, stated) in (0..).zip(&self.subjects.policy.statements) {
            let holds = |asked: &mut Asked<'_, '_>, outcome: &Outcome| {
                statement::holds(number, stated, asked, outcome)
            };
            findings.push(Finding {
                name: stated.kind.name().to_owned(),
                sentence: stated.name.value.clone(),
                at: Some(stated.at.clone()),
                answer: self.check(&holds),
            });
        }
        findings
    }

    /// Checks one predicate over every class.
    fn check(&self, holds: Holds<'_>) -> Answer {
        let mut judge = |answers: &Answers| {
            let outcome = self.judged.outcome(answers)?;
            let mut known = Known::new(answers, self.declared_offset);
            let mut asked = Asked {
                declared: self.declared,
                ask: &mut known,
            };
            holds(&mut asked, &outcome)
                .map_err(|Unanswered(test)| TestNumber(self.declared_offset + test.0))
        };
        let mut suspects = Suspects::default();
        let visited = explore(self.universe, &mut judge, &mut |holds, leaf| {
            if !holds {
                suspects.add(leaf);
            }
        });
        let replay = |envelope: &Envelope| self.breaks(holds, envelope);
        suspects.answer(visited, &replay, |envelope| self.counterexample(envelope))
    }

    /// Returns whether an envelope, decided concretely, breaks a predicate.
    fn breaks(&self, holds: Holds<'_>, envelope: &Envelope) -> bool {
        let tests = &self.universe.tests;
        let from = |offset: u32| tests.get(offset as usize..).unwrap_or_default();
        let mut ask = Concrete {
            tests: from(self.judged.offset),
            envelope,
        };
        let Ok(decision) = self.judged.decider.decide(&mut ask) else {
            return false;
        };
        let mut reached = |test: TestNumber| {
            let mut ask = Concrete {
                tests: from(test.0),
                envelope,
            };
            crate::decision::Ask::ask(&mut ask, crate::decision::TestId(0))
        };
        let reach = self
            .judged
            .reach(&decision.route, decision.verdict, &mut reached);
        let Ok(reach) = reach else { return false };
        let mut ask = Concrete {
            tests: from(self.declared_offset),
            envelope,
        };
        let mut asked = Asked {
            declared: self.declared,
            ask: &mut ask,
        };
        holds(&mut asked, &Outcome { decision, reach }) == Ok(false)
    }

    fn counterexample(&self, envelope: &Envelope) -> Counterexample {
        let policy = Decided::by("policy", self.subjects.reference, envelope);
        let files = self
            .subjects
            .files
            .and_then(|(name, decider)| Decided::by(name, decider, envelope));
        let decided = policy.into_iter().chain(files).collect();
        Counterexample {
            envelope: envelope.clone(),
            decided,
        }
    }

    /// Checks that both sides decide every class alike.
    fn equality(&self, reference: &Side<'_>, differing: TestNumber) -> Finding {
        let mut judge = |answers: &Answers| {
            let ours = reference.outcome(answers)?;
            let theirs = self.judged.outcome(answers)?;
            let form = equivalence::to_form(answers, self.declared_offset)?;
            equivalence::equal(&ours, &theirs, form, reference, &self.judged, &mut || {
                answers.get(differing).ok_or(differing)
            })
        };
        let mut suspects = Suspects::default();
        let visited = explore(self.universe, &mut judge, &mut |equal, leaf| {
            if !equal {
                suspects.add(leaf);
            }
        });
        let replay = |envelope: &Envelope| {
            equivalence::differ(reference.decider, self.judged.decider, envelope)
        };
        Finding {
            name: "policy-equals-files".to_owned(),
            sentence: "the files decide every class of envelopes as the policy does".to_owned(),
            at: None,
            answer: suspects.answer(visited, &replay, |envelope| self.counterexample(envelope)),
        }
    }
}

/// Leaves that fail, as envelopes to be replayed.
#[derive(Default)]
struct Suspects {
    leaves: u64,
    envelopes: Vec<Envelope>,
}

impl Suspects {
    fn add(&mut self, leaf: &Leaf<'_, '_>) {
        self.leaves += 1;
        if self.envelopes.len() < CANDIDATES_MAX {
            self.envelopes.extend(leaf.witness());
        }
    }

    fn answer(
        mut self,
        visited: Result<Visited, Incomplete>,
        replay: &dyn Fn(&Envelope) -> bool,
        counterexample: impl Fn(&Envelope) -> Counterexample,
    ) -> Answer {
        self.envelopes.sort_by_cached_key(Counterexample::weight);
        if let Some(envelope) = self.envelopes.iter().find(|envelope| replay(envelope)) {
            return Answer::Refuted(Box::new(counterexample(envelope)));
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
