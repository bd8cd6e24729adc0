//! The lists of addresses that grants name, as tests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{From, Limits, LoginRights, NetworkRights, Owns, Rights, Tables, To};
use crate::decision::{AddressKey, AddressTable, Label, Question, Row, Test, TestId};
use crate::mail::{Address, Domain, Listener};
use crate::policy::{
    DestinationScope, Grant, Login, Network, Otherwise, Policy, SenderScope, tables,
};
use crate::source::Loc;

/// What tells the rights of logins apart.
type Kind = (Owns, Vec<(From, To, Vec<Listener>)>);

/// What tells the rights of networks apart: which grant is unlimited, handing over, refused; and
/// the grants.
type NetworkKind = (
    Option<usize>,
    bool,
    bool,
    Vec<(From, To, Vec<Listener>, bool)>,
);

/// The tests of scopes, while they are collected.
pub(in crate::policy) struct Scopes<'p> {
    policy: &'p Policy,
    tests: Vec<Test>,
    /// Where the first of `tests` comes among all.
    first: usize,
    from: HashMap<Vec<SenderScope>, Tables>,
    to: HashMap<Vec<DestinationScope>, Tables>,
    /// The label of each kind of rights of logins.
    kinds: HashMap<Kind, Label>,
    rights: Rights,
}

impl<'p> Scopes<'p> {
    /// Collects the rights of networks; tests are numbered from `first` on.
    pub(in crate::policy) fn new(policy: &'p Policy, first: usize) -> Self {
        let mut scopes = Self {
            policy,
            tests: Vec::new(),
            first,
            from: HashMap::new(),
            to: HashMap::new(),
            kinds: HashMap::new(),
            rights: Rights::default(),
        };
        let mut kinds: HashMap<NetworkKind, Label> = HashMap::new();
        for (number, network) in policy.networks.iter().enumerate() {
            let label = scopes.network(number, network, &mut kinds);
            scopes.rights.labels.push(label);
        }
        scopes
    }

