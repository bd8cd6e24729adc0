//! One answerer in a run: its decider, its tests among those of all, and where its mail ends up.

use std::collections::BTreeSet;

use super::by_sender::BySender;
use super::declared::Forwards;
use super::fork::{Answers, AsPlain, Known};
use super::keys::Keys;
use super::obligation::Outcome;
use super::reach::Reach;
use super::universe::TestNumber;
use crate::decision::{Decider, Decision, Destination, Route, TestId, Unanswered, Verdict};
use crate::mail::{Address, Domain};

/// Whether two lists of destinations are the same.
pub(super) type Same = fn(&[Destination], &[Destination]) -> bool;

/// One answerer in a run.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) decider: &'a dyn Decider,
    /// The number of its first test.
    pub(super) offset: u32,
    /// The test that says where mail for an address ends up, by the decider's own account.
    pub(super) reach: TestNumber,
    /// What the labels of that test stand for.
    pub(super) reaches: &'a [BySender<Reach>],
    pub(super) keys: &'a Keys,
    /// Where the policy lets mail go on to.
    pub(super) forwards: Forwards<'a>,
    /// Which of its destinations are those of another side.
    pub(super) same: Same,
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
    pub(super) fn outcome(&self, answers: &Answers<'_>) -> Result<Outcome, TestNumber> {
        let decision = self.decision(answers)?;
        let reach = self.reach(&decision, answers)?;
        Ok(Outcome { decision, reach })
    }

    /// Decides from what is known.
    pub(super) fn decision(&self, answers: &Answers<'_>) -> Result<Decision, TestNumber> {
        self.decider
            .decide(&mut Known::new(answers, self.offset))
            .map_err(|Unanswered(test)| number(self.offset, test))
    }

    /// Decides from what is known, but of the plain path to the same address.
    pub(super) fn decision_as_plain(&self, answers: &Answers<'_>) -> Result<Decision, TestNumber> {
        let mut ask = AsPlain {
            tests: self.decider.tests(),
            ask: &mut Known::new(answers, self.offset),
        };
        self.decider
            .decide(&mut ask)
            .map_err(|Unanswered(test)| number(self.offset, test))
    }

    /// Returns where the mail of a decision ends up, and its copies.
    pub(super) fn reach(
        &self,
        decision: &Decision,
        answers: &Answers<'_>,
    ) -> Result<Reach, TestNumber> {
        if decision.verdict != Verdict::Accept {
            return Ok(Reach::default());
        }
        let route = self.reach_of_route(&decision.route, answers)?;
        let mut copies = Reach::default();
        for copy in decision.copies.addresses() {
            let destinations = self.destinations(copy, answers)?;
            copies = copies.or(Reach::of(Some(copy), &destinations, self.by()));
        }
        Ok(route.or(copies))
    }

    /// Returns who says where mail goes, and where it may.
    fn by(&self) -> (&dyn Decider, Forwards<'_>) {
        (self.decider, self.forwards)
    }

    fn reach_of_route(&self, route: &Route, answers: &Answers<'_>) -> Result<Reach, TestNumber> {
        Ok(match route {
            Route::None => Reach::of(None, &[], self.by()),
            Route::Foreign | Route::Hop(_) => Reach::LEAVES,
            Route::Recipient => {
                let label = answers.get(self.reach).ok_or(self.reach)?;
                match self.reaches.get(label.0 as usize) {
                    Some(reach) => reach.under(answers, Reach::WORST)?,
                    None => Reach::WORST,
                }
            }
            Route::Address(address) => {
                let destinations = self.destinations(address, answers)?;
                Reach::of(Some(address), &destinations, self.by())
            }
            Route::RecipientAt(domain) => self.reach_within(domain, answers)?,
        })
    }

    /// Returns all that can happen to mail for the local-parts of a domain.
    fn reach_within(&self, domain: &Domain, answers: &Answers<'_>) -> Result<Reach, TestNumber> {
        let mut all = Reach::default();
        for local in locals(self.keys, domain) {
            let address = Address::new(local, domain.clone());
            let destinations = self.destinations(&address, answers)?;
            all = all.or(Reach::of(Some(&address), &destinations, self.by()));
        }
        Ok(all)
    }

    /// Returns where mail for an address ends up, by what is known of its reverse-path.
    pub(super) fn destinations(
        &self,
        address: &Address,
        answers: &Answers<'_>,
    ) -> Result<Vec<Destination>, TestNumber> {
        self.decider
            .destinations(address, &mut Known::new(answers, self.offset))
            .map_err(|Unanswered(test)| number(self.offset, test))
    }

    /// Returns whether mail for an address ends up, by this account, where mail for another does by
    /// the other side's.
    pub(super) fn agrees(
        &self,
        address: &Address,
        other: &Side<'_>,
        there: &Address,
        answers: &Answers<'_>,
    ) -> Result<bool, TestNumber> {
        let ours = self.destinations(address, answers)?;
        Ok((self.same)(&ours, &other.destinations(there, answers)?))
    }

    /// Returns whether every local-part goes to the same destinations in one domain by this
    /// account, and in another domain by the other side's.
    pub(super) fn agrees_within(
        &self,
        domain: &Domain,
        other: &Side<'_>,
        there: &Domain,
        answers: &Answers<'_>,
    ) -> Result<bool, TestNumber> {
        let mut all = locals(self.keys, domain);
        all.extend(locals(self.keys, there));
        for local in all {
            let [one, two] = [domain, there].map(|name| Address::new(local, name.clone()));
            if !self.agrees(&one, other, &two, answers)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Returns the local-parts that are told apart in a domain, and the fresh one.
pub(super) fn locals<'k>(keys: &'k Keys, domain: &Domain) -> BTreeSet<&'k str> {
    let special = keys.special(domain.as_str()).into_iter();
    let locals = special.map(|(local, _)| local);
    locals.chain([keys.fresh_local.as_str()]).collect()
}

/// The number of a side's test among those of all.
pub(super) fn number(offset: u32, test: TestId) -> TestNumber {
    TestNumber(offset.saturating_add(test.0))
}
