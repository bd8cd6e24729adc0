//! RFC 8314 section 3.3: passwords do not travel in the clear, and give nothing if they do.

use crate::decision::Verdict;
use crate::mail::Listener;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Judgement, NOT_ACCEPTED, Obligation, Outcome};

/// What a network is not granted is not accepted on the submission listeners without TLS, whatever
/// login is claimed; nor on port 25 for a foreign recipient.
///
/// SOUNDNESS: listener and TLS are one dimension, and the login is not asked. So it holds for
/// every login.
pub(in crate::prove) struct AuthNeedsTls;

impl Obligation for AuthNeedsTls {
    fn name(&self) -> &'static str {
        "auth-needs-tls"
    }

    fn sentence(&self) -> &'static str {
        "a login without TLS, or on port 25, gives no rights"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        if asked.granted_to_network()? {
            return Ok(Judgement::Silent);
        }
        let concerned = if asked.listener()? == Listener::Smtp {
            asked.foreign()?
        } else {
            !asked.tls()?
        };
        Ok(super::refused_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        NOT_ACCEPTED
    }
}
