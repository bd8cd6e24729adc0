//! RFC 5321 section 3.3: mail for the recipients that we name is taken, from everybody.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{ACCEPTED, Judgement, Obligation, Outcome};

/// A well-behaved stranger, and every client that is granted it, is accepted for a listed
/// recipient.
///
/// SOUNDNESS: each listed address is a key, and so a class on both sides; a catch-all is visited
/// at a local-part that no table names.
pub(in crate::prove) struct ListedIsReachable;

impl Obligation for ListedIsReachable {
    fn name(&self) -> &'static str {
        "listed-is-reachable"
    }

    fn sentence(&self) -> &'static str {
        "mail for every listed recipient is taken, from outside and from inside"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if !asked.plain_listed()? {
            return Ok(Judgement::Silent);
        }
        let fair = matches!(asked.reverse()?, Reverse::Plain | Reverse::Null);
        let concerned = (fair && asked.granted()?) || super::welcome(asked)?;
        Ok(super::accepted_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        ACCEPTED
    }
}
