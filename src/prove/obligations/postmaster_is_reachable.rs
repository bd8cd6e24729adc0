//! RFC 5321 section 4.5.1: postmaster of every domain, and bare, takes mail.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{ACCEPTED, Judgement, Obligation, Outcome};

/// A well-behaved stranger is accepted for postmaster of each of our domains, and bare.
///
/// SOUNDNESS: bare postmaster is a form of its own, and each `postmaster@ours` a key.
pub(in crate::prove) struct PostmasterIsReachable;

impl Obligation for PostmasterIsReachable {
    fn name(&self) -> &'static str {
        "postmaster-is-reachable"
    }

    fn sentence(&self) -> &'static str {
        "postmaster of every domain of ours takes mail from outside"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.postmaster()? && super::welcome(asked)?;
        Ok(super::accepted_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        ACCEPTED
    }
}
