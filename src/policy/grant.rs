//! Grants: the right to send: from which addresses, to which, and how.

use std::collections::BTreeSet;

use super::Few;
use crate::mail::{Address, Domain, Listener, Short};
use crate::source::{Loc, Spanned};

/// A right to send. What it does not name, it does not limit.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The reverse-paths that it covers; any if none are named.
    pub from: Vec<Spanned<SenderScope>>,
    /// The forward-paths that it covers; any if none are named.
    pub to: Vec<Spanned<DestinationScope>>,
    /// The listeners that it holds on, sorted; all of the host's if none are named.
    pub listeners: Vec<Listener>,
    /// Whether it holds under TLS only.
    pub needs_tls: bool,
    /// Where it stands; for the default of all logins without a node, the auth node or the policy.
    pub at: Loc,
}

impl Grant {
    /// Returns whether it covers every reverse-path.
    pub fn is_from_any(&self) -> bool {
        let mut scopes = self.from.iter();
        self.from.is_empty() || scopes.any(|scope| scope.value == SenderScope::Any)
    }

    /// Returns whether it covers every forward-path.
    pub fn is_to_any(&self) -> bool {
        let mut scopes = self.to.iter();
        self.to.is_empty() || scopes.any(|scope| scope.value == DestinationScope::Any)
    }

    /// Returns whether it limits nothing but reverse-paths, in the right of a login, which is
    /// always under TLS.
    pub fn is_wide(&self) -> bool {
        self.is_to_any() && self.listeners.is_empty()
    }

    /// Returns whether it limits nothing at all.
    pub fn is_unlimited(&self) -> bool {
        self.is_from_any() && self.is_wide() && !self.needs_tls
    }

    /// Hands on every domain that it names, alone or in an address, and whether it means those
    /// below it, and not itself.
    pub fn each_domain<'g>(&'g self, take: &mut dyn FnMut(&'g Domain, bool)) {
        for scope in &self.from {
            match &scope.value {
                SenderScope::Address(address) => take(address.domain(), false),
                SenderScope::Domain(domain) => take(domain, false),
                SenderScope::Below(domain) => take(domain, true),
                SenderScope::Own | SenderScope::Any | SenderScope::Null | SenderScope::Local => {}
            }
        }
        for scope in &self.to {
            match &scope.value {
                DestinationScope::Address(address) => take(address.domain(), false),
                DestinationScope::Domain(domain) => take(domain, false),
                DestinationScope::Below(domain) => take(domain, true),
                DestinationScope::Any | DestinationScope::Local => {}
            }
        }
    }

    /// Returns whether all of these cover the same reverse-paths: then whoever owns one has
    /// been asked everything about them.
    pub fn are_alike(grants: &[Self]) -> bool {
        let names = |grant: &Self| -> BTreeSet<SenderScope> {
            grant.from.iter().map(|scope| scope.value.clone()).collect()
        };
        grants.windows(2).all(|two| match two {
            [a, b] => names(a) == names(b),
            _ => true,
        })
    }
}

/// Reverse-paths that a grant covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SenderScope {
    /// The login's own mailboxes, and the aliases that lead to them, transitively.
    Own,
    /// Any path.
    Any,
    /// The null reverse-path.
    Null,
    /// Every address of every domain of ours.
    Local,
    /// One address.
    Address(Address),
    /// Every address of a domain.
    Domain(Domain),
    /// Every address of every domain below one. No login has such a right.
    Below(Domain),
}

/// Forward-paths that a grant covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DestinationScope {
    /// Any path.
    Any,
    /// Every address of every domain of ours.
    Local,
    /// One address.
    Address(Address),
    /// Every address of a domain.
    Domain(Domain),
    /// Every address of every domain below one.
    Below(Domain),
}

/// A login that the policy lists.
#[derive(Debug, Clone)]
pub struct Login {
    /// Its name, compared exactly as the backend reports it.
    pub name: Spanned<Short>,
    /// Its mailboxes, sorted.
    pub mailboxes: Few<Address>,
    /// Its own grants; without one, [`super::Policy::authenticated`] holds.
    pub grants: Vec<Grant>,
}
