//! Mail that is taken and comes back all the same: what a client writes to bring that about.

use crate::source::Loc;

/// That taken mail may come back to whoever its reverse-path says it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// What the client writes.
    pub by: ByWriting,
    /// The place that lets it.
    pub at: Loc,
}

/// What a client writes for its mail to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByWriting {
    /// `NOTIFY=SUCCESS` at RCPT: a report of the delivery (RFC 3461 section 4.1).
    Notify,
    /// This header.
    Header(String),
    /// A line of more octets than these, without its end.
    Line(u32),
    /// A HELO name of as many octets as these.
    Helo(u32),
    /// More Received fields than these, with the server's own.
    Hops(u64),
}
