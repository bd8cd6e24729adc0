//! Grants as they were written, and whether one covers an envelope.
//!
//! Each limited grant has tests of its own, made from the names that stand in it. What a login's
//! grant covers is a relation for each place in its list, found from the mailboxes upwards.

mod rights;

pub(in crate::prove) use rights::Rights;

use std::collections::HashMap;
use std::sync::Arc;

use super::owners::Ways;
use super::{Answered, Asked, FROM, TO};
use crate::decision::{AddressKey, AddressTable, Label, OwnerTable, Question, Row, Test, TestId};
use crate::mail::Listener;
use crate::policy::{DestinationScope, Grant, Login, Policy, SenderScope};
use crate::prove::kind::{Forward, Reverse};

/// A grant that limits something.
#[derive(Debug)]
pub(super) struct Declared {
    from: From,
    to: Option<To>,
    listeners: Vec<Listener>,
    needs_tls: bool,
}

#[derive(Debug)]
enum From {
    Any,
    Named(Names),
    /// The relation of this grant's place in its login's list; whole addresses, and domains.
    Owned(TestId, TestId, Words),
}

#[derive(Debug)]
struct To {
    names: Names,
    postmaster: bool,
}

/// The names of a list: tests of paths that have an address, and of those that have a domain only.
#[derive(Debug)]
struct Names {
    whole: TestId,
    domain: TestId,
    words: Words,
}

/// The words of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Words {
    local: bool,
    null: bool,
}

/// What a limited grant says of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    No,
    UnderTls,
    Yes,
}

/// The limited grants, by their holders.
#[derive(Debug, Default)]
pub(super) struct Grants {
    /// Of networks that are limited, each list once, in the order of the text.
    pub(super) networks: Vec<Vec<Declared>>,
    /// Of logins that are limited in more than their reverse-paths; those of all logins first.
    pub(super) logins: Vec<Vec<Declared>>,
}

/// What a list of grants says, but for the places.
type Said<'p> = Vec<(
    Vec<&'p SenderScope>,
    Vec<&'p DestinationScope>,
    &'p [Listener],
    bool,
)>;

/// Returns the different lists of limited grants of networks, and for each network the number of
/// its list, from 1 on; 0: none.
pub(super) fn network_lists(policy: &Policy) -> (Vec<&[Grant]>, Vec<u32>) {
    let mut lists: Vec<&[Grant]> = Vec::new();
    let mut known: HashMap<Said<'_>, u32> = HashMap::new();
    let mut numbers = Vec::new();
    for network in &policy.networks {
        if network.grants.is_empty() || is_unlimited(&network.grants) {
            numbers.push(0);
            continue;
        }
        let said = network.grants.iter().map(|grant| {
            let from = grant.from.iter().map(|scope| &scope.value);
            let to = grant.to.iter().map(|scope| &scope.value);
            let listeners = grant.listeners.as_slice();
            (from.collect(), to.collect(), listeners, grant.needs_tls)
        });
        let number = *known.entry(said.collect()).or_insert_with(|| {
            lists.push(&network.grants);
            u32::try_from(lists.len()).unwrap_or(u32::MAX)
        });
        numbers.push(number);
    }
    (lists, numbers)
}

/// Returns how many different rights the networks of a policy have.
pub(in crate::prove) fn different_rights(policy: &Policy) -> usize {
    network_lists(policy).0.len()
}

/// Returns whether a network may send whatever it likes.
pub(super) fn is_unlimited(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| {
        is_any_sender(grant)
            && is_any_recipient(grant)
            && grant.listeners.is_empty()
            && !grant.needs_tls
    })
}

/// Returns whether grants of a login limit more than reverse-paths.
pub(super) fn limits_more(grants: &[Grant]) -> bool {
    let limited = |grant: &Grant| !is_any_recipient(grant) || !grant.listeners.is_empty();
    grants.iter().any(limited)
}

pub(super) fn is_any_sender(grant: &Grant) -> bool {
    let any = grant
        .from
        .iter()
        .filter(|scope| scope.value == SenderScope::Any);
    grant.from.is_empty() || any.count() > 0
}

fn is_any_recipient(grant: &Grant) -> bool {
    let any = grant
        .to
        .iter()
        .filter(|scope| scope.value == DestinationScope::Any);
    grant.to.is_empty() || any.count() > 0
}

/// Returns the grants of a login.
pub(super) fn of<'p>(policy: &'p Policy, login: &'p Login) -> &'p [Grant] {
    match login.grants.as_slice() {
        [] => &policy.authenticated,
        own => own,
    }
}

