//! Relations between login and reverse-path: who owns what, on each side.
//!
//! Pairs that some table relates are listed; all others are unrelated on every side, and counted
//! as what is left of the product.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use rustc_hash::FxBuildHasher;

use super::address::ClassOf;
use super::class::TestNumber;
use crate::decision::{KeyMap, OwnerTable, OwnersOfDomain, Probe, Question};
use crate::mail::{Address, Domain};
use crate::prove::fork::{Bits, Incomplete};
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

    /// Returns how many pairs of a pattern and of some login classes there are.
    pub(in crate::prove) fn count(&self, pattern: u64, logins: &[u32]) -> u128 {
        let cells = self.cells.iter();
        let cells = cells.filter(|((login, _), _)| logins.binary_search(login).is_ok());
        let cells = cells.flat_map(|(_, cells)| cells);
        let counts = cells.filter(|cell| cell.holds == pattern);
        counts.map(|cell| cell.count).fold(0, u128::saturating_add)
    }

    /// Returns which relations hold together for some pair, sorted; none of them comes first.
    pub(in crate::prove) fn patterns(&self) -> Vec<u64> {
        let held = self.cells.values().flatten().map(|cell| cell.holds);
        held.chain([0])
            .collect::<BTreeSet<u64>>()
            .into_iter()
            .collect()
    }

    /// Returns the reverse-path classes that some login is so related to, of each pattern.
    pub(in crate::prove) fn related_to(&self, patterns: &[u64]) -> Vec<Bits> {
        let mut all = vec![Bits::default(); patterns.len()];
        let cells = self.cells.iter();
        let cells = cells.flat_map(|((_, from), cells)| cells.iter().map(move |one| (*from, one)));
        cells.for_each(|(from, cell)| {
            let at = patterns.binary_search(&cell.holds).ok();
            if let Some(bits) = at.and_then(|at| all.get_mut(at)) {
                bits.insert(from);
            }
        });
        all
    }

    /// Returns the cells of two classes.
    pub(in crate::prove) fn cells(&self, login: u32, from: u32) -> &[Cell] {
        self.cells
            .get(&(login, from))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Visits the pairs of a login class and a reverse-path class that have cells, sorted by the
    /// login class.
    pub(in crate::prove) fn each(&self, mut visit: impl FnMut((u32, u32), &[Cell])) {
        let mut logins: Vec<u32> = self.partners.keys().copied().collect();
        logins.sort_unstable();
        for login in logins {
            for from in self.partners(login) {
                visit((login, *from), self.cells(login, *from));
            }
        }
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

/// A login and an address that some relation relates.
#[derive(Debug, Clone, Copy)]
pub(in crate::prove) struct Related<'r> {
    /// The number of the login among all, and its class.
    pub(in crate::prove) login: (u32, u32),
    /// Which relations hold: bit `n` for the `n`-th of [`Relations::tests`].
    pub(in crate::prove) holds: u64,
    /// The local-part; none is every other one.
    pub(in crate::prove) local: Option<&'r str>,
    /// The number of the domain among all.
    pub(in crate::prove) domain: usize,
    /// The class of the address.
    pub(in crate::prove) from: u32,
    /// How many addresses these are.
    pub(in crate::prove) count: u128,
}

/// Lists the related pairs.
pub(super) fn relate(
    questions: &Questions<'_>,
    keys: &Keys,
    logins: (&[String], &[u32]),
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
    each_pair(questions, keys, logins, from_class, &mut |related| {
        relations.add(related, logins.0, keys);
    });
    relations.index();
    Ok(relations)
}

/// Visits the related pairs.
///
/// SOUNDNESS: an address is related to a login by its own row or by its domain's. Every address
/// with a row is visited, and every domain with a row, there for all local-parts without one.
pub(super) fn each_pair<'k>(
    questions: &Questions<'_>,
    keys: &'k Keys,
    (logins, login_class): (&[String], &[u32]),
    from_class: &ClassOf,
    visit: &mut dyn FnMut(Related<'k>),
) {
    let questions = questions.iter().map(|(_, question)| *question);
    let relating = questions.filter(|question| super::axis(question).is_none());
    let relating: Vec<&Question> = relating.collect();
    if relating.is_empty() {
        return;
    }
    let owners = Owners::new(&relating, logins);
    let mut holds = Vec::new();
    for (number, domain) in keys.domains.iter().enumerate() {
        let Some(mut here) = owners.of_domain(domain) else {
            continue;
        };
        let mut add = |holds: &[(u32, u64)], local, from: Option<u32>, count| {
            for (login, holds) in holds {
                let login_class = login_class.get(*login as usize).copied();
                if let (Some(login_class), Some(from)) = (login_class, from) {
                    visit(Related {
                        login: (*login, login_class),
                        holds: *holds,
                        local,
                        domain: number,
                        from,
                        count,
                    });
                }
            }
        };
        let mut told_apart = 0_u128;
        for (local, number) in keys.own(domain) {
            here.owners(local, &mut holds);
            add(&holds, Some(local), from_class.whole(number), 1);
            told_apart += 1;
        }
        // Local-parts without a row here answer alike; those that tables name by themselves need
        // not be of one class with all others, of which the fresh one is one.
        here.beside(&mut holds);
        for beside in from_class.beside(domain) {
            let local = Some(keys.local(beside.local));
            add(&holds, local, Some(beside.class), 1);
            told_apart += 1;
        }
        let others = keys.locals.saturating_sub(told_apart);
        add(&holds, None, from_class.rest(domain), others);
    }
}

/// The tables that relate, with the same number for a login in all of them.
struct Owners<'q> {
    /// Each with whether it is asked about whole addresses, and the number of each of its logins.
    tables: Vec<(&'q OwnerTable, bool, Rc<[u32]>)>,
}

impl<'q> Owners<'q> {
    fn new(relating: &[&'q Question], logins: &[String]) -> Self {
        let mut numbers: KeyMap<()> = KeyMap::default();
        for login in logins {
            numbers.put(login, || ());
        }
        let mut tables: Vec<(&OwnerTable, bool, Rc<[u32]>)> = Vec::new();
        for question in relating {
            let (Question::Owner(table) | Question::OwnerOfDomain(table)) = question else {
                continue;
            };
            let (table, whole) = (table.as_ref(), matches!(question, Question::Owner(_)));
            let known = tables
                .iter()
                .find(|(known, ..)| std::ptr::eq(*known, table));
            let own = known.map(|(.., own)| Rc::clone(own));
            // `login_keys` lists the logins of every table, so each has a number.
            let own = own.unwrap_or_else(|| {
                let numbers = table
                    .logins()
                    .map(|login| numbers.number(Probe::new(login)));
                numbers.map(|number| number.unwrap_or(u32::MAX)).collect()
            });
            tables.push((table, whole, own));
        }
        Self { tables }
    }

    /// Returns the tables as the addresses of a domain see them; none if none has a row for it.
    fn of_domain(&self, domain: &str) -> Option<Here<'_, 'q>> {
        let domain = Probe::new(domain);
        let tables = self.tables.iter();
        let tables: Vec<_> = tables
            .map(|(table, whole, numbers)| (table.of_domain(domain), *whole, numbers.as_ref()))
            .collect();
        let here = tables.iter().any(|(table, ..)| !table.is_empty());
        here.then(|| Here {
            tables,
            found: Vec::new(),
        })
    }
}

/// The tables as the addresses of a domain see them.
struct Here<'o, 'q> {
    tables: Vec<(OwnersOfDomain<'q>, bool, &'o [u32])>,
    found: Vec<u32>,
}

impl Here<'_, '_> {
    /// Puts the logins that some relation relates to an address into a list, each with the bits of
    /// the relations that do. Local-parts must be asked for in order.
    fn owners(&mut self, local: &str, holds: &mut Vec<(u32, u64)>) {
        holds.clear();
        for (bit, (table, whole, numbers)) in (0..).zip(&mut self.tables) {
            if *whole {
                table.owners(local, &mut self.found);
                relate_all(bit, &self.found, numbers, holds);
            } else {
                relate_all(bit, table.domain, numbers, holds);
            }
        }
        gather(holds);
    }

    /// The same for a local-part without a row.
    fn beside(&self, holds: &mut Vec<(u32, u64)>) {
        holds.clear();
        for (bit, (table, _, numbers)) in (0..).zip(&self.tables) {
            relate_all(bit, table.domain, numbers, holds);
        }
        gather(holds);
    }
}

/// Adds the bit of a relation for each of its owners; `numbers` says what their numbers are here.
fn relate_all(bit: u32, owners: &[u32], numbers: &[u32], holds: &mut Vec<(u32, u64)>) {
    // `relate` has seen that there are no more relations than bits.
    let bit = 1_u64.checked_shl(bit).unwrap_or(0);
    for owner in owners {
        let login = numbers.get(*owner as usize).copied().unwrap_or(u32::MAX);
        holds.push((login, bit));
    }
}

/// Puts the bits of each login together.
fn gather(holds: &mut Vec<(u32, u64)>) {
    holds.sort_unstable();
    holds.dedup_by(|(login, bits), (kept, all)| {
        let same = login == kept;
        if same {
            *all |= *bits;
        }
        same
    });
}

impl Relations {
    fn add(&mut self, related: Related<'_>, logins: &[String], keys: &Keys) {
        let (login, class) = related.login;
        let (holds, count) = (related.holds, related.count);
        let cells = self.cells.entry((class, related.from)).or_default();
        if let Some(cell) = cells.iter_mut().find(|cell| cell.holds == holds) {
            cell.count = cell.count.saturating_add(count);
            return;
        }
        let name = |names: &[String], number: usize| names.get(number).cloned().unwrap_or_default();
        let domain = Domain::literal(&name(&keys.domains, related.domain));
        let local = related.local.unwrap_or(&keys.fresh_local);
        cells.push(Cell {
            holds,
            count,
            login: name(logins, login as usize),
            address: Address::new(local, domain),
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
