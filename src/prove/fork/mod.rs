//! Runs a judge over every class of envelopes: forks on each test that it asks, over the answers
//! that are still possible.
//!
//! SOUNDNESS: a judge sees answers only, so it judges alike all envelopes of a leaf. Each fork
//! divides the envelopes of a state among its children, by the answer to one test; the counts of
//! the leaves must sum to the size of the universe, which is asserted on every run.

mod answers;
mod ground;
mod leaf;
mod notes;
mod set;
mod state;

pub(super) use answers::{Answers, AsPlain, Concrete, Known};
pub(super) use ground::Ground;
pub(super) use leaf::Leaf;
pub(super) use set::{Bits, Set};
pub(super) use state::State;

use std::fmt;

use answers::Trail;

use super::threads::in_parts;
use super::universe::{TestNumber, Universe};
use crate::decision::Label;
use crate::diagnostic::count;

/// Why a run ended without having visited everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The product of the dimensions does not fit into 128 bits.
    TooLarge,
    /// More classes than [`super::CLASSES_MAX`].
    TooManyClasses,
    /// More relations between logins and reverse-paths than there are bits for.
    TooManyRelations,
    /// The counts of the leaves do not sum to the size of the universe.
    Miscounted,
}

impl Incomplete {
    /// Returns why, and what can be done.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::TooLarge => ("there are too many envelopes to count", "split the policy"),
            Self::TooManyClasses => (
                "there are more classes than the limit",
                "use fewer networks with rights of their own, or fewer statements",
            ),
            Self::TooManyRelations => (
                "there are more tables of senders by login than the limit",
                "let services share their tables of senders",
            ),
            Self::Miscounted => (
                "the classes do not add up: this is a bug of mailpol",
                "please send us the policy",
            ),
        }
    }
}

/// What a run has visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visited {
    /// The classes: leaves of the forks.
    pub leaves: u64,
    /// The envelopes that they stand for: the size of the universe.
    pub envelopes: u128,
    /// Those of them that the obligation says something of. None: it holds, but of no envelope.
    pub concerned: u128,
}

impl fmt::Display for Visited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            leaves, concerned, ..
        } = self;
        let classes = count(u128::from(*leaves), "class", "classes");
        let envelopes = if *concerned == 0 {
            "no envelope here".to_owned()
        } else {
            count(*concerned, "envelope", "envelopes")
        };
        write!(f, "{classes}; speaks of {envelopes}")
    }
}

