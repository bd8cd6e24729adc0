//! Relations between login and reverse-path: who owns what, on each side.
//!
//! Pairs that some table relates are listed; all others are unrelated on every side, and counted
//! as what is left of the product.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::address::ClassOf;
use super::class::TestNumber;
use crate::decision::Question;
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
    cells: HashMap<(u32, u32), Vec<Cell>>,
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
    from_class: &ClassOf,
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
    let known: BTreeSet<&str> = logins.iter().map(String::as_str).collect();
    let mut add = |local: &str, domain: &str, count: u128| {
        for (login, holds) in related(&relating, local, domain) {
            let classes = (login_class.get(login), from_class.get(local, domain));
            if let (Some(login_class), Some(from_class)) = classes
                && known.contains(login)
            {
                relations.add(
                    (*login_class, from_class),
                    holds,
                    count,
                    login,
                    local,
                    domain,
                );
            }
        }
    };
    let none = BTreeSet::new();
    for domain in &keys.domains {
        let own = keys.whole.get(domain).unwrap_or(&none);
        for local in own {
            add(local, domain, 1);
        }
        // Local-parts without a row here answer alike; those that tables name by themselves need
        // not be of one class with all others, of which the fresh one is one.
        if related(&relating, &keys.fresh_local, domain).is_empty() {
            continue;
        }
        let named = keys.named.iter().filter(|local| !own.contains(*local));
        let told_apart = (named.clone().count() + own.len()) as u128;
        for local in named {
            add(local, domain, 1);
        }
        let others = (keys.locals.len() as u128).saturating_sub(told_apart);
        add(&keys.fresh_local, domain, others);
    }
    relations.index();
    Ok(relations)
}

/// Returns the logins that some relation relates to an address, and which relations do.
fn related<'q>(relating: &[&'q Question], local: &str, domain: &str) -> BTreeMap<&'q str, u64> {
    let mut holds: BTreeMap<&str, u64> = BTreeMap::new();
    for (bit, question) in (0_u32..).zip(relating) {
        let owners = if let Question::Owner(table) = question {
            table.owners(local, domain)
        } else if let Question::OwnerOfDomain(table) = question {
            table.domain_owners(domain)
        } else {
            Vec::new()
        };
        for owner in owners {
            // `relate` has seen that there are no more relations than bits.
            *holds.entry(owner).or_default() |= 1_u64.checked_shl(bit).unwrap_or(0);
        }
    }
    holds
}

impl Relations {
    fn add(
        &mut self,
        classes: (u32, u32),
        holds: u64,
        count: u128,
        login: &str,
        local: &str,
        domain: &str,
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
