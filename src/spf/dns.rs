//! What SPF asks of DNS, and how the answers are told apart.
//!
//! Not here: anything that asks a network. [`crate::spf::Zone`] answers from maps.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Answers the five kinds of questions that an SPF check asks.
///
/// Names come in lower case and without a final dot. Their labels are divided by `.` and hold
/// their octets as they are: no character is escaped, and a space, `/` or `\` stands for itself.
/// CNAME records are followed by whoever answers.
/// An `Ok` without records means the same as [`DnsError::NoRecords`].
pub trait Dns {
    /// Returns the TXT records: each is its strings joined without anything between them
    /// (RFC 7208 section 3.3).
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError>;
    /// Returns the MX records.
    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError>;
    /// Returns the addresses of the A records.
    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError>;
    /// Returns the addresses of the AAAA records.
    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError>;
    /// Returns the names of the PTR records. The question is a name under `in-addr.arpa` or
    /// `ip6.arpa`.
    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError>;
}

/// One MX record. The order is that of the preference, so sorted records are in the order in
/// which mail would try them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mx {
    /// The lower, the sooner.
    pub preference: u16,
    /// The host's name. Empty or `.` in a null MX (RFC 7505).
    pub exchange: String,
}

/// Why DNS gave no records.
///
/// The first two are *void* lookups (RFC 7208 section 4.6.4), the others are temporary errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsError {
    /// The name does not exist (RCODE 3).
    NoSuchName,
    /// The name exists without records of this type (RCODE 0, no answers).
    NoRecords,
    /// The server failed or refused (RCODE neither 0 nor 3), or could not be reached.
    Failed,
    /// No answer came in time.
    Silent,
}

/// The record types that SPF asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// A mail exchanger.
    Mx,
    /// The name of an address.
    Ptr,
    /// Text: policies and explanations.
    Txt,
}

impl RecordType {
    /// Every type, in the order of the enum.
    pub const ALL: [Self; 5] = [Self::A, Self::Aaaa, Self::Mx, Self::Ptr, Self::Txt];
}

impl fmt::Display for RecordType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Txt => "TXT",
        })
    }
}
