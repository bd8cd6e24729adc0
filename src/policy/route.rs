//! Routes: other hosts that mail is handed to.

use std::fmt;
use std::net::IpAddr;

use crate::decision::{Hop, HopTls};
use crate::mail::Domain;
use crate::source::{Loc, Spanned};

/// The port of TLS from the first byte (RFC 8314 section 7.3).
pub const SUBMISSIONS_PORT: u16 = 465;

/// A way for mail to another host.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name: letters, digits and hyphens in lower case, a letter first.
    pub name: Spanned<String>,
    /// The host. It is not this one.
    pub host: Spanned<RouteHost>,
    /// The port.
    pub port: u16,
    /// Under what TLS. Only the certificate of a name can be verified.
    pub tls: RouteTls,
    /// The path of the file with a name and a password; only under verified TLS.
    pub credentials: Option<Spanned<String>>,
    /// Where the node stands.
    pub at: Loc,
}

/// Under what TLS mail goes by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteTls {
    /// Where the host offers it.
    Opportunistic,
    /// Always, whoever answers.
    Required,
    /// Always, with a certificate that names the host.
    Verified,
}

impl RouteTls {
    /// Every kind, the weakest first.
    pub const ALL: [Self; 3] = [Self::Opportunistic, Self::Required, Self::Verified];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunistic => "opportunistic",
            Self::Required => "required",
            Self::Verified => "verified",
        }
    }
}

/// The host of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteHost {
    /// By its name: that of its address records.
    Name(Domain),
    /// By its address.
    Address(IpAddr),
}

impl Route {
    /// Returns the next hop of mail that goes by it.
    pub fn hop(&self) -> Hop {
        Hop {
            to: Hop::endpoint(&self.host.value.to_string(), self.port),
            tls: match self.tls {
                RouteTls::Opportunistic => HopTls::Opportunistic,
                RouteTls::Required => HopTls::Required,
                RouteTls::Verified => HopTls::Verified,
            },
            wrapped: self.is_wrapped(),
            credentials: self.credentials.as_ref().map(|path| path.value.clone()),
        }
    }

    /// Returns what the file with the credentials must hold, in words.
    pub fn credentials_line(&self) -> String {
        let path = self.credentials.as_ref().map(|path| path.value.as_str());
        let path = path.unwrap_or_default();
        format!("{path} holds the line: {} NAME:PASSWORD", self.host.value)
    }

    /// Returns whether TLS begins with the first byte.
    pub fn is_wrapped(&self) -> bool {
        self.port == SUBMISSIONS_PORT
    }
}

impl fmt::Display for RouteHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}
