//! Deciding a class of one client's envelopes once more, for another client.

use super::Over;
use super::record::{Asked, Decided};
use crate::decision::{Ask, Label, TestId, Unanswered};
use crate::prove::obligation::says_as;
use crate::prove::side::number;
use crate::prove::universe::{Axis, TestNumber};

/// For each test of a record the one of the other client, where it is known.
pub(super) struct Pairs {
    tests: Vec<Option<TestNumber>>,
    /// Whether those that are not known may be found out.
    may_find: bool,
}

impl Pairs {
    /// Returns the tests that are known of as many as there are; others are found out.
    pub(super) fn found_of(known: &[TestNumber], many: usize) -> Self {
        let mut tests: Vec<_> = known.iter().copied().map(Some).collect();
        tests.resize(many, None);
        Self {
            tests,
            may_find: true,
        }
    }

    /// Returns tests that are known, where they are.
    pub(super) fn known(tests: impl Iterator<Item = Option<TestNumber>>) -> Self {
        Self {
            tests: tests.collect(),
            may_find: false,
        }
    }

    /// Returns the tests, if all of them are known.
    pub(super) fn finish(self) -> Option<Vec<TestNumber>> {
        self.tests.into_iter().collect()
    }

    /// Returns whether a test is the one that stands at a place.
    fn is_at(&mut self, place: u32, test: TestNumber) -> bool {
        match self.tests.get_mut(place as usize) {
            Some(Some(known)) => *known == test,
            Some(unknown) if self.may_find => {
                *unknown = Some(test);
                true
            }
            Some(None) | None => false,
        }
    }
}

/// Decides a class of a record once more for another client: the same tests in the same order, its
/// own by pairs, answer the same. Returns whether the decision is the same, but for its place.
pub(super) fn replay(
    over: &Over<'_, '_>,
    side: usize,
    decided: &Decided,
    client: u32,
    pairs: &mut Pairs,
) -> bool {
    let Some((decider, offset)) = over.sides.get(side) else {
        return false;
    };
    let mut ask = Again {
        over,
        offset: *offset,
        client,
        asked: decided.asked.iter(),
        pairs,
    };
    let again = decider.decide(&mut ask);
    again.is_ok_and(|again| says_as(&decided.decision, &again))
}

/// Answers as was answered for the first client.
struct Again<'a, 'u, 't> {
    over: &'a Over<'u, 't>,
    offset: u32,
    client: u32,
    asked: std::slice::Iter<'a, Asked>,
    pairs: &'a mut Pairs,
}

impl Ask for Again<'_, '_, '_> {
    fn ask(&mut self, test: TestId) -> Result<Label, Unanswered> {
        let wanted = number(self.offset, test);
        let axis = self.over.universe.axis(wanted);
        if axis == Some(Axis::Client) {
            return Ok(self.over.label(self.client, wanted));
        }
        let asked = self.asked.next().ok_or(Unanswered(test))?;
        let is_it = match asked.place {
            None => asked.test == wanted,
            Some(place) => {
                self.over.universe.axis(asked.test) == axis && self.pairs.is_at(place, wanted)
            }
        };
        if is_it {
            Ok(asked.label)
        } else {
            Err(Unanswered(test))
        }
    }
}
