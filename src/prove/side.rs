//! One answerer in a run: its decider, its tests among those of all, and where its mail ends up.

use std::collections::BTreeSet;

use super::declared::Forwards;
use super::fork::{Answers, AsPlain, Known};
use super::keys::Keys;
use super::obligation::Outcome;
use super::reach::Reach;
use super::threads::in_parts;
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
pub(super) fn locals<'k>(keys: &'k Keys, domain: &Domain) -> BTreeSet<&'k str> {
    let special = keys.special(domain.as_str()).into_iter();
    let locals = special.map(|(local, _)| local);
    locals.chain([keys.fresh_local.as_str()]).collect()
}

/// The label of an address for which two deciders know other destinations.
pub(super) const DIFFERS: Label = Label(1);

/// Domains that one thread asks about before it looks for more.
const DOMAINS_IN_PART: usize = 1 << 12;

/// What is said of an address: where its mail ends up by each side, and whether they differ.
type Said = (Label, Label, Label);

/// Returns the tests that say where mail for each address ends up, by each decider, and for which
/// addresses they know other destinations.
///
/// SOUNDNESS: destinations differ by keys only (see [`Decider::destination_keys`]), and the keys of
/// all sides are asked here: every whole address, every local-part that is told apart by itself in
/// every domain, a fresh local-part of every domain, and a fresh domain.
pub(super) fn destination_tests(
    a: &dyn Decider,
    b: Option<&dyn Decider>,
    forwards: Forwards<'_>,
    keys: &Keys,
    at: &Loc,
) -> [Test; 3] {
    let say = |local: &str, domain: &Domain| -> Said {
        let address = Address::new(local, domain.clone());
        let ours = a.destinations(&address);
        let reach = Reach::of(Some(&address), &ours, forwards).label();
        let Some(b) = b else {
            return (reach, reach, Label::ABSENT);
        };
        let theirs = b.destinations(&address);
        let differs = if ours == theirs {
            Label::ABSENT
        } else {
            DIFFERS
        };
        let theirs = Reach::of(Some(&address), &theirs, forwards).label();
        (reach, theirs, differs)
    };
    let parts: Vec<&[String]> = keys.domains.chunks(DOMAINS_IN_PART).collect();
    let parts = in_parts(&parts, |domains| said(domains, keys, &say));
    let (one, two, three) = say(&keys.fresh_local, &Domain::literal(&keys.fresh_domain));
    let mut tables = [one, two, three].map(|fresh| Filling::new(fresh, at));
    for (domain, rest, locals) in parts.into_iter().flatten() {
        let [one, two, three] = &mut tables;
        for (table, pick) in [(one, 0), (two, 1), (three, 2)] {
            let pick = |said: &Said| [said.0, said.1, said.2].get(pick).copied();
            table.add(domain, &rest, &locals, &pick);
        }
    }
    let names = [
        "where the mail ends up",
        "where the mail ends up",
        "destinations differ",
    ];
    let [one, two, three] = tables;
    let [first, second, third] = names;
    [(first, one), (second, two), (third, three)]
        .map(|(name, one)| Test::new(name, Question::To(one.table), Some(at.clone())))
}

/// What is said of a domain's fresh local-part, and of those that are told apart.
type SaidOf<'k> = (&'k str, Said, Vec<(&'k str, Said)>);

fn said<'k>(
    domains: &'k [String],
    keys: &'k Keys,
    say: &dyn Fn(&str, &Domain) -> Said,
) -> Vec<SaidOf<'k>> {
    let of = |domain: &'k String| {
        let name = Domain::literal(domain);
        let rest = say(&keys.fresh_local, &name);
        let special = keys.special(domain).into_iter();
        let special = special.map(|(local, _)| (local, say(local, &name)));
        let special = special.filter(|(_, said)| *said != rest);
        (domain.as_str(), rest, special.collect())
    };
    domains.iter().map(of).collect()
}

/// A table in the making.
struct Filling {
    table: AddressTable,
    fresh: Label,
    at: Loc,
}

impl Filling {
    fn new(fresh: Label, at: &Loc) -> Self {
        let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
        table.otherwise(Row::new(fresh, at.clone()));
        Self {
            table,
            fresh,
            at: at.clone(),
        }
    }

    fn add(
        &mut self,
        domain: &str,
        rest: &Said,
        locals: &[(&str, Said)],
        pick: &dyn Fn(&Said) -> Option<Label>,
    ) {
        let row = |label| Row::new(label, self.at.clone());
        let rest = pick(rest).unwrap_or_default();
        if rest != self.fresh {
            self.table.insert(AddressKey::Domain, domain, row(rest));
        }
        for (local, said) in locals {
            let one = pick(said).unwrap_or_default();
            if one != rest {
                self.table.insert_address(local, domain, row(one));
            }
        }
    }
}

/// The number of a side's test among those of all.
pub(super) fn number(offset: u32, test: TestId) -> TestNumber {
    TestNumber(offset.saturating_add(test.0))
}
