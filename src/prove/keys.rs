//! The addresses that a run speaks of: what tables and destinations of all sides name, and fresh
//! ones.

use std::collections::BTreeSet;

use super::names::{fresh, names};
use super::universe::Axis;
use crate::decision::{AddressKey, AddressTable, KeyMap, Question, lower, with_address};

/// The values of a dimension of addresses.
#[derive(Debug)]
pub(super) struct Keys {
    /// How many local-parts there are, the fresh one among them.
    pub(super) locals: u128,
    pub(super) fresh_local: String,
    /// Local-parts that destinations depend on in every domain, sorted.
    followed: Vec<String>,
    /// Local-parts that only tables look at by themselves, sorted: see `universe::address`.
    named: KeyMap<()>,
    /// Every domain, sorted, with one below each; the fresh one comes first.
    pub(super) domains: Vec<String>,
    pub(super) fresh_domain: String,
    /// Whole addresses that are told apart. Address literals, which no path has for a domain, are
    /// here only.
    whole: KeyMap<()>,
    /// By domain: the numbers of its whole addresses, sorted by local-part.
    of_domain: KeyMap<Vec<u32>>,
}

/// Keys, as they are collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    followed: BTreeSet<String>,
    named: BTreeSet<String>,
    domains: KeyMap<()>,
    whole: KeyMap<()>,
}

/// Returns the local-part of a whole address.
fn local_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(local, _)| local)
}

impl Collected {
    /// Adds a key that destinations depend on; of a parent domain, the domain too.
    pub(super) fn add(&mut self, part: AddressKey, key: &str) {
        if part == AddressKey::Local {
            self.followed.insert(lower(key).into_owned());
        } else {
            self.add_of_table(part, key);
        }
    }

    /// Adds a key of a table.
    fn add_of_table(&mut self, part: AddressKey, key: &str) {
        let key = lower(key);
        match part {
            AddressKey::Local => {
                self.named.insert(key.into_owned());
            }
            AddressKey::Domain | AddressKey::Parent => {
                self.domains.put(&key, || ());
            }
            AddressKey::Address if key.contains('@') => {
                self.whole.put(&key, || ());
            }
            AddressKey::Address => {}
        }
    }

    /// Adds what a question names of an axis.
    pub(super) fn add_question(&mut self, question: &Question, axis: Axis) {
        const PARTS: [AddressKey; 4] = [
            AddressKey::Address,
            AddressKey::Domain,
            AddressKey::Parent,
            AddressKey::Local,
        ];
        if let Some(table) = address_table(question, axis) {
            for part in PARTS {
                for key in table.keys(part) {
                    self.add_of_table(part, key);
                }
            }
        }
        if let (Axis::From, Question::Owner(table) | Question::OwnerOfDomain(table)) =
            (axis, question)
        {
            for key in table.addresses() {
                self.add_of_table(AddressKey::Address, key);
            }
            for key in table.domains() {
                self.add_of_table(AddressKey::Domain, key);
            }
        }
    }

    /// Returns the keys with fresh ones.
    pub(super) fn finish(self) -> Keys {
        let Self {
            followed,
            named: by_tables,
            domains,
            whole,
        } = self;
        let mut of_domain: KeyMap<Vec<u32>> = KeyMap::default();
        let mut locals: KeyMap<()> = KeyMap::default();
        for (number, address) in (0..).zip(whole.keys()) {
            let (local, domain) = address.rsplit_once('@').unwrap_or_default();
            locals.put(local, || ());
            let place = of_domain.put(domain, Vec::new);
            if let Some(numbers) = of_domain.at_mut(place) {
                numbers.push(number);
            }
        }
        for (_, numbers) in of_domain.iter_mut() {
            numbers.sort_by(|a, b| local_of(whole.key(*a)).cmp(local_of(whole.key(*b))));
        }
        let mut named: KeyMap<()> = KeyMap::default();
        for local in by_tables.difference(&followed) {
            named.put(local, || ());
        }
        for local in by_tables.iter().chain(&followed) {
            locals.put(local, || ());
        }
        let fresh_local = fresh("nobody", |name| locals.contains(name));
        let domains = domains.keys().chain(of_domain.keys());
        // SOUNDNESS: a path with an address literal has no domain (see `PathForm`).
        let domains = domains.filter(|domain| !domain.starts_with('['));
        let names = names(domains.map(str::to_owned).collect(), "elsewhere");
        let domains = std::iter::once(names.fresh.clone()).chain(names.named);
        Keys {
            locals: locals.len() as u128 + 1,
            fresh_local,
            followed: followed.into_iter().collect(),
            named,
            domains: domains.collect(),
            fresh_domain: names.fresh,
            whole,
            of_domain,
        }
    }
}

impl Keys {
    /// Collects what the tests of an axis name.
    pub(super) fn of<'q>(questions: impl IntoIterator<Item = &'q Question>, axis: Axis) -> Self {
        let mut collected = Collected::default();
        for question in questions {
            collected.add_question(question, axis);
        }
        collected.finish()
    }

    /// Returns the local-parts of the whole addresses of a domain, sorted, each with the number of
    /// its address.
    pub(super) fn own(&self, domain: &str) -> impl Iterator<Item = (&str, u32)> + Clone {
        let numbers = self.of_domain.get(domain);
        let numbers = numbers.map(Vec::as_slice).unwrap_or_default().iter();
        numbers.map(|number| (local_of(self.whole.key(*number)), *number))
    }

    /// Returns whether a whole address is told apart.
    pub(super) fn has(&self, local: &str, domain: &str) -> bool {
        with_address(local, domain, |address| self.whole.contains(address))
    }

    /// Returns the local-parts that only tables look at by themselves, by number.
    pub(super) fn named(&self) -> &KeyMap<()> {
        &self.named
    }

    /// Returns the local-parts on which destinations depend in a domain, sorted, each with the
    /// number of its whole address, if it is one: all others go where the fresh one goes.
    pub(super) fn special(&self, domain: &str) -> Vec<(&str, Option<u32>)> {
        let own = self
            .own(domain)
            .map(|(local, number)| (local, Some(number)));
        let mut special: Vec<(&str, Option<u32>)> = own.collect();
        if !self.followed.is_empty() {
            let followed = self.followed.iter().map(String::as_str);
            let beside = followed.filter(|local| !self.has(local, domain));
            special.extend(beside.map(|local| (local, None)));
            special.sort_unstable();
        }
        special
    }

    /// Returns how many whole addresses are told apart.
    pub(super) fn wholes(&self) -> usize {
        self.whole.len()
    }
}

/// Returns the table of a question that looks at addresses of this axis.
pub(super) fn address_table(question: &Question, axis: Axis) -> Option<&AddressTable> {
    match (axis, question) {
        (Axis::From, Question::From(table)) | (Axis::To, Question::To(table)) => Some(table),
        _ => None,
    }
}
