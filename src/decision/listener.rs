//! The ways in that a configuration opens.

use std::net::IpAddr;

use crate::mail::{Listener, WayIn};
use crate::source::Loc;

/// A way in that a configuration opens.
#[derive(Debug, Clone)]
pub struct FoundListener {
    /// The listener, if it is one of those that policies speak of.
    pub listener: Option<Listener>,
    /// The one address that it is open at; none: at all addresses of the host.
    pub on: Option<IpAddr>,
    /// How the files name it, such as `0.0.0.0:2525 (smtpd)`.
    pub name: String,
    /// Where.
    pub at: Loc,
    /// What it takes of one message; none where it is not known to speak SMTP.
    pub limits: Option<FoundLimits>,
}

impl FoundListener {
    /// Returns a way in at all addresses, whose limits are not known.
    pub fn new(listener: Option<Listener>, name: impl Into<String>, at: Loc) -> Self {
        Self {
            listener,
            on: None,
            name: name.into(),
            at,
            limits: None,
        }
    }

    /// Returns the way in, if policies speak of it.
    pub fn way_in(&self) -> Option<WayIn> {
        let on = self.on;
        self.listener.map(|listener| WayIn { listener, on })
    }
}

/// What a way in takes of one message.
#[derive(Debug, Clone)]
pub struct FoundLimits {
    /// The most octets.
    pub size: FoundLimit,
    /// The most recipients.
    pub recipients: FoundLimit,
    /// What else becomes of a message that has too much, and is not as a client expects it: in
    /// words, and where.
    pub otherwise: Vec<(&'static str, Loc)>,
}

/// A limit of a configuration.
#[derive(Debug, Clone)]
pub struct FoundLimit {
    /// The most that is taken; none: any number.
    pub most: Option<u64>,
    /// What says so; of a default where the files begin.
    pub at: Loc,
    /// The parameter whose default it is, if nothing in the files says it.
    pub default_of: Option<&'static str>,
}
