//! Who is granted to send, can.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{ACCEPTED, Judgement, Obligation, Outcome};

/// What a network is granted is accepted for a plain foreign recipient, whatever login is given
/// too.
///
/// SOUNDNESS: the edges of every prefix of both sides part the clients, so each interval inside a
/// declared prefix is visited by itself.
pub(in crate::prove) struct InternalMaySend;

impl Obligation for InternalMaySend {
    fn name(&self) -> &'static str {
        "internal-may-send"
    }

    fn sentence(&self) -> &'static str {
        "every address of a network can send what the network is granted: an internal one, anything"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.granted_to_network()?
            && matches!(asked.reverse()?, Reverse::Plain | Reverse::Null)
            && asked.plain_foreign()?;
        Ok(super::accepted_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        ACCEPTED
    }
}
