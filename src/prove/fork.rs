//! Runs a judge over every class of envelopes: forks on each test that it asks, over the answers
//! that are still possible.
//!
//! SOUNDNESS: a judge sees answers only, so it judges alike all envelopes of a leaf. Each fork
//! divides the envelopes of a state among its children, by the answer to one test; the counts of
//! the leaves must sum to the size of the universe, which is asserted on every run.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::universe::{Axis, Class, Dimension, TestNumber, Universe, Witness};
use crate::decision::{Ask, Envelope, Label, Question, TestId, Unanswered, answer};
use crate::mail::{Address, Path};
use crate::spf::SpfResult;

/// Over this many leaves there is no proof, and so no file; never a sample.
pub(super) const LEAVES_MAX: u64 = 20_000_000;

/// What is known of the envelopes of a state.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers(Vec<(TestNumber, Label)>);

impl Answers {
    /// Returns the label of a test, if it is known.
    pub(super) fn get(&self, test: TestNumber) -> Option<Label> {
        self.0
            .iter()
            .find(|(one, _)| *one == test)
            .map(|(_, label)| *label)
    }
}

/// Answers the tests of one side from what is known.
#[derive(Debug)]
pub(super) struct Known<'a> {
    answers: &'a Answers,
    offset: u32,
}

impl<'a> Known<'a> {
    /// Returns the asker of the side whose tests begin at `offset`.
    pub(super) fn new(answers: &'a Answers, offset: u32) -> Self {
        Self { answers, offset }
    }
}

impl Ask for Known<'_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        self.answers
            .get(TestNumber(self.offset.saturating_add(test.0)))
            .ok_or(Unanswered(test))
    }
}

/// Envelopes that answered alike so far: a product of sets of classes, and what relations hold.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) answers: Answers,
    sets: Vec<Rc<Vec<u32>>>,
    /// The relations that are known, and which of them hold.
    asked: u32,
    holds: u32,
}

/// A leaf: a state that was judged.
#[derive(Debug)]
pub(super) struct Leaf<'a, 't> {
    pub(super) universe: &'a Universe<'t>,
    pub(super) state: &'a State,
}

/// Why a run ended without having visited everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The product of the dimensions does not fit into 128 bits.
    TooLarge,
    /// More than [`LEAVES_MAX`] leaves.
    TooManyLeaves,
    /// The counts of the leaves do not sum to the size of the universe.
    Miscounted,
}

impl Incomplete {
    /// Returns why, and what can be done.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLarge => ("there are too many envelopes to count", "split the policy"),
            Self::TooManyLeaves => (
                "there are more classes than the limit",
                "use fewer networks with rights of their own",
            ),
            Self::Miscounted => (
                "the classes do not add up: this is a bug of mailpol",
                "please send us the policy",
            ),
        }
    }
}

/// What a complete run has visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visited {
    /// The classes: leaves of the forks.
    pub leaves: u64,
    /// The envelopes that they stand for: the size of the universe.
    pub envelopes: u128,
}

/// Judges every class of envelopes. `judge` returns its judgement, or the test that it needs.
pub(super) fn explore<J>(
    universe: &Universe<'_>,
    judge: &mut dyn FnMut(&Answers) -> Result<J, TestNumber>,
    leaf: &mut dyn FnMut(J, &Leaf<'_, '_>),
) -> Result<Visited, Incomplete> {
    let size = universe.size().ok_or(Incomplete::TooLarge)?;
    let all =
        |dimension: &Dimension| Rc::new((0..).take(dimension.classes.len()).collect::<Vec<u32>>());
    let sets = universe.dimensions.iter().map(all).collect();
    let mut open = vec![State {
        answers: Answers::default(),
        sets,
        asked: 0,
        holds: 0,
    }];
    let mut visited = Visited {
        leaves: 0,
        envelopes: 0,
    };
    while let Some(state) = open.pop() {
        match judge(&state.answers) {
            Ok(judgement) => {
                let count = state.count(universe);
                visited.leaves += 1;
                visited.envelopes = visited.envelopes.saturating_add(count);
                leaf(
                    judgement,
                    &Leaf {
                        universe,
                        state: &state,
                    },
                );
            }
            Err(test) => state.fork(universe, test, &mut open),
        }
        if visited.leaves > LEAVES_MAX {
            return Err(Incomplete::TooManyLeaves);
        }
    }
    if visited.envelopes == size {
        Ok(visited)
    } else {
        Err(Incomplete::Miscounted)
    }
}

