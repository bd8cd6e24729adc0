//! Classes of addresses: every local-part that is named, and a fresh one, in every domain that is
//! named, a sub-domain of each, and a fresh one.

use std::collections::{BTreeSet, HashMap};

use super::Axis;
use super::class::{Dimension, Labels, TestNumber, Witness};
use crate::decision::{AddressKey, AddressTable, Label, Question};
use crate::mail::{Address, Domain};
use crate::prove::keys::{Keys, address_table};

type Questions<'q> = [(TestNumber, &'q Question)];

/// Which class an address is in.
#[derive(Debug, Default)]
pub(super) struct ClassOf {
    /// By domain, by local-part: whole addresses with a row, and local-parts that tables name.
    whole: HashMap<String, HashMap<String, u32>>,
    /// By domain, for every other local-part.
    rest: HashMap<String, u32>,
}

impl ClassOf {
    /// Returns the class of an address of the universe.
    pub(super) fn get(&self, local: &str, domain: &str) -> Option<u32> {
        let whole = self.whole.get(domain).and_then(|locals| locals.get(local));
        whole.or_else(|| self.rest.get(domain)).copied()
    }
}

/// Returns the classes of addresses of an axis, and the class of each address.
pub(super) fn classes(questions: &Questions<'_>, keys: &Keys, axis: Axis) -> (Dimension, ClassOf) {
    let tables: Vec<(TestNumber, &AddressTable)> = questions
        .iter()
        .filter_map(|(test, question)| address_table(question, axis).map(|table| (*test, table)))
        .collect();
    let mut dimension = Dimension::default();
    for (test, table) in &tables {
        dimension.set_default(*test, label(table, &keys.fresh_local, &keys.fresh_domain));
    }
    let index = Index::new(&tables);
    let mut class_of = ClassOf::default();
    let locals = keys.locals.len() as u128;
    for domain in &keys.domains {
        let labels = |local: &str| -> Labels {
            let looking = index.tables(local, domain).into_iter();
            let looking = looking.filter_map(|at| tables.get(at));
            looking
                .map(|(test, table)| (*test, label(table, local, domain)))
                .collect()
        };
        let witness = |local: &str| Witness::Address(Address::new(local, Domain::literal(domain)));
        let special = keys.special(domain);
        let rest = locals - special.len() as u128;
        let number = dimension.add(labels(&keys.fresh_local), rest, || {
            witness(&keys.fresh_local)
        });
        class_of.rest.insert(domain.clone(), number);
        for local in special {
            let number = dimension.add(labels(local), 1, || witness(local));
            class_of
                .whole
                .entry(domain.clone())
                .or_default()
                .insert(local.to_owned(), number);
        }
    }
    (dimension, class_of)
}

/// Which tables have a key, by the part that they look at.
#[derive(Debug, Default)]
struct Index<'q>(HashMap<(AddressKey, &'q str), Vec<usize>>);

impl<'q> Index<'q> {
    fn new(tables: &[(TestNumber, &'q AddressTable)]) -> Self {
        const PARTS: [AddressKey; 4] = [
            AddressKey::Address,
            AddressKey::Domain,
            AddressKey::Parent,
            AddressKey::Local,
        ];
        let mut index = Self::default();
        for (at, (_, table)) in tables.iter().enumerate() {
            for part in PARTS {
                for key in table.keys(part) {
                    index.0.entry((part, key)).or_default().push(at);
                }
            }
        }
        index
    }

    /// Returns the tables that have a key for an address.
    ///
    /// SOUNDNESS: every other table answers what it answers where it has no row, which is the
    /// default of its test: neither the fresh local-part nor the fresh domain is a key of any.
    fn tables(&self, local: &str, domain: &str) -> BTreeSet<usize> {
        let address = [local, "@", domain].concat();
        let parents = domain.match_indices('.');
        let parents = parents.filter_map(|(dot, _)| domain.get(dot + 1..));
        [
            (AddressKey::Address, address.as_str()),
            (AddressKey::Domain, domain),
            (AddressKey::Local, local),
        ]
        .into_iter()
        .chain(parents.map(|parent| (AddressKey::Parent, parent)))
        .filter_map(|key| self.0.get(&key))
        .flatten()
        .copied()
        .collect()
    }
}

fn label(table: &AddressTable, local: &str, domain: &str) -> Label {
    table
        .lookup(Some(local), Some(domain))
        .map_or(Label::ABSENT, |row| row.label)
}
