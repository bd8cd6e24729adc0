//! The three ways into a mail server.

use std::fmt;
use std::net::IpAddr;

/// A listener, in the order of the ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listener {
    /// Port 25: other servers come here (RFC 5321).
    Smtp,
    /// Port 465: TLS from the first byte (RFC 8314 section 7.3).
    Submissions,
    /// Port 587: STARTTLS (RFC 6409).
    Submission,
}

impl Listener {
    /// All listeners, in the order of the ports.
    pub const ALL: [Self; 3] = [Self::Smtp, Self::Submissions, Self::Submission];

    /// Returns the name, as in policies and in the IANA registry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Submissions => "submissions",
            Self::Submission => "submission",
        }
    }

    /// Returns the listener of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|listener| listener.name() == name)
    }

    /// Returns the TCP port.
    pub fn port(self) -> u16 {
        match self {
            Self::Smtp => 25,
            Self::Submissions => 465,
            Self::Submission => 587,
        }
    }

    /// Returns the listener of a port.
    pub fn from_port(port: u16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|listener| listener.port() == port)
    }
}

/// A way into a machine: a listener at one of its addresses, or at all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WayIn {
    /// The listener.
    pub listener: Listener,
    /// The address that it is bound to; none: it is open at every address of the machine.
    pub on: Option<IpAddr>,
}

impl fmt::Display for WayIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.on {
            Some(address) => write!(f, "{} on {address}", self.listener),
            None => self.listener.fmt(f),
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
