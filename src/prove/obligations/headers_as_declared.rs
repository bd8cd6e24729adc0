//! RFC 6409 section 8: what is sent through us gets the headers that it lacks, and nothing else.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// A message that a grant covers gets Message-ID, Date and From where it has none; one of a client
/// that has no right to send stays as it came (RFC 5321 section 6.4). Of what a client with some
/// right sends beyond it nothing is said.
///
/// SOUNDNESS: a message has the headers of all of its recipients, so what a decider does about it
/// when it is asked of a recipient counts for a client without rights even where that is refused.
pub(in crate::prove) struct HeadersAsDeclared;

impl Obligation for HeadersAsDeclared {
    fn name(&self) -> &'static str {
        "headers-as-declared"
    }

    fn sentence(&self) -> &'static str {
        "what is granted gets the headers that it lacks, and what strangers send stays as it came"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let completes = outcome.decision.completes;
        let accepted = super::accepted(outcome);
        if !accepted && !completes {
            return Ok(Judgement::Silent);
        }
        if !asked.may_send()? {
            return Ok(Judgement::of(!completes));
        }
        if accepted && asked.granted()? {
            return Ok(Judgement::of(completes));
        }
        Ok(Judgement::Silent)
    }
}
