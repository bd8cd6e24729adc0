//! Texts of policies.

use mailpol::compile::load;
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;

use super::{site::Beside, told};

/// A policy is taken or refused, with words that point into it.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let loaded = load(&source, &Beside::nothing(), &mut diagnostics);
    told(loaded, &diagnostics);
}
