//! Relations between login and reverse-path: who owns what, on each side.
//!
//! Pairs that some table relates are listed; all others are unrelated on every side, and counted
//! as what is left of the product.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::address::ClassOf;
use super::class::TestNumber;
use crate::decision::{KeyMap, OwnerTable, Probe, Question};
use crate::mail::{Address, Domain};
use crate::prove::fork::Incomplete;
use crate::prove::keys::Keys;

/// Related pairs of one login class and one reverse-path class that all relations answer alike.
#[derive(Debug, Clone)]
pub(in crate::prove) struct Cell {
    /// Which relations hold: bit `n` for the `n`-th of [`Relations::tests`].
    pub(in crate::prove) holds: u64,
    pub(in crate::prove) count: u128,
    /// A pair of the cell.
    pub(in crate::prove) login: String,
    pub(in crate::prove) address: Address,
}

/// All relations, and the pairs that some of them relate.
#[derive(Debug, Default)]
pub(in crate::prove) struct Relations {
    /// The tests that are relations.
    pub(in crate::prove) tests: Vec<TestNumber>,
    /// By login class and reverse-path class.
    cells: HashMap<(u32, u32), Vec<Cell>, FxBuildHasher>,
    /// By login class: the reverse-path classes that have cells with it, sorted.
    partners: HashMap<u32, Vec<u32>>,
}

impl Relations {
    /// Returns the bit of a relation.
    pub(in crate::prove) fn bit(&self, test: TestNumber) -> Option<u32> {
        self.tests
            .iter()
            .position(|one| *one == test)
            .and_then(|at| u32::try_from(at).ok())
    }

    /// Returns the cells of a pattern and of some login classes, sorted by login and address.
    pub(in crate::prove) fn of_pattern(&self, pattern: u64, logins: &[u32]) -> Vec<&Cell> {
        let cells = self.cells.iter();
        let cells = cells.filter(|((login, _), _)| logins.binary_search(login).is_ok());
        let cells = cells.flat_map(|(_, cells)| cells);
        let mut cells: Vec<&Cell> = cells.filter(|cell| cell.holds == pattern).collect();
        let key = |cell: &&Cell| (cell.login.clone(), cell.address.to_string());
        cells.sort_by_cached_key(key);
        cells
    }

    /// Returns which relations hold together for some pair, sorted; none of them comes first.
    pub(in crate::prove) fn patterns(&self) -> Vec<u64> {
        let held = self.cells.values().flatten().map(|cell| cell.holds);
        held.chain([0])
            .collect::<BTreeSet<u64>>()
            .into_iter()
            .collect()
    }

