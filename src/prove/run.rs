//! Runs of the proof: each obligation over a decider, and two deciders side by side.

use super::counterexample::{Counterexample, Decided};
use super::declared::{Asked, Declared};
use super::equivalence;
use super::fork::{Answers, Concrete, Incomplete, Known, Leaf, Visited, explore, walk};
use super::keys::Keys;
use super::obligation::{OBLIGATIONS, Outcome};
use super::report::{Answer, Finding};
use super::selection::{Body, EQUALITY, Selection};
use super::shrink::shrink;
use super::side::{Side, differing_test, reach_test};
use super::statement;
use super::universe::{Axis, TestNumber, Universe, World};
use crate::decision::{Decider, Envelope, Test, Unanswered};
use crate::policy::{Policy, PolicyDecider};
use crate::source::Loc;

/// The deciders of a run: the policy, and what is held against it.
pub(super) struct Subjects<'a> {
    pub(super) policy: &'a Policy,
    pub(super) reference: &'a PolicyDecider<'a>,
    /// A name and a decider; without it the run is about the policy itself.
    pub(super) files: Option<(&'a str, &'a dyn Decider)>,
    /// The questions that are put.
    pub(super) selection: Selection<'a>,
}

/// Counterexamples that are tried: of the leaves that fail, the first ones.
const CANDIDATES_MAX: usize = 256;

/// Runs every obligation and statement, and with files the equality of both.
pub(super) fn run(subjects: &Subjects<'_>) -> Vec<Finding> {
    on_universe(subjects, |run, reference, differing| {
        let mut findings = run.obligations();
        let body = subjects.selection.body(EQUALITY);
        let equality = |(differing, body)| run.equality(reference, differing, body);
        findings.extend(differing.zip(body).map(equality));
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

/// What must hold of every envelope.
type Holds<'h> = dyn Fn(&mut Asked<'_, '_>, &Outcome) -> Result<bool, Unanswered> + 'h;

/// An obligation or a statement.
struct Predicate<'h> {
    name: String,
    sentence: String,
    at: Option<Loc>,
    holds: Box<Holds<'h>>,
}

/// What was seen of a predicate so far.
#[derive(Default)]
struct Tally {
    suspects: Suspects,
    visited: Visited,
    incomplete: Option<Incomplete>,
}

impl Run<'_, '_> {
    /// Checks every obligation and statement: the decider runs once, and each predicate goes on
    /// from the leaves of that.
    fn obligations(&self) -> Vec<Finding> {
        let predicates = self.predicates();
        let mut tallies: Vec<Tally> = predicates.iter().map(|_| Tally::default()).collect();
        let mut judge = |answers: &Answers| self.judged.outcome(answers);
        let run = explore(self.universe, &mut judge, &mut |outcome, leaf| {
            for (predicate, tally) in predicates.iter().zip(&mut tallies) {
                self.check(predicate, &outcome, leaf, tally);
            }
        });
        let mut findings = Vec::new();
        for (predicate, tally) in predicates.into_iter().zip(tallies) {
            let visited = run
                .and(tally.incomplete.map_or(Ok(()), Err))
                .and_then(|()| tally.visited.complete(self.universe));
            let replay = |envelope: &Envelope| self.breaks(&*predicate.holds, envelope);
            let counterexample = |envelope: &Envelope| self.counterexample(envelope);
            findings.push(Finding {
                answer: tally.suspects.answer(visited, &replay, counterexample),
                name: predicate.name,
                sentence: predicate.sentence,
                at: predicate.at,
            });
        }
        findings
    }

    fn predicates(&self) -> Vec<Predicate<'_>> {
        let obligations = OBLIGATIONS.iter().map(|obligation| Predicate {
            name: obligation.name().to_owned(),
            sentence: obligation.sentence().to_owned(),
            at: None,
            holds: Box::new(|asked, outcome| obligation.holds(asked, outcome)),
        });
        let statements = (0..)
            .zip(&self.subjects.policy.statements)
            .map(|(number, stated)| Predicate {
                name: stated.kind.name().to_owned(),
                sentence: stated.name.value.clone(),
                at: Some(stated.at.clone()),
                holds: Box::new(move |asked, outcome| {
                    statement::holds(number, stated, asked, outcome)
                }),
            });
        let selection = self.subjects.selection;
        obligations
            .chain(statements)
            .filter_map(|one| match selection.body(&one.name)? {
                Body::Stated => Some(one),
                Body::Blank => Some(Predicate {
                    holds: Box::new(|_, _| Ok(true)),
                    ..one
                }),
            })
            .collect()
    }

    /// Checks one predicate over the envelopes of a leaf.
    fn check(
        &self,
        predicate: &Predicate<'_>,
        outcome: &Outcome,
        leaf: &Leaf<'_, '_>,
        tally: &mut Tally,
    ) {
        let mut judge = |answers: &Answers| {
            let mut known = Known::new(answers, self.declared_offset);
            let mut asked = Asked {
                declared: self.declared,
                ask: &mut known,
            };
            (predicate.holds)(&mut asked, outcome)
                .map_err(|Unanswered(test)| TestNumber(self.declared_offset + test.0))
        };
        let suspects = &mut tally.suspects;
        let mut found = |holds: bool, leaf: &Leaf<'_, '_>| {
            if !holds {
                suspects.add(leaf);
            }
        };
        let start = leaf.state.clone();
        if let Err(incomplete) = walk(
            self.universe,
            start,
            &mut judge,
            &mut found,
            &mut tally.visited,
        ) {
            tally.incomplete = Some(incomplete);
        }
    }

    /// Returns whether an envelope, decided concretely, breaks a predicate.
    fn breaks(&self, holds: &Holds<'_>, envelope: &Envelope) -> bool {
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
    fn equality(&self, reference: &Side<'_>, differing: TestNumber, body: Body) -> Finding {
        let mut judge = |answers: &Answers| {
            let ours = reference.outcome(answers)?;
            let theirs = self.judged.outcome(answers)?;
            if body == Body::Blank {
                return Ok(true);
            }
            let form = equivalence::forward(answers, self.declared_offset)?;
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
            name: EQUALITY.to_owned(),
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
