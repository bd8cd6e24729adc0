//! Routers that run for some senders only (`senders`, spec 4.96, section 15.1): who answers for the
//! sender, and whose mail each router takes.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::walk::Walk;
use super::{Driver, Router, Routers};
use crate::decision::{
    AddressKey, AddressTable, Ask, Label, Question, Row, Test, TestId, Unanswered,
};
use crate::mail::{Address, PathForm};
use crate::source::Loc;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::decider::EximDecider;
use crate::target::exim::interpret::rows::HOLDS;
use crate::target::exim::interpret::session::is_canonical;
use crate::target::exim::interpret::truth::Truth;
use crate::target::exim::interpret::value::{Bool, Leaf, Part};

/// Who answers questions about the sender.
pub(in super::super) trait Sender {
    /// Returns the answer to a question about the reverse-path.
    fn leaf(&self, leaf: &Leaf) -> Result<Truth, Unanswered>;
}

/// Nothing is known of the sender.
pub(in super::super) struct Unknown;

impl Sender for Unknown {
    fn leaf(&self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        match leaf {
            Leaf::Path(_, test) => Err(Unanswered(*test)),
            _ => Err(Unanswered(EximDecider::FROM_FORM)),
        }
    }
}

/// The sender is that of an envelope.
pub(in super::super) struct OfEnvelope<'a> {
    pub(in super::super) ask: RefCell<&'a mut dyn Ask>,
    pub(in super::super) tests: &'a [Test],
}

impl Sender for OfEnvelope<'_> {
    fn leaf(&self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        let mut ask = self.ask.borrow_mut();
        let form = ask.ask(EximDecider::FROM_FORM)?;
        let form = PathForm::from_index(form.0).unwrap_or(PathForm::Malformed);
        let holds = match leaf {
            Leaf::Form(_, forms) => forms.contains(&form),
            Leaf::Path(atom, test) => {
                let is_asked = match atom.part {
                    Part::Domain => form.has_domain(),
                    Part::Whole | Part::Local => is_canonical(form, Side::From, atom.view),
                };
                if is_asked {
                    ask.ask(*test)? == HOLDS
                } else {
                    holds(self.tests, *test, None, None)
                }
            }
            _ => false,
        };
        Ok(Truth::of(holds))
    }
}

/// The sender is this plain address.
struct Plain<'a> {
    tests: &'a [Test],
    local: &'a str,
    domain: &'a str,
}

impl Sender for Plain<'_> {
    fn leaf(&self, leaf: &Leaf) -> Result<Truth, Unanswered> {
        Ok(Truth::of(match leaf {
            Leaf::Form(_, forms) => forms.contains(&PathForm::Plain),
            Leaf::Path(_, test) => holds(self.tests, *test, Some(self.local), Some(self.domain)),
            _ => false,
        }))
    }
}

fn holds(tests: &[Test], test: TestId, local: Option<&str>, domain: Option<&str>) -> bool {
    match tests.get(test.index()).map(|test| &test.question) {
        Some(Question::From(table) | Question::To(table)) => {
            let row = table.lookup(local, domain);
            row.is_some_and(|row| row.label == HOLDS)
        }
        _ => false,
    }
}

/// Returns whether a question is one about the sender.
pub(super) fn is_about_sender(leaf: &Leaf) -> bool {
    match leaf {
        Leaf::Path(atom, _) => atom.side == Side::From,
        Leaf::Form(side, _) => *side == Side::From,
        _ => false,
    }
}

/// Names the tests of a condition.
fn tests_of(condition: &Bool, found: &mut BTreeSet<TestId>) {
    match condition {
        Bool::Not(inner) => tests_of(inner, found),
        Bool::All(all) | Bool::Any(all) => all.iter().for_each(|one| tests_of(one, found)),
        Bool::If(condition, yes, no) => {
            for one in [condition, yes, no] {
                tests_of(one, found);
            }
        }
        Bool::Leaf(leaf @ Leaf::Path(_, test)) if is_about_sender(leaf) => {
            found.insert(*test);
        }
        Bool::Const(_) | Bool::Defer | Bool::Forced | Bool::Leaf(_) => {}
    }
}

/// How names begin that no file need hold.
const STEM: &str = "nobodys-name-";

/// A local-part of nobody's in particular.
const SOMEBODY: &str = "postmaster";

