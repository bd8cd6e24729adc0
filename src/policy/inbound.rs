//! What is checked of mail from strangers.

use crate::source::Loc;

/// What is checked of mail from strangers.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// What SPF results do.
    pub spf: SpfPolicy,
    /// Which headers record them.
    pub header: RecordHeaders,
    /// What happens to strangers that claim one of our domains.
    pub own_domain: OwnDomain,
    /// Where the SPF rule stands: its node, else the inbound node, else the host.
    pub spf_at: Loc,
    /// Where the own-domain rule stands: its node, else the inbound node, else the host.
    pub own_domain_at: Loc,
}

/// What SPF results do, from nothing to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpfPolicy {
    /// Nothing is checked.
    Off,
    /// `fail` and `permerror` reject, `temperror` defers.
    Soft,
    /// `softfail` rejects too.
    Strict,
}

/// Which headers record the SPF result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordHeaders {
    /// None.
    None,
    /// Received-SPF (RFC 7208 section 9.1).
    Spf,
    /// Authentication-Results (RFC 8601).
    Auth,
    /// Both.
    Both,
}

/// What happens to strangers whose reverse-path is in one of our domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnDomain {
    /// They are refused.
    Reject,
    /// They are checked like any other: SPF decides.
    Check,
}

impl SpfPolicy {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Soft => "soft",
            Self::Strict => "strict",
        }
    }
}

impl RecordHeaders {
    /// Returns the word for them.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Spf => "spf",
            Self::Auth => "auth",
            Self::Both => "both",
        }
    }
}

impl OwnDomain {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Check => "check",
        }
    }
}
