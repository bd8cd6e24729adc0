//! Who owns which reverse-path: found from the mailboxes upwards.

use std::collections::{BTreeSet, HashMap};

use crate::decision::OwnerTable;
use crate::mail::Address;
use crate::policy::{Policy, SenderScope};

/// Who owns what: what grants name, and for `own` mailboxes with the aliases that lead to them,
/// found by going from the mailboxes up until nothing is added.
pub(super) fn owners(policy: &Policy, ways: &Ways<'_>) -> OwnerTable {
    let mut table = OwnerTable::new();
    for (name, login) in &policy.logins {
        let scopes = super::grants::of(policy, login);
        for scope in scopes.iter().flat_map(|grant| &grant.from) {
            match &scope.value {
                SenderScope::Own => {
                    for address in ways.upwards(name) {
                        table.own_address(name, &address.to_string());
                    }
                }
                SenderScope::Any | SenderScope::Null | SenderScope::Local => {}
                SenderScope::Address(address) => table.own_address(name, &address.to_string()),
                SenderScope::Domain(domain) => table.own_domain(name, domain.as_str()),
            }
        }
    }
    table.spread_domains();
    table
}

/// The ways from logins up to addresses: their mailboxes, and the aliases that name an address.
#[derive(Debug)]
pub(super) struct Ways<'p> {
    mailboxes: HashMap<&'p str, Vec<Address>>,
    aliases: HashMap<&'p Address, Vec<Address>>,
}

impl<'p> Ways<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let mut mailboxes: HashMap<&str, Vec<Address>> = HashMap::new();
        let mut aliases: HashMap<&Address, Vec<Address>> = HashMap::new();
        for (name, domain) in &policy.domains {
            for (local, mailbox) in &domain.mailboxes {
                if let Some(login) = &mailbox.login {
                    let address = Address::new(local.as_str(), name.clone());
                    mailboxes.entry(&login.value).or_default().push(address);
                }
            }
            for (local, alias) in &domain.aliases {
                for target in &alias.targets {
                    let address = Address::new(local.as_str(), name.clone());
                    aliases.entry(&target.value).or_default().push(address);
                }
            }
        }
        Self { mailboxes, aliases }
    }

    /// Returns a login's mailboxes, and every alias that leads to one by name.
    pub(super) fn upwards(&self, login: &str) -> BTreeSet<&Address> {
        let mailboxes = self.mailboxes.get(login);
        let mut open: Vec<&Address> = mailboxes.into_iter().flatten().collect();
        let mut own: BTreeSet<&Address> = BTreeSet::new();
        while let Some(address) = open.pop() {
            if own.insert(address) {
                open.extend(self.aliases.get(address).into_iter().flatten());
            }
        }
        own
    }
}
