//! What a right names: reverse-paths and forward-paths, as tables of addresses and domains.

use std::collections::{BTreeSet, HashMap};

use super::Emission;
use super::recipients::refuse;
use super::table::{Table, TableName};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain};
use crate::policy::{DestinationScope, DomainScope, Grant, SenderScope};
use crate::source::Loc;
use crate::target::diagnostics::UnsayableValue;
use crate::target::exim::lexical::{Held, Key, List, Word};
use crate::target::exim::view;

/// Reverse-paths that a right covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Senders {
    null: bool,
    local: bool,
    names: Scopes,
    /// Domains whose sub-domains are meant.
    below: BTreeSet<Domain>,
}

/// Forward-paths that a right covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Recipients {
    local: bool,
    names: Scopes,
    /// Domains whose sub-domains are meant.
    below: BTreeSet<Domain>,
}

/// Addresses, and domains of which every address is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Scopes {
    addresses: BTreeSet<Address>,
    domains: BTreeSet<Domain>,
}

impl Senders {
    /// Returns those of a network's right.
    pub(super) fn of_network(grant: &Grant) -> Self {
        Self::of(grant, &[], false)
    }

    /// Returns those of a login's right, with what is its own. It may always use the null one.
    pub(super) fn of_login(grant: &Grant, own: &[Address]) -> Self {
        Self::of(grant, own, true)
    }

    fn of(grant: &Grant, own: &[Address], null: bool) -> Self {
        let mut senders = Self {
            null,
            ..Self::default()
        };
        for scope in &grant.from {
            match &scope.value {
                // `Any` is not here.
                SenderScope::Any => {}
                SenderScope::Own => senders.names.addresses.extend(own.iter().cloned()),
                SenderScope::Null => senders.null = true,
                SenderScope::Local => senders.local = true,
                SenderScope::Address(address) => {
                    senders.names.addresses.insert(address.clone());
                }
                SenderScope::Domain(domain) => {
                    senders.names.domains.insert(domain.clone());
                }
                SenderScope::Below(domain) => {
                    senders.below.insert(domain.clone());
                }
            }
        }
        senders
    }
}

impl Recipients {
    /// Returns those of a right.
    pub(super) fn of(grant: &Grant) -> Self {
        let mut recipients = Self::default();
        for scope in &grant.to {
            match &scope.value {
                // `Any` is not here.
                DestinationScope::Any => {}
                DestinationScope::Local => recipients.local = true,
                DestinationScope::Address(address) => {
                    recipients.names.addresses.insert(address.clone());
                }
                DestinationScope::Domain(domain) => {
                    recipients.names.domains.insert(domain.clone());
                }
                DestinationScope::Below(domain) => {
                    recipients.below.insert(domain.clone());
                }
            }
        }
        recipients
    }

    /// Refuses a right that holds for the bare postmaster and not for the address that Exim takes
    /// for it, or the other way round.
    pub(super) fn check_postmaster(
        &self,
        emission: &Emission<'_>,
        grant: &Grant,
        diagnostics: &mut Diagnostics,
    ) {
        let taken = Address::new("postmaster", emission.origin.clone());
        if self.hold(&emission.postmaster.value) != self.hold(&taken) {
            let why = "Exim takes bare `postmaster` for that of a domain: let the right be to \
                       both of them, or to none";
            let both = format!("{} and {taken}", emission.postmaster.value);
            diagnostics.error(UnsayableValue::new("exim", &both, why, &grant.at));
        }
    }

    /// Whether an address of ours is meant.
    fn hold(&self, address: &Address) -> bool {
        self.local
            || self.names.domains.contains(address.domain())
            || address
                .domain()
                .parents()
                .any(|parent| self.below.contains(&Domain::literal(parent)))
            || self.names.addresses.contains(address)
    }
}

/// Tables of what rights name, as they are collected; the same names share one.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: HashMap<(&'static str, Scopes), TableName>,
    pub(super) tables: Vec<Table>,
}

impl Names {
    /// Returns how reverse-paths are looked for.
    pub(super) fn senders(
        &mut self,
        senders: &Senders,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> view::Senders {
        let (domains, addresses) = self.tables("senders", &senders.names, at, diagnostics);
        let null = senders.null.then(|| Word::fixed("sender_address"));
        view::Senders {
            null: null.into_iter().collect(),
            local: senders
                .local
                .then(List::local_domains)
                .into_iter()
                .chain(below(&senders.below))
                .collect(),
            domains,
            addresses,
        }
    }

    /// Returns how forward-paths are looked for.
    pub(super) fn recipients(
        &mut self,
        recipients: &Recipients,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> view::Recipients {
        let (domains, addresses) = self.tables("recipients", &recipients.names, at, diagnostics);
        let local = recipients.local.then(List::local_domains).into_iter();
        view::Recipients {
            local: local.chain(below(&recipients.below)).collect(),
            domains,
            addresses,
        }
    }

    /// Returns the table to look for domains in, and that for addresses; the same one.
    fn tables(
        &mut self,
        what: &'static str,
        names: &Scopes,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> (Vec<TableName>, Vec<TableName>) {
        if names.domains.is_empty() && names.addresses.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let key = (what, names.clone());
        let known = self.known.get(&key).cloned();
        let table = known.unwrap_or_else(|| {
            let name = self.write(what, names, at, diagnostics);
            self.known.insert(key, name.clone());
            name
        });
        let used = |used: bool| used.then(|| table.clone()).into_iter().collect();
        (
            used(!names.domains.is_empty()),
            used(!names.addresses.is_empty()),
        )
    }

    fn write(
        &mut self,
        what: &'static str,
        names: &Scopes,
        at: &Loc,
        diagnostics: &mut Diagnostics,
    ) -> TableName {
        let name = format!("rights-{what}-{}", self.known.len() + 1);
        let about = format!("What rights to send name as {what}. `*@` stands for a whole domain.");
        let mut table = Table::new(name, &about);
        for domain in &names.domains {
            table.push(&Key::in_domain(domain), &Held::yes(), Some(at));
        }
        for address in &names.addresses {
            match Key::address(address) {
                Ok(key) => table.push(&key, &Held::yes(), Some(at)),
                Err(why) => {
                    refuse(&address.to_string(), why, at, diagnostics);
                }
            }
        }
        let reference = table.reference();
        self.tables.push(table);
        reference
    }
}

/// Returns the list of all domains below some, if there are any.
fn below(domains: &BTreeSet<Domain>) -> Option<List> {
    let words = domains.iter().cloned().map(DomainScope::Below);
    let words = words.map(|scope| Word::scope(&scope));
    (!domains.is_empty()).then(|| List::of(words))
}
