//! Mail from outside does not claim a sender of ours.

use crate::policy::OwnDomain;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Obligation, Outcome};

/// A stranger whose reverse-path is in one of our domains is not accepted, if the policy says so.
pub(in crate::prove) struct NoSpoofedOwnDomain;

impl Obligation for NoSpoofedOwnDomain {
    fn name(&self) -> &'static str {
        "no-spoofed-own-domain"
    }

    fn sentence(&self) -> &'static str {
        "nobody outside can send as one of our domains without logging in"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        if asked.declared.policy.inbound.own_domain == OwnDomain::Check || !super::accepted(outcome)
        {
            return Ok(true);
        }
        Ok(!asked.stranger()? || !asked.claims_ours()?)
    }
}
