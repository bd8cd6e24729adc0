//! Logins: who they are, and which reverse-paths are theirs.
//!
//! A login that may use any reverse-path is permitted at once; every other one enters a class that
//! asks for the owner first. smtpd asks for an address before its domain and takes the first row,
//! so the row of an address repeats the owners of its domain: grants add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;
use smallvec::SmallVec;

use super::Emission;
use super::lists::{LOCAL_SENDERS, OWN_ADDRESSES, OWN_AND_LOCAL};
use super::recipients::refuse;
use super::table::Table;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain};
use crate::policy::{Alias, Grant, HostedDomain, Login, Policy, SenderScope};
use crate::prove::in_two;
use crate::source::Loc;
use crate::target::order;
use crate::target::postfix::lexical::{Comment, Key, LoginName, Outcome};

/// The tables of logins.
pub(super) struct Senders {
    /// What each listed login may do.
    pub(super) logins: Table,
    /// The owners of reverse-paths.
    pub(super) owners: Table,
    /// Whether some login may use its own reverse-paths only.
    pub(super) limited: bool,
    /// The domains of ours, if some login may use any address in them.
    pub(super) local: Option<Table>,
}

/// Which reverse-paths some grant of a login covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owns {
    /// Those with a row.
    Rows,
    /// Those, and every address of ours.
    Local,
    /// All.
    Any,
}

/// Returns which reverse-paths some of these grants cover.
pub(super) fn owns(grants: &[Grant]) -> Owns {
    let mut scopes = grants.iter().flat_map(|grant| &grant.from);
    if grants.iter().any(Grant::is_from_any) {
        Owns::Any
    } else if scopes.any(|scope| scope.value == SenderScope::Local) {
        Owns::Local
    } else {
        Owns::Rows
    }
}

/// The owners of reverse-paths, as they are collected.
struct Owners<'p> {
    /// Who owns an address, and where that comes from. Of several the first is told.
    addresses: Vec<Owned<'p>>,
    domains: BTreeMap<&'p Domain, (BTreeSet<LoginName<'p>>, FirstPlace<'p>)>,
}

/// A login that owns an address.
#[derive(Clone, Copy)]
struct Owned<'p> {
    /// What the address begins with.
    head: u128,
    /// Its place among all.
    number: usize,
    local: &'p str,
    domain: &'p Domain,
    login: LoginName<'p>,
    at: &'p Loc,
}

impl<'p> Owned<'p> {
    fn address(&self) -> (&'p str, &'p Domain) {
        (self.local, self.domain)
    }
}

/// The logins that own their addresses.
type OwnLogins<'p> = HashMap<&'p str, LoginName<'p>, FxBuildHasher>;

/// Where the first owner of a row comes from.
type FirstPlace<'p> = Option<&'p Loc>;

/// Returns the tables of logins.
pub(super) fn senders(policy: &Policy, diagnostics: &mut Diagnostics) -> Senders {
    let mut tables = Senders {
        logins: Table::new(
            "logins",
            Comment::new("The logins that the policy lists, and what each may do (access(5))."),
        ),
        owners: Table::new(
            "senders",
            Comment::new("Reverse-paths, and the logins that may use them (postconf(5))."),
        ),
        limited: false,
        local: None,
    };
    let domains = policy.domains.values();
    let addresses = domains.map(|hosted| hosted.mailboxes.len() + hosted.aliases.len());
    let mut owners = Owners {
        addresses: Vec::with_capacity(addresses.sum()),
        domains: BTreeMap::new(),
    };
    tables.logins.reserve(policy.logins.len());
    let mut own = HashMap::with_capacity_and_hasher(policy.logins.len(), FxBuildHasher);
    for login in policy.logins.values() {
        let name = match LoginName::new(&login.name.value) {
            Ok(name) => name,
            Err(why) => {
                refuse(&login.name.value, why, &login.name.at, diagnostics);
                continue;
            }
        };
        let grants = policy.grants_of(login);
        let outcome = match owns(grants) {
            Owns::Any => Outcome::fixed("OK"),
            Owns::Rows => Outcome::fixed(OWN_ADDRESSES),
            Owns::Local => {
                tables.local.get_or_insert_with(|| local(policy));
                Outcome::fixed(OWN_AND_LOCAL)
            }
        };
        if owns(grants) != Owns::Any {
            tables.limited = true;
            let mut scopes = grants.iter().flat_map(|grant| &grant.from);
            if scopes.any(|scope| scope.value == SenderScope::Own) {
                own.insert(login.name.value.as_str(), name);
            }
            for grant in grants {
                owners.add(login, name, grant);
            }
        }
        let key = Key::login(name);
        tables.logins.push(key, &outcome, Some(&login.name.at));
    }
    owners.add_aliases(policy, &own);
    owners.write(&mut tables.owners, diagnostics);
    tables
}

impl Senders {
    /// Adds both tables.
    pub(super) fn write(
        self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        self.logins.write(emission, diagnostics)?;
        self.owners.write(emission, diagnostics)?;
        match self.local {
            Some(table) => table.write(emission, diagnostics),
            None => Ok(()),
        }
    }
}

/// Returns the table of our domains, as reverse-paths that some login may use.
fn local(policy: &Policy) -> Table {
    let about = "Domains of ours: some logins may use any address in them (access(5)).";
    let mut table = Table::new(LOCAL_SENDERS, Comment::new(about));
    for (name, hosted) in &policy.domains {
        table.push(Key::domain(name), &Outcome::fixed("OK"), Some(&hosted.at));
    }
    table
}

