//! Versions of Exim: which mailpol writes for.
//!
//! Every option that is written is known to all of them, and means the same: tried on 4.96 (Debian
//! 12's) and on 4.98.2. So the patch level decides nothing; without one it is 0.

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Spanned;
use crate::target::diagnostics::UnknownVersion;

/// Debian 12's.
const DEFAULT: (u16, u16, u16) = (4, 96, 0);

/// The known series.
const SERIES: [(u16, u16); 3] = [(4, 96), (4, 97), (4, 98)];

/// Returns the version that a policy names.
pub(super) fn choose(
    word: Option<&Spanned<String>>,
    diagnostics: &mut Diagnostics,
) -> Result<(u16, u16, u16), Reported> {
    let Some(word) = word else {
        return Ok(DEFAULT);
    };
    parse(&word.value).ok_or_else(|| {
        let known = SERIES.map(|(major, minor)| format!("`{major}.{minor}`"));
        diagnostics.error(UnknownVersion {
            target: "exim",
            version: word.value.clone(),
            known: known.join(", "),
            text: Arc::clone(word.at.source()),
            at: word.at.span(),
        })
    })
}

fn parse(text: &str) -> Option<(u16, u16, u16)> {
    let mut parts = text.split('.').map(number);
    let (major, minor) = (parts.next()??, parts.next()??);
    let patch = match parts.next() {
        None => 0,
        Some(patch) => patch?,
    };
    let known = SERIES.contains(&(major, minor)) && parts.next().is_none();
    known.then_some((major, minor, patch))
}

/// Reads digits; `+1` is none.
fn number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_series_are_read() {
        assert_eq!(parse("4.97"), Some((4, 97, 0)));
        assert_eq!(parse("4.98.2"), Some((4, 98, 2)));
        for text in [
            "", "4", "4.", "4.95", "4.99", "5.0", "4.96.", "4.96.0.1", "4.+96", "x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
