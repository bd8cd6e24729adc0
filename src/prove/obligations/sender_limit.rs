//! A login sends as itself.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// An authenticated client is not accepted with a reverse-path that no grant of its login covers,
/// unless its network is granted the envelope.
///
/// SOUNDNESS: owning is listed pair by pair from the rows of both sides; every other pair is
/// unrelated on both.
pub(in crate::prove) struct SenderLimit;

impl Obligation for SenderLimit {
    fn name(&self) -> &'static str {
        "sender-limit"
    }

    fn sentence(&self) -> &'static str {
        "a login outside can send only as the addresses that it is granted"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned =
            !asked.granted_to_network()? && asked.authenticated()? && !asked.covered()?;
        Ok(super::refused_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