impl<'p> Owners<'p> {
    fn add(&mut self, login: &'p Login, name: LoginName<'p>, grant: &'p Grant) {
        for scope in &grant.from {
            match &scope.value {
                SenderScope::Any
                | SenderScope::Null
                | SenderScope::Local
                | SenderScope::Below(_) => {}
                SenderScope::Address(address) => self.own(address, name, &scope.at),
                SenderScope::Domain(domain) => {
                    let (owners, at) = self.domains.entry(domain).or_default();
                    owners.insert(name);
                    at.get_or_insert(&scope.at);
                }
                SenderScope::Own => {
                    for mailbox in &login.mailboxes {
                        self.own(mailbox, name, &login.name.at);
                    }
                }
            }
        }
    }

    fn own(&mut self, address: &'p Address, login: LoginName<'p>, at: &'p Loc) {
        self.own_parts((address.local(), address.domain()), login, at);
    }

    fn own_parts(
        &mut self,
        (local, domain): (&'p str, &'p Domain),
        login: LoginName<'p>,
        at: &'p Loc,
    ) {
        self.addresses.push(Owned {
            head: order::head(&[local, "\0", domain.as_str()]),
            number: self.addresses.len(),
            local,
            domain,
            login,
            at,
        });
    }

    /// An alias belongs to the logins of the mailboxes that it leads to by name, however many
    /// aliases lie between. A catch-all gives nobody anything.
    fn add_aliases(&mut self, policy: &'p Policy, own: &OwnLogins<'p>) {
        for (domain, hosted) in &policy.domains {
            for (local, alias) in &hosted.aliases {
                let near = logins_near(alias, (domain, hosted), policy);
                let near = near.filter(|_| !hosted.mailboxes.contains_key(local));
                let behind = near.unwrap_or_else(|| {
                    let address = Address::new(local.as_str(), domain.clone());
                    logins_behind(policy, &address).into_iter().collect()
                });
                for login in behind {
                    if let Some(login) = own.get(login) {
                        self.own_parts((local.as_str(), domain), *login, &alias.at);
                    }
                }
            }
        }
    }

    fn write(mut self, table: &mut Table, diagnostics: &mut Diagnostics) {
        // No address holds a NUL, so what an address begins with, with one between its parts,
        // comes as its parts do. The first place of an address stays the first.
        let order = |one: &Owned<'_>, other: &Owned<'_>| {
            let by_head = one.head.cmp(&other.head);
            let by_address = by_head.then_with(|| one.address().cmp(&other.address()));
            by_address.then_with(|| one.number.cmp(&other.number))
        };
        let half = self.addresses.len() / 2;
        let (half, other) = self.addresses.split_at_mut(half);
        in_two(
            || half.sort_unstable_by(order),
            || other.sort_unstable_by(order),
        );
        // It finds both halves in order.
        self.addresses.sort_by(order);
        table.reserve(self.addresses.len());
        let same = |one: &Owned<'_>, other: &Owned<'_>| one.address() == other.address();
        for same in self.addresses.chunk_by(same) {
            let Some(first) = same.first() else {
                continue;
            };
            let own = same.iter().map(|one| one.login);
            let of_domain = self.domains.get(first.domain);
            let of_domain = of_domain.into_iter().flat_map(|(owners, _)| owners);
            let mut owners: Few<LoginName<'_>> = own.chain(of_domain.copied()).collect();
            owners.sort_unstable();
            owners.dedup();
            match Key::recipient(first.local, first.domain) {
                Ok(key) => table.push(key, &Outcome::owners(owners), Some(first.at)),
                Err(why) => {
                    let address = format!("{}@{}", first.local, first.domain);
                    refuse(&address, why, first.at, diagnostics);
                }
            }
        }
        for (domain, (owners, at)) in &self.domains {
            let owners = Outcome::owners(owners.iter().copied());
            table.push(Key::at_domain(domain), &owners, *at);
        }
    }
}

/// Nearly always few.
type Few<T> = SmallVec<[T; 4]>;

/// Returns the logins that an alias of a domain leads to, sorted, if all its targets are mailboxes:
/// nearly all are, most of them of the same domain.
fn logins_near<'p>(
    alias: &Alias,
    (domain, hosted): (&Domain, &'p HostedDomain),
    policy: &'p Policy,
) -> Option<Few<&'p str>> {
    let mut logins = Few::new();
    for target in alias.targets.iter().map(|target| &target.value) {
        let hosted = if target.domain() == domain {
            hosted
        } else {
            policy.domains.get(target.domain())?
        };
        let mailbox = hosted.mailboxes.get(target.local())?;
        logins.extend(mailbox.login.as_ref().map(|login| login.value.as_str()));
    }
    logins.sort_unstable();
    logins.dedup();
    Some(logins)
}

/// Returns the logins of the mailboxes that an address leads to by name.
pub(super) fn logins_behind<'p>(policy: &'p Policy, address: &Address) -> BTreeSet<&'p str> {
    let mut logins = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![address.clone()];
    while let Some(address) = open.pop() {
        let local = address.local();
        let Some(hosted) = policy.domains.get(address.domain()) else {
            continue;
        };
        if let Some(mailbox) = hosted.mailboxes.get(local) {
            logins.extend(mailbox.login.as_ref().map(|login| login.value.as_str()));
        } else if let Some(alias) = hosted.aliases.get(local)
            && seen.insert(address)
        {
            open.extend(alias.targets.iter().map(|target| target.value.clone()));
        }
    }
    logins
}
