//! RFC 2505 section 2.1, RFC 5068 section 3: nobody outside sends to somebody else's recipients.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Obligation, Outcome, Reach};

/// A stranger's mail for a foreign destination is not accepted, and none that is leaves the host.
///
/// SOUNDNESS: "stranger" and "foreign" are scanned from the declared prefixes, logins and names.
/// A path form that has no declared domain, or hides a route, counts as foreign.
pub(in crate::prove) struct NoOpenRelay;

impl Obligation for NoOpenRelay {
    fn name(&self) -> &'static str {
        "no-open-relay"
    }

    fn sentence(&self) -> &'static str {
        "nobody outside can send to somebody else's recipients through this server"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        if !super::accepted(outcome) || !asked.stranger()? {
            return Ok(true);
        }
        Ok(outcome.reach != Reach::Leaves && !asked.foreign()?)
    }
}
