//! RFC 6409 section 4.3: submission is for those who have logged in.

use crate::decision::Verdict;
use crate::mail::Listener;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// On the submission listeners nobody is accepted who is neither authenticated nor internal,
/// whatever the paths are.
///
/// SOUNDNESS: paths are asked for what a grant of the network names of them, and for nothing else.
pub(in crate::prove) struct SubmissionNeedsLogin;

impl Obligation for SubmissionNeedsLogin {
    fn name(&self) -> &'static str {
        "submission-needs-login"
    }

    fn sentence(&self) -> &'static str {
        "on the submission listeners nobody outside is accepted without a listed login"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.listener()? != Listener::Smtp && asked.stranger()?;
        Ok(super::refused_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
