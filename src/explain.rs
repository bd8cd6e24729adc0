//! Why: one envelope, step by step; what a login may send; and the page of a diagnostic, an
//! obligation or a rule.

mod pages;
mod send_as;

pub use pages::{near_page, page};
pub use send_as::{Right, SendAs, Sender, send_as};

use std::collections::BTreeSet;

use crate::decision::{Answer, Decider, Envelope, Label, Question, Test};
use crate::mail::Listener;
use crate::spf::SpfResult;

/// A test that was asked, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Reason {
    /// What was asked.
    pub test: String,
    /// What was answered.
    pub answer: String,
    /// Where somebody wrote what the answer hangs on.
    pub at: Option<String>,
}

impl Reason {
    /// Returns it as a line.
    pub fn line(&self) -> String {
        let at = self.at.as_ref().map(|at| format!("  {at}"));
        format!(
            "  {}: {}{}\n",
            self.test,
            self.answer,
            at.unwrap_or_default()
        )
    }
}

/// Returns the tests that were asked and their answers. What restrictions ask again, and are
/// answered as before, is told once.
pub fn reasons(decider: &dyn Decider, asked: &[Answer<'_>], envelope: &Envelope) -> Vec<Reason> {
    let mut all = Vec::new();
    let mut told: BTreeSet<Reason> = BTreeSet::new();
    for answer in asked {
        let Some(test) = decider.tests().get(answer.test.index()) else {
            continue;
        };
        let at = answer
            .at
            .filter(|_| has_place(&test.question, answer.by_row));
        // A setting may have been written in several lines.
        let name: Vec<&str> = test.name.split_whitespace().collect();
        let reason = Reason {
            test: name.join(" "),
            answer: words(test, answer.label, envelope),
            at: at.map(ToString::to_string),
        };
        if told.insert(reason.clone()) {
            all.push(reason);
        }
    }
    all
}

/// Returns whether somebody wrote at the place of an answer what it hangs on: the row that gave it,
/// or that SPF is asked about. Who owns an address is found in many places.
fn has_place(question: &Question, by_row: bool) -> bool {
    match question {
        Question::SpfFrom | Question::SpfHelo => true,
        Question::Client(_)
        | Question::Login(_)
        | Question::Helo(_)
        | Question::From(_)
        | Question::To(_) => by_row,
        Question::Listener
        | Question::Tls
        | Question::FromForm
        | Question::FromKind(_)
        | Question::ToForm
        | Question::ToKind(_)
        | Question::Owner(_)
        | Question::OwnerOfDomain(_) => false,
    }
}

/// Returns what a label says, in words.
fn words(test: &Test, label: Label, envelope: &Envelope) -> String {
    let index = label.0 as usize;
    match &test.question {
        Question::Listener => Listener::ALL.get(index).map(ToString::to_string),
        Question::FromForm | Question::FromKind(_) => Some(envelope.from.form().to_string()),
        Question::ToForm | Question::ToKind(_) => Some(envelope.to.form().to_string()),
        Question::SpfFrom | Question::SpfHelo => SpfResult::ALL
            .get(index)
            .map(|result| result.as_str().to_owned()),
        Question::Login(_) if label == Label::NO_LOGIN => Some("none given".to_owned()),
        // Of no table: whether there is one.
        Question::Login(table) if table.keys().next().is_none() => Some("given".to_owned()),
        Question::Tls
        | Question::Client(_)
        | Question::Login(_)
        | Question::Helo(_)
        | Question::From(_)
        | Question::To(_)
        | Question::Owner(_)
        | Question::OwnerOfDomain(_) => None,
    }
    .unwrap_or_else(|| {
        if label == Label::ABSENT {
            "no".to_owned()
        } else {
            "yes".to_owned()
        }
    })
}
