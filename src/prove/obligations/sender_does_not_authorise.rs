//! What a stranger says about itself gives no rights: reverse-path, HELO, SPF.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};

use crate::decision::Verdict;

/// Towards a foreign recipient every stranger gets the same verdict, whatever it claims.
///
/// The one constant that the rules leave is a refusal for good: so a deferral (which a patient
/// client could outlast) breaks it as an acceptance does.
///
/// SOUNDNESS: a verdict that is the same constant for all envelopes of a stranger with a foreign
/// recipient cannot depend on reverse-path, HELO or SPF.
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
        if !asked.stranger()? || !asked.foreign()? {
            return Ok(Judgement::Silent);
        }
        Ok(Judgement::of(outcome.decision.verdict == Verdict::Reject))
    }
}
