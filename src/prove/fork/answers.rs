//! What is known of the envelopes of a state, and who answers tests from it.

use std::cell::RefCell;

use super::{Ground, State};
use crate::decision::{Ask, Envelope, Label, Question, Test, TestId, Unanswered, answer};
use crate::mail::PathForm;
use crate::prove::universe::{Axis, TestNumber};

/// Tests that were answered, in order, with their labels.
pub(super) type Trail = Vec<(TestNumber, Label)>;

/// What is known of the envelopes of a state: what was asked, and whatever all of them answer
/// alike.
///
/// SOUNDNESS: a test that has one answer for all classes that are left is answered so at once. To
/// divide the state by it would leave it as it is.
#[derive(Debug)]
pub(in crate::prove) struct Answers<'a> {
    asked: &'a [(TestNumber, Label)],
    /// Answers that all give alike, found by this.
    alike: RefCell<Trail>,
    /// Where that is looked up; without it nothing is known but what was asked.
    left: Option<Left<'a>>,
}

/// Where a state's answers are looked up.
#[derive(Debug, Clone, Copy)]
struct Left<'a> {
    state: &'a State,
    ground: &'a Ground<'a, 'a>,
    /// The page of the ground on which the answers were written down.
    page: u64,
}

/// Most judgements find no more than these at once.
const ALIKE_AT_ONCE: usize = 16;

impl<'a> Answers<'a> {
    /// Returns what is known of the envelopes of a state.
    pub(in crate::prove) fn of(state: &'a State, ground: &'a Ground<'a, 'a>) -> Self {
        let page = ground.notes.open(state.trail());
        Self {
            left: Some(Left {
                state,
                ground,
                page,
            }),
            ..Self::asked_of(state)
        }
    }

    /// Returns what the envelopes of a state were asked, and nothing that follows from it.
    pub(super) fn asked_of(state: &'a State) -> Self {
        Self {
            asked: state.trail(),
            alike: RefCell::default(),
            left: None,
        }
    }

    /// Writes the answers down again, if those of another state were since.
    pub(in crate::prove) fn renew(&mut self) {
        if let Some(left) = &mut self.left
            && !left.ground.notes.is_open(left.page)
        {
            left.page = left.ground.notes.open(self.asked);
        }
    }

    /// Returns the label of a test, if it is known.
    pub(in crate::prove) fn get(&self, test: TestNumber) -> Option<Label> {
        let Some(left) = self.left else {
            return place(self.asked, test);
        };
        let notes = &left.ground.notes;
        if let Some(label) = notes.get(left.page, test) {
            return Some(label);
        }
        if !notes.is_open(left.page) {
            let known = place(self.asked, test).or_else(|| place(&self.alike.borrow(), test));
            if known.is_some() {
                return known;
            }
        }
        let label = left.state.alike(left.ground, test)?;
        notes.add(left.page, test, label);
        let mut alike = self.alike.borrow_mut();
        if alike.capacity() == 0 {
            alike.reserve(ALIKE_AT_ONCE);
        }
        alike.push((test, label));
        Some(label)
    }

    /// Returns whether all forward-paths that are left have an address that is told apart.
    ///
    /// SOUNDNESS: a path that has a domain only is looked up without a local-part: it finds what
    /// the rest of its domain does, and is none of these.
    pub(in crate::prove) fn is_named(&self) -> bool {
        let named = self.left.and_then(|left| {
            let set = left.ground.set(Axis::To, left.state.number(Axis::To))?;
            let to = left.ground.universe.dimensions.get(Axis::To as usize)?;
            Some(set.members().all(|class| !to.has_rest(class)))
        });
        named.unwrap_or(false)
    }

    /// Returns the answers that were found to be alike.
    pub(super) fn into_alike(self) -> Trail {
        self.alike.into_inner()
    }
}

fn place(list: &[(TestNumber, Label)], test: TestNumber) -> Option<Label> {
    let mut found = list.iter().filter(|(one, _)| *one == test);
    found.next().map(|(_, label)| *label)
}

/// Answers the tests of one side from what is known.
#[derive(Debug)]
pub(in crate::prove) struct Known<'a> {
    answers: &'a Answers<'a>,
    offset: u32,
}

impl<'a> Known<'a> {
    /// Returns the asker of the side whose tests begin at `offset`.
    pub(in crate::prove) fn new(answers: &'a Answers<'a>, offset: u32) -> Self {
        Self { answers, offset }
    }
}

impl Ask for Known<'_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let number = TestNumber(self.offset.saturating_add(test.0));
        self.answers.get(number).ok_or(Unanswered(test))
    }
}

/// Answers the tests of one side from an envelope, without keeping what was asked.
#[derive(Debug)]
pub(in crate::prove) struct Concrete<'a> {
    pub(in crate::prove) tests: &'a [Test],
    pub(in crate::prove) envelope: &'a Envelope,
}

impl Ask for Concrete<'_> {
    fn ask(&mut self, id: TestId) -> Result<Label, Unanswered> {
        let test = self.tests.get(id.index()).ok_or(Unanswered(id))?;
        Ok(answer(&test.question, self.envelope).0)
    }
}

/// Answers as another asker does, but that the forward-path is plain: the plain path to the same
/// address.
pub(in crate::prove) struct AsPlain<'a> {
    /// The tests of the side that asks.
    pub(in crate::prove) tests: &'a [Test],
    pub(in crate::prove) ask: &'a mut dyn Ask,
}

impl Ask for AsPlain<'_> {
    fn ask(&mut self, id: TestId) -> Result<Label, Unanswered> {
        match self.tests.get(id.index()).map(|test| &test.question) {
            Some(Question::ToForm) => Ok(Label(PathForm::Plain.index())),
            Some(Question::ToKind(table)) => Ok(table.lookup(PathForm::Plain)),
            _ => self.ask.ask(id),
        }
    }
}
