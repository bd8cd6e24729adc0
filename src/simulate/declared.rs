//! What a policy says of its recipients: whom attacks name, and where mail for them may go on to.

use super::answer::{NextHop, RouteStep};
use crate::mail::Address;
use crate::policy::{Mailbox, Policy};

/// Returns whether a policy says that mail for a recipient stays here, or goes on there: to an
/// address that some forward names, or to the host that a mailbox is behind.
pub(super) fn declares(policy: &Policy, recipient: Option<&Address>, step: &RouteStep) -> bool {
    match step {
        RouteStep::Local { .. } | RouteStep::Discard => true,
        RouteStep::Hop(hop) => recipient.is_some_and(|address| {
            let mailbox = policy.mailbox(address);
            mailbox.is_some_and(|mailbox| is_behind(policy, mailbox, hop))
        }),
        RouteStep::Forward { to, via } => {
            forwards(policy, to) || via.as_ref().is_some_and(|hop| leads(policy, to, hop))
        }
        RouteStep::Relay { .. } | RouteStep::Chosen { .. } | RouteStep::Bounce => false,
    }
}

/// Returns whether some forward of a policy names this address.
fn forwards(policy: &Policy, to: &str) -> bool {
    let domains = policy.domains.values();
    let forwards = domains.flat_map(|domain| domain.forwards.values());
    let mut targets = forwards.flat_map(|forward| &forward.targets);
    targets.any(|target| target.value.to_string() == to)
}

/// Returns whether an address is a mailbox behind this host.
fn leads(policy: &Policy, to: &str, hop: &NextHop) -> bool {
    policy.domains.iter().any(|(domain, hosted)| {
        let mut mailboxes = hosted.mailboxes.iter();
        mailboxes.any(|(local, mailbox)| {
            format!("{local}@{domain}") == to && is_behind(policy, mailbox, hop)
        })
    })
}

fn is_behind(policy: &Policy, mailbox: &Mailbox, hop: &NextHop) -> bool {
    let route = policy.route_of(mailbox);
    route.is_some_and(|route| NextHop::from(&route.hop()) == *hop)
}

/// Returns a domain of ours with a mailbox that is kept here, and its local-part; else the first
/// domain, with its first mailbox.
pub(super) fn ours(policy: &Policy) -> (&str, &str) {
    let all = || policy.domains.iter();
    let kept = all().find_map(|(domain, hosted)| {
        let mut mailboxes = hosted.mailboxes.iter();
        let kept = mailboxes.find(|(_, mailbox)| mailbox.via.is_none());
        kept.map(|(local, _)| (domain.as_str(), local.as_str()))
    });
    let first = || {
        all().next().map(|(domain, hosted)| {
            let local = hosted.mailboxes.keys().next();
            let local = local.map_or("postmaster", |local| local.as_str());
            (domain.as_str(), local)
        })
    };
    kept.or_else(first)
        .unwrap_or(("none.example", "postmaster"))
}
