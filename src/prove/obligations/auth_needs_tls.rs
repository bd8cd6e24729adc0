//! RFC 8314 section 3.3: passwords do not travel in the clear, and give nothing if they do.

use crate::mail::Listener;
use crate::prove::declared::{Answered, Asked};
use crate::prove::obligation::{Obligation, Outcome};

/// On the submission listeners nobody outside is accepted without TLS, whatever login is claimed.
pub(in crate::prove) struct AuthNeedsTls;

impl Obligation for AuthNeedsTls {
    fn name(&self) -> &'static str {
        "auth-needs-tls"
    }

    fn sentence(&self) -> &'static str {
        "a login without TLS, or on port 25, gives no rights"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        if !super::accepted(outcome) || asked.internal()? {
            return Ok(true);
        }
        if asked.listener()? == Listener::Smtp {
            return Ok(!asked.foreign()?);
        }
        asked.tls()
    }
}
