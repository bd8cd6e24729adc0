//! Who answers questions about DNS: a zone in memory, or real name servers.

mod live;
mod zone_file;

pub use live::{Live, LiveError};
pub use zone_file::{WrongZone, ZONE_OCTETS_MAX, read_zone};

use super::record::STRING_OCTETS_MAX;
use crate::spf::{Dns, DnsError, Zone};

/// Answers what SPF asks, and what else is compared.
pub trait Resolver: Dns {
    /// Returns what the name itself is an alias of (CNAME), without following it.
    fn cname(&self, name: &str) -> Result<String, DnsError>;

    /// Returns the TXT records of a name, each as its strings.
    fn txt_strings(&self, name: &str) -> Result<Vec<Vec<Vec<u8>>>, DnsError>;

    /// Returns whether the last answer was validated with DNSSEC, as far as somebody says.
    fn validated(&self) -> Option<bool>;
}

impl Resolver for Zone {
    fn cname(&self, name: &str) -> Result<String, DnsError> {
        Zone::cname(self, name)
    }

    fn txt_strings(&self, name: &str) -> Result<Vec<Vec<Vec<u8>>>, DnsError> {
        let strings = |text: Vec<u8>| text.chunks(STRING_OCTETS_MAX).map(<[u8]>::to_vec).collect();
        Ok(self.txt(name)?.into_iter().map(strings).collect())
    }

    fn validated(&self) -> Option<bool> {
        None
    }
}
