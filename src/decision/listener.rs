//! The ways in that a configuration opens.

use crate::mail::Listener;
use crate::source::Loc;

/// A way in that a configuration opens.
#[derive(Debug, Clone)]
pub struct FoundListener {
    /// The listener, if it is one of those that policies speak of, on all addresses.
    pub listener: Option<Listener>,
    /// How the files name it, such as `0.0.0.0:2525 (smtpd)`.
    pub name: String,
    /// Where.
    pub at: Loc,
}
