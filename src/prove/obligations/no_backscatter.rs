//! RFC 3834 section 2, RFC 5321 section 6.2: what is accepted is delivered, not bounced later.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// Every accepted recipient in a domain of ours has somewhere to be delivered, and none that the
/// policy does not list is accepted.
///
/// SOUNDNESS: destinations are asked at every key that either side names for them, and at fresh
/// ones; see `side::reach_test`.
pub(in crate::prove) struct NoBackscatter;

impl Obligation for NoBackscatter {
    fn name(&self) -> &'static str {
        "no-backscatter"
    }

    fn sentence(&self) -> &'static str {
        "every recipient that is accepted can be delivered, so no bounce goes to a forged sender"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if asked.plain_ours()? && !asked.plain_listed()? {
            return Ok(super::refused_if(true, outcome));
        }
        if !super::accepted(outcome) {
            return Ok(Judgement::Silent);
        }
        Ok(Judgement::of(!outcome.reach.bounces))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
