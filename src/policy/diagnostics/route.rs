//! Routes, and what names them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A name that the files of some target could not hold.
#[derive(Debug, Error, Diagnostic)]
#[error("`{name}` is no name of a route")]
#[diagnostic(
    code(mailpol::route::name),
    help("write small letters, digits and hyphens, a letter first, such as `isp`")
)]
pub struct RouteName {
    /// What was written.
    pub name: String,
    /// Where.
    #[source_code]
    #[label(primary, "services and routers are named by it")]
    pub at: Loc,
}

/// Two routes of one name.
#[derive(Debug, Error, Diagnostic)]
#[error("the route `{name}` is declared twice")]
#[diagnostic(
    code(mailpol::route::duplicate),
    help("give one of the two another name")
)]
pub struct RouteDuplicate {
    /// The name.
    pub name: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Option<SourceSpan>,
}

/// A route to an address that is no host's.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is {kind}, and no host")]
#[diagnostic(
    code(mailpol::route::host),
    help("write the name or the address of the host that takes the mail")
)]
pub struct RouteUnusable {
    /// The address.
    pub address: String,
    /// What it is instead.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nobody takes mail there")]
    pub at: Loc,
}

/// A route that leads to this host.
#[derive(Debug, Error, Diagnostic)]
#[error("the route to `{host}` leads back to this host")]
#[diagnostic(
    code(mailpol::route::cycle),
    help("name the other host; mail that stays here needs no route")
)]
pub struct RouteCycle {
    /// The host that is written.
    pub host: String,
    /// Why it is this one.
    pub why: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{why}")]
    pub at: Loc,
}

/// A port that is none.
#[derive(Debug, Error, Diagnostic)]
#[error("`{port}` is no port")]
#[diagnostic(
    code(mailpol::route::port),
    help("write 25, 587 or 465, or another number up to 65535")
)]
pub struct RoutePort {
    /// What was written.
    pub port: i128,
    /// Where.
    #[source_code]
    #[label(primary, "ports are 1 to 65535")]
    pub at: Loc,
}

/// TLS that cannot be had there.
#[derive(Debug, Error, Diagnostic)]
#[error("TLS to `{host}` cannot be `{tls}`")]
#[diagnostic(code(mailpol::route::tls))]
pub struct RouteTlsImpossible {
    /// The host.
    pub host: String,
    /// The word.
    pub tls: &'static str,
    /// What to do.
    #[help]
    pub help: &'static str,
    /// Why not.
    pub why: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{why}")]
    pub at: Loc,
}

/// A password for whoever answers.
#[derive(Debug, Error, Diagnostic)]
#[error("the password for `{host}` would go to whoever answers there")]
#[diagnostic(
    code(mailpol::route::credentials),
    help("name the host, and leave `tls` out: its certificate is verified then")
)]
pub struct RouteCredentials {
    /// The host.
    pub host: String,
    /// Where.
    #[source_code]
    #[label(primary, "these need verified TLS")]
    pub at: Loc,
}

/// A name that no route has.
#[derive(Debug, Error, Diagnostic)]
#[error("there is no route `{name}`")]
#[diagnostic(code(mailpol::route::unknown))]
pub struct RouteUnknown {
    /// The name.
    pub name: String,
    /// What may be meant.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "no `route` node has this name")]
    pub at: Loc,
}

/// Senders and recipients in one `outbound`.
#[derive(Debug, Error, Diagnostic)]
#[error("one `outbound` names senders and recipients")]
#[diagnostic(
    code(mailpol::route::both),
    help("write two, one with `from` and one with `to`: whom mail is for counts first")
)]
pub struct OutboundBoth {
    /// The recipients.
    #[source_code]
    #[label(primary, "mail goes by its sender or by its recipient")]
    pub at: Loc,
}

/// Two ways for the same mail.
#[derive(Debug, Error, Diagnostic)]
#[error("the way of {what} is said twice")]
#[diagnostic(code(mailpol::route::again))]
pub struct OutboundAgain {
    /// Whose mail.
    pub what: String,
    /// What to do.
    #[help]
    pub help: &'static str,
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
    code(mailpol::route::selector),
    help("write `@` and a domain, or `@*.` and a domain for all that are below it")
)]
pub struct OutboundSelector {
    /// What was written.
    pub text: String,
    /// Of whom.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "mail goes by whole domains")]
    pub at: Loc,
}

/// Senders of a domain that is not ours.
#[derive(Debug, Error, Diagnostic)]
#[error("{fault}")]
#[diagnostic(
    code(mailpol::route::sender),
    help("name a domain of ours; mail in the name of others goes with all the rest")
)]
pub struct OutboundSender {
    /// What is wrong.
    pub fault: String,
    /// Where.
    #[source_code]
    #[label(primary, "no `domain` node is meant")]
    pub at: Loc,
}

/// Recipients in a domain of ours.
#[derive(Debug, Error, Diagnostic)]
#[error("mail for `{domain}` does not leave: it is a domain of ours")]
#[diagnostic(
    code(mailpol::route::recipient),
    help("write `via=` with the domain or with a mailbox of it")
)]
pub struct OutboundRecipient {
    /// The domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(primary, "its recipients are listed here")]
    pub at: Loc,
}

/// A route that nothing goes by.
#[derive(Debug, Error, Diagnostic)]
#[error("no mail goes by the route `{name}`")]
#[diagnostic(
    severity(Warning),
    code(mailpol::route::unused),
    help("write `via=\"{name}\"` with `outbound`, a domain or a mailbox, or delete the route")
)]
pub struct RouteUnused {
    /// The name.
    pub name: String,
    /// Where.
    #[source_code]
    #[label(primary, "no `via` names it")]
    pub at: Loc,
}

impl Warning for RouteUnused {
    fn about(&self) -> Vec<&str> {
        vec![&self.name]
    }
}

/// A route of a domain that lists nobody who would be behind it.
#[derive(Debug, Error, Diagnostic)]
#[error("`{domain}` goes by a route, and lists no mailbox of its own")]
#[diagnostic(
    severity(Warning),
    code(mailpol::route::nobody),
    help("list its mailboxes, in the `domain` or in a file, or delete `via`")
)]
pub struct RouteOfNobody {
    /// The domain.
    pub domain: String,
    /// Where.
    #[source_code]
    #[label(
        primary,
        "no mail goes by it: who is not listed is refused, whatever the route"
    )]
    pub at: Loc,
}

impl Warning for RouteOfNobody {
    fn about(&self) -> Vec<&str> {
        vec![&self.domain]
    }
}
