//! Runs of the proof: the universe of all sides, each obligation over it, and two sides side by
//! side.

mod follow;
mod obligations;
mod statements;

pub(super) use follow::follow;

use super::alike_clients;
use super::budget::Budget;
use super::classes::Classes;
use super::counterexample::{Counterexample, Decided};
use super::declared::{Asked, Declared};
use super::ends::{Differing, Ends, Numbered, ends};
use super::equivalence::{self, Between, Sides};
use super::fork::{Answers, Concrete, Incomplete, Leaf, Visited, explore, explore_in_parts};
use super::keys::{Collected, Keys};
use super::obligation::{Judgement, Outcome};
use super::reach::reach;
use super::report::{Answer, Finding};
use super::selection::{AGREEMENT, Body, EQUALITY, Selection};
use super::side::{Same, Side, number};
use super::tally::{Suspects, Tally};
use super::universe::{Axis, TestNumber, Universe, World};
use crate::decision::{Decider, Envelope, Test, Unanswered};
use crate::mail::Listener;
use crate::policy::Policy;

/// The deciders of a run: the policy, and what is held against it; or two sets of files.
pub(super) struct Subjects<'a> {
    pub(super) policy: &'a Policy,
    /// What the policy declares, as obligations see it.
    pub(super) declared: &'a Declared<'a>,
    /// A name and a decider: the policy's, or that of the first files.
    pub(super) reference: (&'a str, &'a dyn Decider),
    /// A name and a decider; without it the run is about the policy itself.
    pub(super) files: Option<(&'a str, &'a dyn Decider)>,
    /// The questions that are put.
    pub(super) selection: Selection<'a>,
    /// How many classes all questions together may visit.
    pub(super) classes_max: u64,
    /// Whether clients that others stand for are left out: then only a proof says anything.
    pub(super) clients: Clients,
}

/// Which clients a run visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clients {
    /// All.
    All,
    /// Of those that are alike one.
    Unlike,
}

/// What a run has found.
pub(super) struct Ran {
    pub(super) findings: Vec<Finding>,
    /// How many classes of envelopes were visited.
    pub(super) visited: u64,
    /// How many classes of clients were left out.
    pub(super) clients_left: usize,
}

/// Runs every obligation and statement, and with files the equality of both.
pub(super) fn run(subjects: &Subjects<'_>) -> Ran {
    on_universe(subjects, |run| {
        let mut findings = run.obligations();
        findings.extend(run.statements());
        let equality = run.differing.zip(subjects.selection.body(EQUALITY));
        findings.extend(equality.map(|(differing, body)| run.equality(differing, body)));
        run.ran(run.within_budget(findings))
    })
}

/// Compares the files of two targets with each other.
pub(super) fn targets_agree(subjects: &Subjects<'_>) -> Ran {
    on_universe(subjects, |run| {
        let findings = run.differing.map(|differing| run.agreement(differing));
        run.ran(run.within_budget(findings.into_iter().collect()))
    })
}

/// Returns a member of every class that the deciders tell apart, for tests to replay.
pub(super) fn witnesses(subjects: &Subjects<'_>) -> Vec<Envelope> {
    on_universe(subjects, |run| {
        let mut witnesses = Vec::new();
        let mut leaf = |(): (), leaf: &Leaf<'_, '_>| witnesses.extend(leaf.witness());
        let mut judge = |answers: &Answers<'_>| {
            run.reference.outcome(answers)?;
            run.judged.outcome(answers).map(|_| ())
        };
        // What an incomplete run has seen is worth replaying too.
        let _ = explore(run.universe, &mut judge, &mut leaf);
        witnesses
    })
}

/// Lays the classes of the judged side open.
pub(super) fn with_classes<R>(
    subjects: &Subjects<'_>,
    work: impl FnOnce(&Classes<'_, '_>) -> R,
) -> R {
    on_universe(subjects, |run| {
        work(&Classes {
            universe: run.universe,
            tos: run.tos,
            side: run.judged,
        })
    })
}

