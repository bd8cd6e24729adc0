//! All envelopes, as the tests of a proof tell them apart.
//!
//! An envelope is a point in a product of ten dimensions. Each dimension has *atoms*: the keys of
//! every table and of the destinations of every side, and fresh values that no side names. Atoms
//! that every test of the dimension answers alike are one *class*, with the number of its atoms and
//! a witness.
//!
//! SOUNDNESS: a test looks at one dimension (or, for owners, at login and reverse-path), and a
//! table can tell two values apart only by its keys. So every envelope answers all tests as some
//! point of the product does: the one that has, for each value that is a key, that key, and for
//! every other value the fresh one next to it: in the interval, below the same parents.

mod address;
mod class;
mod client;
mod plain;
mod relation;

pub(super) use address::ClassOf;
pub(super) use class::{Class, Dimension, TestNumber, Witness};
pub(super) use client::{DOCUMENTATION, ease};
pub(super) use relation::{Cell, Related, Relations};

use std::net::IpAddr;

use super::budget::{Budget, CLASSES_MAX};
use super::fork::Incomplete;
use super::keys::Keys;
use super::threads::in_two;
use crate::decision::{Question, Test};
use crate::mail::Listener;

/// The dimensions, in the order of [`Universe::dimensions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Axis {
    Client,
    Session,
    Login,
    Helo,
    FromForm,
    From,
    ToForm,
    To,
    SpfFrom,
    SpfHelo,
}

/// The dimensions with their classes, and the relations between login and reverse-path.
#[derive(Debug)]
pub(super) struct Universe<'t> {
    /// Every test of every side, by number.
    pub(super) tests: Vec<&'t Test>,
    /// By [`Axis`].
    pub(super) dimensions: Vec<Dimension>,
    pub(super) relations: Relations,
    /// Where each interval of client addresses starts, ascending, and its class.
    pub(super) clients: Vec<(u128, u32)>,
    /// The host's own addresses, for the spelling of witnesses.
    pub(super) own: Vec<IpAddr>,
    /// What may be visited of it.
    pub(super) budget: Budget,
    /// Why nothing can be proved over it, if so.
    pub(super) obstacle: Option<Incomplete>,
}

/// What of the world a universe is made for.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// The listeners that exist, each with whether a client can have TLS there.
    pub(super) listeners: Vec<(Listener, bool)>,
    /// The host's own addresses.
    pub(super) own: Vec<IpAddr>,
}

impl<'t> Universe<'t> {
    /// Lays out the classes that these tests tell apart, and these keys of forward-paths.
    pub(super) fn new(tests: Vec<&'t Test>, tos: &Keys, world: &World) -> Self {
        let questions = questions(&tests);
        let logins = plain::login_keys(&questions);
        let (login, login_class) = plain::logins(&questions, &logins);
        // Senders and recipients know nothing of each other: two threads say the same as one.
        let recipients = || address::classes(&questions, tos, Axis::To).0;
        let senders = || {
            let froms = Keys::of(tests.iter().map(|test| &test.question), Axis::From);
            let (from, from_class) = address::classes(&questions, &froms, Axis::From);
            let logins = (logins.as_slice(), login_class.as_slice());
            let related = relation::relate(&questions, &froms, logins, &from_class);
            (from, related)
        };
        let (to, (from, related)) = in_two(recipients, senders);
        let (relations, obstacle) = match related {
            Ok(relations) => (relations, None),
            Err(obstacle) => (Relations::default(), Some(obstacle)),
        };
        let (client, clients) = client::classes(&questions);
        let dimensions = vec![
            client,
            plain::sessions(&questions, &world.listeners),
            login,
            plain::helos(&questions),
            plain::forms(&questions, Axis::FromForm),
            from,
            plain::forms(&questions, Axis::ToForm),
            to,
            plain::spf(&questions, Axis::SpfFrom),
            plain::spf(&questions, Axis::SpfHelo),
        ];
        Self {
            tests,
            dimensions,
            relations,
            clients,
            own: world.own.clone(),
            budget: Budget::new(CLASSES_MAX),
            obstacle,
        }
    }

