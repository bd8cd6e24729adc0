//! The next host that mail is handed to, and under what protection.

use std::fmt;
use std::net::IpAddr;

/// The next host of mail that does not go to the exchangers of its domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// `HOST:PORT`, in lower case; or what a configuration hands mail to, in its own words.
    pub to: String,
    /// Under what TLS.
    pub tls: HopTls,
    /// Whether TLS begins with the first byte (RFC 8314 section 3.3).
    pub wrapped: bool,
    /// The file that holds a name and a password for it. It is never read.
    pub credentials: Option<String>,
}

/// Under what TLS mail is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HopTls {
    /// Never, as far as the files say.
    None,
    /// If the host offers it; whoever is in between can make it offer none.
    Opportunistic,
    /// Always, whoever answers.
    Required,
    /// Always, with a certificate that names the host.
    Verified,
}

impl HopTls {
    /// Returns the word for it in a policy, if it has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Opportunistic => Some("opportunistic"),
            Self::Required => Some("required"),
            Self::Verified => Some("verified"),
        }
    }
}

impl Hop {
    /// Returns a hop that only its own words are known of.
    pub fn other(to: impl Into<String>) -> Self {
        Self {
            to: to.into(),
            tls: HopTls::None,
            wrapped: false,
            credentials: None,
        }
    }

    /// Returns a host and its port as they are compared: an IPv6 address stands in brackets.
    pub fn endpoint(host: &str, port: u16) -> String {
        match host.parse::<IpAddr>() {
            Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
            Ok(IpAddr::V4(address)) => format!("{address}:{port}"),
            Err(_) => format!("{}:{port}", host.to_ascii_lowercase()),
        }
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to)?;
        let mut words = Vec::new();
        match self.tls {
            HopTls::None => {}
            HopTls::Opportunistic => words.push("TLS if offered".to_owned()),
            HopTls::Required => words.push("TLS required".to_owned()),
            HopTls::Verified => words.push("TLS verified".to_owned()),
        }
        if self.wrapped {
            words.push("from the first byte".to_owned());
        }
        if let Some(path) = &self.credentials {
            words.push(format!("credentials in {path}"));
        }
        if words.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", words.join(", "))
    }
}
