//! What is known of the envelopes of a state, and who answers tests from it.

use crate::decision::{Ask, Envelope, Label, Question, Test, TestId, Unanswered, answer};
use crate::mail::PathForm;
use crate::prove::universe::TestNumber;

/// What is known of the envelopes of a state.
#[derive(Debug, Clone, Default)]
pub(in crate::prove) struct Answers(Vec<(TestNumber, Label)>);

impl Answers {
    /// Returns the label of a test, if it is known.
    pub(in crate::prove) fn get(&self, test: TestNumber) -> Option<Label> {
        self.0
            .iter()
            .find(|(one, _)| *one == test)
            .map(|(_, label)| *label)
    }

    /// Returns the label of a test, if it is known, and where it stands. It is looked for from
    /// `ahead` on first.
    fn find(&self, test: TestNumber, ahead: usize) -> Option<(Label, usize)> {
        let (before, behind) = self.0.split_at_checked(ahead)?;
        let place = |list: &[(TestNumber, Label)]| list.iter().position(|(one, _)| *one == test);
        let at = place(behind).map(|at| at + ahead);
        let at = at.or_else(|| place(before))?;
        self.0.get(at).map(|(_, label)| (*label, at))
    }

    /// Adds an answer.
    pub(super) fn push(&mut self, test: TestNumber, label: Label) {
        self.0.push((test, label));
    }

    /// Returns the tests that were asked, in order, with their labels.
    pub(super) fn trail(&self) -> Vec<(TestNumber, Label)> {
        self.0.clone()
    }

    /// Returns these answers and one more.
    pub(super) fn with(&self, test: TestNumber, label: Label) -> Self {
        let mut answers = Vec::with_capacity(self.0.len() + 1);
        answers.extend_from_slice(&self.0);
        answers.push((test, label));
        Self(answers)
    }
}

/// Answers the tests of one side from what is known.
#[derive(Debug)]
pub(in crate::prove) struct Known<'a> {
    answers: &'a Answers,
    offset: u32,
    /// Where the next answer is likely to stand: a decider asks again in the order in which it has
    /// asked.
    next: usize,
}

impl<'a> Known<'a> {
    /// Returns the asker of the side whose tests begin at `offset`.
    pub(in crate::prove) fn new(answers: &'a Answers, offset: u32) -> Self {
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
