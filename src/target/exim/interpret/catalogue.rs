//! The tests that the reader's decider asks, numbered.

use std::collections::BTreeMap;

use crate::decision::{AddressTable, Question, Test, TestId};
use crate::source::Loc;

/// Which path of the envelope is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// The reverse-path.
    From,
    /// The forward-path.
    To,
}

impl Side {
    /// Returns the question that looks an address of this side up.
    pub(super) fn question(self, table: AddressTable) -> Question {
        match self {
            Self::From => Question::From(table),
            Self::To => Question::To(table),
        }
    }

    /// Returns the word for it in names of tests.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::From => "sender",
            Self::To => "recipient",
        }
    }
}

/// The tests so far.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    tests: Vec<Test>,
    /// Tests that stand in several places, by their names and what is met in them.
    shared: BTreeMap<(String, Met), TestId>,
}

/// Which rows of a table a test holds for, by their numbers. The name of a test is for people: two
/// conditions with one name may still hold for other rows, where one minds the case of letters.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Met(Vec<u64>);

impl Met {
    /// Adds a row.
    pub(super) fn add(&mut self, row: usize) {
        let at = row / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(at) {
            *bits |= 1 << (row % 64);
        }
    }

    /// Returns those rows for which this holds.
    pub(super) fn of<T>(rows: &[T], holds: impl Fn(&T) -> bool) -> Self {
        let mut met = Self::default();
        let held = rows.iter().enumerate().filter(|(_, row)| holds(row));
        held.for_each(|(number, _)| met.add(number));
        met
    }
}

impl Catalogue {
    /// Returns the test of a name that says all about it; makes it the first time.
    pub(super) fn share(
        &mut self,
        name: String,
        at: Option<&Loc>,
        question: impl FnOnce() -> Question,
    ) -> TestId {
        self.share_of(name, Met::default(), at, question)
    }

    /// Returns the test of a name that says all about it but for the rows that it holds for; makes
    /// it the first time.
    pub(super) fn share_of(
        &mut self,
        name: String,
        met: Met,
        at: Option<&Loc>,
        question: impl FnOnce() -> Question,
    ) -> TestId {
        let key = (name, met);
        if let Some(id) = self.shared.get(&key) {
            return *id;
        }
        let id = TestId(u32::try_from(self.tests.len()).unwrap_or(u32::MAX));
        self.tests
            .push(Test::new(key.0.clone(), question(), at.cloned()));
        self.shared.insert(key, id);
        id
    }

    /// Returns the tests so far.
    pub(super) fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Returns the tests, some of them with other questions.
    pub(super) fn finish(
        mut self,
        questions: impl IntoIterator<Item = (TestId, Question)>,
    ) -> Vec<Test> {
        for (id, question) in questions {
            if let Some(test) = self.tests.get_mut(id.index()) {
                test.question = question;
            }
        }
        self.tests
    }
}
