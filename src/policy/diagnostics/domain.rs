//! Domains, their recipients, and what DNS says about them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A text that is no domain name.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is no domain name")]
#[diagnostic(code(mailpol::domain::invalid))]
pub struct DomainInvalid {
    /// What was written.
    pub name: String,
    /// Why.
    pub reason: String,
    /// What to do.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "{reason}")]
    pub at: Loc,
}

/// A domain whose label mixes scripts that look alike.
#[derive(Debug, Error, Diagnostic)]
#[error("the label `{label}` mixes {scripts}")]
#[diagnostic(
    code(mailpol::domain::mixed_scripts),
    help("write the letters of one script, or, if that is meant, the A-label: `{ascii}`")
)]
pub struct MixedScripts {
    /// The label.
    pub label: String,
    /// The scripts.
    pub scripts: String,
    /// The whole domain as A-labels.
    pub ascii: String,
    /// Where.
    #[source_code]
    #[label(primary, "some of its letters look like others")]
    pub at: Loc,
}

/// A domain whose label looks like one of ASCII letters.
#[derive(Debug, Error, Diagnostic)]
#[error("the label `{label}` looks like `{looks}`")]
#[diagnostic(
    code(mailpol::domain::confusable),
    help("write `{looks}` if ASCII is meant, else the A-label: `{ascii}`")
)]
pub struct Confusable {
    /// The label.
    pub label: String,
    /// What it looks like.
    pub looks: String,
    /// The whole domain as A-labels.
    pub ascii: String,
    /// Where.
    #[source_code]
    #[label(primary, "its letters look like ASCII ones")]
    pub at: Loc,
}

/// A policy without any domain.
#[derive(Debug, Error, Diagnostic)]
#[error("the policy has no domain")]
#[diagnostic(code(mailpol::domain::missing))]
pub struct DomainMissing {
    /// What to write.
    #[help]
    pub help: String,
    /// The host.
    #[source_code]
    #[label(primary, "it would take mail for nobody")]
    pub at: Loc,
}

/// A domain that is declared twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the domain `{name}` is declared twice")]
#[diagnostic(code(mailpol::domain::duplicate))]
pub struct DomainDuplicate {
    /// The domain.
    pub name: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Option<SourceSpan>,
}

/// A recipient that is declared twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the {kind} `{address}` is declared twice")]
#[diagnostic(code(mailpol::mailbox::duplicate))]
pub struct RecipientDuplicate {
    /// `mailbox` or `alias`.
    pub kind: &'static str,
    /// The address.
    pub address: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Option<SourceSpan>,
}

/// A mailbox and an alias of one name.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is a mailbox and an alias")]
#[diagnostic(code(mailpol::alias::mailbox))]
pub struct AliasAndMailbox {
    /// The address.
    pub address: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The second.
    #[source_code]
    #[label(primary, "where would its mail go?")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Option<SourceSpan>,
}

/// A local-part that we do not deliver for.
#[derive(Debug, Error, Diagnostic)]
#[error("`{local}` cannot be a local-part here")]
#[diagnostic(
    code(mailpol::mailbox::local_part),
    help("write letters, digits and dots, such as `john.doe`")
)]
pub struct LocalPartInvalid {
    /// What was written.
    pub local: String,
    /// Why.
    pub reason: String,
    /// Where.
    #[source_code]
    #[label(primary, "{reason}")]
    pub at: Loc,
}

/// A text that is no address.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is no address")]
#[diagnostic(
    code(mailpol::mailbox::address),
    help("write a local-part, `@` and a domain, such as `john@example.org`")
)]
pub struct NoAddress {
    /// What was written.
    pub text: String,
    /// Where.
    #[source_code]
    #[label(primary, "an address has one `@`")]
    pub at: Loc,
}

/// An alias that leads out of our domains.
#[derive(Debug, Error, Diagnostic)]
#[error("`{target}` is in no domain of this policy")]
#[diagnostic(
    code(mailpol::alias::foreign),
    help(
        "name recipients of this policy; what is to leave this server is declared: `forward`, \
         instead of `alias`"
    )
)]
pub struct AliasForeign {
    /// The target.
    pub target: String,
    /// Where.
    #[source_code]
    #[label(primary, "mail would leave this server")]
    pub at: Loc,
}

