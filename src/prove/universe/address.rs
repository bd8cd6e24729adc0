//! Classes of addresses: every local-part that is named, and a fresh one, in every domain that is
//! named, a sub-domain of each, and a fresh one.

use std::collections::HashMap;

use super::Axis;
use super::class::{Dimension, Labels, TestNumber, Witness};
use crate::decision::{AddressKey, AddressProbe, AddressTable, KeyMap, Label, Question};
use crate::mail::{Address, Domain};
use crate::prove::keys::{Keys, address_table};

type Questions<'q> = [(TestNumber, &'q Question)];

/// Which class an address is in.
#[derive(Debug, Default)]
pub(super) struct ClassOf {
    /// By the number of a whole address that is told apart.
    whole: Vec<u32>,
    /// By domain: local-parts that tables name by themselves, and that are in no such address.
    named: HashMap<String, HashMap<String, u32>>,
    /// By domain, for every other local-part.
    rest: KeyMap<u32>,
}

impl ClassOf {
    /// Returns the class of a whole address, by its number.
    pub(super) fn whole(&self, number: u32) -> Option<u32> {
        self.whole.get(number as usize).copied()
    }

    /// Returns the class of a local-part that tables name by itself, in a domain.
    pub(super) fn named(&self, local: &str, domain: &str) -> Option<u32> {
        self.named.get(domain)?.get(local).copied()
    }

    /// Returns the class of all other local-parts of a domain.
    pub(super) fn rest(&self, domain: &str) -> Option<u32> {
        self.rest.get(domain).copied()
    }
}

/// Returns the classes of addresses of an axis, and the class of each address.
pub(super) fn classes(questions: &Questions<'_>, keys: &Keys, axis: Axis) -> (Dimension, ClassOf) {
    let mut dimension = Dimension::default();
    let mut tables = Tables::default();
    for (test, question) in questions {
        if let Some(table) = address_table(question, axis) {
            let default = table.lookup(Some(&keys.fresh_local), Some(&keys.fresh_domain));
            let default = default.map_or(Label::ABSENT, |row| row.label);
            dimension.set_default(*test, default);
            tables.add(Table {
                test: *test,
                rows: table,
                default,
            });
        }
    }
    let mut class_of = ClassOf {
        whole: vec![0; keys.wholes()],
        ..ClassOf::default()
    };
    let mut labels = Labels::new();
    for domain in &keys.domains {
        let witness = |local: &str| Witness::Address(Address::new(local, Domain::literal(domain)));
        let special = keys.special(domain);
        let rest = keys.locals - special.len() as u128;
        tables.labels(&keys.fresh_local, domain, &mut labels);
        let number = dimension.add_special(&mut labels, rest, || witness(&keys.fresh_local));
        class_of.rest.put(domain, || number);
        for (local, whole) in special {
            tables.labels(local, domain, &mut labels);
            let number = dimension.add_special(&mut labels, 1, || witness(local));
            if let Some(slot) = whole.and_then(|whole| class_of.whole.get_mut(whole as usize)) {
                *slot = number;
            } else {
                let named = class_of.named.entry(domain.clone()).or_default();
                named.insert(local.to_owned(), number);
            }
        }
    }
    (dimension, class_of)
}

/// A table that addresses are looked up in, and what its test answers for a fresh one.
#[derive(Debug)]
struct Table<'q> {
    test: TestNumber,
    rows: &'q AddressTable,
    default: Label,
}

/// All tables of an axis. The large ones are asked about every address; of the small ones, which
/// may be thousands, those that have a key for it.
#[derive(Debug, Default)]
struct Tables<'q> {
    large: Vec<Table<'q>>,
    small: Vec<Table<'q>>,
    /// By the part that a small table looks at, and its key: the numbers of these tables.
    index: [KeyMap<Vec<usize>>; 4],
}

/// A table of more keys than this is large.
const SMALL_MAX: usize = 64;

const PARTS: [AddressKey; 4] = [
    AddressKey::Address,
    AddressKey::Domain,
    AddressKey::Parent,
    AddressKey::Local,
];

impl<'q> Tables<'q> {
    fn add(&mut self, one: Table<'q>) {
        if one.rows.len() > SMALL_MAX {
            self.large.push(one);
            return;
        }
        let number = self.small.len();
        for (part, index) in PARTS.into_iter().zip(&mut self.index) {
            for key in one.rows.keys(part) {
                let place = index.put(key, Vec::new);
                if let Some(tables) = index.at_mut(place) {
                    tables.push(number);
                }
            }
        }
        self.small.push(one);
    }

    /// Puts the labels of an address into a list: those that are not the default of their test.
    ///
    /// SOUNDNESS: a small table without a key for the address answers what it answers where it has
    /// no row, which is the default of its test: neither the fresh local-part nor the fresh domain
    /// is a key of any.
    fn labels(&self, local: &str, domain: &str, labels: &mut Labels) {
        labels.clear();
        AddressProbe::with(local, domain, |probe| {
            let mut ask = |one: &Table<'_>| {
                let row = one.rows.find(probe);
                let label = row.map_or(Label::ABSENT, |row| row.label);
                if label != one.default {
                    labels.push((one.test, label));
                }
            };
            self.large.iter().for_each(&mut ask);
            let small = self.with_a_key(probe);
            let small = small.iter().filter_map(|number| self.small.get(*number));
            small.for_each(&mut ask);
        });
    }

    /// Returns the small tables that have a key for an address, each once.
    fn with_a_key(&self, probe: AddressProbe<'_>) -> Vec<usize> {
        let [address, domain, parent, local] = &self.index;
        let mut tables: Vec<usize> = Vec::new();
        let mut add = |list: Option<&Vec<usize>>| tables.extend(list.into_iter().flatten());
        add(address.find(probe.address));
        add(domain.find(probe.domain));
        add(local.find(probe.local));
        if !parent.is_empty() {
            let name = probe.domain.key();
            for (dot, _) in name.match_indices('.') {
                add(name.get(dot + 1..).and_then(|name| parent.get(name)));
            }
        }
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}
