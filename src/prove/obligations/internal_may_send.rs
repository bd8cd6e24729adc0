//! Who is granted to send, can.

use crate::prove::declared::{Answered, Asked};
use crate::prove::kind::Reverse;
use crate::prove::obligation::{Obligation, Outcome};

/// An internal client is accepted for a plain foreign recipient, on every listener, with any login.
pub(in crate::prove) struct InternalMaySend;

impl Obligation for InternalMaySend {
    fn name(&self) -> &'static str {
        "internal-may-send"
    }

    fn sentence(&self) -> &'static str {
        "every address of an internal network can send anywhere"
    }

    fn holds(&self, asked: &mut Asked<'_, '_>, outcome: &Outcome) -> Answered<bool> {
        if super::accepted(outcome) || !asked.internal()? {
            return Ok(true);
        }
        let form = asked.reverse()?;
        let fair = matches!(form, Reverse::Plain | Reverse::Null);
        Ok(!fair || !asked.plain_foreign()?)
    }
}
