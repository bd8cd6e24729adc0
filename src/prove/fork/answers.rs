//! What is known of the envelopes of a state, and who answers tests from it.

use std::cell::RefCell;

use super::{Ground, State};
use crate::decision::{Ask, Envelope, Label, Question, Test, TestId, Unanswered, answer};
use crate::mail::PathForm;
use crate::prove::universe::TestNumber;

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
    left: Option<(&'a State, &'a Ground<'a, 'a>)>,
}

/// Most judgements find no more than these at once.
const ALIKE_AT_ONCE: usize = 16;

impl<'a> Answers<'a> {
    /// Returns what is known of the envelopes of a state.
    pub(in crate::prove) fn of(state: &'a State, ground: &'a Ground<'a, 'a>) -> Self {
        Self {
            left: Some((state, ground)),
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

    /// Returns the label of a test, if it is known.
    pub(in crate::prove) fn get(&self, test: TestNumber) -> Option<Label> {
        self.find(test, 0).map(|(label, _)| label)
    }

    /// Returns the answers that were found to be alike.
    pub(super) fn into_alike(self) -> Trail {
        self.alike.into_inner()
    }

    /// Returns the label of a test, if it is known, and where it stands. It is looked for at
    /// `ahead` first.
    fn find(&self, test: TestNumber, ahead: usize) -> Option<(Label, usize)> {
        // A decider asks again in the order in which it has asked: nearly always it is the next.
        if let Some((one, label)) = self.asked.get(ahead)
            && *one == test
        {
            return Some((*label, ahead));
        }
        let place = |list: &[(TestNumber, Label)]| {
            let mut numbered = list.iter().enumerate();
            numbered.find_map(|(at, (one, label))| (*one == test).then_some((*label, at)))
        };
        if let Some(found) = place(self.asked) {
            return Some(found);
        }
        let mut alike = self.alike.borrow_mut();
        if let Some((label, at)) = place(&alike) {
            return Some((label, self.asked.len() + at));
        }
        let (state, ground) = self.left?;
        let label = state.alike(ground, test)?;
        if alike.capacity() == 0 {
            alike.reserve(ALIKE_AT_ONCE);
        }
        alike.push((test, label));
        Some((label, self.asked.len() + alike.len() - 1))
    }
}

/// Answers the tests of one side from what is known.
#[derive(Debug)]
pub(in crate::prove) struct Known<'a> {
    answers: &'a Answers<'a>,
    offset: u32,
    /// Where the next answer is likely to stand: a decider asks again in the order in which it has
    /// asked.
    next: usize,
}

impl<'a> Known<'a> {
    /// Returns the asker of the side whose tests begin at `offset`.
    pub(in crate::prove) fn new(answers: &'a Answers<'a>, offset: u32) -> Self {
        Self {
            answers,
            offset,
            next: 0,
        }
    }
}

impl Ask for Known<'_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let number = TestNumber(self.offset.saturating_add(test.0));
        let (label, at) = self
            .answers
            .find(number, self.next)
            .ok_or(Unanswered(test))?;
        self.next = at + 1;
        Ok(label)
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
