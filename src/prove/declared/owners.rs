//! Who owns which reverse-path: found from the mailboxes upwards.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use crate::decision::OwnerTable;
use crate::policy::{Policy, SenderScope};

/// Who owns what: what grants name, and for `own` mailboxes with the aliases that lead to them,
/// found by going from the mailboxes up until nothing is added.
pub(super) fn owners(policy: &Policy, ways: &Ways<'_>) -> OwnerTable {
    let mut table = OwnerTable::new();
    for (name, login) in policy.logins.iter() {
        let scopes = super::grants::of(policy, login);
        for scope in scopes.iter().flat_map(|grant| &grant.from) {
            match &scope.value {
                SenderScope::Own => {
                    table.own_all(name, ways.upwards(name));
                }
                SenderScope::Any
                | SenderScope::Null
                | SenderScope::Local
                | SenderScope::Below(_) => {}
                SenderScope::Address(address) => table.own_address(name, &address.to_string()),
                SenderScope::Domain(domain) => table.own_domain(name, domain.as_str()),
            }
        }
    }
    table.spread_domains();
    if policy.host.plus_addressing.is_some() {
        table.with_extensions();
    }
    table
}

/// An address of ours: its local-part and its domain.
type Own<'p> = (&'p str, &'p str);

/// The ways from logins up to addresses: their mailboxes, and the aliases that name an address.
#[derive(Debug)]
pub(super) struct Ways<'p> {
    mailboxes: HashMap<&'p str, Vec<Own<'p>>, FxBuildHasher>,
    aliases: HashMap<Own<'p>, Vec<Own<'p>>, FxBuildHasher>,
}

impl<'p> Ways<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        let mut ways = Self {
            mailboxes: HashMap::default(),
            aliases: HashMap::default(),
        };
        for (name, domain) in &policy.domains {
            for (local, mailbox) in &domain.mailboxes {
                if let Some(login) = &mailbox.login {
                    let own = ways.mailboxes.entry(&login.value).or_default();
                    own.push((local.as_str(), name.as_str()));
                }
            }
            for (local, alias) in &domain.aliases {
                for target in &alias.targets {
                    let target = (target.value.local(), target.value.domain().as_str());
                    let above = ways.aliases.entry(target).or_default();
                    above.push((local.as_str(), name.as_str()));
                }
            }
        }
        ways
    }

    /// Returns a login's mailboxes, and every alias that leads to one by name.
    pub(super) fn upwards(&self, login: &str) -> BTreeSet<Own<'p>> {
        let mailboxes = self.mailboxes.get(login);
        let mut open: Vec<Own<'_>> = mailboxes.into_iter().flatten().copied().collect();
        let mut own: BTreeSet<Own<'_>> = BTreeSet::new();
        while let Some(address) = open.pop() {
            if own.insert(address) {
                open.extend(self.aliases.get(&address).into_iter().flatten());
            }
        }
        own
    }
}
