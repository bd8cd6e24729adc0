//! How clients reach the server, and what that makes of their addresses.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::diagnostic::Warning;
use crate::source::Loc;

/// A `via` that says no way, or two.
#[derive(Debug, Error, Diagnostic)]
#[error("{fault}")]
#[diagnostic(code(mailpol::network::via))]
pub struct ViaInvalid {
    /// What is wrong.
    pub fault: String,
    /// What to do.
    #[help]
    pub help: String,
    /// Where.
    #[source_code]
    #[label(primary, "{label}")]
    pub at: Loc,
    /// What stands there.
    pub label: &'static str,
}

/// A `from=` that is no single address that a proxy could connect from.
#[derive(Debug, Error, Diagnostic)]
#[error("`{text}` is {kind}, and no proxy connects from there")]
#[diagnostic(
    code(mailpol::network::proxy_address),
    help("write the one address that the proxy connects from, such as `10.8.0.2`")
)]
pub struct ProxyAddress {
    /// What was written.
    pub text: String,
    /// What it is.
    pub kind: &'static str,
    /// Where.
    #[source_code]
    #[label(primary, "who would be believed?")]
    pub at: Loc,
}

/// A network with rights and a container bridge have addresses in common.
#[derive(Debug, Error, Diagnostic)]
#[error("`{prefix}` has rights, and {relation} behind a container bridge")]
#[diagnostic(
    code(mailpol::network::bridge_rights),
    help(
        "a published port of a container bridge hides clients: all of the Internet comes from an \
         address of the bridge, which is another one after the next start. Let clients there log \
         in, and name only networks that hold no bridge"
    )
)]
pub struct BridgeRights {
    /// The prefix with rights.
    pub prefix: String,
    /// How it is to the bridge.
    pub relation: String,
    /// Where it stands.
    #[source_code]
    #[label(primary, "every client would have them")]
    pub at: Loc,
    /// Where the bridge is said to be one.
    #[label("its clients come through the bridge")]
    pub bridge: Option<SourceSpan>,
}

/// A proxy that is reached through a container bridge.
#[derive(Debug, Error, Diagnostic)]
#[error("the proxy `{proxy}` is behind the container bridge `{network}`")]
#[diagnostic(
    code(mailpol::network::proxy_bridge),
    help(
        "whoever comes through the bridge has its address, and would be believed like the proxy: \
         give the proxy an address outside of it"
    )
)]
pub struct ProxyBridge {
    /// The proxy.
    pub proxy: String,
    /// The network.
    pub network: String,
    /// Where.
    #[source_code]
    #[label(primary, "every client of the bridge would be this proxy")]
    pub at: Loc,
}

/// A proxy whose own address has rights.
#[derive(Debug, Error, Diagnostic)]
#[error("the proxy `{proxy}` has the rights of the network `{network}`")]
#[diagnostic(
    code(mailpol::network::proxy_rights),
    help(
        "where the proxy names no client it is the client itself, and nobody knows for whom: \
         write `network \"proxy\" {{ cidr \"{prefix}\" }}`, the longest prefix decides alone"
    )
)]
pub struct ProxyRights {
    /// The proxy.
    pub proxy: String,
    /// It alone.
    pub prefix: String,
    /// The network.
    pub network: String,
    /// Where.
    #[source_code]
    #[label(primary, "its own address may send")]
    pub at: Loc,
}

/// A proxy on the host itself.
#[derive(Debug, Error, Diagnostic)]
#[error("the proxy `{proxy}` is on the server itself")]
#[diagnostic(
    code(mailpol::network::proxy_local),
    severity(Warning),
    help(
        "every program of the server connects from there, and can say that it is any client: keep \
         it only if you trust all who have an account"
    )
)]
pub struct ProxyLocal {
    /// The proxy.
    pub proxy: String,
    /// Where.
    #[source_code]
    #[label(primary, "every local user would be believed")]
    pub at: Loc,
}

impl Warning for ProxyLocal {
    fn about(&self) -> Vec<&str> {
        vec![&self.proxy]
    }
}

/// A proxy at a public address.
#[derive(Debug, Error, Diagnostic)]
#[error("the proxy `{proxy}` is at a public address")]
#[diagnostic(
    code(mailpol::network::proxy_public),
    severity(Warning),
    help(
        "what it says of clients is neither signed nor encrypted: keep it only if nobody on the \
         way can connect from that address or change what the proxy says, as in a tunnel"
    )
)]
pub struct ProxyPublic {
    /// The proxy.
    pub proxy: String,
    /// Where.
    #[source_code]
    #[label(primary, "is the way from there private?")]
    pub at: Loc,
}

impl Warning for ProxyPublic {
    fn about(&self) -> Vec<&str> {
        vec![&self.proxy]
    }
}
