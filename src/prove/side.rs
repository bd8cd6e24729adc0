//! One answerer in a run: its decider, its tests among those of all, and where its mail ends up.

use super::fork::{Answers, Known};
use super::obligation::{Outcome, Reach};
use super::universe::TestNumber;
use crate::decision::{
    AddressKey, AddressTable, Decider, Destination, Label, Question, Route, Row, Test, TestId,
    Unanswered, Verdict,
};
use crate::mail::{Address, Domain};
use crate::source::Loc;

use super::keys::Keys;

/// One answerer in a run.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) decider: &'a dyn Decider,
    /// The number of its first test.
    pub(super) offset: u32,
    /// The test that says where mail for an address ends up, by the decider's own account.
    pub(super) reach: TestNumber,
    pub(super) keys: &'a Keys,
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
        let mut known = Known::new(answers, self.offset);
        let decision = self
            .decider
            .decide(&mut known)
            .map_err(|Unanswered(test)| TestNumber(self.offset.saturating_add(test.0)))?;
        let mut reached = |test: TestNumber| answers.get(test).ok_or(test);
        let reach = self.reach(&decision.route, decision.verdict, &mut reached)?;
        Ok(Outcome { decision, reach })
    }

    /// Returns where the mail of a route ends up.
    pub(super) fn reach<E>(
        &self,
        route: &Route,
        verdict: Verdict,
        ask: &mut dyn FnMut(TestNumber) -> Result<Label, E>,
    ) -> Result<Reach, E> {
        if verdict != Verdict::Accept {
            return Ok(Reach::Nowhere);
        }
        Ok(match route {
            Route::None => Reach::Bounces,
            Route::Foreign | Route::Hop(_) => Reach::Leaves,
            Route::Recipient => of_label(ask(self.reach)?),
            Route::Address(address) => of(&self.decider.destinations(address)),
            Route::RecipientAt(domain) => self.reach_within(domain),
        })
    }

    /// Returns the worst that can happen to mail for any local-part of a domain that has somewhere
    /// to go: what has nowhere is not accepted.
    fn reach_within(&self, domain: &Domain) -> Reach {
        let none = std::collections::BTreeSet::new();
        let named = self.keys.whole.get(domain.as_str()).unwrap_or(&none);
        named
            .iter()
            .chain(std::iter::once(&self.keys.fresh_local))
            .map(|local| {
                self.decider
                    .destinations(&Address::new(local, domain.clone()))
            })
            .filter(|destinations| !destinations.is_empty())
            .map(|destinations| of(&destinations))
            .max()
            .unwrap_or(Reach::Bounces)
    }
}

/// Returns the test that says where mail for each address ends up.
///
/// SOUNDNESS: an address without a row is in no domain that any table names: its mail leaves.
pub(super) fn reach_test(decider: &dyn Decider, keys: &Keys, at: &Loc) -> Test {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    let row = |reach: Reach| Row::new(Label(reach as u32), at.clone());
    let none = std::collections::BTreeSet::new();
    for domain in &keys.domains {
        let name = Domain::literal(domain);
        let rest = of(&decider.destinations(&Address::new(&keys.fresh_local, name.clone())));
        if rest != Reach::Leaves {
            table.insert(AddressKey::Domain, domain, row(rest));
        }
        for local in keys.whole.get(domain).unwrap_or(&none) {
            let reach = of(&decider.destinations(&Address::new(local, name.clone())));
            if reach != rest {
                table.insert(
                    AddressKey::Address,
                    &format!("{local}@{domain}"),
                    row(reach),
                );
            }
        }
    }
    Test::new(
        "where the mail ends up",
        Question::To(table),
        Some(at.clone()),
    )
}

/// Returns the test that says for which addresses two deciders know other destinations: label 1.
pub(super) fn differing_test(a: &dyn Decider, b: &dyn Decider, keys: &Keys, at: &Loc) -> Test {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    let none = std::collections::BTreeSet::new();
    let differ = |local: &str, domain: &Domain| {
        let address = Address::new(local, domain.clone());
        a.destinations(&address) != b.destinations(&address)
    };
    let row = |differ: bool| Row::new(Label(if differ { 1 } else { 2 }), at.clone());
    for domain in &keys.domains {
        let name = Domain::literal(domain);
        let rest = differ(&keys.fresh_local, &name);
        if rest {
            table.insert(AddressKey::Domain, domain, row(true));
        }
        for local in keys.whole.get(domain).unwrap_or(&none) {
            let one = differ(local, &name);
            if one != rest {
                table.insert(AddressKey::Address, &format!("{local}@{domain}"), row(one));
            }
        }
    }
    Test::new("destinations differ", Question::To(table), Some(at.clone()))
}

fn of_label(label: Label) -> Reach {
    [Reach::Here, Reach::Bounces]
        .into_iter()
        .find(|reach| *reach as u32 == label.0)
        .unwrap_or(Reach::Leaves)
}

/// Returns the worst of some destinations; without any, a bounce.
fn of(destinations: &[Destination]) -> Reach {
    let one = |destination: &Destination| match destination {
        Destination::Mailbox { .. } | Destination::Discard => Reach::Here,
        Destination::Exchangers(_) | Destination::Hop(_) => Reach::Leaves,
        Destination::Undeliverable => Reach::Bounces,
    };
    destinations.iter().map(one).max().unwrap_or(Reach::Bounces)
}

/// The number of a side's test among those of all.
pub(super) fn number(offset: u32, test: TestId) -> TestNumber {
    TestNumber(offset.saturating_add(test.0))
}
