//! Networks: prefixes with rights.

use ipnet::IpNet;

use super::Grant;
use crate::source::{Loc, Spanned};

/// A named network. Of nested networks, the longest prefix that holds a client decides alone.
#[derive(Debug)]
pub struct Network {
    /// Its name.
    pub name: Spanned<String>,
    /// Its prefixes, canonical (see [`crate::mail::canonical_prefix`]).
    pub prefixes: Vec<Spanned<IpNet>>,
    /// Its rights to send; they add up.
    pub grants: Vec<Grant>,
    /// The right of a backup MX to hand us our own mail without an SPF check.
    pub may_hand_over: Option<Loc>,
    /// What holds for what is not granted.
    pub otherwise: Otherwise,
    /// Where the node stands.
    pub at: Loc,
}

impl Network {
    /// Returns the number of the right to send anywhere, as anybody, if it has one: then it is
    /// *internal*.
    pub fn unlimited(&self) -> Option<usize> {
        self.grants.iter().position(Grant::is_unlimited)
    }
}

/// What holds for what a network is not granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otherwise {
    /// Its clients are strangers.
    Stranger,
    /// It is refused; the place is that of the word.
    Refuse(Loc),
}
