//! RFC 2505 section 2.1, RFC 5068 section 3: nobody outside sends to somebody else's recipients.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// Mail that no grant covers is not accepted for a foreign destination, and none of it that is
/// accepted leaves the host.
///
/// SOUNDNESS: what is granted and what is foreign is scanned from the declared prefixes, logins,
/// grants and names.
/// A path form that has no declared domain, or hides a route, counts as foreign.
pub(in crate::prove) struct NoOpenRelay;

impl Obligation for NoOpenRelay {
    fn name(&self) -> &'static str {
        "no-open-relay"
    }

    fn sentence(&self) -> &'static str {
        "nobody outside can send to somebody else's recipients through this server"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if asked.granted()? {
            return Ok(Judgement::Silent);
        }
        if asked.foreign()? {
            return Ok(super::refused_if(true, outcome));
        }
        if !super::accepted(outcome) {
            return Ok(Judgement::Silent);
        }
        Ok(Judgement::of(!outcome.reach.leaves))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