/// Lays out the universe of all sides, and works on it.
fn on_universe<R>(subjects: &Subjects<'_>, work: impl FnOnce(&Run<'_, '_>) -> R) -> R {
    let policy = subjects.policy;
    let declared = subjects.declared;
    let at = &policy.host.at;
    let (_, reference) = subjects.reference;
    let files = subjects.files.map(|(_, decider)| decider);
    // Tests by number: the policy's, the files', the obligations', and those about destinations.
    let mut tests: Vec<&Test> = reference.tests().iter().collect();
    let files_offset = count(&tests);
    tests.extend(files.iter().flat_map(|decider| decider.tests()));
    let declared_offset = count(&tests);
    tests.extend(declared.tests());
    let mut keys = Collected::default();
    for test in &tests {
        keys.add_question(&test.question, Axis::To);
    }
    for decider in std::iter::once(reference).chain(files) {
        keys.add_destinations(decider);
    }
    let keys = keys.finish();
    let forwards = declared.forwards();
    let numbered = files.map(|files| (files, files_offset));
    let same: Same = |a, b| a == b;
    let ends = ends(((reference, 0), numbered), same, forwards, &keys, at);
    let made_offset = count(&tests);
    tests.extend(&ends.tests);
    let offers = |listener| {
        let mut sides = std::iter::once(reference).chain(files);
        sides.any(|side| side.offers_tls(listener))
    };
    let mut universe = Universe::new(tests, &keys, &world(policy, &offers));
    universe.budget = Budget::new(subjects.classes_max);
    if subjects.clients == Clients::Unlike {
        let sides: Vec<_> = std::iter::once((reference, 0)).chain(numbered).collect();
        let declared = (declared, declared_offset);
        let alike = clients_alike(&universe, &sides, declared, (&ends, made_offset));
        universe.leave_out_clients(alike);
    }
    let [ours, theirs] = &ends.reaches;
    let side = |decider, offset, (reach, reaches)| Side {
        decider,
        offset,
        reach: TestNumber(made_offset + reach),
        reaches,
        keys: &keys,
        forwards,
        same,
    };
    let reference = side(reference, 0, (0, ours.as_slice()));
    let judged = files.map(|files| side(files, files_offset, (1, theirs.as_slice())));
    let run = Run {
        subjects,
        declared,
        declared_offset,
        universe: &universe,
        tos: &keys,
        reference,
        judged: judged.unwrap_or(reference),
        differing: files.map(|_| Differing {
            test: TestNumber(made_offset + 2),
            said: &ends.differing,
        }),
    };
    work(&run)
}

