//! Classes of addresses: every local-part that is named, and a fresh one, in every domain that is
//! named, a sub-domain of each, and a fresh one.

use super::Axis;
use super::class::{Dimension, Labels, TestNumber, Witness};
use crate::decision::{
    AddressKey, AddressMap, AddressTable, KeyMap, Label, OfDomain, Probe, Question, Row, Within,
};
use crate::mail::{Address, Domain, without_extension};
use crate::prove::keys::{Keys, address_table};

type Questions<'q> = [(TestNumber, &'q Question)];

/// Which class an address is in.
#[derive(Debug, Default)]
pub(in crate::prove) struct ClassOf {
    /// By the number of a whole address that is told apart.
    whole: Vec<u32>,
    /// By domain: local-parts that are told apart in every domain, and are in no such address.
    beside: KeyMap<Vec<Beside>>,
    /// By domain, for every other local-part.
    rest: KeyMap<u32>,
}

/// A local-part that is told apart in every domain, in one where it is in no whole address.
#[derive(Debug, Clone, Copy)]
pub(in crate::prove) struct Beside {
    /// Its number among those of the keys.
    pub(in crate::prove) local: u32,
    pub(in crate::prove) class: u32,
}

impl ClassOf {
    /// Returns the class of a whole address, by its number.
    pub(in crate::prove) fn whole(&self, number: u32) -> Option<u32> {
        self.whole.get(number as usize).copied()
    }

    /// Returns the local-parts of a domain that are told apart in every domain, and are in no whole
    /// address.
    pub(in crate::prove) fn beside(&self, domain: &str) -> &[Beside] {
        self.beside
            .get(domain)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns the class of all other local-parts of a domain.
    pub(in crate::prove) fn rest(&self, domain: &str) -> Option<u32> {
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
        let mut here = tables.of_domain(domain);
        let witness = |local: &str| Witness::Address(Address::new(local, Domain::literal(domain)));
        let special = keys.special(domain);
        let rest = keys.locals - special.len() as u128;
        here.beside(&keys.fresh_local, &mut labels);
        let number = dimension.add_special(&mut labels, rest, || witness(&keys.fresh_local));
        dimension.add_rest(number);
        class_of.rest.put(domain, || number);
        let mut beside = Vec::new();
        for (local, whole) in special {
            here.labels(local, &mut labels);
            let class = dimension.add_special(&mut labels, 1, || witness(local));
            if let Some(slot) = whole.and_then(|whole| class_of.whole.get_mut(whole as usize)) {
                *slot = class;
            } else {
                beside.extend(keys.named(local).map(|local| Beside { local, class }));
            }
        }
        if !beside.is_empty() {
            class_of.beside.put(domain, || beside);
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

impl Table<'_> {
    /// Adds the label of a row, if it is not the default.
    fn label(&self, row: Option<&Row>, labels: &mut Labels) {
        let label = row.map_or(Label::ABSENT, |row| row.label);
        if label != self.default {
            labels.push((self.test, label));
        }
    }
}

/// All tables of an axis. The large ones are asked about every address; of the small ones, which
/// may be thousands, those that have a key for it.
#[derive(Debug, Default)]
struct Tables<'q> {
    large: Vec<Table<'q>>,
    small: Vec<Table<'q>>,
    /// The numbers of the small tables, by what they look at.
    addresses: AddressMap<usize>,
    domains: KeyMap<Vec<usize>>,
    parents: KeyMap<Vec<usize>>,
    locals: KeyMap<Vec<usize>>,
}

/// A table of more keys than this is large.
const SMALL_MAX: usize = 64;

impl<'q> Tables<'q> {
    fn add(&mut self, one: Table<'q>) {
        if one.rows.len() > SMALL_MAX {
            self.large.push(one);
            return;
        }
        let number = self.small.len();
        for (local, domain, _) in one.rows.addresses().into_iter().flat_map(AddressMap::iter) {
            self.addresses.push(local, domain, number);
        }
        for (part, index) in [
            (AddressKey::Domain, &mut self.domains),
            (AddressKey::Parent, &mut self.parents),
            (AddressKey::Local, &mut self.locals),
        ] {
            for key in one.rows.keys(part) {
                let place = index.put(key, Vec::new);
                if let Some(tables) = index.at_mut(place) {
                    tables.push(number);
                }
            }
        }
        self.small.push(one);
    }

    /// Returns the tables as the addresses of a domain see them.
    fn of_domain<'s>(&'s self, domain: &'s str) -> Here<'s, 'q> {
        let probe = Probe::new(domain);
        let mut small: Vec<usize> = Vec::new();
        small.extend(self.domains.find(probe).into_iter().flatten());
        if !self.parents.is_empty() {
            for (dot, _) in domain.match_indices('.') {
                let above = domain
                    .get(dot + 1..)
                    .and_then(|name| self.parents.get(name));
                small.extend(above.into_iter().flatten());
            }
        }
        let large = self.large.iter();
        Here {
            tables: self,
            domain,
            large: large.map(|one| (one, one.rows.of_domain(probe))).collect(),
            small,
            addresses: self.addresses.within(probe),
        }
    }
}

/// The tables as the addresses of a domain see them.
struct Here<'s, 'q> {
    tables: &'s Tables<'q>,
    domain: &'s str,
    large: Vec<(&'s Table<'q>, OfDomain<'q>)>,
    /// The small tables that have a key for the domain.
    small: Vec<usize>,
    /// Those that have a key for some address of it.
    addresses: Within<'s, usize>,
}

impl Here<'_, '_> {
    /// Puts the labels of an address into a list: those that are not the default of their test.
    /// Local-parts must be asked for in order.
    fn labels(&mut self, local: &str, labels: &mut Labels) {
        labels.clear();
        let probe = Probe::new(local);
        for (table, rows) in &mut self.large {
            table.label(rows.find(probe), labels);
        }
        let base = without_extension(local);
        let of_base = base.map(|base| self.addresses.all(base).copied());
        let mut own: Vec<usize> = of_base.into_iter().flatten().collect();
        own.extend(self.addresses.go_to(local).copied());
        self.small(probe, &own, labels);
    }

    /// The same for a local-part that is in no whole address of the domain.
    fn beside(&self, local: &str, labels: &mut Labels) {
        labels.clear();
        let probe = Probe::new(local);
        for (table, rows) in &self.large {
            table.label(rows.beside(probe), labels);
        }
        self.small(probe, &[], labels);
    }

    /// Adds the labels of small tables; `own` are those that have the address itself, or the
    /// address without its extension.
    ///
    /// SOUNDNESS: a small table without a key for the address answers what it answers where it has
    /// no row, which is the default of its test: neither the fresh local-part nor the fresh domain
    /// is a key of any.
    fn small(&self, local: Probe<'_>, own: &[usize], labels: &mut Labels) {
        let mut numbers: Vec<usize> = [own, &self.small].concat();
        let base = without_extension(local.key()).and_then(|base| self.tables.locals.get(base));
        numbers.extend(base.into_iter().flatten());
        numbers.extend(self.tables.locals.find(local).into_iter().flatten());
        numbers.sort_unstable();
        numbers.dedup();
        let tables = numbers.iter();
        for table in tables.filter_map(|number| self.tables.small.get(*number)) {
            let row = table.rows.lookup(Some(local.key()), Some(self.domain));
            table.label(row, labels);
        }
    }
}
