//! What deciders asked of the envelopes of one client, and what they decided.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::{Over, is_of_path};
use crate::decision::{Ask, Decider, Decision, Label, TestId, Unanswered};
use crate::prove::fork::{Answers, Ground, Known, Leaf, State, Visited, walk};
use crate::prove::side::number;
use crate::prove::universe::{Axis, TestNumber};

/// What deciders asked of the envelopes of a client, in each class that they tell apart.
pub(super) struct Record {
    /// The class of the client.
    pub(super) class: u32,
    /// The tests of paths that belong to its rights as they are declared, and those that any
    /// decider asked, in a fixed order.
    pub(super) tests: Vec<TestNumber>,
    /// By decider: its classes.
    pub(super) sides: Vec<Vec<Decided>>,
    /// Classes, by decider and number, in which all of these tests are asked.
    pub(super) telling: Vec<(usize, usize)>,
}

/// A class of envelopes: what was asked of it, but for the client, and what was decided.
pub(super) struct Decided {
    pub(super) asked: Box<[Asked]>,
    pub(super) decision: Decision,
}

/// A test that was asked, and what it answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) test: TestNumber,
    pub(super) label: Label,
    /// Its place among [`Record::tests`], if it looks at the address of a path.
    pub(super) place: Option<u32>,
}

impl Record {
    /// Runs the deciders over all envelopes of a client; nothing, if these are too many.
    pub(super) fn new(over: &Over<'_, '_>, class: u32) -> Option<Self> {
        let mut record = Self {
            class,
            tests: over.tests_of_rights(class),
            sides: Vec::new(),
            telling: Vec::new(),
        };
        let places = (0..).zip(&record.tests);
        let mut places: HashMap<TestNumber, u32, FxBuildHasher> =
            places.map(|(place, test)| (*test, place)).collect();
        for (side, (decider, offset)) in over.sides.iter().enumerate() {
            let mut all = Vec::new();
            for (asked, decision) in decided(over, (*decider, *offset), class)? {
                let known = record.tests.len();
                let mut one = |(test, label): (TestNumber, Label)| {
                    let place = is_of_path(over.universe, test).then(|| {
                        *places.entry(test).or_insert_with(|| {
                            record.tests.push(test);
                            u32::try_from(record.tests.len() - 1).unwrap_or(u32::MAX)
                        })
                    });
                    Asked { test, label, place }
                };
                let asked = asked.into_iter().map(&mut one).collect();
                if record.tests.len() > known {
                    record.telling.push((side, all.len()));
                }
                all.push(Decided { asked, decision });
            }
            record.sides.push(all);
        }
        Some(record)
    }
}

type Run = (Vec<(TestNumber, Label)>, Decision);

/// Returns what a decider asks of each class of a client's envelopes, and what it decides.
fn decided(
    over: &Over<'_, '_>,
    (decider, offset): (&dyn Decider, u32),
    class: u32,
) -> Option<Vec<Run>> {
    let ground = Ground::new(over.universe);
    let start = State::all_of(&ground, Axis::Client, class)?;
    let mut judge = |answers: &Answers<'_>| {
        let mut ask = Listening {
            over,
            offset,
            known: Known::new(answers, offset),
            asked: Vec::with_capacity(ASKED_USUALLY),
        };
        let decision = decider.decide(&mut ask);
        match decision {
            Ok(decision) => Ok((ask.asked, decision)),
            Err(Unanswered(test)) => Err(number(offset, test)),
        }
    };
    let mut all = Vec::new();
    let mut leaf = |run: Run, _: &Leaf<'_, '_>| all.push(run);
    let mut visited = Visited::default();
    walk(&ground, &start, &mut judge, &mut leaf, &mut visited).ok()?;
    ground.settle().ok()?;
    Some(all)
}

/// A decider seldom asks more of one envelope.
const ASKED_USUALLY: usize = 24;

/// Answers from what is known, and keeps what was asked, but of the client.
struct Listening<'a, 'u, 't> {
    over: &'a Over<'u, 't>,
    offset: u32,
    known: Known<'a>,
    asked: Vec<(TestNumber, Label)>,
}

impl Ask for Listening<'_, '_, '_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let label = self.known.ask(test)?;
        let number = number(self.offset, test);
        if self.over.universe.axis(number) != Some(Axis::Client) {
            self.asked.push((number, label));
        }
        Ok(label)
    }
}
