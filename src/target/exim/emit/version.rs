//! Versions of Exim: which mailpol writes for.
//!
//! Every option that is written is known to all of them (the manuals of 4.96 to 4.98; tried on
//! 4.96, Debian 12's). A version of two parts stands for the newest patch level of its series.

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Spanned;
use crate::target::diagnostics::UnknownVersion;

/// Debian 12's.
const DEFAULT: (u16, u16, u16) = (4, 96, 0);

/// The newest known patch level of each series.
const SERIES: [(u16, u16, u16); 3] = [(4, 96, 2), (4, 97, 1), (4, 98, 2)];

/// Returns the version that a policy names.
pub(super) fn choose(
    word: Option<&Spanned<String>>,
    diagnostics: &mut Diagnostics,
) -> Result<(u16, u16, u16), Reported> {
    let Some(word) = word else {
        return Ok(DEFAULT);
    };
    parse(&word.value).ok_or_else(|| {
        let known = SERIES.map(|(major, minor, _)| format!("`{major}.{minor}`"));
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
    let series = SERIES
        .into_iter()
        .find(|series| (series.0, series.1) == (major, minor))?;
    let patch = match parts.next() {
        None => series.2,
        Some(patch) => patch?,
    };
    parts.next().is_none().then_some((major, minor, patch))
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
    fn a_series_stands_for_its_newest_patch_level() {
        assert_eq!(parse("4.97"), Some((4, 97, 1)));
        assert_eq!(parse("4.96.0"), Some((4, 96, 0)));
        for text in ["", "4", "4.", "4.95", "4.99", "5.0", "4.96.", "4.96.0.1", "4.+96", "x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