    /// Leaves classes of clients out, whose numbers ascend: others stand for them.
    pub(super) fn leave_out_clients(&mut self, classes: Vec<u32>) {
        if let Some(clients) = self.dimensions.get_mut(Axis::Client as usize) {
            clients.leave_out(classes);
        }
    }

    /// Returns how many classes of clients are left out.
    pub(super) fn clients_left(&self) -> usize {
        let clients = self.dimensions.get(Axis::Client as usize);
        clients.map_or(0, Dimension::left_out)
    }

    /// Returns the number of envelopes: the product of the dimensions' atoms.
    ///
    /// `None` where it does not fit; then there is no proof.
    pub(super) fn size(&self) -> Option<u128> {
        self.dimensions.iter().try_fold(1_u128, |size, dimension| {
            size.checked_mul(dimension.atoms()?)
        })
    }

    /// Returns the tests of an axis, in order.
    pub(super) fn tests_of(&self, wanted: Axis) -> Vec<TestNumber> {
        let numbered = (0..).map(TestNumber).zip(&self.tests);
        numbered
            .filter(|(_, test)| axis(&test.question) == Some(wanted))
            .map(|(number, _)| number)
            .collect()
    }

    /// Returns the axis of a test; none for a relation.
    pub(super) fn axis(&self, test: TestNumber) -> Option<Axis> {
        self.tests
            .get(test.index())
            .and_then(|test| axis(&test.question))
    }
}

/// The names that classes were made of, found once more: most comparisons never ask.
impl Universe<'_> {
    /// Returns the keys of reverse-paths.
    pub(super) fn froms(&self) -> Keys {
        Keys::of(self.tests.iter().map(|test| &test.question), Axis::From)
    }

    /// Returns the class of each address of an axis.
    pub(super) fn class_of(&self, keys: &Keys, axis: Axis) -> ClassOf {
        address::classes(&questions(&self.tests), keys, axis).1
    }

    /// Returns every login that some table names, sorted, with a fresh one; and their classes.
    pub(super) fn logins(&self) -> (Vec<String>, Vec<u32>) {
        let questions = questions(&self.tests);
        let keys = plain::login_keys(&questions);
        let classes = plain::logins(&questions, &keys).1;
        (keys, classes)
    }

    /// Visits the pairs of a login and an address that some relation relates.
    pub(super) fn each_pair<'k>(
        &self,
        froms: &'k Keys,
        logins: (&[String], &[u32]),
        class_of: &ClassOf,
        visit: &mut dyn FnMut(Related<'k>),
    ) {
        relation::each_pair(&questions(&self.tests), froms, logins, class_of, visit);
    }
}

/// Returns the questions of tests, with their numbers.
fn questions<'t>(tests: &[&'t Test]) -> Vec<(TestNumber, &'t Question)> {
    let questions = tests.iter().map(|test| &test.question);
    (0..).map(TestNumber).zip(questions).collect()
}

/// Returns the axis that a question looks at; none for a relation.
pub(super) fn axis(question: &Question) -> Option<Axis> {
    Some(match question {
        Question::Client(_) => Axis::Client,
        Question::Listener | Question::Tls => Axis::Session,
        Question::Login(_) => Axis::Login,
        Question::Helo(_) => Axis::Helo,
        Question::FromForm | Question::FromKind(_) => Axis::FromForm,
        Question::From(_) => Axis::From,
        Question::ToForm | Question::ToKind(_) => Axis::ToForm,
        Question::To(_) => Axis::To,
        Question::SpfFrom => Axis::SpfFrom,
        Question::SpfHelo => Axis::SpfHelo,
        Question::Owner(_) | Question::OwnerOfDomain(_) => return None,
    })
}
