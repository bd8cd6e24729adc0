//! What is answered where the form of a path does not say it: each way, one behind the other.

use super::decider::EximDecider;
use super::rows::HOLDS;
use super::value::PathAtom;
use crate::decision::{AddressKey, Question, TestId};

/// How many such questions one decision may ask. With more it counts as an acceptance.
const QUESTIONS_MAX: usize = 6;

/// What is answered this time.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The questions in the order in which they came up, and their answers.
    answers: Vec<((PathAtom, TestId), bool)>,
    /// How many of them have come up this time.
    asked: usize,
    /// Whether there were too many.
    lost: bool,
}

impl Ways {
    /// Returns whether a part of a path, which has some text or other, has a row.
    pub(super) fn answer(&mut self, atom: PathAtom, test: TestId) -> bool {
        let key = (atom, test);
        let known = self.answers.iter().take(self.asked);
        if let Some((_, answer)) = known.into_iter().find(|(one, _)| *one == key) {
            return *answer;
        }
        // Alike up to here, a decision asks alike.
        if let Some((_, answer)) = self.answers.get(self.asked) {
            self.asked += 1;
            return *answer;
        }
        if self.answers.len() == QUESTIONS_MAX {
            self.lost = true;
            return true;
        }
        self.answers.push((key, true));
        self.asked += 1;
        true
    }

    /// Returns whether more was asked than is followed.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Turns to the next way, and returns whether there is one.
    pub(super) fn turn(&mut self) -> bool {
        self.asked = 0;
        while let Some((_, answer)) = self.answers.last_mut() {
            if *answer {
                *answer = false;
                return true;
            }
            self.answers.pop();
        }
        false
    }
}

impl EximDecider {
    /// Returns whether a table has names that others are below.
    pub(super) fn has_parents(&self, test: TestId) -> bool {
        let mut has = false;
        if let Some(Question::From(table) | Question::To(table)) = self.question(test) {
            table.each_key(AddressKey::Parent, &mut |_| has = true);
        }
        has
    }

    /// Returns whether a part of an address that is known has a row.
    pub(super) fn looks_up(&self, test: TestId, local: Option<&str>, domain: Option<&str>) -> bool {
        match self.question(test) {
            Some(Question::From(table) | Question::To(table)) => table
                .lookup(local, domain)
                .is_some_and(|row| row.label == HOLDS),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::exim::interpret::catalogue::Side;
    use crate::target::exim::interpret::value::{Case, Part, View};

    #[test]
    fn every_way_is_gone_once() {
        let atom = PathAtom {
            side: Side::To,
            part: Part::Local,
            view: View::Parsed,
            case: Case::Folded,
        };
        let mut ways = Ways::default();
        let mut gone = Vec::new();
        loop {
            // The second question comes up only behind a yes.
            let first = ways.answer(atom, TestId(1));
            assert_eq!(ways.answer(atom, TestId(1)), first);
            gone.push((first, first && ways.answer(atom, TestId(2))));
            if !ways.turn() {
                break;
            }
        }
        assert_eq!(gone, [(true, true), (true, false), (false, false)]);
        assert!(!ways.is_lost());
        assert!((0..7).all(|number| ways.answer(atom, TestId(number))));
        assert!(ways.is_lost());
    }

    #[test]
    fn so_many_questions_are_followed() {
        let atom = PathAtom {
            side: Side::To,
            part: Part::Local,
            view: View::Parsed,
            case: Case::Folded,
        };
        // Returns how many ways are gone before there are too many questions, or no more ways.
        let gone = |questions: u32| {
            let mut ways = Ways::default();
            let mut count = 0;
            loop {
                count += 1;
                for number in 0..questions {
                    ways.answer(atom, TestId(number));
                }
                if ways.is_lost() || !ways.turn() {
                    return (count, ways.is_lost());
                }
            }
        };
        assert_eq!(gone(6), (64, false));
        assert_eq!(gone(7), (1, true));
    }
}