/// Reads the limited grants; their tests are added to `tests`.
pub(super) fn read(policy: &Policy, ways: &Ways<'_>, tests: &mut Vec<Test>) -> Grants {
    let mut grants = Grants::default();
    for list in network_lists(policy).0 {
        let one = |grant: &Grant| declared(policy, grant, None, tests);
        grants.networks.push(list.iter().map(one).collect());
    }
    let own = policy.logins.values().map(|login| login.grants.as_slice());
    let own = own.filter(|grants| !grants.is_empty());
    let holders = std::iter::once(policy.authenticated.as_slice()).chain(own);
    let holders: Vec<&[Grant]> = holders.filter(|grants| limits_more(grants)).collect();
    let places = holders.iter().map(|grants| grants.len()).max().unwrap_or(0);
    let relations: Vec<(TestId, TestId)> = (0..places)
        .map(|place| {
            let table = Arc::new(owners(policy, ways, place));
            let at = &policy.host.at;
            let name = format!("declared owner by grant {place}");
            let whole = push(tests, &name, Question::Owner(Arc::clone(&table)), at);
            let name = format!("{name}, of the domain");
            (
                whole,
                push(tests, &name, Question::OwnerOfDomain(table), at),
            )
        })
        .collect();
    for holder in holders {
        let one = |(grant, owned): (&Grant, &(TestId, TestId))| {
            declared(policy, grant, Some(*owned), tests)
        };
        grants
            .logins
            .push(holder.iter().zip(&relations).map(one).collect());
    }
    grants
}

fn declared(
    policy: &Policy,
    grant: &Grant,
    owned: Option<(TestId, TestId)>,
    tests: &mut Vec<Test>,
) -> Declared {
    let words = Words {
        local: grant.from.iter().any(|one| one.value == SenderScope::Local),
        null: grant.from.iter().any(|one| one.value == SenderScope::Null),
    };
    let from = match owned {
        _ if is_any_sender(grant) => From::Any,
        Some((whole, domain)) => From::Owned(whole, domain, words),
        None => {
            let (whole, domain) = sender_tables(grant);
            From::Named(Names {
                whole: push(tests, "declared senders", Question::From(whole), &grant.at),
                domain: push(
                    tests,
                    "declared domains of senders",
                    Question::From(domain),
                    &grant.at,
                ),
                words,
            })
        }
    };
    let to = (!is_any_recipient(grant)).then(|| {
        let (whole, domain) = recipient_tables(grant);
        let local = grant
            .to
            .iter()
            .any(|one| one.value == DestinationScope::Local);
        let address = policy.postmaster().map(|postmaster| &postmaster.value);
        let postmaster = address.is_some_and(|address| {
            let (local_part, name) = (address.local(), address.domain().as_str());
            local || whole.lookup(Some(local_part), Some(name)).is_some()
        });
        To {
            names: Names {
                whole: push(tests, "declared recipients", Question::To(whole), &grant.at),
                domain: push(
                    tests,
                    "declared domains of recipients",
                    Question::To(domain),
                    &grant.at,
                ),
                words: Words { local, null: false },
            },
            postmaster,
        }
    });
    Declared {
        from,
        to,
        listeners: grant.listeners.clone(),
        needs_tls: grant.needs_tls,
    }
}

fn push(tests: &mut Vec<Test>, name: &str, question: Question, at: &crate::source::Loc) -> TestId {
    let number = TestId(u32::try_from(tests.len()).unwrap_or(u32::MAX));
    tests.push(Test::new(name, question, Some(at.clone())));
    number
}

/// Returns the table of whole addresses and domains, and that of domains alone.
fn sender_tables(grant: &Grant) -> (AddressTable, AddressTable) {
    let (mut whole, mut domains) = empty();
    let row = || Row::new(Label(1), grant.at.clone());
    for scope in &grant.from {
        match &scope.value {
            SenderScope::Address(one) => {
                whole.insert(AddressKey::Address, &one.to_string(), row());
            }
            SenderScope::Domain(one) => {
                whole.insert(AddressKey::Domain, one.as_str(), row());
                domains.insert(AddressKey::Domain, one.as_str(), row());
            }
            SenderScope::Below(above) => {
                whole.insert(AddressKey::Parent, above.as_str(), row());
                domains.insert(AddressKey::Parent, above.as_str(), row());
            }
            SenderScope::Own | SenderScope::Any | SenderScope::Null | SenderScope::Local => {}
        }
    }
    (whole, domains)
}

