//! What one TXT record can hold.

use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::LongRecord;
use crate::source::Loc;
use crate::spf::RECORD_OCTETS_MAX;

/// Tells of a record of so many octets, if that is more than DNS can hold.
pub(super) fn check(kind: &'static str, octets: usize, at: &Loc, diagnostics: &mut Diagnostics) {
    if octets > RECORD_OCTETS_MAX {
        let at = at.clone();
        diagnostics.error(LongRecord { kind, octets, at });
    }
}
