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
use crate::target::exim::interpret::met::{Met, met};
use crate::target::exim::interpret::rows::HOLDS;
use crate::target::exim::interpret::value::{Bool, Leaf, PathAtom};

/// A question about the reverse-path.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Asked<'l> {
    /// That part of it has a row.
    Path(PathAtom, TestId),
    /// It has one of these forms.
    Form(&'l [PathForm]),
}

/// Who answers questions about the sender.
pub(in super::super) trait Sender {
    /// Returns whether it is so.
    fn holds(&self, asked: Asked<'_>) -> Result<bool, Unanswered>;
}

/// Nothing is known of the sender.
pub(in super::super) struct Unknown;

impl Sender for Unknown {
    fn holds(&self, asked: Asked<'_>) -> Result<bool, Unanswered> {
        Err(Unanswered(match asked {
            Asked::Path(_, test) => test,
            Asked::Form(_) => EximDecider::FROM_FORM,
        }))
    }
}

/// The sender is that of an envelope.
pub(in super::super) struct OfEnvelope<'a> {
    pub(in super::super) ask: RefCell<&'a mut dyn Ask>,
    pub(in super::super) tests: &'a [Test],
}

impl Sender for OfEnvelope<'_> {
    fn holds(&self, asked: Asked<'_>) -> Result<bool, Unanswered> {
        let mut ask = self.ask.borrow_mut();
        let form = ask.ask(EximDecider::FROM_FORM)?;
        let form = PathForm::from_index(form.0).unwrap_or(PathForm::Malformed);
        Ok(match asked {
            Asked::Form(forms) => forms.contains(&form),
            Asked::Path(atom, test) => {
                match met(form, atom) {
                    Met::Asked => ask.ask(test)? == HOLDS,
                    // `Untold` is of addresses without their extension, which no list of senders
                    // is compared with; of what is odd none is accepted that this is asked of.
                    Met::Never | Met::Untold | Met::Odd => holds(self.tests, test, None, None),
                }
            }
        })
    }
}

/// The sender is this plain address.
struct Plain<'a> {
    tests: &'a [Test],
    local: &'a str,
    domain: &'a str,
}

impl Sender for Plain<'_> {
    fn holds(&self, asked: Asked<'_>) -> Result<bool, Unanswered> {
        Ok(match asked {
            Asked::Form(forms) => forms.contains(&PathForm::Plain),
            Asked::Path(_, test) => holds(self.tests, test, Some(self.local), Some(self.domain)),
        })
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

/// Returns the question that a leaf asks of the sender, if it does.
pub(super) fn asked(leaf: &Leaf) -> Option<Asked<'_>> {
    if let Leaf::Path(atom, test) = leaf {
        return (atom.side == Side::From).then_some(Asked::Path(*atom, *test));
    }
    if let Leaf::Form(Side::From, forms) = leaf {
        return Some(Asked::Form(forms));
    }
    None
}

/// Names the questions that a condition asks of the sender.
fn questions<'c>(condition: &'c Bool, found: &mut dyn FnMut(Asked<'c>)) {
    match condition {
        Bool::Not(inner) => questions(inner, found),
        Bool::All(all) | Bool::Any(all) => all.iter().for_each(|one| questions(one, found)),
        Bool::If(condition, yes, no) => {
            for one in [condition, yes, no] {
                questions(one, found);
            }
        }
        Bool::Leaf(leaf) => {
            if let Some(asked) = asked(leaf) {
                found(asked);
            }
        }
        Bool::Const(_) | Bool::Defer | Bool::Forced => {}
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
    /// Returns whether it asks for the sender.
    fn asks_sender(&self) -> bool {
        let mut asks = false;
        questions(&self.conditions, &mut |_| asks = true);
        asks
    }

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
            questions(&router.conditions, &mut |one| {
                if let Asked::Path(_, test) = one {
                    asked.insert(test);
                }
            });
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
        let mut of_anybody = match routers.find(|router| router.asks_sender()) {
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
