//! RFC 5321 section 3.9.1, RFC 7208 section 9.2: mail goes on only where a forward or a route says.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// Of accepted mail for a recipient of ours nothing leaves the host, whoever sent it, but for the
/// addresses that the forwards name which the recipient leads to, and the mailboxes behind a route
/// that it leads to: those by that route, and by no other host.
///
/// SOUNDNESS: destinations are asked at every key that either side names for them, and at fresh
/// ones; which forwards and mailboxes a recipient leads to is walked from what was declared.
pub(in crate::prove) struct ForwardsAsDeclared;

impl Obligation for ForwardsAsDeclared {
    fn name(&self) -> &'static str {
        "forwards-as-declared"
    }

    fn sentence(&self) -> &'static str {
        "mail for a recipient of ours leaves only where its forwards and its routes say"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if !super::accepted(outcome) || asked.foreign()? {
            return Ok(Judgement::Silent);
        }
        Ok(Judgement::of(!outcome.reach.strays))
    }
}
