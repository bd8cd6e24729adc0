//! Who has logged in can send as itself.

use crate::decision::Verdict;
use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{ACCEPTED, Judgement, Obligation, Outcome};

/// An authenticated client is accepted for a plain foreign recipient, if a grant covers it.
///
/// SOUNDNESS: grants are scanned from the policy; each pair of login and address that a table of
/// either side relates is a class of its own, by its row.
pub(in crate::prove) struct AuthenticatedMaySend;

impl Obligation for AuthenticatedMaySend {
    fn name(&self) -> &'static str {
        "authenticated-may-send"
    }

    fn sentence(&self) -> &'static str {
        "a listed login, under TLS, can send what it is granted"
    }

    fn judge(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<Judgement> {
        let concerned = asked.authenticated()?
            && matches!(asked.reverse()?, Reverse::Plain | Reverse::Null)
            && asked.plain_foreign()?
            && asked.granted_to_login()?;
        Ok(super::accepted_if(concerned, outcome))
    }

    fn holds_with(&self) -> &'static [Verdict] {
        ACCEPTED
    }
}
