//! Networks and rights.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A text that is no prefix.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is no prefix")]
#[diagnostic(
    code(mailpol::network::prefix),
    help("write an address, `/` and a length, such as `192.168.0.0/24`; one host is `{host}`")
)]
pub struct PrefixInvalid {
    /// How one host is written: this one, if it is an address.
    pub host: String,
    /// What was written.
    pub text: String,
    /// Where.
    #[source_code]
    #[label(primary, "neither of IPv4 nor of IPv6")]
    pub at: Loc,
}

/// A prefix with bits behind its length.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` has bits behind its length")]
#[diagnostic(code(mailpol::network::host_bits))]
pub struct HostBits {
    /// What was written.
    pub text: String,
    /// What to write.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "the network or the host?")]
    pub at: Loc,
}

/// An IPv6 prefix that holds all of IPv4 in its mapped form.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` holds every IPv4-mapped address, `::ffff:0:0/96`")]
#[diagnostic(
    code(mailpol::network::mapped),
    help("write the IPv6 networks that you administer, such as `fd00:d0e::/64`")
)]
pub struct MappedPrefix {
    /// What was written.
    pub text: String,
    /// Where.
    #[source_code]
    #[label(primary, "all of IPv4 would be in it")]
    pub at: Loc,
}

/// A network that is declared twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the network `{name}` is declared twice")]
#[diagnostic(code(mailpol::network::duplicate))]
pub struct NetworkDuplicate {
    /// The network.
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

/// A prefix that stands twice.
#[derive(Debug, Error, Diagnostic)]
#[error("the prefix `{prefix}` stands twice")]
#[diagnostic(code(mailpol::network::duplicate_prefix))]
pub struct PrefixDuplicate {
    /// The prefix.
    pub prefix: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The second.
    #[source_code]
    #[label(primary, "which of the two decides?")]
    pub at: Loc,
    /// The first.
    #[label("first written here")]
    pub first: Option<SourceSpan>,
}

/// Internal networks hold all public addresses or a great part of them, so anybody is inside.
#[derive(Debug, Error, Diagnostic)]
#[error("the networks that may send hold {share}")]
#[diagnostic(
    code(mailpol::network::universal),
    help("list the networks whose hosts you administer, such as `{inside}`")
)]
pub struct NetworkUniversal {
    /// How many of a family's addresses, in words.
    pub share: String,
    /// A network as people have them, of that family.
    pub inside: &'static str,
    /// The widest of their prefixes.
    #[source_code]
    #[label(primary, "with it strangers are inside")]
    pub at: Loc,
}

/// A network that may send holds addresses of other people.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` may send, and is not private address space")]
#[diagnostic(
    code(mailpol::network::public),
    severity(Warning),
    help(
        "every host of it can send what the network may: keep it only if you administer them \
         all, and if no router in front of the server replaces client addresses by one of it"
    )
)]
pub struct NetworkPublic {
    /// The prefix.
    pub prefix: String,
    /// Where.
    #[source_code]
    #[label(primary, "reachable from the Internet")]
    pub at: Loc,
}

impl Warning for NetworkPublic {
    fn about(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

/// A network that may send is very wide.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` may send, and is wider than {limit}")]
#[diagnostic(code(mailpol::network::wide), severity(Warning))]
pub struct NetworkWide {
    /// The prefix.
    pub prefix: String,
    /// The limit.
    pub limit: &'static str,
    /// What that means.
    #[help]
    pub help: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "do you administer all of it?")]
    pub at: Loc,
}

impl Warning for NetworkWide {
    fn about(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

/// A network that may send holds the host's own address.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` may send, and holds the host's own address {address}")]
#[diagnostic(
    code(mailpol::network::host_address),
    severity(Warning),
    help(
        "if a proxy, a tunnel or a router hands connections on from that address, every client of \
         it may send to anybody: name smaller networks"
    )
)]
pub struct NetworkHostAddress {
    /// The prefix.
    pub prefix: String,
    /// The address.
    pub address: String,
    /// Where.
    #[source_code]
    #[label(primary, "the server itself is in it")]
    pub at: Loc,
}

impl Warning for NetworkHostAddress {
    fn about(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

/// A network that may send is the usual range of container bridges.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` may send, and is a usual range of container bridges")]
#[diagnostic(
    code(mailpol::network::container),
    severity(Warning),
    help(
        "where ports are published through a proxy, or IPv6 is turned into IPv4, every client \
         comes from the bridge's address and may send to anybody: let containers authenticate"
    )
)]
pub struct NetworkContainer {
    /// The prefix.
    pub prefix: String,
    /// Where.
    #[source_code]
    #[label(primary, "client addresses get lost there")]
    pub at: Loc,
}

impl Warning for NetworkContainer {
    fn about(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

/// A network that may send holds loopback.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` may send, and is the host itself")]
#[diagnostic(
    code(mailpol::network::loopback),
    severity(Warning),
    help(
        "tunnels, proxies and container bridges end at loopback, and with them clients from \
         anywhere: keep it only if nothing hands connections on to this server"
    )
)]
pub struct Loopback {
    /// The prefix.
    pub prefix: String,
    /// Where.
    #[source_code]
    #[label(primary, "every local program is inside")]
    pub at: Loc,
}

impl Warning for Loopback {
    fn about(&self) -> Vec<&str> {
        vec![&self.prefix]
    }
}

/// A network's right names the addresses of a login.
#[derive(Debug, Error, Diagnostic)]
#[error("a network has no addresses of its own")]
#[diagnostic(
    code(mailpol::network::senders),
    help("write the addresses, a domain such as `@example.org`, `local` or `any`")
)]
pub struct NetworkSenders {
    /// Where.
    #[source_code]
    #[label(primary, "only a login has mailboxes")]
    pub at: Loc,
}

/// A network without a name.
#[derive(Debug, Error, Diagnostic)]
#[error("a network has a name")]
#[diagnostic(code(mailpol::network::name), help("write one such as `internal`"))]
pub struct NetworkEmptyName {
    /// Where.
    #[source_code]
    #[label(primary, "nothing stands here")]
    pub at: Loc,
}
