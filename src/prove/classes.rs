//! The classes of a proof, laid open for the laws about them: which class an envelope is in, what
//! was decided of it, and how many envelopes each stands for.

use super::fork::{Answers, Incomplete, Leaf, Visited, explore, follow};
use super::keys::Keys;
use super::obligation::Outcome;
use super::reach::{self, Reach};
use super::side::Side;
use super::universe::{TestNumber, Universe};
use crate::decision::{Decider, Decision, Envelope, answer};
use crate::mail::{Address, Path};

/// The classes into which a decider divides all envelopes.
#[derive(Debug)]
pub struct Classes<'a, 't> {
    pub(super) universe: &'a Universe<'t>,
    pub(super) tos: &'a Keys,
    pub(super) side: Side<'a>,
}

/// What the proof says of the envelopes of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The decision.
    pub decision: Decision,
    /// Whether some of the mail leaves this host.
    pub leaves: bool,
    /// Whether some of the mail will bounce.
    pub bounces: bool,
    /// How many points of the universe it stands for.
    pub envelopes: u128,
}

impl Class {
    fn new(outcome: Outcome, envelopes: u128) -> Self {
        let Outcome {
            decision,
            reach: Reach {
                leaves, bounces, ..
            },
        } = outcome;
        Self {
            decision,
            leaves,
            bounces,
            envelopes,
        }
    }
}

impl Classes<'_, '_> {
    /// Returns the number of points of the universe; none if it does not fit.
    pub fn size(&self) -> Option<u128> {
        self.universe.size()
    }

    /// Visits every class, with a member where one was found.
    pub fn each(
        &self,
        visit: &mut dyn FnMut(Class, Option<Envelope>),
    ) -> Result<Visited, Incomplete> {
        let mut judge = |answers: &Answers<'_>| self.side.outcome(answers);
        let mut leaf = |outcome: Outcome, leaf: &Leaf<'_, '_>| {
            visit(Class::new(outcome, leaf.envelopes), leaf.witness());
        };
        explore(self.universe, &mut judge, &mut leaf)
    }

    /// Returns the class that an envelope is in, by what each test answers for it. None if no class
    /// answers so: that would be a fault of the proof.
    ///
    /// Tests about destinations know one extension that no key has, which stands for all others.
    pub fn of(&self, envelope: &Envelope) -> Option<Class> {
        let mut standing = envelope.clone();
        if let Some(to) = self.stands_for(&envelope.to) {
            standing.to = to;
        }
        let label = |test: TestNumber| {
            let test = self.universe.tests.get(test.index())?;
            Some(answer(&test.question, &standing).0)
        };
        let mut judge = |answers: &Answers<'_>| self.side.outcome(answers);
        let (outcome, envelopes) = follow(self.universe, &mut judge, &label).ok()??;
        Some(Class::new(outcome, envelopes))
    }

    /// Returns the forward-path that stands for one with an extension that no key has.
    fn stands_for(&self, to: &Path) -> Option<Path> {
        let address = to.address()?;
        let local = self
            .tos
            .stands_for(address.local(), address.domain().as_str())?;
        let address = Address::new(&local, address.domain().clone());
        Some(Path::spell(to.form(), &address, &self.universe.own))
    }

    /// Decides an envelope and follows its mail, without any class.
    pub fn concretely(&self, envelope: &Envelope) -> Option<Class> {
        let decider: &dyn Decider = self.side.decider;
        let (decision, _) = crate::decision::run(decider, envelope).ok()?;
        let reach = reach::reach(decider, &decision, envelope, self.side.forwards);
        Some(Class::new(Outcome { decision, reach }, 1))
    }
}
