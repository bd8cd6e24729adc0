//! Conditions come to be true or false, one question at a time.

use super::value::{Bool, Leaf, Value};
use crate::decision::Unanswered;

/// What a condition comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// It cannot be completed (spec 4.96, section 44.13).
    Defer,
    /// An expansion of it is forced to fail (section 11.4).
    Forced,
}

impl Truth {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(super) fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Defer | Self::Forced => self,
        }
    }
}

/// Who answers the questions of conditions: an envelope's tests, or one address.
pub(super) trait Facts {
    /// Returns the answer to a question.
    fn leaf(&mut self, leaf: &Leaf) -> Result<Truth, Unanswered>;
}

/// Returns what a condition comes to. Its parts are asked in order, and none that does not matter
/// (section 11.7: `and` and `or` end with the first part that decides).
pub(super) fn truth(condition: &Bool, facts: &mut dyn Facts) -> Result<Truth, Unanswered> {
    match condition {
        Bool::Const(holds) => Ok(Truth::of(*holds)),
        Bool::Defer => Ok(Truth::Defer),
        Bool::Forced => Ok(Truth::Forced),
        Bool::Not(inner) => Ok(truth(inner, facts)?.negate()),
        Bool::All(all) => {
            for one in all {
                match truth(one, facts)? {
                    Truth::Yes => {}
                    other @ (Truth::No | Truth::Defer | Truth::Forced) => return Ok(other),
                }
            }
            Ok(Truth::Yes)
        }
        Bool::Any(any) => {
            for one in any {
                match truth(one, facts)? {
                    Truth::No => {}
                    other @ (Truth::Yes | Truth::Defer | Truth::Forced) => return Ok(other),
                }
            }
            Ok(Truth::No)
        }
        Bool::If(condition, yes, no) => match truth(condition, facts)? {
            Truth::Yes => truth(yes, facts),
            Truth::No => truth(no, facts),
            other @ (Truth::Defer | Truth::Forced) => Ok(other),
        },
        Bool::Leaf(leaf) => facts.leaf(leaf),
    }
}

/// Returns the way that a value comes out: its pieces, a forced failure or a deferral.
pub(super) fn resolve<'v>(
    value: &'v Value,
    facts: &mut dyn Facts,
) -> Result<&'v Value, Unanswered> {
    let mut value = value;
    while let Value::Choice(condition, yes, no) = value {
        value = match truth(condition, facts)? {
            Truth::Yes => yes,
            Truth::No => no,
            Truth::Defer => return Ok(&Value::Defer),
            Truth::Forced => return Ok(&Value::Fail),
        };
    }
    Ok(value)
}
