//! Grants: the right to send, and from which addresses.

use crate::mail::{Address, Domain};
use crate::source::{Loc, Spanned};

/// The right to send to any destination.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The reverse-paths that it covers, besides the null one; any if none are named.
    pub from: Vec<Spanned<SenderScope>>,
    /// Where it stands; for the default of all logins without a node, the auth node or the policy.
    pub at: Loc,
}

/// Reverse-paths that a grant covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SenderScope {
    /// The login's own mailboxes, and the aliases that lead to them, transitively.
    Own,
    /// Any address.
    Any,
    /// One address.
    Address(Address),
    /// Every address of a domain.
    Domain(Domain),
}

/// A login that the policy lists.
#[derive(Debug)]
pub struct Login {
    /// Its name, compared exactly as the backend reports it.
    pub name: Spanned<String>,
    /// Its mailboxes, sorted.
    pub mailboxes: Vec<Address>,
    /// Its own grant; without one, [`super::Policy::authenticated`] holds.
    pub grant: Option<Grant>,
}
