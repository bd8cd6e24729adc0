//! Mail from outside does not claim a sender of ours.

use crate::decision::Verdict;
use crate::policy::OwnDomain;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// A stranger whose reverse-path is in one of our domains is not accepted, if the policy says so.
///
/// SOUNDNESS: every form of a reverse-path that has a domain claims it, in whatever spelling.
pub(in crate::prove) struct NoSpoofedOwnDomain;

impl Obligation for NoSpoofedOwnDomain {
    fn name(&self) -> &'static str {
        "no-spoofed-own-domain"
    }

    fn sentence(&self) -> &'static str {
        "nobody outside can send as one of our domains without logging in"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.declared.policy.inbound.own_domain == OwnDomain::Reject
            && asked.stranger()?
            && asked.claims_ours()?;
        Ok(super::refused_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
