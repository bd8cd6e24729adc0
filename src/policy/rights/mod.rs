//! Rights, prepared to be asked: which grants cover an envelope.
//!
//! Each list of addresses that a grant names is a test of its own, looked up in a small table, and
//! asked only of clients that hold the grant. So a thousand networks with rights of their own are
//! a thousand small tables, and never a product. Grants that name the same share one.

mod scopes;

pub(super) use scopes::Scopes;

use std::sync::Arc;

use super::form::{ForwardKind, ReverseKind};
use super::tables::{IN_DOMAIN, Tests};
use super::{Network, Otherwise, Policy};
use crate::decision::{Ask, At, Label, TestId, Unanswered};
use crate::mail::Listener;
use crate::source::Loc;

/// A grant, prepared.
#[derive(Debug)]
pub(super) struct Limits {
    from: From,
    to: To,
    /// Empty: all.
    listeners: Vec<Listener>,
    needs_tls: bool,
}

/// The reverse-paths of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum From {
    Any,
    /// Those that the login owns; all grants of the login are from the same.
    Owned,
    /// What tables hold, and perhaps more.
    Named {
        tables: Tables,
        null: bool,
        /// Every domain of ours.
        local: bool,
    },
}

/// The forward-paths of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum To {
    Any,
    Named {
        tables: Tables,
        /// Every domain of ours.
        local: bool,
        /// Bare postmaster.
        postmaster: bool,
    },
}

/// The tests of a list of addresses and domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Tables {
    /// Of paths that have an address.
    whole: TestId,
    /// Of paths that have a domain only; none if no domain is named.
    domain: Option<TestId>,
}

/// Which reverse-paths some grant of a login covers, whatever else it limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owns {
    /// Those that it owns.
    Rows,
    /// Those, and every domain of ours.
    Local,
    /// All.
    Any,
}

/// The rights of logins of one kind.
#[derive(Debug)]
pub(super) struct LoginRights {
    pub(super) owns: Owns,
    /// Its grants; none if they limit nothing but reverse-paths.
    pub(super) limits: Vec<Limits>,
}

/// The rights of networks of one kind: those that say the same, whatever their prefixes.
#[derive(Debug)]
pub(super) struct NetworkRights {
    /// The first network of the kind.
    network: usize,
    /// The number of the grant that makes it internal, if it is.
    pub(super) unlimited: Option<usize>,
    /// Its grants; none if it is internal.
    pub(super) limits: Vec<Limits>,
}

/// Returns the places that decide about the clients of a network: `otherwise`, or else the node;
/// then each grant, in order. So a decision names the words of the very network, though all of a
/// kind are decided as one.
pub(super) fn places(network: &Network) -> Arc<[Loc]> {
    let otherwise = match &network.otherwise {
        Otherwise::Refuse(at) => at,
        Otherwise::Stranger => &network.at,
    };
    let grants = network.grants.iter().map(|grant| &grant.at);
    std::iter::once(otherwise).chain(grants).cloned().collect()
}

/// Returns what refuses, in the client's network.
pub(super) const OTHERWISE: At = At::Part(Tests::CLIENT, 0);

/// Returns a grant, by its number, of the client's network.
pub(super) fn grant(number: usize) -> At {
    At::Part(Tests::CLIENT, number + 1)
}

/// What all holders of rights may do.
#[derive(Debug, Default)]
pub(super) struct Rights {
    /// By the label of the network, less one.
    networks: Vec<NetworkRights>,
    /// The label of each network of the policy.
    labels: Vec<Label>,
    /// By the label of the login, less one.
    logins: Vec<LoginRights>,
}

/// An envelope, as far as a grant looks at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) listener: Listener,
    pub(super) from: ReverseKind,
    pub(super) to: ForwardKind,
}

/// Whether a grant covers an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Covers {
    No,
    Yes,
    /// It would under TLS.
    UnderTls,
}