impl Routers {
    /// Returns an address that no file names.
    fn anybody(&self, tests: &[Test], qualify: Option<&str>) -> Address {
        let mut names = BTreeSet::new();
        let mut add = |key: &str| {
            names.extend(key.starts_with(STEM).then(|| key.to_owned()));
        };
        for test in tests {
            if let Question::To(table) | Question::From(table) = &test.question {
                for part in [AddressKey::Domain, AddressKey::Parent, AddressKey::Local] {
                    table.each_key(part, &mut add);
                }
                table.each_key(AddressKey::Address, &mut add);
            }
        }
        self.keys(qualify, &mut |_, key| add(key));
        let fresh = (0_usize..).map(|number| format!("{STEM}{number}"));
        let mut fresh = fresh.filter(|name| names.iter().all(|key| !key.starts_with(name)));
        let name = fresh.next().unwrap_or_default();
        Address::new(&name, crate::mail::Domain::literal(&name))
    }
}

impl Router {
    /// Returns whether what is not ours may leave by it.
    fn leaves(&self) -> bool {
        matches!(
            self.driver,
            Driver::Hosts { .. } | Driver::Exchangers(_) | Driver::Literal(_)
        )
    }
}

impl<'w> Walk<'w> {
    /// Returns the same walk, for another sender.
    fn with<'s>(&self, sender: &'s dyn Sender) -> Walk<'s>
    where
        'w: 's,
    {
        Walk {
            sender,
            given: self.given.clone(),
            ..*self
        }
    }

    /// Returns, by number, the routers that take mail for an address that no file names, each
    /// with the table of the senders whose mail it takes.
    ///
    /// Senders are told apart by the keys of the tables that routers look them up in.
    pub(in super::super) fn routers_of_anybody(&self, at: &Loc) -> BTreeMap<usize, AddressTable> {
        let anybody = self.routers.anybody(self.tests, self.qualify);
        let nowhere = anybody.domain().as_str();
        let takes = |local: &str, domain: &str| {
            let tests = self.tests;
            let sender = Plain {
                tests,
                local,
                domain,
            };
            let walk = self.with(&sender);
            walk.takes(&anybody).ok().flatten()
        };
        let mut asked = BTreeSet::new();
        for router in &self.routers.list {
            tests_of(&router.conditions, &mut asked);
        }
        let mut senders: Vec<(AddressKey, String, Option<usize>)> = Vec::new();
        let tables = asked.iter().filter_map(|test| self.tests.get(test.index()));
        for test in tables {
            let Question::From(table) = &test.question else {
                continue;
            };
            for part in [AddressKey::Address, AddressKey::Domain, AddressKey::Parent] {
                table.each_key(part, &mut |key| {
                    let taker = match (part, key.rsplit_once('@')) {
                        (AddressKey::Address, Some((local, domain))) => takes(local, domain),
                        (AddressKey::Parent, _) => takes(SOMEBODY, &format!("{nowhere}.{key}")),
                        _ => takes(SOMEBODY, key),
                    };
                    senders.push((part, key.to_owned(), taker));
                });
            }
        }
        let rest = takes(SOMEBODY, nowhere);
        let takers = senders.iter().map(|(.., taker)| *taker).chain([rest]);
        let takers: BTreeSet<usize> = takers.flatten().collect();
        let order = [AddressKey::Address, AddressKey::Domain, AddressKey::Parent];
        let table = |number: usize| {
            let label = |taker: Option<usize>| Label(u32::from(taker == Some(number)));
            let row = |taker| Row::new(label(taker), at.clone());
            let mut table = AddressTable::new(&order);
            for (part, key, taker) in &senders {
                table.insert(*part, key, row(*taker));
            }
            table.otherwise(row(rest));
            (number, table)
        };
        takers.into_iter().map(table).collect()
    }

    /// Returns whose mail each router hands to other hosts; of none that is left out it is known.
    pub(in super::super) fn senders_of_routers(&self) -> Vec<Option<AddressTable>> {
        let mut routers = self.routers.list.iter();
        let mut of_anybody = match routers.find(|router| router.by_sender) {
            Some(router) => self.routers_of_anybody(&router.at),
            None => BTreeMap::new(),
        };
        let numbered = self.routers.list.iter().enumerate();
        numbered
            .map(|(number, router)| {
                let senders = of_anybody.remove(&number);
                senders.filter(|_| router.leaves())
            })
            .collect()
    }
}
