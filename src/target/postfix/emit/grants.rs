//! Grants that limit something, as classes of restrictions and access tables.
//!
//! A grant is a class: a table of reverse-paths, whose rows name a class with a table of
//! forward-paths, whose rows permit. So only what both hold is permitted, and everything else goes
//! on to what strangers are told. A table that permits by itself stands in no list: behind a table
//! of clients or logins only.

use std::collections::{BTreeMap, HashMap};

use super::restriction::{self as restrict, Restriction};
use super::table::{Table, TableName};
use crate::mail::{Address, Domain};
use crate::policy::{DestinationScope, Grant, Policy, SenderScope};
use crate::source::{Loc, Spanned};
use crate::target::postfix::lexical::{Comment, Key, Name, Outcome};
use crate::target::postfix::view::RestrictionList;

/// The class of what is granted under TLS only.
const UNDER_TLS: &str = "granted_under_tls";

/// More domains than this are not repeated for each grant.
const DOMAINS_REPEATED_MAX: usize = 64;

/// The grants of a policy, as they are collected.
#[derive(Default)]
pub(super) struct Grants {
    pub(super) classes: Vec<RestrictionList>,
    pub(super) tables: Vec<Table>,
    /// The class of each different grant.
    known: HashMap<What, Name>,
    /// Whether some grant needs TLS.
    pub(super) needs_tls: bool,
    /// The tables of all our domains; by whether they permit under TLS only.
    local_recipients: BTreeMap<bool, TableName>,
}

/// What a grant covers; listeners are a matter of the list that asks.
#[derive(Clone, PartialEq, Eq, Hash)]
struct What {
    from: Option<Vec<Sender>>,
    to: Option<Vec<DestinationScope>>,
    needs_tls: bool,
}

/// A reverse-path that a row stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Sender {
    Null,
    Address(Address),
    Domain(Domain),
    /// Every domain below one.
    Below(Domain),
    /// Every domain of ours: there may be many, and many grants that name them.
    Local,
}

impl Grants {
    /// Returns the class that permits what a network's grant covers.
    pub(super) fn of_network(&mut self, policy: &Policy, grant: &Grant) -> Name {
        let from = (!grant.is_from_any()).then(|| senders(grant, &[], false));
        self.class(policy, grant, from, grant.needs_tls)
    }

    /// Returns the class that permits what a login's grant covers. Without `own`, its addresses,
    /// somebody else sees to reverse-paths.
    pub(super) fn of_login(
        &mut self,
        policy: &Policy,
        grant: &Grant,
        own: Option<&[Address]>,
    ) -> Name {
        let own = own.filter(|_| !grant.is_from_any());
        let from = own.map(|own| senders(grant, own, true));
        // Who has logged in is under TLS.
        self.class(policy, grant, from, false)
    }

    fn class(
        &mut self,
        policy: &Policy,
        grant: &Grant,
        from: Option<Vec<Sender>>,
        needs_tls: bool,
    ) -> Name {
        let mut to: Vec<DestinationScope> =
            grant.to.iter().map(|scope| scope.value.clone()).collect();
        to.sort_unstable();
        to.dedup();
        let to = (!grant.is_to_any()).then_some(to);
        let what = What {
            from,
            to,
            needs_tls,
        };
        if let Some(name) = self.known.get(&what) {
            return name.clone();
        }
        let number = self.known.len();
        let name = Name::numbered("grant_", number);
        self.known.insert(what.clone(), name.clone());
        let from = what.from.as_deref();
        let to = what.to.as_deref();
        self.write(policy, grant, number, (from, to), needs_tls);
        name
    }

    fn write(
        &mut self,
        policy: &Policy,
        grant: &Grant,
        number: usize,
        (from, to): (Option<&[Sender]>, Option<&[DestinationScope]>),
        needs_tls: bool,
    ) {
        let place = Comment::line(&grant.at);
        let class = |about: &str, name: Name, restrictions: Vec<Restriction>| RestrictionList {
            about: Comment::new(&format!("{about} ({place}).")),
            name,
            restrictions,
        };
        let name = Name::numbered("grant_", number);
        let (permit, mut outcome) = self.permission(needs_tls);
        let mut last = vec![permit];
        if let Some(to) = to {
            let about = format!("Recipients of a right to send ({place}; access(5)).");
            let mut table = Table::new(format!("grant-{number}-recipients"), Comment::new(&about));
            let ours = self.local_recipients(policy, to, needs_tls, &outcome);
            let local = ours.is_none();
            recipients(policy, (to, local), &outcome, &grant.at, &mut table);
            last = vec![restrict::recipient_access(&table.reference())];
            last.extend(ours);
            self.tables.push(table);
        }
        if let Some(from) = from {
            if to.is_some() {
                let inner = Name::numbered("grant_recipients_", number);
                outcome = Outcome::class(&inner);
                let about = "The recipients of the right below";
                self.classes.push(class(about, inner, last));
            }
            let about = format!("Reverse-paths of a right to send ({place}; access(5)).");
            let mut table = Table::new(format!("grant-{number}-senders"), Comment::new(&about));
            for sender in spelled_out(policy, from) {
                let key = match &sender {
                    Sender::Null => Ok(Key::null()),
                    Sender::Address(address) => Key::address(address),
                    Sender::Domain(domain) => Ok(Key::domain(domain)),
                    Sender::Below(domain) => Ok(Key::below(domain)),
                    Sender::Local => continue,
                };
                // Who cannot be written here was refused: see `unsayable`.
                if let Ok(key) = key {
                    table.push(key, &outcome, Some(&grant.at));
                }
            }
            last = vec![restrict::sender_access(&table.reference())];
            self.tables.push(table);
        }
        self.classes.push(class("A right to send", name, last));
    }

