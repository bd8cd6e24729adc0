//! The host, its certificate, its logins.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A text that is no IP address.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is no IP address")]
#[diagnostic(
    code(mailpol::host::address),
    help("write one such as `198.51.100.25` or `2001:db8::25`")
)]
pub struct AddressInvalid {
    /// What was written.
    pub text: String,
    /// Where.
    #[source_code]
    #[label(primary, "neither IPv4 nor IPv6")]
    pub at: Loc,
}

/// An address that no other host can reach.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is {kind}, and no address of a mail server")]
#[diagnostic(
    code(mailpol::host::unusable_address),
    help("write the addresses that MX records lead to")
)]
pub struct AddressUnusable {
    /// The address.
    pub address: String,
    /// What it is instead.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nobody could send mail there")]
    pub at: Loc,
}

/// An address that the Internet does not route, and that would be published.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is {kind}, and would be published")]
#[diagnostic(
    code(mailpol::host::private_address),
    severity(Warning),
    help("write the public address: the one that senders connect to, and that receivers see")
)]
pub struct AddressPrivate {
    /// The address.
    pub address: String,
    /// What it is instead.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nobody on the Internet can send mail there")]
    pub at: Loc,
}

impl Warning for AddressPrivate {
    fn about(&self) -> Vec<&str> {
        vec![&self.address]
    }
}

/// An address that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the address `{address}` stands twice")]
#[diagnostic(code(mailpol::host::duplicate_address), help("delete one of the two"))]
pub struct AddressDuplicate {
    /// The address.
    pub address: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// A listener that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the listener `{listener}` stands twice")]
#[diagnostic(code(mailpol::host::duplicate_listener), help("delete one of the two"))]
pub struct ListenerDuplicate {
    /// The listener.
    pub listener: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Loc,
}

/// An address that no socket can be bound to.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is {kind}: nothing can listen there")]
#[diagnostic(code(mailpol::host::listener_address))]
pub struct ListenerAddress {
    /// The address.
    pub address: String,
    /// What it is instead.
    pub kind: &'static str,
    /// What to do.
    #[help]
    pub help: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "no address of one machine")]
    pub at: Loc,
}

/// A public address that a listener is bound to, and that `host` does not name.
#[derive(Debug, Error, Diagnostic)]
#[error("`{address}` is a public address, and `host` has no such `address`")]
#[diagnostic(
    code(mailpol::host::listener_elsewhere),
    severity(Warning),
    help("if the machine has it, put the warning aside; a server does not start without it")
)]
pub struct ListenerElsewhere {
    /// The address.
    pub address: String,
    /// Where.
    #[source_code]
    #[label(primary, "is it this machine's?")]
    pub at: Loc,
}

impl Warning for ListenerElsewhere {
    fn about(&self) -> Vec<&str> {
        vec![&self.address]
    }
}

/// A host that is named as the exchanger of a domain, and does not take mail from other servers,
/// or not at every address.
#[derive(Debug, Error, Diagnostic)]
#[error("{fault}")]
#[diagnostic(code(mailpol::host::unreachable), severity(Warning))]
pub struct Unreachable {
    /// What is wrong.
    pub fault: String,
    /// Why here.
    pub label: &'static str,
    /// What to do.
    #[help]
    pub help: &'static str,
    /// The host.
    pub host: String,
    /// Where.
    #[source_code]
    #[label(primary, "{label}")]
    pub at: Loc,
}

impl Warning for Unreachable {
    fn about(&self) -> Vec<&str> {
        vec![&self.host]
    }
}

/// A host that listens nowhere, and nodes about mail that comes in.
#[derive(Debug, Error, Diagnostic)]
#[error("the host has no `listen`, so nothing comes in, and these say nothing: {nodes}")]
#[diagnostic(
    code(mailpol::host::no_listener),
    help("add `listen \"smtp\"` to the host; or delete them, and it only sends")
)]
pub struct NoListener {
    /// The names of the nodes.
    pub nodes: String,
    /// The host.
    #[source_code]
    #[label(primary, "no `listen` in this block")]
    pub at: Loc,
    /// The first of them.
    #[label("this is about mail that comes in")]
    pub first: Loc,
}

/// A host that only sends, and something that it needs for that.
#[derive(Debug, Error, Diagnostic)]
#[error("{fault}")]
#[diagnostic(code(mailpol::host::null_client))]
pub struct NullClient {
    /// What is wrong.
    pub fault: String,
    /// Why here.
    pub label: &'static str,
    /// What to do.
    #[help]
    pub help: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{label}")]
    pub at: Loc,
}