fn recipient_tables(grant: &Grant) -> (AddressTable, AddressTable) {
    let (mut whole, mut domains) = empty();
    let row = || Row::new(Label(1), grant.at.clone());
    for scope in &grant.to {
        match &scope.value {
            DestinationScope::Address(one) => {
                whole.insert(AddressKey::Address, &one.to_string(), row());
            }
            DestinationScope::Domain(one) => {
                whole.insert(AddressKey::Domain, one.as_str(), row());
                domains.insert(AddressKey::Domain, one.as_str(), row());
            }
            DestinationScope::Below(above) => {
                whole.insert(AddressKey::Parent, above.as_str(), row());
                domains.insert(AddressKey::Parent, above.as_str(), row());
            }
            DestinationScope::Any | DestinationScope::Local => {}
        }
    }
    (whole, domains)
}

fn empty() -> (AddressTable, AddressTable) {
    (
        AddressTable::new(&[AddressKey::Address, AddressKey::Domain, AddressKey::Parent]),
        AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]),
    )
}

/// Which reverse-paths the grants at one place of limited logins' lists cover.
fn owners(policy: &Policy, ways: &Ways<'_>, place: usize) -> OwnerTable {
    let mut table = OwnerTable::new();
    for (name, login) in policy.logins.iter() {
        let grants = of(policy, login);
        if !limits_more(grants) {
            continue;
        }
        for scope in grants.get(place).iter().flat_map(|grant| &grant.from) {
            match &scope.value {
                SenderScope::Own => {
                    table.own_all(name, ways.upwards(name));
                }
                SenderScope::Address(address) => table.own_address(name, &address.to_string()),
                SenderScope::Domain(domain) => table.own_domain(name, domain.as_str()),
                SenderScope::Any
                | SenderScope::Null
                | SenderScope::Local
                | SenderScope::Below(_) => {}
            }
        }
    }
    table.spread_domains();
    if policy.host.plus_addressing.is_some() {
        table.with_extensions();
    }
    table
}

impl Declared {
    /// Returns what a network's grant says of an envelope.
    pub(super) fn covers(&self, asked: &mut Asked<'_, '_>) -> Answered<Covers> {
        if !self.holds(asked)? || !self.from(false, asked)? || !self.to(asked)? {
            return Ok(Covers::No);
        }
        if self.needs_tls && !asked.tls()? {
            return Ok(Covers::UnderTls);
        }
        Ok(Covers::Yes)
    }

    /// Returns whether a login's grant covers an envelope. Who has a login is under TLS.
    pub(super) fn covers_login(&self, asked: &mut Asked<'_, '_>) -> Answered<bool> {
        Ok(self.holds(asked)? && self.from(true, asked)? && self.to(asked)?)
    }

    fn holds(&self, asked: &mut Asked<'_, '_>) -> Answered<bool> {
        Ok(self.listeners.is_empty() || self.listeners.contains(&asked.listener()?))
    }

    /// Returns whether it covers the reverse-path; a login may always use the null one.
    fn from(&self, is_login: bool, asked: &mut Asked<'_, '_>) -> Answered<bool> {
        let (whole, domain, words) = match &self.from {
            From::Any => return Ok(true),
            From::Named(names) => (names.whole, names.domain, names.words),
            From::Owned(whole, domain, words) => (*whole, *domain, *words),
        };
        match asked.reverse()? {
            Reverse::Neither => Ok(false),
            Reverse::Null => Ok(is_login || words.null),
            Reverse::Plain | Reverse::Address => {
                Ok((words.local && asked.yes(FROM)?) || asked.yes(whole)?)
            }
            Reverse::Domain => Ok((words.local && asked.yes(FROM)?) || asked.yes(domain)?),
        }
    }

    fn to(&self, asked: &mut Asked<'_, '_>) -> Answered<bool> {
        let Some(to) = &self.to else {
            return Ok(true);
        };
        let Names {
            whole,
            domain,
            words,
        } = to.names;
        match asked.forward()? {
            Forward::Abroad | Forward::Routed | Forward::Nowhere => Ok(false),
            Forward::Postmaster => Ok(to.postmaster),
            Forward::Plain | Forward::Address => {
                Ok((words.local && asked.ask.ask(TO)? == Label(1)) || asked.yes(whole)?)
            }
            Forward::Domain => {
                Ok((words.local && asked.ask.ask(TO)? == Label(1)) || asked.yes(domain)?)
            }
        }
    }
}
