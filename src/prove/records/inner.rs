//! Hosts behind us: what they are handed is for mailboxes of ours, and has arrived with that.

use std::collections::BTreeSet;

use super::Subject;
use crate::decision::{Decider, Destination, Hop};
use crate::mail::{Address, Domain};
use crate::policy::Policy;
use crate::prove::keys::Collected;
use crate::prove::side::locals;

/// Returns the hosts that the policy declares for mailboxes of ours, and that the files hand
/// nothing but mail for recipients of ours. No SPF record need pass what goes there.
///
/// SOUNDNESS: destinations are asked at every key that they depend on, and at fresh ones. A host
/// that anything else goes to is no inner one, whatever the policy says of it.
pub(super) fn hosts(subject: &Subject<'_>) -> BTreeSet<String> {
    let policy = subject.policy;
    let mailboxes = policy
        .domains
        .values()
        .flat_map(|one| one.mailboxes.values());
    let routes = mailboxes.filter_map(|mailbox| policy.routes.get(&mailbox.via.as_ref()?.value));
    let mut inner: BTreeSet<String> = routes.map(|route| route.host.value.to_string()).collect();
    match subject.decider {
        Some(decider) if !inner.is_empty() => {
            for host in outward(policy, decider) {
                inner.remove(&host);
            }
            inner
        }
        Some(_) | None => BTreeSet::new(),
    }
}

/// Returns the hosts that mail for others goes to, sent or forwarded.
fn outward(policy: &Policy, decider: &dyn Decider) -> BTreeSet<String> {
    let mut keys = Collected::default();
    keys.add_destinations(decider);
    let keys = keys.finish();
    let mut found = BTreeSet::new();
    let is_ours = |domain: &Domain| policy.domains.contains_key(domain);
    for domain in keys.domains.iter().chain([&keys.fresh_domain]) {
        let domain = Domain::literal(domain);
        for local in locals(&keys, &domain) {
            for destination in decider.destinations(&Address::new(local, domain.clone())) {
                let hop = match destination {
                    Destination::Hop(hop) if !is_ours(&domain) => hop,
                    Destination::Forward { to, via: Some(hop) } if !is_ours(to.domain()) => hop,
                    Destination::Hop(_)
                    | Destination::Forward { .. }
                    | Destination::Mailbox { .. }
                    | Destination::Exchangers(_)
                    | Destination::Chosen(_)
                    | Destination::Discard
                    | Destination::Undeliverable => continue,
                };
                found.extend(host(&hop));
            }
        }
    }
    found
}

/// Returns the host of a hop, without its port.
fn host(hop: &Hop) -> Option<String> {
    let (host, _) = hop.to.rsplit_once(':')?;
    Some(host.trim_matches(['[', ']']).to_owned())
}