/// An alias to nobody.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no recipient `{target}`")]
#[diagnostic(code(mailpol::alias::unlisted))]
pub struct AliasUnlisted {
    /// The target.
    pub target: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "no mailbox, no alias, no catch-all")]
    pub at: Loc,
}

/// An alias to somebody who is not listed, one edit from somebody who is; a catch-all takes it.
#[derive(Debug, Error, Diagnostic)]
#[error("only the catch-all takes `{target}`")]
#[diagnostic(
    code(mailpol::alias::caught),
    severity(Warning),
    help("did you mean `{near}`?")
)]
pub struct AliasCaught {
    /// The target.
    pub target: String,
    /// The recipient that is like it.
    pub near: String,
    /// Where.
    #[source_code]
    #[label(primary, "no mailbox and no alias has this name")]
    pub at: Loc,
}

impl Warning for AliasCaught {
    fn about(&self) -> Vec<&str> {
        vec![&self.target]
    }
}

/// A catch-all that leads to what only a catch-all takes.
#[derive(Debug, Error, Diagnostic)]
#[error("the catch-all leads to `{target}`, which is not listed by name")]
#[diagnostic(
    code(mailpol::alias::catch_all),
    help("name a mailbox or an alias that is declared")
)]
pub struct CatchAllTarget {
    /// The target.
    pub target: String,
    /// Where.
    #[source_code]
    #[label(primary, "only a catch-all takes it")]
    pub at: Loc,
}

/// Nobody is the postmaster, so a mailbox was made.
#[derive(Debug, Error, Diagnostic)]
#[error("nobody reads mail for `{address}`")]
#[diagnostic(
    code(mailpol::domain::postmaster),
    severity(Warning),
    help(
        "add `alias \"postmaster\" ...` to the domain; until then its mail is kept in \
         `/var/mail/{domain}/postmaster`"
    )
)]
pub struct PostmasterAdded {
    /// The postmaster.
    pub address: String,
    /// Its domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(primary, "every domain must have a postmaster")]
    pub at: Loc,
}

impl Warning for PostmasterAdded {
    fn about(&self) -> Vec<&str> {
        vec![&self.address]
    }
}

/// The host's postmaster is nobody.
#[derive(Debug, Error, Diagnostic)]
#[error("the host's postmaster `{address}` is no recipient of this policy")]
#[diagnostic(
    code(mailpol::host::postmaster),
    help("name a mailbox or an alias that is declared")
)]
pub struct PostmasterUnlisted {
    /// The postmaster.
    pub address: String,
    /// Where.
    #[source_code]
    #[label(primary, "its mail would go nowhere")]
    pub at: Loc,
}

/// A published SPF record that begins with its version.
#[derive(Debug, Error, Diagnostic)]
#[error("the terms of an SPF record are written without `v=spf1`")]
#[diagnostic(
    code(mailpol::spf::version),
    help("delete it: mailpol writes it itself")
)]
pub struct SpfVersion {
    /// Where.
    #[source_code]
    #[label(primary, "this would stand there twice")]
    pub at: Loc,
}

/// A term that SPF does not have.
#[derive(Debug, Error, Diagnostic)]
#[error("`{term}` is no term of SPF")]
#[diagnostic(code(mailpol::spf::term))]
pub struct SpfTerm {
    /// The term.
    pub term: String,
    /// Why.
    pub reason: &'static str,
    /// What to do.
    #[help]
    pub help: Option<String>,
    /// Where.
    #[source_code]
    #[label(primary, "{reason}")]
    pub at: Loc,
}

/// A published SPF record that lets everybody send.
#[derive(Debug, Error, Diagnostic)]
#[error("`{term}` lets every host on the Internet send as this domain")]
#[diagnostic(
    code(mailpol::spf::everyone),
    help("write `-all`, or `~all` to begin with")
)]
pub struct SpfEveryone {
    /// The term.
    pub term: String,
    /// Where.
    #[source_code]
    #[label(primary, "it passes whoever asks")]
    pub at: Loc,
}

/// A recipient of a domain that the policy does not declare.
#[derive(Debug, Error, Diagnostic)]
#[error("the domain `{name}` is not declared")]
#[diagnostic(
    code(mailpol::domain::undeclared),
    help("add `domain \"{name}\"` to the policy, or a row for it to the file of `domains`")
)]
pub struct DomainUndeclared {
    /// The domain.
    pub name: String,
    /// Where.
    #[source_code]
    #[label(primary, "no mail is taken for it")]
    pub at: Loc,
}
