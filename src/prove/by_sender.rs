//! Where mail ends up may hang on its reverse-path: what is said of an address, by the answers to
//! the tests of reverse-paths that are asked for it.

use std::sync::OnceLock;

use super::fork::Answers;
use super::side::number;
use super::universe::TestNumber;
use crate::decision::{Ask, Decider, Destination, Label, Question, TestId, Unanswered};
use crate::mail::{Address, PathForm};

/// What is said of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BySender<T> {
    /// This, whoever sends.
    Always(T),
    /// By what a test of the reverse-path answers: every label that it can give stands there.
    Asked(TestNumber, Vec<(Label, Self)>),
}

impl<T: Copy> BySender<T> {
    /// Returns what is said under some answers, or which test is missing. `worst` is said of a
    /// label that the test does not give.
    pub(super) fn under(&self, answers: &Answers<'_>, worst: T) -> Result<T, TestNumber> {
        match self {
            Self::Always(said) => Ok(*said),
            Self::Asked(test, branches) => {
                let label = answers.get(*test).ok_or(*test)?;
                let branch = branches.iter().find(|(one, _)| *one == label);
                branch.map_or(Ok(worst), |(_, branch)| branch.under(answers, worst))
            }
        }
    }
}

/// A decider whose destinations are asked under every answer.
pub(super) struct Asked<'d> {
    decider: &'d dyn Decider,
    /// The number of its first test.
    offset: u32,
    /// What each of its tests can answer, where it was asked for.
    labels: Vec<OnceLock<Vec<Label>>>,
}

impl<'d> Asked<'d> {
    /// Returns a decider whose tests begin at a number.
    pub(super) fn new(decider: &'d dyn Decider, offset: u32) -> Self {
        let labels = decider.tests().iter().map(|_| OnceLock::new());
        Self {
            decider,
            offset,
            labels: labels.collect(),
        }
    }

    /// Returns the decider.
    pub(super) fn decider(&self) -> &'d dyn Decider {
        self.decider
    }

    /// Returns the tests that were asked for so far.
    pub(super) fn asked(&self) -> impl Iterator<Item = TestNumber> {
        let labels = (0..).map(TestId).zip(&self.labels);
        let asked = labels.filter(|(_, labels)| labels.get().is_some());
        asked.map(|(test, _)| number(self.offset, test))
    }

    /// Returns what `say` says of the destinations of an address, under every answer that they
    /// depend on. `worst` is said where they ask what is no test of the reverse-path.
    ///
    /// SOUNDNESS: destinations are made from answers alone. Each test that is asked is followed
    /// under every label that its table can give, so whatever a reverse-path is, what is said of
    /// its mail stands at the branch of its answers.
    pub(super) fn say<T: Clone + PartialEq>(
        &self,
        address: &Address,
        worst: &T,
        say: &mut dyn FnMut(Vec<Destination>) -> BySender<T>,
    ) -> BySender<T> {
        self.follow(address, &mut Vec::new(), worst, say)
    }

    fn follow<T: Clone + PartialEq>(
        &self,
        address: &Address,
        known: &mut Vec<(TestId, Label)>,
        worst: &T,
        say: &mut dyn FnMut(Vec<Destination>) -> BySender<T>,
    ) -> BySender<T> {
        let test = match self.decider.destinations(address, &mut Supposed(known)) {
            Ok(found) => return say(found),
            Err(Unanswered(test)) => test,
        };
        let labels = self.labels(test);
        if labels.is_empty() || known.iter().any(|(one, _)| *one == test) {
            return BySender::Always(worst.clone());
        }
        let mut branches: Vec<(Label, BySender<T>)> = Vec::with_capacity(labels.len());
        for label in labels {
            known.push((test, *label));
            let branch = self.follow(address, known, worst, say);
            known.pop();
            branches.push((*label, branch));
        }
        match branches.split_first() {
            Some(((_, first), rest)) if rest.iter().all(|(_, one)| one == first) => first.clone(),
            _ => BySender::Asked(number(self.offset, test), branches),
        }
    }

    /// Returns every label that a test of the reverse-path can give; none for another test.
    fn labels(&self, test: TestId) -> &[Label] {
        let question = self.decider.tests().get(test.index());
        let question = question.map(|test| &test.question);
        let cell = self.labels.get(test.index());
        let Some((question, cell)) = question.zip(cell) else {
            return &[];
        };
        cell.get_or_init(|| match question {
            Question::FromForm => {
                let numbers = PathForm::ALL.into_iter().map(PathForm::index);
                numbers.map(Label).collect()
            }
            Question::FromKind(table) => {
                distinct(PathForm::ALL.into_iter().map(|form| table.lookup(form)))
            }
            Question::From(table) => distinct(table.labels()),
            Question::Listener
            | Question::Tls
            | Question::Client(_)
            | Question::Login(_)
            | Question::Helo(_)
            | Question::ToForm
            | Question::ToKind(_)
            | Question::To(_)
            | Question::SpfFrom
            | Question::SpfHelo
            | Question::Owner(_)
            | Question::OwnerOfDomain(_) => Vec::new(),
        })
    }
}

fn distinct(labels: impl Iterator<Item = Label>) -> Vec<Label> {
    let mut labels: Vec<Label> = labels.collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

/// Answers as is supposed.
struct Supposed<'a>(&'a [(TestId, Label)]);

impl Ask for Supposed<'_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let known = self.0.iter().find(|(one, _)| *one == test);
        known.map(|(_, label)| *label).ok_or(Unanswered(test))
    }
}
