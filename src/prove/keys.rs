//! The addresses that a run speaks of: what tables and destinations of all sides name, and fresh
//! ones.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{fresh, names};
use super::universe::Axis;
use crate::decision::{AddressKey, AddressTable, Question};

/// The values of a dimension of addresses.
#[derive(Debug)]
pub(super) struct Keys {
    /// Every local-part, sorted; the last is fresh.
    pub(super) locals: Vec<String>,
    pub(super) fresh_local: String,
    /// Local-parts that are told apart in every domain.
    pub(super) named: BTreeSet<String>,
    /// Every domain, sorted, with one below each; the fresh one comes first.
    pub(super) domains: Vec<String>,
    pub(super) fresh_domain: String,
    /// Whole addresses that are told apart: by domain, the local-parts. Address literals, which no
    /// path has for a domain, are here only.
    pub(super) whole: BTreeMap<String, BTreeSet<String>>,
}

/// Keys, as they are collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    named: BTreeSet<String>,
    domains: BTreeSet<String>,
    whole: BTreeMap<String, BTreeSet<String>>,
}

impl Collected {
    /// Adds a key; of a parent domain, the domain too.
    pub(super) fn add(&mut self, part: AddressKey, key: &str) {
        let key = key.to_ascii_lowercase();
        match part {
            AddressKey::Local => {
                self.named.insert(key);
            }
            AddressKey::Domain | AddressKey::Parent => {
                self.domains.insert(key);
            }
            AddressKey::Address => {
                if let Some((local, domain)) = key.rsplit_once('@') {
                    let locals = self.whole.entry(domain.to_owned()).or_default();
                    locals.insert(local.to_owned());
                }
            }
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
                    self.add(part, key);
                }
            }
        }
        if let (Axis::From, Question::Owner(table) | Question::OwnerOfDomain(table)) =
            (axis, question)
        {
            for key in table.addresses() {
                self.add(AddressKey::Address, key);
            }
            for key in table.domains() {
                self.add(AddressKey::Domain, key);
            }
        }
    }

    /// Returns the keys with fresh ones.
    pub(super) fn finish(self) -> Keys {
        let Self {
            named,
            mut domains,
            whole,
        } = self;
        domains.extend(whole.keys().cloned());
        // SOUNDNESS: a path with an address literal has no domain (see `PathForm`).
        domains.retain(|domain| !domain.starts_with('['));
        let mut locals = named.clone();
        locals.extend(whole.values().flatten().cloned());
        let fresh_local = fresh("nobody", |name| locals.contains(name));
        let mut locals: Vec<String> = locals.into_iter().collect();
        locals.push(fresh_local.clone());
        let names = names(domains, "elsewhere");
        let domains = std::iter::once(names.fresh.clone()).chain(names.named);
        Keys {
            locals,
            fresh_local,
            named,
            domains: domains.collect(),
            fresh_domain: names.fresh,
            whole,
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

    /// Returns the local-parts that are told apart in a domain: all others are as the fresh one.
    pub(super) fn special(&self, domain: &str) -> BTreeSet<&str> {
        let own = self.whole.get(domain).into_iter().flatten();
        self.named.iter().chain(own).map(String::as_str).collect()
    }
}

/// Returns the table of a question that looks at addresses of this axis.
pub(super) fn address_table(question: &Question, axis: Axis) -> Option<&AddressTable> {
    match (axis, question) {
        (Axis::From, Question::From(table)) | (Axis::To, Question::To(table)) => Some(table),
        _ => None,
    }
}
