//! The seven results of RFC 7208.

/// The result of an SPF check, in the order of RFC 7208 section 2.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpfResult {
    /// No record, or no domain to ask about.
    None,
    /// The record says nothing about the client.
    Neutral,
    /// The client is authorised.
    Pass,
    /// The client is not authorised.
    Fail,
    /// The client is probably not authorised.
    Softfail,
    /// DNS did not answer for now.
    Temperror,
    /// The published records are broken.
    Permerror,
}
