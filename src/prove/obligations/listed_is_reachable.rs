//! RFC 5321 section 3.3: mail for the recipients that we name is taken, from everybody.

use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{Obligation, Outcome};

/// A well-behaved stranger, and every internal client, is accepted for a listed recipient.
pub(in crate::prove) struct ListedIsReachable;

impl Obligation for ListedIsReachable {
    fn name(&self) -> &'static str {
        "listed-is-reachable"
    }

    fn sentence(&self) -> &'static str {
        "mail for every listed recipient is taken, from outside and from inside"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        if super::accepted(outcome) || !asked.plain_listed()? {
            return Ok(true);
        }
        let fair = matches!(asked.reverse()?, Reverse::Plain | Reverse::Null);
        if fair && asked.internal()? {
            return Ok(false);
        }
        Ok(!super::welcome(asked)?)
    }
}
