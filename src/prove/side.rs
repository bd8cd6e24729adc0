//! One answerer in a run: its decider, its tests among those of all, and where its mail ends up.

use std::collections::BTreeSet;

use super::declared::Forwards;
use super::fork::{Answers, AsPlain, Known};
use super::keys::Keys;
use super::obligation::Outcome;
use super::reach::Reach;
use super::universe::TestNumber;
use crate::decision::{
    AddressKey, AddressTable, Decider, Decision, Destination, Label, Question, Route, Row, Test,
    TestId, Unanswered, Verdict,
};
use crate::mail::{Address, Domain};
use crate::source::Loc;

/// One answerer in a run.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) decider: &'a dyn Decider,
    /// The number of its first test.
    pub(super) offset: u32,
    /// The test that says where mail for an address ends up, by the decider's own account.
    pub(super) reach: TestNumber,
    pub(super) keys: &'a Keys,
    /// Where the policy lets mail go on to.
    pub(super) forwards: Forwards<'a>,
}

impl std::fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Side")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

impl Side<'_> {
    /// Decides from what is known, or says which test is missing.
    pub(super) fn outcome(&self, answers: &Answers) -> Result<Outcome, TestNumber> {
        let decision = self.decision(answers)?;
        let reach = self.reach(&decision, answers)?;
        Ok(Outcome { decision, reach })
    }

    /// Decides from what is known.
    pub(super) fn decision(&self, answers: &Answers) -> Result<Decision, TestNumber> {
        self.decider
            .decide(&mut Known::new(answers, self.offset))
            .map_err(|Unanswered(test)| number(self.offset, test))
    }

    /// Decides from what is known, but of the plain path to the same address.
    pub(super) fn decision_as_plain(&self, answers: &Answers) -> Result<Decision, TestNumber> {
        let mut ask = AsPlain {
            tests: self.decider.tests(),
            ask: &mut Known::new(answers, self.offset),
        };
        self.decider
            .decide(&mut ask)
            .map_err(|Unanswered(test)| number(self.offset, test))
    }

    /// Returns where the mail of a decision ends up.
    pub(super) fn reach(
        &self,
        decision: &Decision,
        answers: &Answers,
    ) -> Result<Reach, TestNumber> {
        if decision.verdict != Verdict::Accept {
            return Ok(Reach::default());
        }
        Ok(match &decision.route {
            Route::None => Reach::of(None, &[], self.forwards),
            Route::Foreign | Route::Hop(_) => Reach::LEAVES,
            Route::Recipient => Reach::of_label(answers.get(self.reach).ok_or(self.reach)?),
            Route::Address(address) => {
                let destinations = self.decider.destinations(address);
                Reach::of(Some(address), &destinations, self.forwards)
            }
            Route::RecipientAt(domain) => self.reach_within(domain),
        })
    }

    /// Returns all that can happen to mail for the local-parts of a domain.
    fn reach_within(&self, domain: &Domain) -> Reach {
        let locals = locals(self.keys, domain).into_iter();
        locals
            .map(|local| {
                let address = Address::new(local, domain.clone());
                let destinations = self.decider.destinations(&address);
                Reach::of(Some(&address), &destinations, self.forwards)
            })
            .fold(Reach::default(), Reach::or)
    }

    fn destinations(&self, local: &str, domain: &Domain) -> Vec<Destination> {
        let address = Address::new(local, domain.clone());
        self.decider.destinations(&address)
    }

    /// Returns whether every local-part goes to the same destinations in one domain by this
    /// account, and in another domain by the other side's.
    pub(super) fn agrees_within(&self, domain: &Domain, other: &Side<'_>, there: &Domain) -> bool {
        let mut all = locals(self.keys, domain);
        all.extend(locals(self.keys, there));
        all.into_iter()
            .all(|local| self.destinations(local, domain) == other.destinations(local, there))
    }
}

/// Returns the local-parts that are told apart in a domain, and the fresh one.
fn locals<'k>(keys: &'k Keys, domain: &Domain) -> BTreeSet<&'k str> {
    let mut locals = keys.special(domain.as_str());
    locals.insert(&keys.fresh_local);
    locals
}

/// Returns the table of what is said of each address.
///
/// SOUNDNESS: destinations differ by keys only (see [`Decider::destination_keys`]), and the keys of
/// all sides are asked here: every whole address, every local-part that is told apart by itself in
/// every domain, a fresh local-part of every domain, and a fresh domain.
fn table(keys: &Keys, at: &Loc, say: impl Fn(&str, &Domain) -> Label) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    let row = |label| Row::new(label, at.clone());
    let fresh = say(&keys.fresh_local, &Domain::literal(&keys.fresh_domain));
    table.otherwise(row(fresh));
    for domain in &keys.domains {
        let name = Domain::literal(domain);
        let rest = say(&keys.fresh_local, &name);
        if rest != fresh {
            table.insert(AddressKey::Domain, domain, row(rest));
        }
        for local in keys.special(domain) {
            let one = say(local, &name);
            if one != rest {
                table.insert(AddressKey::Address, &format!("{local}@{domain}"), row(one));
            }
        }
    }
    table
}

/// Returns the test that says where mail for each address ends up.
pub(super) fn reach_test(
    decider: &dyn Decider,
    forwards: Forwards<'_>,
    keys: &Keys,
    at: &Loc,
) -> Test {
    let reach = |local: &str, domain: &Domain| {
        let address = Address::new(local, domain.clone());
        let destinations = decider.destinations(&address);
        Reach::of(Some(&address), &destinations, forwards).label()
    };
    let question = Question::To(table(keys, at, reach));
    Test::new("where the mail ends up", question, Some(at.clone()))
}

/// The label of an address for which two deciders know other destinations.
pub(super) const DIFFERS: Label = Label(1);

/// Returns the test that says for which addresses two deciders know other destinations.
pub(super) fn differing_test(a: &dyn Decider, b: &dyn Decider, keys: &Keys, at: &Loc) -> Test {
    let differ = |local: &str, domain: &Domain| {
        let address = Address::new(local, domain.clone());
        if a.destinations(&address) == b.destinations(&address) {
            Label::ABSENT
        } else {
            DIFFERS
        }
    };
    let question = Question::To(table(keys, at, differ));
    Test::new("destinations differ", question, Some(at.clone()))
}

/// The number of a side's test among those of all.
pub(super) fn number(offset: u32, test: TestId) -> TestNumber {
    TestNumber(offset.saturating_add(test.0))
}
