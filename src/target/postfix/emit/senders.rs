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
use crate::policy::{Alias, Grant, HostedDomain, Policy, SenderScope};
use crate::prove::in_parts;
use crate::source::Loc;
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
    policy: &'p Policy,
    /// The logins that own their addresses.
    own: HashMap<&'p str, LoginName<'p>, FxBuildHasher>,
    /// Addresses that grants name, by their domain.
    named: BTreeMap<&'p Domain, Vec<Owned<'p>>>,
    domains: BTreeMap<&'p Domain, (BTreeSet<LoginName<'p>>, FirstPlace<'p>)>,
}

/// A login that owns an address of a domain, and where that comes from. Of several places the first
/// is told.
#[derive(Clone, Copy)]
struct Owned<'p> {
    local: &'p str,
    login: LoginName<'p>,
    at: &'p Loc,
}

/// Where the first owner of a row comes from.
type FirstPlace<'p> = Option<&'p Loc>;

/// A row: a local-part, its owners, and where the first of them comes from.
type Row<'p> = (&'p str, Few<LoginName<'p>>, &'p Loc);

/// Domains that one thread looks at before it takes more.
const DOMAINS_IN_PART: usize = 1 << 10;

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
    let mut owners = Owners {
        policy,
        own: HashMap::with_capacity_and_hasher(policy.logins.len(), FxBuildHasher),
        named: BTreeMap::new(),
        domains: BTreeMap::new(),
    };
    tables.logins.reserve(policy.logins.len());
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
                owners.own.insert(login.name.value.as_str(), name);
            }
            for grant in grants {
                owners.add(name, grant);
            }
        }
        let key = Key::login(name);
        tables.logins.push(key, &outcome, Some(&login.name.at));
    }
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
    /// Adds what a grant names: a login's own addresses come with their domains.
    fn add(&mut self, login: LoginName<'p>, grant: &'p Grant) {
        for scope in &grant.from {
            match &scope.value {
                SenderScope::Any
                | SenderScope::Null
                | SenderScope::Local
                | SenderScope::Own
                | SenderScope::Below(_) => {}
                SenderScope::Address(address) => {
                    let named = self.named.entry(address.domain()).or_default();
                    named.push(Owned {
                        local: address.local(),
                        login,
                        at: &scope.at,
                    });
                }
                SenderScope::Domain(domain) => {
                    let (owners, at) = self.domains.entry(domain).or_default();
                    owners.insert(login);
                    at.get_or_insert(&scope.at);
                }
            }
        }
    }

    /// Returns the rows of a domain, by their local-parts.
    fn rows(&self, domain: &'p Domain) -> Vec<Row<'p>> {
        let mut all: Vec<Owned<'p>> = Vec::new();
        if let Some(hosted) = self.policy.domains.get(domain) {
            self.add_hosted(domain, hosted, &mut all);
        }
        all.extend(self.named.get(domain).into_iter().flatten());
        // What comes first of an address stays first.
        all.sort_by_key(|one| one.local);
        let of_domain = self.domains.get(domain).map(|(owners, _)| owners);
        let same = all.chunk_by(|one, other| one.local == other.local);
        let row = |same: &[Owned<'p>]| {
            let first = same.first()?;
            let own = same.iter().map(|one| one.login);
            let of_domain = of_domain.into_iter().flatten().copied();
            let mut owners: Few<LoginName<'_>> = own.chain(of_domain).collect();
            owners.sort_unstable();
            owners.dedup();
            Some((first.local, owners, first.at))
        };
        same.filter_map(row).collect()
    }

    /// An alias belongs to the logins of the mailboxes that it leads to by name, however many
    /// aliases lie between. A catch-all gives nobody anything.
    fn add_hosted(&self, domain: &'p Domain, hosted: &'p HostedDomain, all: &mut Vec<Owned<'p>>) {
        for (local, mailbox) in &hosted.mailboxes {
            let login = mailbox.login.as_ref();
            let own = login.and_then(|login| self.own.get(login.value.as_str()));
            all.extend(own.map(|login| Owned {
                local: local.as_str(),
                login: *login,
                at: &mailbox.at,
            }));
        }
        for (local, alias) in &hosted.aliases {
            let near = logins_near(alias, (domain, hosted), self.policy);
            let near = near.filter(|_| !hosted.mailboxes.contains_key(local));
            let behind = near.unwrap_or_else(|| {
                let address = Address::new(local.as_str(), domain.clone());
                logins_behind(self.policy, &address).into_iter().collect()
            });
            let own = behind.into_iter().filter_map(|login| self.own.get(login));
            all.extend(own.map(|login| Owned {
                local: local.as_str(),
                login: *login,
                at: &alias.at,
            }));
        }
    }

    fn write(&self, table: &mut Table, diagnostics: &mut Diagnostics) {
        let hosted = self.policy.domains.keys();
        let others = self.named.keys().copied();
        let others = others.filter(|domain| !self.policy.domains.contains_key(domain));
        let domains: Vec<&'p Domain> = hosted.chain(others).collect();
        let parts: Vec<&[&'p Domain]> = domains.chunks(DOMAINS_IN_PART).collect();
        let parts = in_parts(&parts, |domains| {
            let (mut part, mut told) = (table.part(), Diagnostics::new());
            for domain in *domains {
                for (local, owners, at) in self.rows(domain) {
                    match Key::recipient(local, domain) {
                        Ok(key) => part.push(key, &Outcome::owners(owners), Some(at)),
                        Err(why) => refuse(&format!("{local}@{domain}"), why, at, &mut told),
                    }
                }
            }
            (part, told)
        });
        for (part, told) in parts {
            table.append(part);
            diagnostics.append(told);
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
