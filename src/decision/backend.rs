//! Who checks the passwords of logins.

use std::fmt;

use crate::source::Loc;

/// Who checks a login's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// saslauthd(8) on this host, which asks by this mechanism.
    Saslauthd(String),
    /// Dovecot, at this socket: an absolute path.
    Dovecot(String),
    /// Somebody else, or nobody: in words that follow *passwords are checked by*.
    Other(String),
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Saslauthd(mechanism) => write!(f, "saslauthd by its mechanism `{mechanism}`"),
            Self::Dovecot(socket) => write!(f, "Dovecot at {socket}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// A backend that files name, and for what.
#[derive(Debug, Clone)]
pub struct FoundBackend {
    /// What it serves, such as `the service submission`.
    pub used_by: String,
    /// Who checks there.
    pub backend: Backend,
    /// What says so.
    pub at: Loc,
}