/// Returns the classes of clients that others stand for.
fn clients_alike(
    universe: &Universe<'_>,
    sides: &[Numbered<'_>],
    declared: (&Declared<'_>, u32),
    (ends, made_offset): (&Ends, u32),
) -> Vec<u32> {
    let of_nobody = declared.0.tests_of_nobody().into_iter();
    let of_nobody = of_nobody.map(|test| number(declared.1, test));
    let made = (made_offset..).map(TestNumber).take(ends.tests.len());
    let asked = ends.asked.iter().copied();
    alike_clients::stood_for(&alike_clients::Over {
        universe,
        sides,
        declared,
        asked_of_destinations: &ends.asked,
        shared: &asked.chain(of_nobody).chain(made).collect(),
    })
}

/// SOUNDNESS: a session under TLS is left out only where neither side offers TLS; a side that does
/// not, beside one that does, refuses it.
fn world(policy: &Policy, offers_tls: &dyn Fn(Listener) -> bool) -> World {
    let listeners = policy.host.listeners.iter().map(|one| one.value);
    World {
        listeners: listeners.map(|one| (one, offers_tls(one))).collect(),
        own: policy.host.own_addresses(),
    }
}

fn count(tests: &[&Test]) -> u32 {
    u32::try_from(tests.len()).unwrap_or(u32::MAX)
}

struct Run<'a, 't> {
    subjects: &'a Subjects<'a>,
    declared: &'a Declared<'a>,
    declared_offset: u32,
    universe: &'a Universe<'t>,
    /// What forward-paths are told apart by.
    tos: &'a Keys,
    reference: Side<'a>,
    judged: Side<'a>,
    /// The test that says where destinations differ, if there are two sides.
    differing: Option<Differing<'a>>,
}

/// What must hold of every envelope.
type Judge<'h> = dyn Fn(&mut Asked<'_, '_>, &Outcome) -> Result<Judgement, Unanswered> + Sync + 'h;

impl Run<'_, '_> {
    fn ran(&self, findings: Vec<Finding>) -> Ran {
        Ran {
            findings,
            visited: self.universe.budget.spent(),
            clients_left: self.universe.clients_left(),
        }
    }

    /// Returns what a tally says, its suspects replayed.
    fn answer(
        &self,
        tally: Tally,
        visited: Result<Visited, Incomplete>,
        judge: &Judge<'_>,
    ) -> Answer {
        let replay = |envelope: &Envelope| self.breaks(judge, envelope);
        let counterexample = |envelope: &Envelope| self.counterexample(envelope);
        tally.suspects.answer(visited, &replay, counterexample)
    }

    /// Returns the findings of a run, if it was not too large: else none of them says anything.
    fn within_budget(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        if let Err(why) = self.universe.budget.check() {
            for finding in &mut findings {
                finding.answer = Answer::Incomplete(why);
            }
        }
        findings
    }

    /// Returns whether an envelope, decided and delivered concretely, breaks a predicate.
    fn breaks(&self, judge: &Judge<'_>, envelope: &Envelope) -> bool {
        let decider = self.judged.decider;
        let mut ask = Concrete {
            tests: decider.tests(),
            envelope,
        };
        let Ok(decision) = decider.decide(&mut ask) else {
            return false;
        };
        let reach = reach(decider, &decision, envelope, self.judged.forwards);
        let mut ask = Concrete {
            tests: self.declared.tests(),
            envelope,
        };
        let mut asked = Asked {
            declared: self.declared,
            ask: &mut ask,
        };
        judge(&mut asked, &Outcome { decision, reach }) == Ok(Judgement::Broken)
    }

    fn counterexample(&self, envelope: &Envelope) -> Counterexample {
        let (name, reference) = self.subjects.reference;
        let policy = Decided::by(name, reference, envelope);
        let files = self
            .subjects
            .files
            .and_then(|(name, decider)| Decided::by(name, decider, envelope));
        let decided = policy.into_iter().chain(files).collect();
        Counterexample {
            envelope: envelope.clone(),
            decided,
            closed: None,
        }
    }

    /// Checks that policy and files decide every class alike.
    fn equality(&self, differing: Differing<'_>, body: Body) -> Finding {
        equality(self.alike(differing, body, Between::PolicyAndFiles))
    }

    /// Checks that the files of both targets decide every class alike.
    fn agreement(&self, differing: Differing<'_>) -> Finding {
        let sentence = "the files of both targets decide every class of envelopes alike, but for \
                        the latitude of odd paths";
        Finding {
            name: AGREEMENT.to_owned(),
            sentence: sentence.to_owned(),
            at: None,
            answer: self.alike(differing, Body::Stated, Between::Targets),
        }
    }

    fn sides<'r>(&'r self, differing: Differing<'r>, between: Between) -> Sides<'r> {
        Sides {
            reference: &self.reference,
            files: &self.judged,
            differing,
            declared: self.declared_offset,
            between,
        }
    }

    fn alike(&self, differing: Differing<'_>, body: Body, between: Between) -> Answer {
        let sides = self.sides(differing, between);
        let judge = |answers: &Answers<'_>| Ok(sides.agree(answers)? || body == Body::Blank);
        let leaf = |suspects: &mut Suspects, equal: bool, leaf: &Leaf<'_, '_>| {
            if !equal {
                suspects.add(leaf);
            }
        };
        let (suspects, visited) = explore_in_parts(self.universe, &judge, &leaf);
        // It speaks of every envelope.
        let visited = visited.map(|mut visited| {
            visited.concerned = visited.envelopes;
            visited
        });
        let (ours, theirs) = (self.reference.decider, self.judged.decider);
        let forwards = self.judged.forwards;
        let replay =
            |envelope: &Envelope| equivalence::differ(ours, theirs, forwards, envelope, between);
        suspects.answer(visited, &replay, |envelope| self.counterexample(envelope))
    }
}

/// Returns how the equality of policy and files came out.
fn equality(answer: Answer) -> Finding {
    let sentence = "the files decide every class of envelopes as the policy does, but for the \
                    latitude of odd paths";
    Finding {
        name: EQUALITY.to_owned(),
        sentence: sentence.to_owned(),
        at: None,
        answer,
    }
}
