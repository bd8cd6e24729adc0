//! Whom a configuration believes when it says who the client is.

use crate::mail::WayIn;
use crate::source::Loc;

/// Peers whose word about who the client is a configuration takes (PROXY protocol).
#[derive(Debug, Clone)]
pub struct Believed {
    /// Who.
    pub peers: Peers,
    /// What says so.
    pub at: Loc,
}

/// Who is believed.
#[derive(Debug, Clone)]
pub enum Peers {
    /// These, wherever they connect: the numbers of the first and the last address of each range,
    /// ascending. IPv4 stands in its mapped form.
    Ranges(Vec<(u128, u128)>),
    /// Whoever reaches this way in.
    Everybody {
        /// The way in, if policies speak of it.
        way: Option<WayIn>,
        /// How the files name it.
        name: String,
    },
}
