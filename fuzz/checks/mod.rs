//! What must hold of every input, whatever it is: one check for each parser and reader.
//!
//! libFuzzer makes inputs for them (`fuzz/run`), and `tests/fuzzed.rs` tries the seeds and what is
//! near them in every run of the tests.

pub(crate) mod bulk;
pub(crate) mod certificate;
pub(crate) mod dkim;
pub(crate) mod envelopes;
pub(crate) mod exim;
pub(crate) mod format;
pub(crate) mod path;
pub(crate) mod policy;
pub(crate) mod postfix;
pub(crate) mod published;
pub(crate) mod scenarios;
pub(crate) mod site;
pub(crate) mod spf;
pub(crate) mod tree;
pub(crate) mod zone;

use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::source::{is_control, is_direction};

/// Whatever is told can be shown on a terminal, none of it is a mistake of ours, and what failed
/// has been told.
pub(crate) fn told<T, E>(result: Result<T, E>, diagnostics: &Diagnostics) -> Option<T> {
    for one in diagnostics.sorted() {
        let text = render(one.as_ref(), Style::PLAIN);
        assert!(!text.trim().is_empty(), "a diagnostic says nothing");
        assert!(!text.contains("mailpol::internal::"), "{text}");
        assert!(is_shown(&text), "{text:?}");
    }
    assert_eq!(
        result.is_err(),
        diagnostics.errors() > 0,
        "what fails is told, and what is told fails"
    );
    result.ok()
}

/// Tells whether a text is what it looks like: nothing in it changes the terminal, or the order of
/// what stands there.
pub(crate) fn is_shown(text: &str) -> bool {
    let hides = |c: char| (is_control(c) && !matches!(c, '\n' | '\t')) || is_direction(c);
    !text.contains(hides)
}
