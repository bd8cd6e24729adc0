//! Networks: prefixes with rights.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Grant;
use crate::mail::WayIn;
use crate::source::{Loc, Spanned};

/// A named network. Of nested networks, the longest prefix that holds a client decides alone.
#[derive(Debug, Clone)]
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
    /// How its clients reach the server.
    pub via: Via,
    /// Where the node stands.
    pub at: Loc,
}

impl Network {
    /// Returns whether its clients may anything that strangers may not.
    pub fn has_rights(&self) -> bool {
        self.may_send() || self.may_hand_over.is_some()
    }

    /// Returns whether it has a right to send, whatever its limits.
    pub fn may_send(&self) -> bool {
        !self.grants.is_empty()
    }

    /// Returns the proxies that say who its clients are.
    pub fn proxies(&self) -> &[Spanned<IpAddr>] {
        match &self.via {
            Via::Proxies(proxies) => proxies,
            Via::Direct | Via::Bridge(_) => &[],
        }
    }

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

/// How the clients of a network reach the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// By themselves: the address that the server sees is theirs.
    Direct,
    /// By proxies that say who they are (PROXY protocol), each known by its address.
    Proxies(Vec<Spanned<IpAddr>>),
    /// By a port that a container bridge publishes: the server sees an address of the bridge,
    /// whoever they are. The place is that of the word.
    Bridge(Loc),
}

/// Returns whether a proxy reaches a way in that is bound to an address of the inside.
pub fn reaches(proxy: IpAddr, way: WayIn) -> bool {
    way.on.is_some_and(|on| {
        let is_near = proxy.is_loopback() == on.is_loopback();
        is_inside(on) && is_near && proxy.is_ipv4() == on.is_ipv4()
    })
}

/// Returns whether no host of the Internet can send to an address: private use (RFC 1918, RFC
/// 4193) and loopback. Link-local and shared addresses belong to others too.
fn is_inside(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback(),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_loopback(),
    }
}
