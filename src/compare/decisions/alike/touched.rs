//! Domains that a change touches: those that differ, and those that lead to what does.

use std::collections::{BTreeSet, HashSet};

use rustc_hash::FxBuildHasher;

use crate::decision::Hop;
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::{
    Alias, DomainScope, Forward, HostedDomain, Mailbox, Policy, Route, Sorted, Way,
};
use crate::prove::is_made_up;
use crate::source::Spanned;

/// What has changed, and what leads to it.
#[derive(Default)]
struct Touched<'p> {
    /// Recipients, by local-part and domain.
    addresses: HashSet<(&'p str, &'p str), FxBuildHasher>,
    /// Domains whose catch-all has, so that every other address has.
    caught: HashSet<&'p str, FxBuildHasher>,
    logins: HashSet<&'p str, FxBuildHasher>,
    /// Routes of one name that lead to another host, or in another way.
    routes: BTreeSet<&'p str>,
    domains: BTreeSet<&'p Domain>,
}

/// Returns the domains that a change touches.
pub(super) fn touched(before: &Policy, after: &Policy) -> BTreeSet<Domain> {
    let mut touched = Touched::default();
    for (one, other) in [(before, after), (after, before)] {
        touched.routes(one, other);
        touched.logins(one, other);
    }
    for (one, other) in [(before, after), (after, before)] {
        for (name, domain) in &one.domains {
            touched.compare(name, domain, other.domains.get(name));
        }
    }
    if ways(before) != ways(after) {
        touched.forwards(after);
    }
    for policy in [before, after] {
        touched.mailboxes(policy);
    }
    while [before, after]
        .into_iter()
        .any(|policy| touched.grow(policy))
    {}
    touched.domains.into_iter().cloned().collect()
}

/// Returns by which hops mail leaves: by its recipient's domain, by its sender's, and the rest.
fn ways(policy: &Policy) -> (Vec<Led<'_>>, Option<Hop>) {
    let hop = |way: &Way| policy.routes.get(&way.via.value).map(Route::hop);
    let to = policy.outbound.to.iter().map(|(scope, way)| {
        let (DomainScope::Exactly(name) | DomainScope::Below(name)) = scope;
        let is_below = matches!(scope, DomainScope::Below(_));
        (Whose::To { is_below }, name.as_str(), hop(way))
    });
    let from = policy.outbound.from.iter();
    let from = from.map(|(domain, way)| (Whose::From, domain.as_str(), hop(way)));
    let rest = policy.outbound_route().map(Route::hop);
    (to.chain(from).collect(), rest)
}

/// Whose mail a domain leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    From,
    To { is_below: bool },
}

/// A domain, and by which hop it leads mail.
type Led<'p> = (Whose, &'p str, Option<Hop>);

impl<'p> Touched<'p> {
    /// Compares a domain with what the other policy says of it, if it does.
    fn compare(&mut self, name: &'p Domain, one: &'p HostedDomain, other: Option<&HostedDomain>) {
        if is_made_up(name.as_str()) {
            self.domains.insert(name);
        }
        // Whatever a domain says besides shall be thought of here. Its route is that of mailboxes.
        let HostedDomain {
            via: _,
            mailboxes,
            aliases,
            forwards,
            catch_all,
            publish: _,
            at: _,
        } = one;
        for (local, mailbox) in mailboxes {
            let there = other.and_then(|other| other.mailboxes.get(local));
            if there.is_none_or(|there| !self.is_same(mailbox, there)) {
                self.address(local, name);
                let login = mailbox.login.as_ref();
                self.logins.extend(login.map(|login| login.value.as_str()));
            }
        }
        let there = other.map(|other| &other.aliases);
        for local in different(aliases, there, same_alias) {
            self.address(local, name);
        }
        let there = other.map(|other| &other.forwards);
        for local in different(forwards, there, same_forward) {
            self.address(local, name);
        }
        let same = match (catch_all, other.map(|other| &other.catch_all)) {
            (None, Some(None)) => true,
            (Some(one), Some(Some(other))) => same_alias(one, other),
            (Some(_) | None, _) => false,
        };
        if !same {
            self.caught(name);
        }
    }

