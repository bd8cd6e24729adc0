//! What a stranger says about itself gives no rights: reverse-path, HELO, SPF.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome, REJECTED};

use crate::decision::Verdict;

/// Towards a foreign recipient whatever is not granted gets the same verdict. So where no grant
/// names senders, what a stranger claims changes nothing.
///
/// The one constant that the rules leave is a refusal for good: so a deferral (which a patient
/// client could outlast) breaks it as an acceptance does.
///
/// SOUNDNESS: a verdict that is the same constant for all envelopes that are not granted and have a
/// foreign recipient cannot depend on reverse-path, HELO or SPF, but by what the policy grants.
pub(in crate::prove) struct SenderDoesNotAuthorise;

impl Obligation for SenderDoesNotAuthorise {
    fn name(&self) -> &'static str {
        "sender-does-not-authorise"
    }

    fn sentence(&self) -> &'static str {
        "what a stranger claims (sender, HELO, SPF) never changes the answer for a foreign \
         recipient"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if asked.granted()? || !asked.foreign()? {
            return Ok(Judgement::Silent);
        }
        Ok(Judgement::of(outcome.decision.verdict == Verdict::Reject))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        REJECTED
    }
}
