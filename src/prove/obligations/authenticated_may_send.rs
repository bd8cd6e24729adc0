//! Who has logged in can send as itself.

use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{Judgement, Obligation, Outcome};

/// An authenticated client is accepted for a plain foreign recipient, from each granted address.
///
/// SOUNDNESS: grants are scanned from the policy; each granted pair of login and address is a
/// class of its own, by its row.
pub(in crate::prove) struct AuthenticatedMaySend;

impl Obligation for AuthenticatedMaySend {
    fn name(&self) -> &'static str {
        "authenticated-may-send"
    }

    fn sentence(&self) -> &'static str {
        "a listed login, under TLS, can send anywhere as the addresses that it is granted"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.authenticated()?
            && matches!(asked.reverse()?, Reverse::Plain | Reverse::Null)
            && asked.plain_foreign()?
            && asked.covered()?;
        Ok(super::accepted_if(concerned, outcome))
    }
}
