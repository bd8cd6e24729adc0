//! Logins: who they are, and which reverse-paths are theirs.
//!
//! A table says how each listed login is really written, since Exim looks keys up without regard
//! to case. Another one holds the owners of reverse-paths: of an address, of `*@domain`, of
//! `local`, of `*`; each is asked, and grants add up.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::order;
use super::recipients::refuse;
use super::table::Table;
use crate::diagnostic::Diagnostics;
use crate::mail::Address;
use crate::policy::{Grant, Login, Policy, SenderScope};
use crate::source::Loc;
use crate::target::exim::lexical::{Held, Key, LoginName, Unsayable};

/// The tables of logins.
pub(super) struct Senders {
    /// The listed logins.
    pub(super) logins: Table,
    /// The owners of reverse-paths.
    pub(super) owners: Table,
    /// Whether some login may use every address of a domain, or every address at all.
    pub(super) are_wide: bool,
    /// Whether some login may use every address of every domain of ours.
    pub(super) are_local: bool,
}

/// Whom keys belong to, and where that comes from. Of several the first is told.
type Owners<'p> = Vec<Owned<'p>>;

/// A key that belongs to a login.
struct Owned<'p> {
    /// What the key begins with.
    head: u128,
    /// Its place among all.
    number: usize,
    key: Key<'p>,
    login: LoginName<'p>,
    at: &'p Loc,
}

/// Adds a key that belongs to a login.
fn own<'p>(owners: &mut Owners<'p>, key: Key<'p>, login: LoginName<'p>, at: &'p Loc) {
    owners.push(Owned {
        head: order::head(&key.parts()),
        number: owners.len(),
        key,
        login,
        at,
    });
}

impl Owned<'_> {
    /// Compares the texts of keys.
    fn compare(&self, other: &Self) -> Ordering {
        let text = |key: &Self| key.key.parts().concat();
        let by_head = self.head.cmp(&other.head);
        by_head.then_with(|| text(self).cmp(&text(other)))
    }
}

/// Returns the tables of logins.
pub(super) fn senders(policy: &Policy, diagnostics: &mut Diagnostics) -> Senders {
    let mut tables = Senders {
        logins: Table::new(
            "logins",
            "The logins that the policy lists, and how each is really written.",
        ),
        owners: Table::new(
            "senders",
            "Reverse-paths, and the logins that may use them. `*` stands for every one.",
        ),
        are_wide: false,
        are_local: false,
    };
    let mut owners = Owners::new();
    let mut known: HashSet<String, FxBuildHasher> = HashSet::default();
    let mut logins = HashMap::with_capacity_and_hasher(policy.logins.len(), FxBuildHasher);
    for login in policy.logins.values() {
        let (text, at) = (&login.name.value, &login.name.at);
        let name = match LoginName::new(text) {
            Ok(name) if known.insert(text.as_str().to_ascii_lowercase()) => name,
            Ok(_) => {
                refuse(text, Unsayable::Case, at, diagnostics);
                continue;
            }
            Err(why) => {
                refuse(text, why, at, diagnostics);
                continue;
            }
        };
        tables
            .logins
            .push(&Key::login(name), &Held::login(name), Some(at));
        let grants = policy.grants_of(login);
        let mut scopes = grants.iter().flat_map(|grant| &grant.from);
        if scopes.any(|scope| scope.value == SenderScope::Own) {
            logins.insert(text.as_str(), name);
            for mailbox in &login.mailboxes {
                // A mailbox that no table can hold was refused as a recipient.
                if let Ok(key) = Key::address(mailbox) {
                    own(&mut owners, key, name, at);
                }
            }
        }
        for grant in grants {
            tables.add_scopes(grant, name, &mut owners, diagnostics);
        }
    }
    add_aliases(policy, &logins, &mut owners);
    // The first place of a key stays the first.
    owners.sort_unstable_by(|one, other| {
        let by_key = one.compare(other);
        by_key.then_with(|| one.number.cmp(&other.number))
    });
    for same in owners.chunk_by(|one, other| one.compare(other).is_eq()) {
        if let Some(first) = same.first() {
            let logins: BTreeSet<LoginName<'_>> = same.iter().map(|one| one.login).collect();
            let held = Held::logins(logins);
            tables.owners.push(&first.key, &held, Some(first.at));
        }
    }
    tables
}

impl Senders {
    fn add_scopes<'p>(
        &mut self,
        grant: &'p Grant,
        name: LoginName<'p>,
        owners: &mut Owners<'p>,
        diagnostics: &mut Diagnostics,
    ) {
        if grant.from.is_empty() {
            self.are_wide = true;
            own(owners, Key::any(), name, &grant.at);
        }
        for scope in &grant.from {
            let key = match &scope.value {
                // The null one is everybody's; and no login's right says what is below a domain.
                SenderScope::Own | SenderScope::Null | SenderScope::Below(_) => continue,
                SenderScope::Local => {
                    self.are_wide = true;
                    self.are_local = true;
                    Ok(Key::local())
                }
                SenderScope::Any => {
                    self.are_wide = true;
                    Ok(Key::any())
                }
                SenderScope::Domain(domain) => {
                    self.are_wide = true;
                    Ok(Key::in_domain(domain))
                }
                SenderScope::Address(address) => Key::address(address),
            };
            match key {
                Ok(key) => own(owners, key, name, &scope.at),
                Err(why) => {
                    refuse(scope.at.words(), why, &scope.at, diagnostics);
                }
            }
        }
    }
}

/// An alias belongs to the logins of the mailboxes that it leads to by name, however many aliases
/// lie between. A catch-all gives nobody anything.
fn add_aliases<'p>(
    policy: &'p Policy,
    logins: &HashMap<&str, LoginName<'p>, FxBuildHasher>,
    owners: &mut Owners<'p>,
) {
    for (domain, hosted) in &policy.domains {
        for (local, alias) in &hosted.aliases {
            let Ok(key) = Key::recipient(local.as_str(), domain) else {
                continue;
            };
            let address = Address::new(local.as_str(), domain.clone());
            for login in logins_behind(policy, &address) {
                if let Some(login) = logins.get(login) {
                    own(owners, key.clone(), *login, &alias.at);
                }
            }
        }
    }
}

/// Returns a login's mailboxes, and the aliases that lead to them by name.
pub(super) fn own_addresses(policy: &Policy, login: &Login) -> Vec<Address> {
    let mut own = login.mailboxes.to_vec();
    for (domain, hosted) in &policy.domains {
        let aliases = hosted.aliases.keys();
        let aliases = aliases.map(|local| Address::new(local.as_str(), domain.clone()));
        let name = login.name.value.as_str();
        own.extend(aliases.filter(|alias| logins_behind(policy, alias).contains(name)));
    }
    own
}

/// Returns the logins of the mailboxes that an address leads to by name.
fn logins_behind<'p>(policy: &'p Policy, address: &Address) -> BTreeSet<&'p str> {
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
