//! Forwards: mail that goes on to others.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A forward to an address that mail must not go on to.
#[derive(Debug, Error, Diagnostic)]
#[error("a forward leads to `{target}`")]
#[diagnostic(
    code(mailpol::forward::target),
    help("name an address of somebody else's domain")
)]
pub struct ForwardTarget {
    /// The address.
    pub target: String,
    /// Why not.
    pub why: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{why}")]
    pub at: Loc,
}

/// A forward that keeps a copy, and no mailbox to keep it in.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` keeps a copy, and has no mailbox")]
#[diagnostic(code(mailpol::forward::keep))]
pub struct ForwardKeeps {
    /// The address.
    pub address: String,
    /// What to do.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "there is no mailbox of this name")]
    pub at: Loc,
}

/// A forward whose address is something else too.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is a forward, and something else too")]
#[diagnostic(code(mailpol::forward::name), help("{help}"))]
pub struct ForwardOverwrites {
    /// The address.
    pub address: String,
    /// What to do.
    pub help: &'static str,
    /// The other.
    #[label("also declared here")]
    pub first: Option<SourceSpan>,
    /// Where.
    #[source_code]
    #[label(primary, "one of the two would be lost")]
    pub at: Loc,
}

/// Forwarded mail keeps its sender.
#[derive(Debug, Error, Diagnostic)]
#[error("mail that is forwarded to `{target}` fails SPF there")]
#[diagnostic(
    severity(Warning),
    code(mailpol::forward::spf),
    help(
        "what the sender has signed with DKIM still passes; tell the receiving side to trust this \
         host, or let the mailbox be fetched from here"
    )
)]
pub struct ForwardSender {
    /// The address that mail is forwarded to.
    pub target: String,
    /// Where.
    #[source_code]
    #[label(primary, "it keeps the sender, whose record does not name this host")]
    pub at: Loc,
}

impl Warning for ForwardSender {
    fn about(&self) -> Vec<&str> {
        vec![&self.target]
    }
}

/// A catch-all whose mail is forwarded.
#[derive(Debug, Error, Diagnostic)]
#[error("everything that is sent to `{domain}` is forwarded to `{to}`")]
#[diagnostic(
    severity(Warning),
    code(mailpol::forward::catch_all),
    help("forward named addresses only, and let the catch-all lead to a mailbox")
)]
pub struct ForwardAll {
    /// The domain.
    pub domain: String,
    /// An address that its mail goes on to.
    pub to: String,
    /// Where.
    #[source_code]
    #[label(primary, "so this host sends others the spam of invented addresses")]
    pub at: Loc,
}

impl Warning for ForwardAll {
    fn about(&self) -> Vec<&str> {
        vec![&self.domain]
    }
}
