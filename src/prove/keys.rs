//! The addresses that a run speaks of: what the tables of all sides name, and fresh ones.

use std::collections::{BTreeMap, BTreeSet};

use super::universe::{Axis, fresh};
use crate::decision::{AddressKey, AddressTable, Question};

/// The values of a dimension of addresses.
#[derive(Debug)]
pub(super) struct Keys {
    /// Every local-part, sorted; the last is fresh.
    pub(super) locals: Vec<String>,
    pub(super) fresh_local: String,
    /// Every domain, sorted; the fresh one comes first.
    pub(super) domains: Vec<String>,
    /// Whole addresses with a row of their own somewhere: by domain, the local-parts.
    pub(super) whole: BTreeMap<String, BTreeSet<String>>,
}

impl Keys {
    /// Collects what the tests of an axis name.
    pub(super) fn of<'q>(questions: impl IntoIterator<Item = &'q Question>, axis: Axis) -> Self {
        let mut locals: BTreeSet<String> = BTreeSet::new();
        let mut domains: BTreeSet<String> = BTreeSet::new();
        let mut whole: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut add_whole = |key: &str| {
            if let Some((local, domain)) = key.rsplit_once('@') {
                whole
                    .entry(domain.to_owned())
                    .or_default()
                    .insert(local.to_owned());
            }
        };
        for question in questions {
            if let Some(table) = address_table(question, axis) {
                table
                    .keys(AddressKey::Address)
                    .into_iter()
                    .for_each(&mut add_whole);
                domains.extend(
                    table
                        .keys(AddressKey::Domain)
                        .into_iter()
                        .map(str::to_owned),
                );
                domains.extend(
                    table
                        .keys(AddressKey::Parent)
                        .into_iter()
                        .map(str::to_owned),
                );
                locals.extend(table.keys(AddressKey::Local).into_iter().map(str::to_owned));
            }
            if let (Axis::From, Question::Owner(table) | Question::OwnerOfDomain(table)) =
                (axis, question)
            {
                table.addresses().into_iter().for_each(&mut add_whole);
                domains.extend(table.domains().into_iter().map(str::to_owned));
            }
        }
        for (domain, names) in &whole {
            domains.insert(domain.clone());
            locals.extend(names.iter().cloned());
        }
        // The nearest things that are not meant: a sub-domain of each.
        let below: Vec<String> = domains
            .iter()
            .map(|domain| format!("sub.{domain}"))
            .collect();
        domains.extend(below);
        let fresh_local = fresh("nobody", |name| locals.contains(name));
        let fresh_domain = fresh("elsewhere.example", |name| domains.contains(name));
        let mut locals: Vec<String> = locals.into_iter().collect();
        locals.push(fresh_local.clone());
        let domains = std::iter::once(fresh_domain).chain(domains).collect();
        Self {
            locals,
            fresh_local,
            domains,
            whole,
        }
    }
}

/// Returns the table of a question that looks at addresses of this axis.
pub(super) fn address_table(question: &Question, axis: Axis) -> Option<&AddressTable> {
    match (axis, question) {
        (Axis::From, Question::From(table)) | (Axis::To, Question::To(table)) => Some(table),
        _ => None,
    }
}
