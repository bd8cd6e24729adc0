//! The layout of policies.

use kdl::KdlDocument;
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::syntax;

use super::told;

/// What was laid out stays as it is, and another parser reads the same from both.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Some(once) = format(text) else {
        return;
    };
    assert_eq!(
        format(&once).as_deref(),
        Some(once.as_str()),
        "laid out twice"
    );
    assert_eq!(read(text), read(&once), "another document");
}

fn format(text: &str) -> Option<String> {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let formatted = syntax::format(&source, &mut diagnostics);
    told(formatted, &diagnostics)
}

/// Returns what kdl reads from a text: without comments, in its own layout.
fn read(text: &str) -> Option<String> {
    let mut document: KdlDocument = text.parse().ok()?;
    document.autoformat_no_comments();
    Some(document.to_string())
}