/// Judges every class of envelopes. `judge` returns its judgement, or the test that it needs.
pub(super) fn explore<J>(
    universe: &Universe<'_>,
    judge: &mut dyn FnMut(&Answers<'_>) -> Result<J, TestNumber>,
    leaf: &mut dyn FnMut(J, &Leaf<'_, '_>),
) -> Result<Visited, Incomplete> {
    if let Some(obstacle) = universe.obstacle {
        return Err(obstacle);
    }
    if universe.size() == Some(0) {
        return Ok(Visited::default());
    }
    let mut visited = Visited::default();
    let ground = Ground::new(universe);
    walk(&ground, &State::all(), judge, leaf, &mut visited)?;
    ground.settle()?;
    visited.complete(universe)
}

/// What a worker has seen of its part of the classes.
pub(super) trait Seen: Send {
    /// Adds what another worker has seen of the classes behind these.
    fn join(&mut self, behind: Self);
}

impl Seen for () {
    fn join(&mut self, (): Self) {}
}

/// Judges every class of envelopes on several threads. Each part has a worker of its own, and they
/// are joined in the order in which [`explore`] would visit the parts.
pub(super) fn explore_in_parts<J, S: Seen + Default>(
    universe: &Universe<'_>,
    judge: &(dyn Fn(&Answers<'_>) -> Result<J, TestNumber> + Sync),
    leaf: &(dyn Fn(&mut S, J, &Leaf<'_, '_>) + Sync),
) -> (S, Result<Visited, Incomplete>) {
    let mut seen = S::default();
    if let Some(obstacle) = universe.obstacle {
        return (seen, Err(obstacle));
    }
    // Without a listener there is no envelope.
    if universe.size() == Some(0) {
        return (seen, Ok(Visited::default()));
    }
    let parts = match parts(universe, judge) {
        Ok(parts) => parts,
        Err(why) => return (seen, Err(why)),
    };
    let neighbours = parts.len().div_ceil(GROUNDS_WANTED).max(1);
    let groups: Vec<&[Trail]> = parts.chunks(neighbours).collect();
    let done = in_parts(&groups, |group| {
        let (mut seen, mut visited) = (S::default(), Visited::default());
        let ground = Ground::new(universe);
        let mut walk_one = |trail| {
            let start = retrace(&ground, trail)?;
            let judge = &mut |answers: &Answers<'_>| judge(answers);
            let leaf = &mut |judgement, one: &Leaf<'_, '_>| leaf(&mut seen, judgement, one);
            walk(&ground, &start, judge, leaf, &mut visited)
        };
        let walked = group.iter().try_for_each(&mut walk_one);
        let walked = walked.and_then(|()| ground.settle());
        (seen, walked.map(|()| visited))
    });
    let mut visited = Ok(Visited::default());
    for (part, walked) in done {
        seen.join(part);
        visited = visited.and_then(|sum| sum.and(walked?));
    }
    (seen, visited.and_then(|visited| visited.complete(universe)))
}

/// This many parts make little difference between the threads, and little work besides.
const PARTS_WANTED: usize = 64;

/// Parts beside each other share a ground: each ground has to learn anew how sets are divided. The
/// first tests may make thousands of parts, where networks have thousands of different rights.
const GROUNDS_WANTED: usize = 16;

/// Divides all envelopes into parts, in the order in which [`explore`] visits them.
fn parts<J>(
    universe: &Universe<'_>,
    judge: &dyn Fn(&Answers<'_>) -> Result<J, TestNumber>,
) -> Result<Vec<Trail>, Incomplete> {
    let ground = Ground::new(universe);
    let mut open = vec![State::all()];
    loop {
        let before = open.len();
        let mut next = Vec::new();
        // The last of a list is visited first.
        for mut state in open {
            let answers = Answers::of(&state, &ground);
            let judged = judge(&answers);
            let alike = answers.into_alike();
            state.learn(alike);
            match judged {
                Ok(_) => next.push(state),
                Err(test) => state.fork(&ground, test, &mut next)?,
            }
        }
        open = next;
        if open.len() >= PARTS_WANTED || open.len() == before {
            let states = open.iter().rev();
            return Ok(states.map(|state| state.trail().to_vec()).collect());
        }
    }
}

/// Returns the state of a part on another ground.
fn retrace(ground: &Ground<'_, '_>, trail: &Trail) -> Result<State, Incomplete> {
    let mut state = State::all();
    for (test, label) in trail {
        let part = state.part(ground, *test, *label)?;
        // It came out of the same fork.
        state = part.ok_or(Incomplete::Miscounted)?;
    }
    Ok(state)
}

/// Judges every class of the envelopes of a state, and counts them.
pub(super) fn walk<J>(
    ground: &Ground<'_, '_>,
    start: &State,
    judge: &mut dyn FnMut(&Answers<'_>) -> Result<J, TestNumber>,
    leaf: &mut dyn FnMut(J, &Leaf<'_, '_>),
    visited: &mut Visited,
) -> Result<(), Incomplete> {
    let mut open: Vec<State> = vec![start.clone()];
    while let Some(mut state) = open.pop() {
        let answers = Answers::of(&state, ground);
        let judged = judge(&answers);
        let alike = answers.into_alike();
        state.learn(alike);
        let judgement = match judged {
            Ok(judgement) => judgement,
            Err(test) => {
                state.fork(ground, test, &mut open)?;
                continue;
            }
        };
        let envelopes = state.count(ground)?;
        visited.add(ground, envelopes)?;
        let state = &state;
        leaf(
            judgement,
            &Leaf {
                ground,
                state,
                envelopes,
            },
        );
    }
    Ok(())
}

/// Judges the class of one envelope, given the label that each test has for it, and counts the
/// class. None if the forks leave no class that answers so: then the universe is too small.
pub(super) fn follow<J>(
    universe: &Universe<'_>,
    judge: &mut dyn FnMut(&Answers<'_>) -> Result<J, TestNumber>,
    label: &dyn Fn(TestNumber) -> Option<Label>,
) -> Result<Option<(J, u128)>, Incomplete> {
    let ground = Ground::new(universe);
    let mut state = State::all();
    loop {
        // What was not asked does not count: a class that answers otherwise than its envelope is
        // what is looked for.
        let test = match judge(&Answers::asked_of(&state)) {
            Ok(judgement) => return Ok(Some((judgement, state.count(&ground)?))),
            Err(test) => test,
        };
        let wanted = label(test);
        let part = wanted.map(|label| state.part(&ground, test, label));
        match part.transpose()?.flatten() {
            Some(part) => state = part,
            None => return Ok(None),
        }
    }
}

impl Visited {
    /// Adds a leaf.
    pub(super) fn add(
        &mut self,
        ground: &Ground<'_, '_>,
        envelopes: u128,
    ) -> Result<(), Incomplete> {
        ground.visit()?;
        self.leaves += 1;
        let sum = self.envelopes.checked_add(envelopes);
        self.envelopes = sum.ok_or(Incomplete::TooLarge)?;
        Ok(())
    }

    /// Returns what was visited here and there.
    pub(super) fn and(self, other: Self) -> Result<Self, Incomplete> {
        let envelopes = self.envelopes.checked_add(other.envelopes);
        Ok(Self {
            leaves: self.leaves.saturating_add(other.leaves),
            envelopes: envelopes.ok_or(Incomplete::TooLarge)?,
            concerned: self.concerned.saturating_add(other.concerned),
        })
    }

    /// Returns what was visited, if that was everything.
    pub(super) fn complete(self, universe: &Universe<'_>) -> Result<Self, Incomplete> {
        let size = universe.size().ok_or(Incomplete::TooLarge)?;
        if self.envelopes == size {
            Ok(self)
        } else {
            Err(Incomplete::Miscounted)
        }
    }
}
