//! How far aliases expand: cleanup(8) refuses what goes beyond its limits.

use std::collections::BTreeMap;

use crate::mail::{Address, Domain, LocalPart};
use crate::policy::{Alias, Forward, HostedDomain, Policy};

/// Postfix's own limit, of both.
const DEFAULT: usize = 1_000;

/// How far the aliases of a policy expand at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expansion {
    /// Recipients.
    pub(super) recipients: usize,
    /// Steps from an alias to a mailbox.
    pub(super) steps: usize,
}

/// Returns the limits that no alias of a policy passes; never less than Postfix's own.
pub(super) fn limits(policy: &Policy) -> Expansion {
    let mut known = BTreeMap::new();
    let mut most = Expansion {
        recipients: DEFAULT,
        steps: DEFAULT,
    };
    for (domain, hosted) in &policy.domains {
        // Nearly all aliases lead to mailboxes: a million need no look at more.
        let (near, far): (Vec<_>, Vec<_>) = hosted
            .aliases
            .iter()
            .partition(|(_, alias)| leads_to_mailboxes(alias, (domain, hosted), policy));
        for (_, alias) in near {
            most.recipients = most.recipients.max(alias.targets.len());
        }
        let named = far
            .into_iter()
            .map(|(local, _)| local)
            .chain(hosted.forwards.keys())
            .map(|local| Address::new(local.as_str(), domain.clone()));
        // No local-part of ours holds a blank, so only the catch-all takes this one.
        let any = hosted
            .catch_all
            .as_ref()
            .map(|_| Address::new(" ", domain.clone()));
        for address in named.chain(any) {
            let found = expand(policy, &address, &mut known);
            most.recipients = most.recipients.max(found.recipients);
            most.steps = most.steps.max(found.steps);
        }
    }
    most
}

/// Returns whether all that an alias leads to are mailboxes, and no forwards.
fn leads_to_mailboxes(
    alias: &Alias,
    (own, hosted): (&Domain, &HostedDomain),
    policy: &Policy,
) -> bool {
    alias.targets.iter().all(|target| {
        let (local, domain) = (target.value.local(), target.value.domain());
        let is_own = domain == own;
        let hosted = if is_own {
            Some(hosted)
        } else {
            policy.domains.get(domain)
        };
        hosted.is_some_and(|hosted| {
            hosted.mailboxes.contains_key(local) && !hosted.forwards.contains_key(local)
        })
    })
}

/// Follows one alias. The stack is ours: chains may be long.
fn expand(policy: &Policy, start: &Address, known: &mut BTreeMap<Address, Expansion>) -> Expansion {
    let mut open = vec![(start.clone(), false)];
    while let Some((address, followed)) = open.pop() {
        if let Some(forward) = forward(policy, &address) {
            // Each of its addresses is a step, and the copy that is kept is two.
            let recipients = forward.targets.len() + 1;
            known.insert(
                address,
                Expansion {
                    recipients,
                    steps: 2,
                },
            );
            continue;
        }
        let Some(alias) = alias(policy, &address) else {
            continue;
        };
        if known.contains_key(&address) {
            continue;
        }
        if followed {
            // A mailbox, with its step to the account's address.
            let leaf = Expansion {
                recipients: 1,
                steps: 2,
            };
            let found = alias.targets.iter().map(|target| {
                let target = &target.value;
                known.get(target).copied().unwrap_or(leaf)
            });
            let sum = found.fold(
                Expansion {
                    recipients: 0,
                    steps: 0,
                },
                |sum, one| Expansion {
                    recipients: sum.recipients.saturating_add(one.recipients),
                    steps: sum.steps.max(one.steps.saturating_add(1)),
                },
            );
            known.insert(address, sum);
        } else {
            open.push((address, true));
            open.extend(
                alias
                    .targets
                    .iter()
                    .map(|target| (target.value.clone(), false)),
            );
        }
    }
    known.get(start).copied().unwrap_or(Expansion {
        recipients: 1,
        steps: 1,
    })
}

fn forward<'p>(policy: &'p Policy, address: &Address) -> Option<&'p Forward> {
    let hosted = policy.domains.get(address.domain())?;
    hosted
        .forwards
        .get(&LocalPart::parse(address.local()).ok()?)
}

fn alias<'p>(policy: &'p Policy, address: &Address) -> Option<&'p Alias> {
    let hosted = policy.domains.get(address.domain())?;
    let named = LocalPart::parse(address.local()).ok();
    if let Some(local) = &named {
        if hosted.mailboxes.contains_key(local) {
            return None;
        }
        if let Some(alias) = hosted.aliases.get(local) {
            return Some(alias);
        }
    }
    hosted.catch_all.as_ref()
}
