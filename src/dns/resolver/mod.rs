//! Who answers questions about DNS: a zone in memory, or real name servers.

mod live;
mod zone_file;

pub use live::{Live, LiveError};
pub use zone_file::{WrongZone, ZONE_OCTETS_MAX, read_zone};

use crate::spf::{Dns, DnsError, Zone};

/// Answers what SPF asks, and one thing more.
pub trait Resolver: Dns {
    /// Returns what the name itself is an alias of (CNAME), without following it.
    fn cname(&self, name: &str) -> Result<String, DnsError>;
}

impl Resolver for Zone {
    fn cname(&self, name: &str) -> Result<String, DnsError> {
        Zone::cname(self, name)
    }
}
