//! Who is granted to send, can.

use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// An internal client is accepted for a plain foreign recipient, on every listener, with any login.
///
/// SOUNDNESS: the edges of every prefix of both sides part the clients, so each interval inside a
/// declared prefix is visited by itself.
pub(in crate::prove) struct InternalMaySend;

impl Obligation for InternalMaySend {
    fn name(&self) -> &'static str {
        "internal-may-send"
    }

    fn sentence(&self) -> &'static str {
        "every address of an internal network can send anywhere"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.internal()?
            && matches!(asked.reverse()?, Reverse::Plain | Reverse::Null)
            && asked.plain_foreign()?;
        Ok(super::accepted_if(concerned, outcome))
    }
}
