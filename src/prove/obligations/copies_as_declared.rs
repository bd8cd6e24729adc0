//! RFC 5321 section 3.9: whoever gets a copy of mail is named by the policy.

use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// Of accepted mail, whoever sends it to whomever, the archives that the policy declares for it get
/// a copy, and nobody else does.
///
/// SOUNDNESS: copies are part of the decision, so every class shows them. Of a forward-path that
/// MTAs may read in their own way, only that no other address gets one is judged; the comparison
/// with the policy has the rest.
pub(in crate::prove) struct CopiesAsDeclared;

impl Obligation for CopiesAsDeclared {
    fn name(&self) -> &'static str {
        "copies-as-declared"
    }

    fn sentence(&self) -> &'static str {
        "accepted mail is copied into the archives that the policy declares for it, and nowhere \
         else"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if !super::accepted(outcome) {
            return Ok(Judgement::Silent);
        }
        let copies = &outcome.decision.copies;
        if asked.forward()?.is_odd() {
            let mut copies = copies.addresses();
            return Ok(Judgement::of(copies.all(|copy| asked.is_archive(copy))));
        }
        let declared = asked.archives()?;
        Ok(Judgement::of(copies.addresses().eq(declared)))
    }
}