    /// Returns the restriction that asks the one table of our domains, if a grant to `local` needs
    /// it.
    ///
    /// A few domains stand in the table of each grant, where they are seen. Of many there is one
    /// table for all grants: a thousand networks would each repeat a hundred thousand rows.
    fn local_recipients(
        &mut self,
        policy: &Policy,
        to: &[DestinationScope],
        needs_tls: bool,
        outcome: &Outcome,
    ) -> Option<Restriction> {
        let is_local = to.contains(&DestinationScope::Local);
        if !is_local || policy.domains.len() <= DOMAINS_REPEATED_MAX {
            return None;
        }
        let known = self.local_recipients.get(&needs_tls).cloned();
        let table = known.unwrap_or_else(|| {
            let ending = if needs_tls { "-under-tls" } else { "" };
            let about = "Our domains, as recipients of rights to send (access(5)).";
            let name = format!("local-recipients{ending}");
            let mut table = Table::new(name, Comment::new(about));
            for (domain, hosted) in &policy.domains {
                table.push(Key::domain(domain), outcome, Some(&hosted.at));
            }
            let name = table.reference();
            self.tables.push(table);
            self.local_recipients.insert(needs_tls, name.clone());
            name
        });
        Some(restrict::recipient_access(&table))
    }

    /// What permits: as a restriction, and as the outcome of a row.
    fn permission(&mut self, needs_tls: bool) -> (Restriction, Outcome) {
        if !needs_tls {
            return (Restriction::PERMIT, Outcome::fixed("OK"));
        }
        let name = Name::fixed(UNDER_TLS);
        if !self.needs_tls {
            self.needs_tls = true;
            self.classes.push(RestrictionList {
                about: Comment::new("What is granted under TLS only; without, it is refused."),
                name: name.clone(),
                restrictions: vec![Restriction::REJECT_PLAINTEXT_SESSION, Restriction::PERMIT],
            });
        }
        (restrict::class(&name), Outcome::class(&name))
    }
}

/// Returns the reverse-paths of a grant, sorted. A login may always use the null one.
fn senders(grant: &Grant, own: &[Address], is_login: bool) -> Vec<Sender> {
    let mut senders: Vec<Sender> = is_login.then_some(Sender::Null).into_iter().collect();
    for scope in &grant.from {
        match &scope.value {
            // `Any` is not here.
            SenderScope::Any => {}
            SenderScope::Own => senders.extend(own.iter().cloned().map(Sender::Address)),
            SenderScope::Null => senders.push(Sender::Null),
            SenderScope::Local => senders.push(Sender::Local),
            SenderScope::Address(address) => senders.push(Sender::Address(address.clone())),
            SenderScope::Domain(domain) => senders.push(Sender::Domain(domain.clone())),
            SenderScope::Below(domain) => senders.push(Sender::Below(domain.clone())),
        }
    }
    senders.sort_unstable();
    senders.dedup();
    senders
}

/// Returns reverse-paths with our domains by name, sorted.
fn spelled_out(policy: &Policy, from: &[Sender]) -> Vec<Sender> {
    let mut senders = from.to_vec();
    if senders.contains(&Sender::Local) {
        senders.extend(policy.domains.keys().cloned().map(Sender::Domain));
        senders.sort_unstable();
        senders.dedup();
    }
    senders
}

/// Writes the rows of forward-paths; what two names say once. `local` says whether our domains
/// stand here.
fn recipients(
    policy: &Policy,
    (to, local): (&[DestinationScope], bool),
    outcome: &Outcome,
    at: &Loc,
    table: &mut Table,
) {
    let mut domains: Vec<&Domain> = Vec::new();
    for scope in to {
        match scope {
            DestinationScope::Local if local => domains.extend(policy.domains.keys()),
            DestinationScope::Any | DestinationScope::Local => {}
            DestinationScope::Domain(domain) => domains.push(domain),
            DestinationScope::Below(domain) => {
                table.push(Key::below(domain), outcome, Some(at));
            }
            DestinationScope::Address(address) => {
                if let Ok(key) = Key::address(address) {
                    table.push(key, outcome, Some(at));
                }
            }
        }
    }
    domains.sort_unstable();
    domains.dedup();
    for domain in domains {
        table.push(Key::domain(domain), outcome, Some(at));
    }
}

/// Returns the addresses in limited grants that a table cannot hold, and where they stand.
pub(super) fn unsayable(policy: &Policy) -> Vec<Spanned<Address>> {
    let networks = policy.networks.iter().flat_map(|network| &network.grants);
    let logins = policy.logins.values().flat_map(|login| &login.grants);
    let grants = networks.chain(logins).chain(&policy.authenticated);
    let mut found = Vec::new();
    let mut check = |address: &Address, at: &Loc| {
        if Key::address(address).is_err() {
            found.push(Spanned::new(address.clone(), at.clone()));
        }
    };
    for grant in grants {
        for scope in &grant.from {
            if let SenderScope::Address(address) = &scope.value {
                check(address, &scope.at);
            }
        }
        for scope in &grant.to {
            if let DestinationScope::Address(address) = &scope.value {
                check(address, &scope.at);
            }
        }
    }
    found
}