impl Rights {
    /// Returns the rights of a network by its label; none for a client that is in no network.
    pub(super) fn network(&self, label: Label) -> Option<&NetworkRights> {
        self.networks.get((label.0 as usize).checked_sub(1)?)
    }

    /// Returns the labels of networks, in the order of the policy.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Returns the rights of a login by its label; none for a login that is not listed.
    pub(super) fn login(&self, label: Label) -> Option<&LoginRights> {
        self.logins.get((label.0 as usize).checked_sub(1)?)
    }
}

impl NetworkRights {
    /// Returns the network, or the first of those that have the same rights.
    pub(super) fn network<'p>(&self, policy: &'p Policy) -> Option<&'p Network> {
        policy.networks.get(self.network)
    }
}

impl Limits {
    /// Returns whether the grant, held by a network, covers an envelope.
    pub(super) fn cover(&self, sent: Sent, ask: &mut dyn Ask) -> Result<Covers, Unanswered> {
        if !self.holds_on(sent.listener)
            || !self.from.covers(sent.from, ask)?
            || !self.to.covers(sent.to, ask)?
        {
            return Ok(Covers::No);
        }
        if self.needs_tls && ask.ask(Tests::TLS)? != Label(1) {
            return Ok(Covers::UnderTls);
        }
        Ok(Covers::Yes)
    }

    /// Returns whether the grant, held by a login, covers an envelope; `owns` says whether the
    /// login owns the reverse-path. A login is under TLS, and may always use the null path.
    pub(super) fn cover_login(
        &self,
        sent: Sent,
        owns: bool,
        ask: &mut dyn Ask,
    ) -> Result<bool, Unanswered> {
        let from = match self.from {
            From::Owned => owns,
            From::Any | From::Named { .. } => {
                sent.from == ReverseKind::Null || self.from.covers(sent.from, ask)?
            }
        };
        Ok(self.holds_on(sent.listener) && from && self.to.covers(sent.to, ask)?)
    }

    fn holds_on(&self, listener: Listener) -> bool {
        self.listeners.is_empty() || self.listeners.contains(&listener)
    }
}

impl Tables {
    fn hold(self, has_address: bool, ask: &mut dyn Ask) -> Result<bool, Unanswered> {
        let table = if has_address {
            Some(self.whole)
        } else {
            self.domain
        };
        Ok(match table {
            Some(table) => ask.ask(table)? != Label::ABSENT,
            None => false,
        })
    }
}

impl From {
    fn covers(self, from: ReverseKind, ask: &mut dyn Ask) -> Result<bool, Unanswered> {
        let (tables, null, local) = match self {
            Self::Any => return Ok(true),
            Self::Owned => return Ok(false),
            Self::Named {
                tables,
                null,
                local,
            } => (tables, null, local),
        };
        Ok(match from {
            ReverseKind::Bad | ReverseKind::Elsewhere => false,
            ReverseKind::Null => null,
            ReverseKind::Address | ReverseKind::Domain => {
                (local && ask.ask(Tests::FROM_DOMAIN)? == IN_DOMAIN)
                    || tables.hold(from == ReverseKind::Address, ask)?
            }
        })
    }
}

impl To {
    fn covers(self, to: ForwardKind, ask: &mut dyn Ask) -> Result<bool, Unanswered> {
        let (tables, local, postmaster) = match self {
            Self::Any => return Ok(true),
            Self::Named {
                tables,
                local,
                postmaster,
            } => (tables, local, postmaster),
        };
        Ok(match to {
            ForwardKind::Bad | ForwardKind::Elsewhere | ForwardKind::Routed => false,
            ForwardKind::Postmaster => postmaster,
            ForwardKind::Address | ForwardKind::Domain => {
                (local && ask.ask(Tests::TO_DOMAIN)? == IN_DOMAIN)
                    || tables.hold(to == ForwardKind::Address, ask)?
            }
        })
    }
}
