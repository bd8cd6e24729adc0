//! Hosts that mail is handed to at its journey's end: those behind us, and the recipients' own.

use std::collections::BTreeSet;

use super::Subject;
use crate::decision::{Decider, Destination, Hop};
use crate::mail::{Address, Domain};
use crate::policy::{Policy, Route};
use crate::prove::by_sender::{Asked, BySender};
use crate::prove::keys::Collected;
use crate::prove::side::locals;

/// Hosts that pass nothing on to receivers who ask SPF.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// Those behind us: what they are handed is for mailboxes of ours, and has arrived with that.
    pub(super) inner: BTreeSet<String>,
    /// Those that take mail for domains of others, without a password: the recipients' own. They
    /// see the address of this host.
    pub(super) theirs: BTreeSet<String>,
}

/// Returns the hosts that the policy declares for mailboxes of ours, or for domains of others
/// without credentials, and that the files hand nothing else.
///
/// SOUNDNESS: destinations are asked at every key that they depend on, and at fresh ones, under
/// every answer about the sender. A host that anything else goes to is none of these, whatever the
/// policy says of it.
pub(super) fn hosts(subject: &Subject<'_>) -> Handed {
    let policy = subject.policy;
    let mailboxes = policy
        .domains
        .values()
        .flat_map(|one| one.mailboxes.values());
    let names = |route: &Route| route.host.value.to_string();
    let routes = mailboxes.filter_map(|mailbox| policy.routes.get(&mailbox.via.as_ref()?.value));
    let mut inner: BTreeSet<String> = routes.map(names).collect();
    let ways = policy.outbound.to.values();
    let theirs = ways.filter_map(|way| policy.routes.get(&way.via.value));
    let theirs = theirs.filter(|route| route.credentials.is_none());
    let mut theirs: BTreeSet<String> = theirs.map(names).collect();
    match subject.decider {
        Some(decider) if !inner.is_empty() || !theirs.is_empty() => {
            for host in outward(policy, decider) {
                inner.remove(&host);
                theirs.remove(&host);
            }
            // Who keeps mail of ours and takes mail of its own sees us as well.
            inner.retain(|host| !theirs.contains(host));
            Handed { inner, theirs }
        }
        Some(_) | None => Handed::default(),
    }
}

/// Returns the hosts that mail for others goes to, sent or forwarded, but not as theirs.
fn outward(policy: &Policy, decider: &dyn Decider) -> BTreeSet<String> {
    let mut keys = Collected::default();
    keys.add_destinations(decider);
    let keys = keys.finish();
    let asked = Asked::new(decider, 0);
    let mut found = BTreeSet::new();
    for domain in keys.domains.iter().chain([&keys.fresh_domain]) {
        let domain = Domain::literal(domain);
        for local in locals(&keys, &domain) {
            let address = Address::new(local, domain.clone());
            asked.say(&address, &(), &mut |destinations| {
                let hosts = destinations.iter();
                found.extend(hosts.filter_map(|one| passes_on(policy, &domain, one)));
                BySender::Always(())
            });
        }
    }
    found
}

/// Returns the host that mail for a domain is handed to, if it is one that passes it on.
fn passes_on(policy: &Policy, domain: &Domain, destination: &Destination) -> Option<String> {
    let (domain, hop) = match destination {
        Destination::Hop(hop) => (domain, hop),
        Destination::Forward { to, via: Some(hop) } => (to.domain(), hop),
        Destination::Forward { via: None, .. }
        | Destination::Mailbox { .. }
        | Destination::Exchangers(_)
        | Destination::Chosen(_)
        | Destination::Discard
        | Destination::Undeliverable => return None,
    };
    if policy.domains.contains_key(domain) {
        return None;
    }
    let host = host(hop)?;
    let declared = policy.route_to(domain);
    let is_theirs = declared
        .is_some_and(|route| route.credentials.is_none() && route.host.value.to_string() == host);
    (!is_theirs).then_some(host)
}

/// Returns the host of a hop, without its port.
fn host(hop: &Hop) -> Option<String> {
    let (host, _) = hop.to.rsplit_once(':')?;
    Some(host.trim_matches(['[', ']']).to_owned())
}
