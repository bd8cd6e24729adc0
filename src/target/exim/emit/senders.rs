//! Logins: who they are, and which reverse-paths are theirs.
//!
//! A table says how each listed login is really written, since Exim looks keys up without regard
//! to case. Another one holds the owners of reverse-paths: of an address, of `*@domain`, of
//! `local`, of `*`; each is asked, and grants add up.

use std::collections::{BTreeMap, BTreeSet};

use super::recipients::refuse;
use super::table::Table;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, LocalPart};
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

/// Whom a key belongs to, and where the first of them comes from.
type Owners = BTreeMap<Key, (BTreeSet<LoginName>, Loc)>;

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
    let mut known = BTreeSet::new();
    let mut own = BTreeMap::new();
    for login in policy.logins.values() {
        let (text, at) = (&login.name.value, &login.name.at);
        let name = match LoginName::new(text) {
            Ok(name) if known.insert(Key::login(&name)) => name,
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
            .push(Key::login(&name), Held::login(&name), Some(at));
        let grants = policy.grants_of(login);
        let mut scopes = grants.iter().flat_map(|grant| &grant.from);
        if scopes.any(|scope| scope.value == SenderScope::Own) {
            own.insert(text.as_str(), name.clone());
            for mailbox in &login.mailboxes {
                // A mailbox that no table can hold was refused as a recipient.
                if let Ok(key) = Key::address(mailbox) {
                    add(&mut owners, key, &name, at);
                }
            }
        }
        for grant in grants {
            tables.add_scopes(grant, &name, &mut owners, diagnostics);
        }
    }
    add_aliases(policy, &own, &mut owners);
    for (key, (logins, at)) in owners {
        tables.owners.push(key, Held::logins(&logins), Some(&at));
    }
    tables
}

impl Senders {
    fn add_scopes(
        &mut self,
        grant: &Grant,
        name: &LoginName,
        owners: &mut Owners,
        diagnostics: &mut Diagnostics,
    ) {
        if grant.from.is_empty() {
            self.are_wide = true;
            add(owners, Key::any(), name, &grant.at);
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
                Ok(key) => add(owners, key, name, &scope.at),
                Err(why) => {
                    refuse(scope.at.words(), why, &scope.at, diagnostics);
                }
            }
        }
    }
}

fn add(owners: &mut Owners, key: Key, name: &LoginName, at: &Loc) {
    let (logins, _) = owners
        .entry(key)
        .or_insert_with(|| (BTreeSet::new(), at.clone()));
    logins.insert(name.clone());
}

/// An alias belongs to the logins of the mailboxes that it leads to by name, however many aliases
/// lie between. A catch-all gives nobody anything.
fn add_aliases(policy: &Policy, own: &BTreeMap<&str, LoginName>, owners: &mut Owners) {
    for (domain, hosted) in &policy.domains {
        for (local, alias) in &hosted.aliases {
            let address = Address::new(local.as_str(), domain.clone());
            let Ok(key) = Key::address(&address) else {
                continue;
            };
            for login in logins_behind(policy, &address) {
                if let Some(name) = own.get(login) {
                    add(owners, key.clone(), name, &alias.at);
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
        let local = LocalPart::parse(address.local()).ok();
        let hosted = policy.domains.get(address.domain());
        let (Some(local), Some(hosted)) = (local, hosted) else {
            continue;
        };
        if let Some(mailbox) = hosted.mailboxes.get(&local) {
            logins.extend(mailbox.login.as_ref().map(|login| login.value.as_str()));
        } else if let Some(alias) = hosted.aliases.get(&local)
            && seen.insert(address)
        {
            open.extend(alias.targets.iter().map(|target| target.value.clone()));
        }
    }
    logins
}