    fn is_same(&self, one: &Mailbox, other: &Mailbox) -> bool {
        let Mailbox { login, via, at: _ } = one;
        let login = login.as_ref().map(|login| &login.value);
        let via = via.as_ref().map(|via| via.value.as_str());
        login == other.login.as_ref().map(|login| &login.value)
            && via == other.via.as_ref().map(|via| via.value.as_str())
            && !via.is_some_and(|route| self.routes.contains(route))
    }

    fn address(&mut self, local: &'p LocalPart, domain: &'p Domain) -> bool {
        self.domains.insert(domain);
        self.addresses.insert((local.as_str(), domain.as_str()))
    }

    fn caught(&mut self, domain: &'p Domain) -> bool {
        self.domains.insert(domain);
        self.caught.insert(domain.as_str())
    }

    fn routes(&mut self, one: &'p Policy, other: &Policy) {
        let hop = |policy: &Policy, name: &str| policy.routes.get(name).map(Route::hop);
        let names = one.routes.keys().map(String::as_str);
        let moved = names.filter(|name| hop(one, name) != hop(other, name));
        self.routes.extend(moved);
    }

    /// Adds the logins of a policy that have rights of their own, or that the other does not list.
    fn logins(&mut self, one: &'p Policy, other: &Policy) {
        let touched = one.logins.iter().filter(|(name, login)| {
            let has_grants = !login.grants.is_empty();
            has_grants || is_made_up(name) || !other.logins.contains_key(name)
        });
        self.logins.extend(touched.map(|(name, _)| name.as_str()));
    }

    /// Adds all forwards: they go on by another host.
    fn forwards(&mut self, policy: &'p Policy) {
        for (name, domain) in &policy.domains {
            for local in domain.forwards.keys() {
                self.address(local, name);
            }
        }
    }

    /// Adds the mailboxes of logins.
    fn mailboxes(&mut self, policy: &'p Policy) {
        for (name, domain) in &policy.domains {
            for (local, mailbox) in &domain.mailboxes {
                let login = mailbox.login.as_ref();
                if login.is_some_and(|login| self.logins.contains(login.value.as_str())) {
                    self.address(local, name);
                }
            }
        }
    }

    /// Adds the aliases and catch-alls that lead to what is touched. Returns whether any do.
    fn grow(&mut self, policy: &'p Policy) -> bool {
        let mut grown = false;
        for (name, domain) in &policy.domains {
            for (local, alias) in &domain.aliases {
                if self.leads_here(alias, policy) {
                    grown |= self.address(local, name);
                }
            }
            let catch_all = domain.catch_all.as_ref();
            if catch_all.is_some_and(|alias| self.leads_here(alias, policy)) {
                grown |= self.caught(name);
            }
        }
        grown
    }

    fn leads_here(&self, alias: &Alias, policy: &Policy) -> bool {
        alias.targets.iter().any(|target| {
            let (local, domain) = (target.value.local(), target.value.domain().as_str());
            self.addresses.contains(&(local, domain))
                || (self.caught.contains(domain) && !policy.is_listed_by_name(&target.value))
        })
    }
}

/// Returns the names that the other side does not have so.
fn different<'p, V>(
    one: &'p Sorted<LocalPart, V>,
    other: Option<&Sorted<LocalPart, V>>,
    same: fn(&V, &V) -> bool,
) -> impl Iterator<Item = &'p LocalPart> {
    let differs = move |(local, value): &(&LocalPart, &V)| {
        let there = other.and_then(|other| other.get(*local));
        !there.is_some_and(|there| same(value, there))
    };
    one.iter().filter(differs).map(|(local, _)| local)
}

fn same_alias(one: &Alias, other: &Alias) -> bool {
    let Alias { targets, at: _ } = one;
    same_targets(targets, &other.targets)
}

fn same_forward(one: &Forward, other: &Forward) -> bool {
    let Forward {
        targets,
        keep,
        at: _,
    } = one;
    same_targets(targets, &other.targets) && *keep == other.keep
}

fn same_targets(one: &[Spanned<Address>], other: &[Spanned<Address>]) -> bool {
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| one.value == other.value)
}
