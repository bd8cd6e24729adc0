//! RFC 5321 section 4.5.5, RFC 2505 section 2.6.1: the null reverse-path is never refused as such.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{ACCEPTED, Judgement, Obligation, Outcome};

/// A well-behaved stranger with the null reverse-path is accepted for a listed recipient.
///
/// SOUNDNESS: the null reverse-path is a form of its own; no table is asked for it.
pub(in crate::prove) struct NullSenderAccepted;

impl Obligation for NullSenderAccepted {
    fn name(&self) -> &'static str {
        "null-sender-accepted"
    }

    fn sentence(&self) -> &'static str {
        "bounces (the null reverse-path) for listed recipients are taken from outside"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned =
            asked.reverse()? == Reverse::Null && asked.plain_listed()? && super::welcome(asked)?;
        Ok(super::accepted_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        ACCEPTED
    }
}
