//! One RCPT of a mail transaction, in the session that it happens in.

use std::net::IpAddr;

use crate::mail::{ForwardPath, Listener, ReversePath};
use crate::spf::SpfResult;

/// An envelope (RFC 5321 section 2.3.1) with its session: all that a decision may depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The client's address; see [`crate::mail::canonical_client`].
    pub client: IpAddr,
    /// Where the client connected.
    pub listener: Listener,
    /// Whether the session is under TLS.
    pub tls: bool,
    /// The login that the client has authenticated as, exactly as the backend reports it.
    pub login: Option<String>,
    /// The name that the client gave with HELO or EHLO.
    pub helo: String,
    /// The reverse-path of MAIL FROM.
    pub from: ReversePath,
    /// The forward-path of this RCPT TO.
    pub to: ForwardPath,
    /// The SPF result of the MAIL FROM identity.
    pub spf: SpfResult,
    /// The SPF result of the HELO identity.
    pub spf_helo: SpfResult,
}
