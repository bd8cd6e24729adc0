//! The host: its name, addresses, listeners, certificate, and where passwords are checked.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::mail::{Address, Domain, Listener, WayIn};
use crate::source::{Loc, Spanned};

/// The host that the MTA runs on.
#[derive(Debug, Clone)]
pub struct Host {
    /// Its fully qualified name: what HELO says, and what MX records point to.
    pub name: Spanned<Domain>,
    /// Its public addresses: what A and AAAA records say.
    pub addresses: Vec<Spanned<IpAddr>>,
    /// Where it listens, each once, in the order of the text. A host without any takes no mail, and
    /// the policy has an outbound route and a postmaster elsewhere.
    pub listeners: Vec<Spanned<Listener>>,
    /// The addresses that a listener is bound to, each once. One that is not here is open at every
    /// address of the machine.
    pub bound: BTreeMap<Listener, Vec<Spanned<IpAddr>>>,
    /// What says that an address of ours may have an extension, as in `john+shop`: what stands
    /// behind the first `+` then counts for nothing, in every address. No name has one.
    pub plus_addressing: Option<Loc>,
    /// What one message may have at most.
    pub limits: Limits,
    /// Its certificate. Every policy with a submission listener has one.
    pub tls: Option<Tls>,
    /// The one address that mail to bare `postmaster`, and mail made on the host itself (root,
    /// cron, bounces), goes to. `lower` makes sure that it is deliverable; for a host that listens
    /// nowhere it is an address of others.
    pub postmaster: Option<Spanned<Address>>,
    /// Where the node stands.
    pub at: Loc,
}

/// What one message may have at most. What is not declared is as the MTA comes.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Octets.
    pub size: Option<Spanned<u64>>,
    /// Recipients.
    pub recipients: Option<Spanned<u64>>,
}

impl Host {
    /// Returns the place that says where it listens: the first listener, or the host without any.
    pub fn listens(&self) -> &Loc {
        let first = self.listeners.first();
        first.map_or(&self.at, |listener| &listener.at)
    }

    /// Returns every way in, with its place, in the order of the text.
    pub fn ways_in(&self) -> Vec<Spanned<WayIn>> {
        let mut ways = Vec::new();
        for listener in &self.listeners {
            let way = |on| WayIn {
                listener: listener.value,
                on,
            };
            match self.bound.get(&listener.value) {
                Some(bound) => {
                    let bound = bound.iter();
                    ways.extend(bound.map(|on| Spanned::new(way(Some(on.value)), on.at.clone())));
                }
                None => ways.push(Spanned::new(way(None), listener.at.clone())),
            }
        }
        ways
    }

    /// Returns its name without the domain, as programs may write it, if that is no other's.
    pub fn short_name(&self) -> Option<Domain> {
        let (label, _) = self.name.value.as_str().split_once('.')?;
        (label != "localhost").then(|| Domain::literal(label))
    }

    /// Returns the addresses that the policy says the machine has: the public ones first, then
    /// others that listeners are bound to. Loopback, which every machine has, is not among them.
    pub fn own_addresses(&self) -> Vec<IpAddr> {
        let mut own: Vec<IpAddr> = self.addresses.iter().map(|one| one.value).collect();
        for bound in self.bound.values().flatten() {
            if !bound.value.is_loopback() && !own.contains(&bound.value) {
                own.push(bound.value);
            }
        }
        own
    }
}

/// A certificate and its key, by path. Neither is ever read.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The path of the certificate with its chain (PEM).
    pub certificate: Spanned<String>,
    /// The path of the private key (PEM).
    pub key: Spanned<String>,
}

/// Where passwords are checked.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Cyrus saslauthd(8).
    Saslauthd {
        /// What it asks.
        mechanism: Spanned<SaslauthdMechanism>,
        /// Where the node stands.
        at: Loc,
    },
    /// Dovecot's auth socket.
    Dovecot {
        /// The path of the socket, absolute.
        socket: Spanned<String>,
        /// Where the node stands.
        at: Loc,
    },
}

impl Auth {
    /// Returns where the node stands.
    pub fn at(&self) -> &Loc {
        match self {
            Self::Saslauthd { at, .. } | Self::Dovecot { at, .. } => at,
        }
    }
}

/// What saslauthd(8) asks, in the order of its manual page's mechanisms that Debian builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaslauthdMechanism {
    /// A directory.
    Ldap,
    /// Pluggable authentication modules.
    Pam,
    /// The local shadow password file.
    Shadow,
}

impl SaslauthdMechanism {
    /// All mechanisms.
    pub const ALL: [Self; 3] = [Self::Ldap, Self::Pam, Self::Shadow];

    /// Returns the word for it, the same in a policy and in saslauthd's options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ldap => "ldap",
            Self::Pam => "pam",
            Self::Shadow => "shadow",
        }
    }
}
