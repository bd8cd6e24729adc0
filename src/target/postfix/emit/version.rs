//! Versions of Postfix: which parameters each knows.
//!
//! From the release notes; tried on 3.7.11 (Debian 12). A version of two parts stands for the
//! newest patch level of its series that mailpol knows.

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Spanned;
use crate::target::diagnostics::UnknownVersion;
use crate::target::postfix::lexical::Word;

/// Debian 12's.
const DEFAULT: Version = Version((3, 7, 11));

/// The newest known patch level of each series.
const SERIES: [(u16, u16, u16); 6] = [
    (3, 5, 25),
    (3, 6, 15),
    (3, 7, 11),
    (3, 8, 6),
    (3, 9, 1),
    (3, 10, 3),
];

/// A version of Postfix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) (u16, u16, u16));

impl Version {
    /// Reads the version that a policy names.
    pub(super) fn choose(
        word: Option<&Spanned<String>>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Reported> {
        let Some(word) = word else {
            return Ok(DEFAULT);
        };
        Self::parse(&word.value).ok_or_else(|| {
            let known = SERIES.map(|(major, minor, _)| format!("`{major}.{minor}`"));
            diagnostics.error(UnknownVersion {
                target: "postfix",
                version: word.value.clone(),
                known: known.join(", "),
                text: Arc::clone(word.at.source()),
                at: word.at.span(),
            })
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(number);
        let (major, minor) = (parts.next()??, parts.next()??);
        let series = SERIES
            .into_iter()
            .find(|series| (series.0, series.1) == (major, minor))?;
        let patch = match parts.next() {
            None => series.2,
            Some(patch) => patch?,
        };
        parts
            .next()
            .is_none()
            .then_some(Self((major, minor, patch)))
    }

    /// Whether a change is in: since when for each series, in the order of [`SERIES`].
    fn has(self, since: [u16; 6]) -> bool {
        let (major, minor, patch) = self.0;
        SERIES
            .iter()
            .zip(since)
            .any(|(series, since)| (series.0, series.1) == (major, minor) && patch >= since)
    }

    /// Returns the version as text.
    pub(super) fn word(self) -> Word {
        let (major, minor, patch) = self.0;
        Word::version([major, minor, patch])
    }

    /// Dotted levels are known from 3.6 on.
    pub(super) fn compatibility_level(self) -> &'static str {
        if self >= Self((3, 6, 0)) { "3.6" } else { "2" }
    }

    /// Whether `smtpd_relay_restrictions` can be asked before `smtpd_recipient_restrictions`.
    pub(super) fn relays_first(self) -> bool {
        self >= Self((3, 6, 0))
    }

    /// What TLS versions are called.
    pub(super) fn tls_protocols(self) -> &'static str {
        if self >= Self((3, 6, 0)) {
            ">=TLSv1.2"
        } else {
            "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1"
        }
    }

    /// The same where TLS must be, as one word.
    pub(super) fn mandatory_protocols(self) -> &'static str {
        if self >= Self((3, 6, 0)) {
            ">=TLSv1.2"
        } else {
            "!SSLv2,!SSLv3,!TLSv1,!TLSv1.1"
        }
    }

    /// The safe value of `smtpd_forbid_bare_newline` (CVE-2023-51764), if it is known.
    pub(super) fn forbid_bare_newline(self) -> Option<&'static str> {
        if self.has([24, 14, 10, 5, 0, 0]) {
            Some("normalize")
        } else if self.has([23, 13, 9, 4, 0, 0]) {
            Some("yes")
        } else {
            None
        }
    }

    /// Whether `cleanup_replace_stray_cr_lf` is known.
    pub(super) fn replaces_stray_cr_lf(self) -> bool {
        self.has([24, 14, 10, 5, 0, 0])
    }

    /// Whether `smtpd_forbid_unauth_pipelining` is known.
    pub(super) fn forbids_unauth_pipelining(self) -> bool {
        self.has([20, 10, 6, 1, 0, 0])
    }
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
        let parse = |text| Version::parse(text).map(|version| version.0);
        assert_eq!(parse("3.7"), Some((3, 7, 11)));
        assert_eq!(parse("3.7.2"), Some((3, 7, 2)));
        assert_eq!(parse("3.10"), Some((3, 10, 3)));
        for text in [
            "", "3", "3.", "3.4", "3.11", "4.0", "3.7.", "3.7.11.1", "3.+7", "x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_cure_of_smuggling_is_the_best_that_the_version_knows() {
        let cure = |text| Version::parse(text).unwrap().forbid_bare_newline();
        assert_eq!(cure("3.7.8"), None);
        assert_eq!(cure("3.7.9"), Some("yes"));
        assert_eq!(cure("3.7.10"), Some("normalize"));
        assert_eq!(cure("3.9.0"), Some("normalize"));
        assert_eq!(cure("3.5"), Some("normalize"));
    }
}