    /// Returns the label of a network: that of the kind of its rights.
    fn network(
        &mut self,
        number: usize,
        network: &Network,
        kinds: &mut HashMap<NetworkKind, Label>,
    ) -> Label {
        let unlimited = network.unlimited();
        let limits: Vec<Limits> = if unlimited.is_some() {
            Vec::new()
        } else {
            let grants = network.grants.iter();
            grants.map(|grant| self.of_network(grant)).collect()
        };
        let next = Label(u32::try_from(self.rights.networks.len()).unwrap_or(u32::MAX - 1) + 1);
        let kind = limits.iter();
        let kind = kind.map(|one| (one.from, one.to, one.listeners.clone(), one.needs_tls));
        let refuses = matches!(network.otherwise, Otherwise::Refuse(_));
        let hands_over = network.may_hand_over.is_some();
        match kinds.entry((unlimited, hands_over, refuses, kind.collect())) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.rights.networks.push(NetworkRights {
                    network: number,
                    unlimited,
                    limits,
                });
                *new.insert(next)
            }
        }
    }

    /// Returns the label of a login: that of the kind of its rights.
    pub(in crate::policy) fn login(&mut self, login: &Login) -> Label {
        let grants = self.policy.grants_of(login);
        let owns = owns(grants);
        let limits: Vec<Limits> = if grants.iter().all(Grant::is_wide) {
            Vec::new()
        } else {
            let alike = Grant::are_alike(grants);
            let grants = grants.iter();
            grants
                .map(|grant| self.of_login(login, grant, alike))
                .collect()
        };
        let kind = limits
            .iter()
            .map(|one| (one.from, one.to, one.listeners.clone()));
        let next = Label(u32::try_from(self.rights.logins.len()).unwrap_or(u32::MAX - 1) + 1);
        match self.kinds.entry((owns, kind.collect())) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.rights.logins.push(LoginRights { owns, limits });
                *new.insert(next)
            }
        }
    }

    /// Returns the labels of networks, in the order of the policy.
    pub(in crate::policy) fn labels(&self) -> &[Label] {
        self.rights.labels()
    }

    /// Returns what was collected, and the tests.
    pub(in crate::policy) fn finish(self) -> (Rights, Vec<Test>) {
        (self.rights, self.tests)
    }

    fn of_network(&mut self, grant: &Grant) -> Limits {
        let from = if grant.is_from_any() {
            From::Any
        } else {
            self.named(grant, &[])
        };
        self.limits(grant, from)
    }

    fn of_login(&mut self, login: &Login, grant: &Grant, alike: bool) -> Limits {
        let from = if grant.is_from_any() {
            From::Any
        } else if alike {
            From::Owned
        } else {
            let own = tables::own_addresses(self.policy, login);
            self.named(grant, &own)
        };
        self.limits(grant, from)
    }

    fn limits(&mut self, grant: &Grant, from: From) -> Limits {
        Limits {
            from,
            to: self.to(grant),
            listeners: grant.listeners.clone(),
            needs_tls: grant.needs_tls,
        }
    }

    /// Returns the senders that a grant names. `own` are the addresses of its holder.
    fn named(&mut self, grant: &Grant, own: &[Address]) -> From {
        let mut names: Vec<SenderScope> = Vec::new();
        let (mut null, mut local) = (false, false);
        for scope in &grant.from {
            match &scope.value {
                SenderScope::Null => null = true,
                SenderScope::Local => local = true,
                SenderScope::Own => names.extend(own.iter().cloned().map(SenderScope::Address)),
                SenderScope::Any
                | SenderScope::Address(_)
                | SenderScope::Domain(_)
                | SenderScope::Below(_) => {
                    names.push(scope.value.clone());
                }
            }
        }
        names.sort_unstable();
        names.dedup();
        let known = self.from.get(&names).copied();
        let tables = known.unwrap_or_else(|| {
            let keys = names.iter().filter_map(|name| match name {
                SenderScope::Address(address) => Some(Named::Address(address)),
                SenderScope::Domain(domain) => Some(Named::Domain(domain)),
                SenderScope::Below(domain) => Some(Named::Below(domain)),
                SenderScope::Own | SenderScope::Any | SenderScope::Null | SenderScope::Local => {
                    None
                }
            });
            self.tables("reverse-path granted", Question::From, keys, &grant.at)
        });
        self.from.insert(names, tables);
        From::Named {
            tables,
            null,
            local,
        }
    }

    fn to(&mut self, grant: &Grant) -> To {
        if grant.is_to_any() {
            return To::Any;
        }
        let mut names: Vec<DestinationScope> =
            grant.to.iter().map(|scope| scope.value.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let local = names.contains(&DestinationScope::Local);
        let postmaster = self.policy.postmaster().map(|to| to.value.clone());
        let postmaster = postmaster.is_some_and(|address| {
            local
                || names.contains(&DestinationScope::Domain(address.domain().clone()))
                || is_below(address.domain(), &names)
                || names.contains(&DestinationScope::Address(address))
        });
        names.retain(|name| *name != DestinationScope::Local);
        let known = self.to.get(&names).copied();
        let tables = known.unwrap_or_else(|| {
            let keys = names.iter().filter_map(|name| match name {
                DestinationScope::Address(address) => Some(Named::Address(address)),
                DestinationScope::Domain(domain) => Some(Named::Domain(domain)),
                DestinationScope::Below(domain) => Some(Named::Below(domain)),
                DestinationScope::Any | DestinationScope::Local => None,
            });
            self.tables("forward-path granted", Question::To, keys, &grant.at)
        });
        self.to.insert(names, tables);
        To::Named {
            tables,
            local,
            postmaster,
        }
    }

    /// Adds the tests of a list of names: of whole addresses, and of domains alone.
    fn tables<'n>(
        &mut self,
        name: &str,
        question: fn(AddressTable) -> Question,
        keys: impl Iterator<Item = Named<'n>>,
        at: &Loc,
    ) -> Tables {
        let row = || Row::new(Label(1), at.clone());
        let order = [AddressKey::Address, AddressKey::Domain, AddressKey::Parent];
        let mut whole = AddressTable::new(&order);
        let mut domains = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
        let mut has_domain = false;
        for key in keys {
            match key {
                Named::Address(address) => {
                    whole.insert(AddressKey::Address, &address.to_string(), row());
                }
                Named::Domain(domain) => {
                    has_domain = true;
                    whole.insert(AddressKey::Domain, domain.as_str(), row());
                    domains.insert(AddressKey::Domain, domain.as_str(), row());
                }
                Named::Below(domain) => {
                    has_domain = true;
                    whole.insert(AddressKey::Parent, domain.as_str(), row());
                    domains.insert(AddressKey::Parent, domain.as_str(), row());
                }
            }
        }
        let whole = self.push(name, question(whole), at);
        let domain = has_domain.then(|| {
            let name = format!("{name}, by its domain");
            self.push(&name, question(domains), at)
        });
        Tables { whole, domain }
    }

    fn push(&mut self, name: &str, question: Question, at: &Loc) -> TestId {
        let number = self.first + self.tests.len();
        self.tests.push(Test::new(name, question, Some(at.clone())));
        TestId(u32::try_from(number).unwrap_or(u32::MAX))
    }
}

/// An address, a domain, or all that are below one.
enum Named<'n> {
    Address(&'n Address),
    Domain(&'n Domain),
    Below(&'n Domain),
}

/// Returns whether a domain is below one that is named with all below it.
fn is_below(domain: &Domain, names: &[DestinationScope]) -> bool {
    let mut parents = domain.parents();
    parents.any(|parent| names.contains(&DestinationScope::Below(Domain::literal(parent))))
}

/// Returns which reverse-paths some of these grants cover.
fn owns(grants: &[Grant]) -> Owns {
    let mut scopes = grants.iter().flat_map(|grant| &grant.from);
    if grants.iter().any(Grant::is_from_any) {
        Owns::Any
    } else if scopes.any(|scope| scope.value == SenderScope::Local) {
        Owns::Local
    } else {
        Owns::Rows
    }
}