/// A path that is not absolute, or holds what a configuration could take for its own.
#[derive(Debug, Error, Diagnostic)]
#[error("`{path}` is no path that can be written to every configuration")]
#[diagnostic(
    code(mailpol::host::path),
    help("write an absolute path of letters, digits and `/._-+`, such as `{example}`")
)]
pub struct PathInvalid {
    /// What was written.
    pub path: String,
    /// Why.
    pub reason: &'static str,
    /// A path that could stand there.
    pub example: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{reason}")]
    pub at: Loc,
}

/// A submission listener without a certificate.
#[derive(Debug, Error, Diagnostic)]
#[error("`{listener}` needs a certificate, and the host has none")]
#[diagnostic(
    code(mailpol::host::tls_missing),
    help(
        "add `tls certificate=\"/etc/ssl/mx/fullchain.pem\" \
         key=\"/etc/ssl/mx/privkey.pem\"` to the host"
    )
)]
pub struct TlsMissing {
    /// The listener.
    pub listener: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "passwords go under TLS only")]
    pub at: Loc,
}

/// Logins, and nowhere to check their passwords.
#[derive(Debug, Error, Diagnostic)]
#[error("the policy has logins, and nothing checks their passwords")]
#[diagnostic(
    code(mailpol::auth::missing),
    help("add `auth \"saslauthd\" mechanism=\"shadow\"`, or leave the logins out")
)]
pub struct AuthMissing {
    /// The first login.
    #[source_code]
    #[label(primary, "nobody could authenticate as this")]
    pub at: Loc,
}

/// A submission listener, and nowhere to check passwords.
#[derive(Debug, Error, Diagnostic)]
#[error("`{listener}` is for authenticated clients, and nothing checks passwords")]
#[diagnostic(
    code(mailpol::auth::missing_for_listener),
    help("add `auth \"saslauthd\" mechanism=\"shadow\"`, or listen on `smtp` only")
)]
pub struct AuthMissingForListener {
    /// The listener.
    pub listener: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "nobody could authenticate here")]
    pub at: Loc,
}

/// A limit that no server should have, or none at all.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is no {what} that can be a limit")]
#[diagnostic(
    code(mailpol::host::limits),
    help("write `limits size=\"25MiB\" recipients=200`, or one of the two")
)]
pub struct LimitInvalid {
    /// What it limits.
    pub what: &'static str,
    /// What was written.
    pub text: String,
    /// What can be.
    pub label: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "{label}")]
    pub at: Loc,
}

/// A name with an extension, where extensions count for nothing.
#[derive(Debug, Error, Diagnostic)]
#[error("with `plus-addressing` nobody would meet the {what} `{name}`")]
#[diagnostic(
    code(mailpol::host::extension),
    help("write the name without a `+`, or leave `plus-addressing` out")
)]
pub struct NameExtended {
    /// What it is.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// Where.
    #[source_code]
    #[label(primary, "what stands behind a `+` counts for nothing")]
    pub at: Loc,
    /// What says so.
    #[label("because of this")]
    pub first: Option<SourceSpan>,
}

/// A login name that holds what a configuration could take for its own.
#[derive(Debug, Error, Diagnostic)]
#[error("`{login}` cannot be a login here")]
#[diagnostic(
    code(mailpol::login::invalid),
    help("write the Unix account's name: letters, digits and `_.+-`, as in `john`")
)]
pub struct LoginInvalid {
    /// What was written.
    pub login: String,
    /// Why.
    pub reason: String,
    /// Where.
    #[source_code]
    #[label(primary, "{reason}")]
    pub at: Loc,
}

/// A login whose rights are declared twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the login `{login}` is declared twice")]
#[diagnostic(
    code(mailpol::login::duplicate),
    help("write all its rights in one `login` node")
)]
pub struct LoginDuplicate {
    /// The login.
    pub login: String,
    /// The second.
    #[source_code]
    #[label(primary, "again here")]
    pub at: Loc,
    /// The first.
    #[label("first declared here")]
    pub first: Loc,
}

/// Two logins that differ in the case of letters only.
#[derive(Debug, Error, Diagnostic)]
#[error("the logins `{other}` and `{login}` differ in case only")]
#[diagnostic(code(mailpol::login::case))]
pub struct LoginCase {
    /// The second.
    pub login: String,
    /// The first.
    pub other: String,
    /// What to do.
    #[help]
    pub help: String,
    /// Where the second is.
    #[source_code]
    #[label(primary, "an MTA may take this one for the other")]
    pub at: Loc,
    /// Where the first is.
    #[label("the other is here")]
    pub first: Option<SourceSpan>,
}
