//! Who answers tests: here, one envelope. The prover has its own.

use super::table::Label;
use super::{At, Decider, Decision, Envelope, Question, Row, Test, TestId};
use crate::mail::{Listener, Path};
use crate::source::Loc;

/// A test that could not be answered yet: the prover forks on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered(pub TestId);

/// Answers tests.
pub trait Ask {
    /// Returns the label that the test gives.
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered>;
}

/// A test that was asked, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'e> {
    /// The test.
    pub test: TestId,
    /// Its label.
    pub label: Label,
    /// The row that answered; for an answer by absence the place of the table.
    pub at: Option<&'e Loc>,
    /// Whether a row answered.
    pub by_row: bool,
}

/// A decider seldom asks more of one envelope.
const ASKED_USUALLY: usize = 24;

/// Answers tests from an envelope, and keeps what was asked.
#[derive(Debug)]
pub struct EnvelopeAsk<'e> {
    tests: &'e [Test],
    envelope: &'e Envelope,
    asked: Vec<Answer<'e>>,
}

impl<'e> EnvelopeAsk<'e> {
    /// Returns an asker of this envelope for these tests.
    pub fn new(tests: &'e [Test], envelope: &'e Envelope) -> Self {
        Self {
            tests,
            envelope,
            asked: Vec::with_capacity(tests.len().min(ASKED_USUALLY)),
        }
    }

    /// Returns what was asked, in order.
    pub fn asked(&self) -> &[Answer<'e>] {
        &self.asked
    }

    /// Returns what was asked, in order, and nothing else.
    pub fn into_asked(self) -> Vec<Answer<'e>> {
        self.asked
    }

    /// Returns the place that a decision names.
    pub fn place<'p>(&'p self, at: &'p At) -> Option<&'p Loc> {
        match at {
            At::Place(loc) => Some(loc),
            At::Row(id) => self.row(*id),
            At::Part(id, number) => {
                let test = self.tests.get(id.index());
                if let Some(Question::Client(table)) = test.map(|test| &test.question)
                    && let Some(part) = table.part(self.envelope.client, *number)
                {
                    return Some(part);
                }
                self.row(*id)
            }
        }
    }

    /// Returns the place of the row that a test met.
    fn row(&self, id: TestId) -> Option<&Loc> {
        match self.asked.iter().find(|answer| answer.test == id) {
            Some(answer) => answer.at,
            None => self.tests.get(id.index())?.at.as_ref(),
        }
    }
}

impl Ask for EnvelopeAsk<'_> {
    fn ask(&mut self, id: TestId) -> Result<Label, Unanswered> {
        let test = self.tests.get(id.index()).ok_or(Unanswered(id))?;
        let (label, row) = answer(&test.question, self.envelope);
        self.asked.push(Answer {
            test: id,
            label,
            at: row.map(|row| &row.at).or(test.at.as_ref()),
            by_row: row.is_some(),
        });
        Ok(label)
    }
}

/// Runs a decider on one envelope.
pub fn run<'e>(
    decider: &'e dyn Decider,
    envelope: &'e Envelope,
) -> Result<(Decision, EnvelopeAsk<'e>), Unanswered> {
    let mut ask = EnvelopeAsk::new(decider.tests(), envelope);
    let decision = decider.decide(&mut ask)?;
    Ok((decision, ask))
}

/// Returns the label of a question for an envelope, and the row that gave it.
pub(crate) fn answer<'q>(question: &'q Question, envelope: &Envelope) -> (Label, Option<&'q Row>) {
    let of = |row: Option<&'q Row>| (row.map_or(Label::ABSENT, |row| row.label), row);
    let plain = |number: u32| (Label(number), None);
    match question {
        Question::Listener => plain(listener_label(envelope.listener)),
        Question::Tls => plain(u32::from(envelope.tls)),
        Question::Client(table) => of(table.lookup(envelope.client)),
        Question::Login(table) => match &envelope.login {
            None => (Label::NO_LOGIN, None),
            Some(login) => of(table.lookup(login)),
        },
        Question::Helo(table) => of(table.lookup(&envelope.helo.to_ascii_lowercase())),
        Question::FromForm => plain(envelope.from.form().index()),
        Question::FromKind(table) => (table.lookup(envelope.from.form()), None),
        Question::From(table) => of(address_row(table, &envelope.from)),
        Question::ToForm => plain(envelope.to.form().index()),
        Question::ToKind(table) => (table.lookup(envelope.to.form()), None),
        Question::To(table) => of(address_row(table, &envelope.to)),
        Question::SpfFrom => plain(envelope.spf as u32),
        Question::SpfHelo => plain(envelope.spf_helo as u32),
        Question::Owner(table) => {
            let owns = envelope
                .login
                .as_deref()
                .zip(envelope.from.address())
                .is_some_and(|(login, address)| {
                    table.owns(login, address.local(), address.domain().as_str())
                });
            plain(u32::from(owns))
        }
        Question::OwnerOfDomain(table) => {
            let owns = envelope
                .login
                .as_deref()
                .zip(envelope.from.domain())
                .is_some_and(|(login, domain)| table.owns_domain(login, domain.as_str()));
            plain(u32::from(owns))
        }
    }
}

/// Returns the label of a listener.
pub(crate) fn listener_label(listener: Listener) -> u32 {
    listener as u32
}

fn address_row<'q>(table: &'q super::AddressTable, path: &Path) -> Option<&'q Row> {
    table.lookup(path.local(), path.domain().map(crate::mail::Domain::as_str))
}
