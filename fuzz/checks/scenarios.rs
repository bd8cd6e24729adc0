//! Files of scenarios.

use mailpol::compile::load_scenarios;
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;

use super::told;

/// A file of scenarios is taken or refused, with words that point into it.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("scenarios.kdl", text);
    let loaded = load_scenarios(&source, &mut diagnostics);
    told(loaded, &diagnostics);
}