impl State {
    /// Returns the classes of a dimension that are still possible.
    pub(super) fn set(&self, axis: Axis) -> &[u32] {
        self.sets
            .get(axis as usize)
            .map(|set| set.as_slice())
            .unwrap_or_default()
    }

    fn with(&self, test: TestNumber, label: Label) -> Self {
        let mut state = self.clone();
        state.answers.0.push((test, label));
        state
    }

    /// Divides the state by the answer to a test.
    fn fork(&self, universe: &Universe<'_>, test: TestNumber, open: &mut Vec<Self>) {
        match universe.axis(test) {
            Some(axis) => self.fork_by_class(universe, test, axis, open),
            None => self.fork_by_relation(universe, test, open),
        }
    }

    fn fork_by_class(
        &self,
        universe: &Universe<'_>,
        test: TestNumber,
        axis: Axis,
        open: &mut Vec<Self>,
    ) {
        let Some(dimension) = universe.dimensions.get(axis as usize) else {
            return;
        };
        let mut parts: BTreeMap<Label, Vec<u32>> = BTreeMap::new();
        for number in self.set(axis) {
            if let Some(class) = dimension.classes.get(*number as usize) {
                parts
                    .entry(dimension.label(class, test))
                    .or_default()
                    .push(*number);
            }
        }
        for (label, part) in parts {
            let mut state = self.with(test, label);
            if let Some(set) = state.sets.get_mut(axis as usize) {
                *set = Rc::new(part);
            }
            if state.asked == 0 || state.pairs(universe) > 0 {
                open.push(state);
            }
        }
    }

    fn fork_by_relation(&self, universe: &Universe<'_>, test: TestNumber, open: &mut Vec<Self>) {
        let Some(bit) = universe.relations.bit(test) else {
            return;
        };
        for label in [0, 1] {
            let mut state = self.with(test, Label(label));
            state.asked |= 1 << bit;
            state.holds |= label << bit;
            if state.pairs(universe) > 0 {
                open.push(state);
            }
        }
    }

    /// Returns how many envelopes the state stands for.
    fn count(&self, universe: &Universe<'_>) -> u128 {
        let mut count = self.pairs(universe);
        for (number, dimension) in universe.dimensions.iter().enumerate() {
            if number != Axis::Login as usize && number != Axis::From as usize {
                let set = self
                    .sets
                    .get(number)
                    .map(|set| set.as_slice())
                    .unwrap_or_default();
                count = count.saturating_mul(atoms(dimension, set));
            }
        }
        count
    }

    /// Returns how many pairs of login and reverse-path the state stands for.
    fn pairs(&self, universe: &Universe<'_>) -> u128 {
        let atoms_of = |axis: Axis| {
            universe
                .dimensions
                .get(axis as usize)
                .map_or(0, |one| atoms(one, self.set(axis)))
        };
        let product = atoms_of(Axis::Login).saturating_mul(atoms_of(Axis::From));
        if self.asked == 0 {
            return product;
        }
        let mut related = 0;
        let mut matching = 0;
        self.each_cell(universe, |cell| {
            related += cell.count;
            if cell.holds & self.asked == self.holds {
                matching += cell.count;
            }
        });
        // What no table relates is related by none.
        if self.holds == 0 {
            matching + (product - related)
        } else {
            matching
        }
    }

    fn each_cell<'u>(
        &self,
        universe: &'u Universe<'_>,
        mut visit: impl FnMut(&'u super::universe::Cell),
    ) {
        let from = self.set(Axis::From);
        for login in self.set(Axis::Login) {
            for partner in universe.relations.partners(*login) {
                if from.binary_search(partner).is_ok() {
                    universe
                        .relations
                        .cells(*login, *partner)
                        .iter()
                        .for_each(&mut visit);
                }
            }
        }
    }
}

fn atoms(dimension: &Dimension, set: &[u32]) -> u128 {
    let count = |number: &u32| {
        dimension
            .classes
            .get(*number as usize)
            .map_or(0, |one| one.count)
    };
    set.iter().map(count).sum()
}

