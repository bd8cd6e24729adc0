//! Where a policy lets mail for its recipients go on to, by its forwards and its routes: a plain
//! walk over what was written.

use std::collections::BTreeSet;

use crate::decision::{Hop, HopTls};
use crate::mail::{Address, LocalPart};
use crate::policy::{DomainScope, Mailbox, Policy, Route, RouteTls};
use crate::source::Spanned;

/// The declared forwards of a policy, and the routes of its mailboxes.
#[derive(Debug, Clone, Copy)]
pub(in crate::prove) struct Forwards<'p> {
    pub(super) policy: &'p Policy,
    /// All that any of them names.
    pub(super) names: &'p BTreeSet<&'p Address>,
}

/// Returns all addresses that forwards name.
pub(super) fn names(policy: &Policy) -> BTreeSet<&Address> {
    let domains = policy.domains.values();
    let forwards = domains.flat_map(|one| one.forwards.values());
    let targets = forwards.flat_map(|forward| &forward.targets);
    targets.map(|target| &target.value).collect()
}

impl Forwards<'_> {
    /// Whether mail that some recipient of ours gets may leave for this address, by this hop or,
    /// without one, to the exchangers of its domain: it is a mailbox of ours behind that route, or
    /// some forward, of whomever, names it and it goes by the route of all that leaves.
    pub(in crate::prove) fn allow(&self, to: &Address, via: Option<&Hop>) -> bool {
        if self.policy.domains.contains_key(to.domain()) {
            return via.is_some_and(|hop| self.is_behind(to, hop));
        }
        self.names.contains(to) && self.may_leave(to, via)
    }

    /// Whether mail for an address of others may leave by this hop: by the route of its domain, the
    /// longest of those that name it; without one by that of some sender, or of all the rest.
    fn may_leave(&self, to: &Address, via: Option<&Hop>) -> bool {
        let outbound = &self.policy.outbound;
        let domain = to.domain().as_str();
        let named = outbound.to.iter().filter_map(|(scope, way)| {
            let (name, is_named) = match scope {
                DomainScope::Exactly(one) => (one.as_str(), domain == one.as_str()),
                DomainScope::Below(above) => {
                    let below = domain.strip_suffix(above.as_str());
                    (
                        above.as_str(),
                        below.is_some_and(|rest| rest.ends_with('.')),
                    )
                }
            };
            is_named.then_some((name.len(), way))
        });
        if let Some((_, way)) = named.max_by_key(|(length, _)| *length) {
            return goes_by(via, self.route(Some(&way.via)));
        }
        let mut senders = outbound.from.values();
        goes_by(via, self.route(outbound.rest.as_ref()))
            || senders.any(|way| goes_by(via, self.route(Some(&way.via))))
    }

    /// Whether an address is a mailbox of ours behind the route of this hop.
    pub(in crate::prove) fn is_behind(&self, address: &Address, hop: &Hop) -> bool {
        let mailbox = self.mailbox(address);
        let route = mailbox.and_then(|mailbox| self.route(mailbox.via.as_deref()));
        route.is_some() && goes_by(Some(hop), route)
    }

    /// An address without its extension, where the policy minds them.
    fn base(&self, address: &Address) -> Option<Address> {
        let base = address.without_extension();
        base.filter(|_| self.policy.host.plus_addressing.is_some())
    }

    fn mailbox(&self, address: &Address) -> Option<&Mailbox> {
        let domain = self.policy.domains.get(address.domain())?;
        domain
            .mailboxes
            .get(&LocalPart::parse(address.local()).ok()?)
    }

    fn route(&self, name: Option<&Spanned<String>>) -> Option<&Route> {
        self.policy.routes.get(&name?.value)
    }

    /// Whether mail for a recipient may go on to this address: the recipient is it, or one of its
    /// forwards names it, or one of an alias or a catch-all that the recipient leads to.
    pub(in crate::prove) fn lead(&self, recipient: &Address, to: &Address) -> bool {
        let base = self.base(recipient);
        let mut seen = BTreeSet::new();
        let mut open = vec![base.as_ref().unwrap_or(recipient)];
        while let Some(address) = open.pop() {
            if address == to && self.mailbox(to).is_some() {
                return true;
            }
            let Some(domain) = self.policy.domains.get(address.domain()) else {
                continue;
            };
            if !seen.insert(address) {
                continue;
            }
            let local = LocalPart::parse(address.local()).ok();
            let forward = local.as_ref().and_then(|local| domain.forwards.get(local));
            if let Some(forward) = forward {
                if forward.targets.iter().any(|target| target.value == *to) {
                    return true;
                }
                continue;
            }
            let is_mailbox = |local: &LocalPart| domain.mailboxes.contains_key(local);
            if local.as_ref().is_some_and(is_mailbox) {
                continue;
            }
            let alias = local.as_ref().and_then(|local| domain.aliases.get(local));
            let alias = alias.or(domain.catch_all.as_ref());
            open.extend(
                alias
                    .iter()
                    .flat_map(|one| &one.targets)
                    .map(|one| &one.value),
            );
        }
        false
    }
}

/// Whether mail goes by the host that a route declares, and under no less protection; to the
/// exchangers of its domain, where none is declared.
fn goes_by(via: Option<&Hop>, declared: Option<&Route>) -> bool {
    match (via, declared) {
        (None, None) => true,
        (Some(hop), Some(route)) => {
            let host = route.host.value.to_string();
            let file = route.credentials.as_ref().map(|path| path.value.as_str());
            hop.to == Hop::endpoint(&host, route.port)
                && hop.tls >= declared_tls(route.tls)
                && hop.credentials.as_deref() == file
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Returns the least TLS that mail of a route has.
fn declared_tls(tls: RouteTls) -> HopTls {
    match tls {
        RouteTls::Opportunistic => HopTls::Opportunistic,
        RouteTls::Required => HopTls::Required,
        RouteTls::Verified => HopTls::Verified,
    }
}
