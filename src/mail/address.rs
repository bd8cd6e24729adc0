//! Mail addresses, in the one spelling that comparisons use.

use std::fmt::{self, Write as _};

use super::{Domain, Short};

/// The longest local-part, in octets (RFC 5321 section 4.5.3.1.1).
pub(super) const LOCAL_OCTETS_MAX: usize = 64;

/// What separates a local-part from its extension (RFC 5233 section 1 says "detail").
pub(crate) const DELIMITER: char = '+';

/// Returns a local-part without its extension, if it has one: the text before the first delimiter,
/// which is not its first character.
pub(crate) fn without_extension(local: &str) -> Option<&str> {
    let (base, _) = local.split_once(DELIMITER)?;
    (!base.is_empty()).then_some(base)
}

/// A local-part of ours: a dot-string of RFC 5321 without routing characters, in lower case.
///
/// RFC 5321 section 2.4 leaves the case of a local-part to its host. This host folds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPart(Short);

/// Why a text is no local-part that we deliver for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocalPartError {
    /// Nothing stands there.
    #[error("a local-part cannot be empty")]
    Empty,
    /// Longer than 64 octets (RFC 5321 section 4.5.3.1.1).
    #[error("a local-part has at most 64 octets")]
    Long,
    /// `%`, `!` or `@`: a neighbour could follow them to somebody else's domain.
    #[error("`%`, `!` and `@` in a local-part can be read as a route")]
    Routing,
    /// `/`, `|` or a leading `-`: a path, a command or an option to a delivery program.
    #[error(
        "`/`, `|` and a leading `-` in a local-part can be read as a path, a command or an option"
    )]
    Delivery,
    /// `*` by itself: somebody may mean everybody.
    #[error("`*` stands for nothing here: `catch-all` takes all of a domain, `@DOMAIN` names it")]
    Wildcard,
    /// Not a dot-string (RFC 5321 section 4.1.2).
    #[error("not a dot-string of letters, digits and `.!#$&'*+-=?^_{{}}~`")]
    Syntax,
}

impl LocalPart {
    /// Reads a local-part as a user writes it in a policy.
    pub fn parse(text: &str) -> Result<Self, LocalPartError> {
        if text.is_empty() {
            return Err(LocalPartError::Empty);
        }
        if text == "*" {
            return Err(LocalPartError::Wildcard);
        }
        if text.contains(['%', '!', '@']) {
            return Err(LocalPartError::Routing);
        }
        if text.contains(['/', '|']) || text.starts_with('-') {
            return Err(LocalPartError::Delivery);
        }
        if !super::path::is_dot_string(text) {
            return Err(LocalPartError::Syntax);
        }
        if text.len() > LOCAL_OCTETS_MAX {
            return Err(LocalPartError::Long);
        }
        Ok(Self(Short::from(text).to_ascii_lowercase()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for LocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A local-part is compared, ordered and hashed as its text is.
impl std::borrow::Borrow<str> for LocalPart {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// A mail address: a local-part in lower case, and a domain.
///
/// The local-part is any text here: strangers' addresses are addresses too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    local: Short,
    domain: Domain,
}

impl Address {
    /// Returns the address with this local-part, folded to lower case, in this domain.
    pub fn new(local: &str, domain: Domain) -> Self {
        Self {
            local: Short::from(local).to_ascii_lowercase(),
            domain,
        }
    }

    /// Returns the address with a local-part of ours in this domain.
    pub fn of(local: &LocalPart, domain: Domain) -> Self {
        let local = local.0.clone();
        Self { local, domain }
    }

    /// Returns the URI of the address (RFC 6068): what could end it in a record is encoded.
    pub fn mailto(&self) -> String {
        let mut uri = "mailto:".to_owned();
        for byte in self.local().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                // Writing to a string does not fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri.push('@');
        uri.push_str(self.domain.as_str());
        uri
    }

    /// Returns the local-part, in lower case.
    pub fn local(&self) -> &str {
        self.local.as_str()
    }

    /// Returns the domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Returns the address without its extension, if it has one.
    pub(crate) fn without_extension(&self) -> Option<Self> {
        let base = without_extension(self.local())?;
        Some(Self::new(base, self.domain.clone()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Streams of envelopes print a million of them a second.
        f.write_str(self.local.as_str())?;
        f.write_str("@")?;
        f.write_str(self.domain.as_str())
    }
}
