//! Where a policy lets mail for its recipients go on to, by a plain walk over what was written.

use std::collections::BTreeSet;

use crate::decision::{Hop, HopTls};
use crate::mail::{Address, LocalPart};
use crate::policy::{Policy, RouteTls};

/// The declared forwards of a policy.
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
    /// Whether some forward, of whomever, names this address.
    pub(in crate::prove) fn name(&self, to: &Address) -> bool {
        self.names.contains(to)
    }

    /// Whether mail leaves by the host that the policy declares, and under no less protection: to
    /// the exchangers of its domain, if it declares none.
    pub(in crate::prove) fn go_by(&self, via: Option<&Hop>) -> bool {
        let name = self.policy.outbound.as_ref().map(|name| &name.value);
        let declared = name.and_then(|name| self.policy.routes.get(name));
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

    /// Whether mail for a recipient may go on to this address: by its own forward, or by that of
    /// an alias or a catch-all that it leads to.
    pub(in crate::prove) fn lead(&self, recipient: &Address, to: &Address) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![recipient];
        while let Some(address) = open.pop() {
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

/// Returns the least TLS that mail of a route has.
fn declared_tls(tls: RouteTls) -> HopTls {
    match tls {
        RouteTls::Opportunistic => HopTls::Opportunistic,
        RouteTls::Required => HopTls::Required,
        RouteTls::Verified => HopTls::Verified,
    }
}