/// Tried pairs of classes in search of one that no relation relates.
const PAIRS_TRIED: usize = 10_000;

impl Leaf<'_, '_> {
    /// Returns an envelope of the leaf: the witness that means least in each dimension.
    ///
    /// `None` if none was found that answers as the leaf does; then nothing is shown by it.
    pub(super) fn witness(&self) -> Option<Envelope> {
        let (login, from) = self.pair()?;
        let Witness::Client(client) = self.first(Axis::Client)? else {
            return None;
        };
        let Witness::Session(listener, tls) = self.first(Axis::Session)? else {
            return None;
        };
        let Witness::Helo(helo) = self.first(Axis::Helo)? else {
            return None;
        };
        let Witness::Form(from_form) = self.first(Axis::FromForm)? else {
            return None;
        };
        let Witness::Form(to_form) = self.first(Axis::ToForm)? else {
            return None;
        };
        let Witness::Address(to) = self.first(Axis::To)? else {
            return None;
        };
        let spf = |axis| match self.first(axis) {
            Some(Witness::Spf(result)) => *result,
            _ => SpfResult::None,
        };
        let own = &self.universe.own;
        Some(Envelope {
            client: *client,
            listener: *listener,
            tls: *tls,
            login,
            helo: helo.clone(),
            from: Path::spell(*from_form, &from, own),
            to: Path::spell(*to_form, to, own),
            spf: spf(Axis::SpfFrom),
            spf_helo: spf(Axis::SpfHelo),
        })
    }

    fn class(&self, axis: Axis, number: u32) -> Option<&Class> {
        self.universe
            .dimensions
            .get(axis as usize)?
            .classes
            .get(number as usize)
    }

    fn first(&self, axis: Axis) -> Option<&Witness> {
        self.state
            .set(axis)
            .first()
            .and_then(|number| self.class(axis, *number))
            .map(|one| &one.witness)
    }

    /// Returns a login and a reverse-path that are related as the leaf says.
    fn pair(&self) -> Option<(Option<String>, Address)> {
        let state = self.state;
        if state.holds != 0 {
            let mut found = None;
            state.each_cell(self.universe, |cell| {
                if found.is_none() && cell.holds & state.asked == state.holds {
                    found = Some((Some(cell.login.clone()), cell.address.clone()));
                }
            });
            return found;
        }
        let logins = state.set(Axis::Login);
        let froms = state.set(Axis::From);
        logins
            .iter()
            .flat_map(|login| froms.iter().map(move |from| (*login, *from)))
            .take(PAIRS_TRIED)
            .find_map(|(login, from)| {
                let Witness::Login(login) = &self.class(Axis::Login, login)?.witness else {
                    return None;
                };
                let Witness::Address(from) = &self.class(Axis::From, from)?.witness else {
                    return None;
                };
                let unrelated = login
                    .as_ref()
                    .is_none_or(|login| !self.relates(login, from));
                unrelated.then(|| (login.clone(), from.clone()))
            })
    }

    /// Returns whether a relation that the leaf knows relates the two.
    fn relates(&self, login: &str, from: &Address) -> bool {
        let (local, domain) = (from.local(), from.domain().as_str());
        (0..)
            .zip(&self.universe.relations.tests)
            .any(|(bit, test)| {
                let question = self
                    .universe
                    .tests
                    .get(test.index())
                    .map(|test| &test.question);
                self.state.asked & (1 << bit) != 0
                    && match question {
                        Some(Question::Owner(table)) => table.owns(login, local, domain),
                        Some(Question::OwnerOfDomain(table)) => table.owns_domain(login, domain),
                        _ => false,
                    }
            })
    }
}

/// Answers the tests of one side from an envelope, without keeping what was asked.
#[derive(Debug)]
pub(super) struct Concrete<'a, 't> {
    pub(super) tests: &'a [&'t crate::decision::Test],
    pub(super) envelope: &'a Envelope,
}

impl Ask for Concrete<'_, '_> {
    fn ask(&mut self, id: TestId) -> Result<Label, Unanswered> {
        let test = self.tests.get(id.index()).ok_or(Unanswered(id))?;
        Ok(answer(&test.question, self.envelope).0)
    }
}
