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
    /// Tests that several listeners share, by their names.
    shared: BTreeMap<String, TestId>,
    /// Tests of local-parts without a domain.
    bare: Vec<(Side, TestId)>,
}

impl Catalogue {
    /// Adds a test.
    pub(super) fn add(&mut self, name: &str, question: Question, at: Option<&Loc>) -> TestId {
        let id = TestId(u32::try_from(self.tests.len()).unwrap_or(u32::MAX));
        self.tests.push(Test::new(name, question, at.cloned()));
        id
    }

    /// Returns the test of a name that says all about it; makes it the first time.
    pub(super) fn share(
        &mut self,
        name: &str,
        at: Option<&Loc>,
        question: impl FnOnce() -> Question,
    ) -> TestId {
        if let Some(id) = self.shared.get(name) {
            return *id;
        }
        let id = self.add(name, question(), at);
        self.shared.insert(name.to_owned(), id);
        id
    }

    /// Notes that a test is asked of local-parts without a domain only.
    pub(super) fn is_bare(&mut self, side: Side, id: TestId) {
        self.bare.push((side, id));
    }

    /// Empties the tables of local-parts without a domain, where no such path is ever looked up.
    /// They hold every recipient of the domain of `myorigin`, and would be told apart everywhere.
    pub(super) fn without_bare(&mut self, side: Side) {
        let bare: Vec<TestId> = self
            .bare
            .iter()
            .filter(|one| one.0 == side)
            .map(|one| one.1)
            .collect();
        for id in bare {
            self.replace(id, side.question(AddressTable::default()));
        }
    }

    /// Asks another question under the number of a test.
    pub(super) fn replace(&mut self, id: TestId, question: Question) {
        if let Some(test) = self.tests.get_mut(id.index()) {
            test.question = question;
        }
    }

    /// Returns the tests.
    pub(super) fn finish(self) -> Vec<Test> {
        self.tests
    }
}

/// Returns the table of an address test.
pub(super) fn address_table(tests: &[Test], id: TestId) -> Option<&AddressTable> {
    match &tests.get(id.index())?.question {
        Question::From(table) | Question::To(table) => Some(table),
        Question::Listener
        | Question::Tls
        | Question::Client(_)
        | Question::Login(_)
        | Question::Helo(_)
        | Question::FromForm
        | Question::ToForm
        | Question::SpfFrom
        | Question::SpfHelo
        | Question::FromKind(_)
        | Question::ToKind(_)
        | Question::Owner(_)
        | Question::OwnerOfDomain(_) => None,
    }
}
