//! Who owns which reverse-path: found from the mailboxes upwards.

use std::collections::{BTreeMap, BTreeSet};

use crate::decision::OwnerTable;
use crate::mail::Address;
use crate::policy::{Policy, SenderScope};

/// Who owns what: what grants name, and for `own` mailboxes with the aliases that lead to them,
/// found by going from the mailboxes up until nothing is added.
pub(super) fn owners(policy: &Policy) -> OwnerTable {
    let mut owned: BTreeMap<String, BTreeSet<Address>> = BTreeMap::new();
    let mut table = OwnerTable::new();
    for (name, login) in &policy.logins {
        let scopes = super::grants::of(policy, login);
        let mut own: BTreeSet<Address> = BTreeSet::new();
        for scope in scopes.iter().flat_map(|grant| &grant.from) {
            match &scope.value {
                SenderScope::Own => own.extend(upwards(policy, name)),
                SenderScope::Any | SenderScope::Null | SenderScope::Local => {}
                SenderScope::Address(address) => {
                    own.insert(address.clone());
                }
                SenderScope::Domain(domain) => table.own_domain(name, domain.as_str()),
            }
        }
        owned.insert(name.clone(), own);
    }
    for (login, addresses) in &owned {
        for address in addresses {
            table.own_address(login, &address.to_string());
        }
    }
    table.spread_domains();
    table
}

/// Returns a login's mailboxes, and every alias that leads to one by name.
pub(super) fn upwards(policy: &Policy, login: &str) -> BTreeSet<Address> {
    let mut own: BTreeSet<Address> = BTreeSet::new();
    for (name, domain) in &policy.domains {
        for (local, mailbox) in &domain.mailboxes {
            if mailbox.login.as_ref().is_some_and(|one| one.value == login) {
                own.insert(Address::new(local.as_str(), name.clone()));
            }
        }
    }
    loop {
        let before = own.len();
        for (name, domain) in &policy.domains {
            for (local, alias) in &domain.aliases {
                if alias
                    .targets
                    .iter()
                    .any(|target| own.contains(&target.value))
                {
                    own.insert(Address::new(local.as_str(), name.clone()));
                }
            }
        }
        if own.len() == before {
            return own;
        }
    }
}
