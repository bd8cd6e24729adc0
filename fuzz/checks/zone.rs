//! Zones in files.

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::read_zone;
use mailpol::source::Source;

use super::told;

/// A zone is taken or refused, with words that point into it.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut diagnostics = Diagnostics::new();
    let zone = read_zone(&Source::new("zone", text), &mut diagnostics);
    told(zone, &diagnostics);
}
