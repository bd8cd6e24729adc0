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
    /// Tests that stand in several places, by names that say all about them.
    shared: BTreeMap<String, TestId>,
}

impl Catalogue {
    /// Returns the test of a name that says all about it; makes it the first time.
    pub(super) fn share(
        &mut self,
        name: String,
        at: Option<&Loc>,
        question: impl FnOnce() -> Question,
    ) -> TestId {
        if let Some(id) = self.shared.get(&name) {
            return *id;
        }
        let id = TestId(u32::try_from(self.tests.len()).unwrap_or(u32::MAX));
        self.tests
            .push(Test::new(name.clone(), question(), at.cloned()));
        self.shared.insert(name, id);
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