    /// Returns the cells of two classes.
    pub(in crate::prove) fn cells(&self, login: u32, from: u32) -> &[Cell] {
        self.cells
            .get(&(login, from))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Returns the reverse-path classes that have cells with a login class, sorted.
    pub(in crate::prove) fn partners(&self, login: u32) -> &[u32] {
        self.partners
            .get(&login)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// There is a bit for each relation.
const RELATIONS_MAX: usize = 64;

type Questions<'q> = [(TestNumber, &'q Question)];

/// Lists the related pairs.
///
/// SOUNDNESS: an address is related to a login by its own row or by its domain's. Every address
/// with a row is visited, and every domain with a row, there for all local-parts without one.
pub(super) fn relate(
    questions: &Questions<'_>,
    keys: &Keys,
    logins: &[String],
    login_class: &HashMap<String, u32>,
    from_class: &ClassOf<'_>,
) -> Result<Relations, Incomplete> {
    let tests: Vec<TestNumber> = questions
        .iter()
        .filter(|(_, question)| super::axis(question).is_none())
        .map(|(test, _)| *test)
        .collect();
    if tests.len() > RELATIONS_MAX {
        return Err(Incomplete::TooManyRelations);
    }
    let mut relations = Relations {
        tests,
        ..Relations::default()
    };
    let relating: Vec<&Question> = questions
        .iter()
        .map(|(_, question)| *question)
        .filter(|question| super::axis(question).is_none())
        .collect();
    if relating.is_empty() {
        return Ok(relations);
    }
    let owners = Owners::new(&relating, logins, login_class);
    let mut holds = Vec::new();
    let mut add = |local: &str, domain: &str, from: Option<u32>, count: u128| {
        owners.of(local, domain, &mut holds);
        for (login, holds) in &holds {
            let login_class = owners.classes.get(*login as usize).copied().flatten();
            if let (Some(login_class), Some(from)) = (login_class, from) {
                let login = logins.get(*login as usize).map_or("", String::as_str);
                relations.add((login_class, from), *holds, count, (login, local, domain));
            }
        }
    };
    for domain in &keys.domains {
        let mut told_apart = 0_u128;
        for (local, number) in keys.own(domain) {
            add(local, domain, from_class.whole(number), 1);
            told_apart += 1;
        }
        // Local-parts without a row here answer alike; those that tables name by themselves need
        // not be of one class with all others, of which the fresh one is one.
        for beside in from_class.beside(domain) {
            add(beside.local, domain, Some(beside.class), beside.count);
            told_apart = told_apart.saturating_add(beside.count);
        }
        let others = keys.locals.saturating_sub(told_apart);
        add(&keys.fresh_local, domain, from_class.rest(domain), others);
    }
    relations.index();
    Ok(relations)
}

/// The tables that relate, with the same number for a login in all of them.
struct Owners<'q> {
    /// Each with the number of each of its logins.
    tables: Vec<(&'q OwnerTable, bool, Vec<u32>)>,
    /// The class of each login.
    classes: Vec<Option<u32>>,
}

impl<'q> Owners<'q> {
    fn new(
        relating: &[&'q Question],
        logins: &[String],
        login_class: &HashMap<String, u32>,
    ) -> Self {
        let mut numbers: KeyMap<()> = KeyMap::default();
        for login in logins {
            numbers.put(login, || ());
        }
        // `login_keys` lists the logins of every table, so each has a number.
        let of = |table: &OwnerTable| -> Vec<u32> {
            let logins = table.logins();
            let numbers = logins.map(|login| numbers.number(Probe::new(login)));
            numbers.map(|number| number.unwrap_or(u32::MAX)).collect()
        };
        let tables = relating.iter().filter_map(|question| {
            if let Question::Owner(table) = question {
                Some((table.as_ref(), true, of(table)))
            } else if let Question::OwnerOfDomain(table) = question {
                Some((table.as_ref(), false, of(table)))
            } else {
                None
            }
        });
        let classes = logins.iter().map(|login| login_class.get(login).copied());
        Self {
            tables: tables.collect(),
            classes: classes.collect(),
        }
    }

    /// Puts the logins that some relation relates to an address into a list, each with the bits of
    /// the relations that do.
    fn of(&self, local: &str, domain: &str, holds: &mut Vec<(u32, u64)>) {
        holds.clear();
        for (bit, (table, whole, numbers)) in (0_u32..).zip(&self.tables) {
            let owners = if *whole {
                table.numbers_of(local, domain)
            } else {
                table.numbers_of_domain(domain)
            };
            // `relate` has seen that there are no more relations than bits.
            let bit = 1_u64.checked_shl(bit).unwrap_or(0);
            for owner in owners {
                let login = numbers.get(*owner as usize).copied().unwrap_or(u32::MAX);
                holds.push((login, bit));
            }
        }
        holds.sort_unstable();
        holds.dedup_by(|(login, bits), (kept, all)| {
            let same = login == kept;
            if same {
                *all |= *bits;
            }
            same
        });
    }
}

impl Relations {
    fn add(
        &mut self,
        classes: (u32, u32),
        holds: u64,
        count: u128,
        (login, local, domain): (&str, &str, &str),
    ) {
        let cells = self.cells.entry(classes).or_default();
        if let Some(cell) = cells.iter_mut().find(|cell| cell.holds == holds) {
            cell.count = cell.count.saturating_add(count);
            return;
        }
        let address = Address::new(local, Domain::literal(domain));
        cells.push(Cell {
            holds,
            count,
            login: login.to_owned(),
            address,
        });
    }

    fn index(&mut self) {
        let mut pairs: Vec<(u32, u32)> = self.cells.keys().copied().collect();
        pairs.sort_unstable();
        for (login, from) in pairs {
            self.partners.entry(login).or_default().push(from);
        }
    }
}
