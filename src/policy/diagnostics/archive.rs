//! Archives, and what is copied into them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::source::Loc;

/// An archive that is no mailbox by itself.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is no mailbox that could be an archive")]
#[diagnostic(
    code(mailpol::archive::mailbox),
    help("declare a `mailbox` for it, such as `archive`, in a domain of ours")
)]
pub struct ArchiveMailbox {
    /// The address.
    pub address: String,
    /// Why not.
    pub why: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{why}")]
    pub at: Loc,
}

/// Senders and recipients in one `archive`.
#[derive(Debug, Error, Diagnostic)]
#[error("one `archive` names senders and recipients")]
#[diagnostic(
    code(mailpol::archive::both),
    help("write two, one with `from` and one with `to`: what both mean is copied once")
)]
pub struct ArchiveBoth {
    /// The recipients.
    #[source_code]
    #[label(primary, "mail is copied for its sender or for its recipient")]
    pub at: Loc,
}

/// Two archives for the same mail.
#[derive(Debug, Error, Diagnostic)]
#[error("the archive of {what} is said twice")]
#[diagnostic(
    code(mailpol::archive::again),
    help("each gets one copy: delete one of the two, or name whose mail it is")
)]
pub struct ArchiveAgain {
    /// Whose mail.
    pub what: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first said here")]
    pub first: Option<SourceSpan>,
}

/// What names no domain.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` names no domain of {kind}")]
#[diagnostic(
    code(mailpol::archive::selector),
    help("write `@` and a domain, such as `@example.org`")
)]
pub struct ArchiveSelector {
    /// What was written.
    pub text: String,
    /// Of whom.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "mail is copied by whole domains")]
    pub at: Loc,
}

/// A domain that is not ours.
#[derive(Debug, Error, Diagnostic)]
#[error("`{domain}` is no domain of ours")]
#[diagnostic(
    code(mailpol::archive::domain),
    help("name a domain of ours; an `archive` without `from` and `to` gets all mail")
)]
pub struct ArchiveDomain {
    /// The domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(primary, "no `domain` node is meant")]
    pub at: Loc,
}
