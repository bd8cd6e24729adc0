//! Domain names, in the one spelling that comparisons use.

use std::fmt;
use std::sync::Arc;

/// The longest domain name, in octets (RFC 5321 section 4.5.3.1.2, RFC 1035 section 3.1).
const OCTETS_MAX: usize = 253;

/// A domain name as A-labels in lower case, without a trailing dot.
///
/// So `Example.ORG.` and `example.org` are one value, and `bücher.example` is
/// `xn--bcher-kva.example` (RFC 5891).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Arc<str>);

/// Why a text is no domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// Nothing stands there.
    #[error("a domain name cannot be empty")]
    Empty,
    /// Only one label: such a name is no mail domain on the Internet.
    #[error("a domain name has at least two labels")]
    OneLabel,
    /// Longer than 253 octets.
    #[error("a domain name has at most 253 octets")]
    Long,
    /// An address, not a name.
    #[error("this is an address, not a domain name")]
    Address,
    /// Not letters, digits and hyphens after the conversion of RFC 5891.
    #[error("not a domain name of letters, digits and hyphens")]
    Labels,
}

impl Domain {
    /// Reads a domain name as a user or a client writes it.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let bare = text.strip_suffix('.').unwrap_or(text);
        if bare.is_empty() {
            return Err(DomainError::Empty);
        }
        if bare.parse::<std::net::IpAddr>().is_ok() || text.starts_with('[') {
            return Err(DomainError::Address);
        }
        // The ideographic full stops are dots to IDNA; one spelling only comes in here.
        let ascii = idna::domain_to_ascii_strict(bare).map_err(|_| DomainError::Labels)?;
        if ascii.len() > OCTETS_MAX {
            return Err(DomainError::Long);
        }
        if ascii.split('.').any(str::is_empty) {
            return Err(DomainError::Labels);
        }
        let last = ascii.rsplit('.').next().unwrap_or_default();
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DomainError::Address);
        }
        if !ascii.contains('.') {
            return Err(DomainError::OneLabel);
        }
        Ok(Self(ascii.to_ascii_lowercase().into()))
    }

    /// Makes a domain of text that is canonical already: an emitted or a made name.
    ///
    /// Lower-cases and strips the trailing dot; the labels are taken as they are, so that readers
    /// can hold what a configuration says, `localhost` and `a_b.example` included.
    pub fn literal(text: &str) -> Self {
        let bare = text.strip_suffix('.').unwrap_or(text);
        if bare.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Self(bare.to_ascii_lowercase().into());
        }
        Self(bare.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the names above this one, nearest first: `b.c` and `c` for `a.b.c`.
    pub fn parents(&self) -> impl Iterator<Item = &str> {
        self.0
            .char_indices()
            .filter(|(_, c)| *c == '.')
            .filter_map(|(at, _)| self.0.get(at + 1..))
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_has_one_spelling() {
        for text in ["Example.ORG", "example.org.", "EXAMPLE.org"] {
            assert_eq!(Domain::parse(text).unwrap().as_str(), "example.org");
        }
        assert_eq!(
            Domain::parse("bücher.example").unwrap().as_str(),
            "xn--bcher-kva.example"
        );
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for text in [
            "",
            ".",
            "a",
            "a..b",
            "-a.example",
            "a_b.example",
            "192.0.2.1",
            "1.2.3.4.",
            "[::1]",
        ] {
            assert!(Domain::parse(text).is_err(), "{text}");
        }
        for text in [
            "a b.example",
            "a\n.example",
            "hash:/etc/x.example",
            "!all.example",
        ] {
            assert!(Domain::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parents_are_nearest_first() {
        let domain = Domain::parse("a.b.c.example").unwrap();
        assert_eq!(
            domain.parents().collect::<Vec<_>>(),
            ["b.c.example", "c.example", "example"]
        );
    }
}
