//! `forward`: mail that goes on to addresses of others.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::RECIPIENTS_MAX;
use super::domain::{Domains, twice};
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, DELIVERY_DOMAIN, Domain, LocalPart};
use crate::policy::diagnostics::{
    AliasMany, ForwardAll, ForwardKeeps, ForwardOverwrites, ForwardSender, ForwardTarget, beside,
};
use crate::policy::{Alias, Forward, Host, HostedDomain};
use crate::source::{Loc, Spanned};
use crate::syntax::node;

/// Adds a forward, and returns whether its local-part could be read. The mailboxes and aliases of
/// the domain have been added.
pub(super) fn add(
    node: &node::Forward,
    domain: &Domain,
    forwards: &mut BTreeMap<LocalPart, Forward>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let targets = node.targets.iter();
    let targets = targets.filter_map(|text| name::target(text, domain, diagnostics));
    let forward = Forward {
        targets: targets.collect(),
        keep: node.keep,
        at: node.at.clone(),
    };
    let Some(local) = name::local_part(&node.local, diagnostics) else {
        return false;
    };
    if let Some(first) = forwards.get(&local) {
        twice("forward", &local, domain, &node.at, &first.at, diagnostics);
        return true;
    }
    forwards.insert(local, forward);
    true
}

/// Checks all forwards, once all domains are known.
pub(super) fn check(
    domains: &Domains,
    parked: &BTreeMap<Domain, Loc>,
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) {
    let before = (diagnostics.errors(), diagnostics.warnings());
    for (domain, hosted) in &domains.map {
        for (local, forward) in &hosted.forwards {
            let address = Address::new(local.as_str(), domain.clone());
            check_name(&address, local, forward, hosted, diagnostics);
            if forward.targets.len() > RECIPIENTS_MAX {
                diagnostics.error(AliasMany {
                    alias: address.to_string(),
                    recipients: forward.targets.len(),
                    recipients_max: RECIPIENTS_MAX,
                    at: forward.at.clone(),
                });
            }
            for target in &forward.targets {
                let to = target.value.domain();
                let why = if domains.map.contains_key(to) {
                    "this domain is ours: `alias` leads to recipients of ours"
                } else if to.as_str() == DELIVERY_DOMAIN || parked.contains_key(to) {
                    "this domain takes no mail"
                } else if host.is_some_and(|host| host.name.value == *to) {
                    "mail for this name comes back to this host"
                } else {
                    continue;
                };
                diagnostics.error(ForwardTarget {
                    target: target.value.to_string(),
                    why,
                    at: target.at.clone(),
                });
            }
        }
        if let Some(catch_all) = &hosted.catch_all
            && let Some(to) = outside(domains, catch_all)
        {
            diagnostics.warn(ForwardAll {
                domain: domain.to_string(),
                to: to.to_string(),
                at: catch_all.at.clone(),
            });
        }
    }
    // What every forward has in common is said once nothing worse is left to say of them.
    if (diagnostics.errors(), diagnostics.warnings()) == before {
        warn_of_senders(domains, diagnostics);
    }
}

/// Warns of every address that mail is forwarded to, once, where it is named first: who knows of
/// one knows nothing of another.
fn warn_of_senders(domains: &Domains, diagnostics: &mut Diagnostics) {
    let forwards = domains.map.values().flat_map(|one| one.forwards.values());
    let mut targets: Vec<&Spanned<Address>> = forwards.flat_map(|one| &one.targets).collect();
    targets.sort_by_key(|target| (&target.value, target.at.start()));
    targets.dedup_by_key(|target| &target.value);
    for target in targets {
        diagnostics.warn(ForwardSender {
            target: target.value.to_string(),
            at: target.at.clone(),
        });
    }
}

/// A name is of a mailbox, an alias or a forward, but for a mailbox that keeps a copy.
fn check_name(
    address: &Address,
    local: &LocalPart,
    forward: &Forward,
    hosted: &HostedDomain,
    diagnostics: &mut Diagnostics,
) {
    let name = address.to_string();
    let at = forward.at.clone();
    let mailbox = hosted.mailboxes.get(local).map(|mailbox| &mailbox.at);
    let alias = hosted.aliases.get(local).map(|alias| &alias.at);
    let other = match (alias, mailbox) {
        (Some(alias), _) => Some((alias, "name the addresses and the alias's targets once")),
        (None, Some(mailbox)) if !forward.keep => {
            Some((mailbox, "write `keep=#true`, or delete the mailbox"))
        }
        (None, None) if forward.keep => {
            diagnostics.error(ForwardKeeps {
                address: name,
                help: format!("add `mailbox \"{local}\"` to the domain, or delete `keep`"),
                at,
            });
            return;
        }
        (None, Some(_) | None) => None,
    };
    if let Some((first, help)) = other {
        diagnostics.error(ForwardOverwrites {
            address: name,
            help,
            first: beside(&at, first),
            at,
        });
    }
}

/// Returns an address of others that a catch-all leads to.
fn outside<'d>(domains: &'d Domains, catch_all: &'d Alias) -> Option<&'d Address> {
    let mut seen: BTreeSet<&Address> = BTreeSet::new();
    let mut open: Vec<&Address> = catch_all.targets.iter().map(|to| &to.value).collect();
    while let Some(address) = open.pop() {
        let local = LocalPart::parse(address.local()).ok();
        let hosted = domains.map.get(address.domain());
        let (Some(local), Some(hosted), true) = (local, hosted, seen.insert(address)) else {
            continue;
        };
        if let Some(target) = hosted
            .forwards
            .get(&local)
            .and_then(|one| one.targets.first())
        {
            return Some(&target.value);
        }
        let targets = hosted.aliases.get(&local).map(|alias| &alias.targets);
        open.extend(targets.into_iter().flatten().map(|to| &to.value));
    }
    None
}
