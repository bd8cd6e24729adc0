//! Every domain has a postmaster (RFC 5321 section 4.5.1): its own, else the host's, else a box.

use super::domain::Domains;
use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, LocalPart};
use crate::policy::diagnostics::{PostmasterAdded, PostmasterUnlisted};
use crate::policy::{Alias, HostedDomain, Mailbox, Sorted};
use crate::source::Spanned;
use crate::syntax::tree::Text;
use crate::threads::in_parts;

/// Domains that one thread looks at before it takes more.
const PART: usize = 1 << 12;

/// Gives every domain a postmaster, and returns the host's.
///
/// `complete`: whether nothing was told, so that what is missing is worth a warning.
pub(super) fn fill(
    domains: &mut Domains,
    written: Option<&Text>,
    complete: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Address>> {
    let local = LocalPart::parse("postmaster").ok()?;
    let host = match written {
        Some(text) => declared(domains, text, &local, complete, diagnostics),
        None => first(domains, &local, complete, diagnostics),
    };
    let Some(host) = host else {
        domains.without_postmaster();
        return None;
    };
    let hosted: Vec<&HostedDomain> = domains.map.values().collect();
    let parts: Vec<&[&HostedDomain]> = hosted.chunks(PART).collect();
    let lacks = in_parts(&parts, |part| {
        let lacks = part.iter().map(|hosted| !has(hosted, &local));
        lacks.collect::<Vec<_>>()
    });
    let all = domains.map.iter_mut().zip(lacks.into_iter().flatten());
    for ((domain, hosted), _) in all.filter(|(_, lacks)| *lacks) {
        if *domain == *host.value.domain() && host.value.local() == local.as_str() {
            continue;
        }
        let alias = Alias {
            targets: vec![Spanned::new(host.value.clone(), hosted.at.clone())],
            at: hosted.at.clone(),
        };
        hosted.aliases.insert(local.clone(), alias);
    }
    Some(host)
}

/// Returns the postmaster that the host names; it must be listed.
fn declared(
    domains: &mut Domains,
    text: &Text,
    local: &LocalPart,
    complete: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Address>> {
    let address = name::address(text, diagnostics)?;
    let host = Spanned::new(address, text.at.clone());
    if domains.lists(&host.value) {
        return Some(host);
    }
    // `postmaster@` a domain of ours that has none is a box like any other.
    if host.value.local() == local.as_str()
        && let Some(hosted) = domains.map.get_mut(host.value.domain())
    {
        add(hosted, local, &host.value, complete, diagnostics);
        return Some(host);
    }
    if !domains.may_list(&host.value) {
        diagnostics.error(PostmasterUnlisted {
            address: host.value.to_string(),
            at: host.at,
        });
    }
    None
}

/// Returns `postmaster` of the first domain that has one, else of the first domain.
fn first(
    domains: &mut Domains,
    local: &LocalPart,
    complete: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Address>> {
    let with = domains.order.iter().find(|domain| {
        domains
            .map
            .get(*domain)
            .is_some_and(|hosted| has(hosted, local))
    });
    let domain = with.or(domains.order.first())?.clone();
    let hosted = domains.map.get_mut(&domain)?;
    let address = Address::new(local.as_str(), domain);
    if !has(hosted, local) {
        add(hosted, local, &address, complete, diagnostics);
    }
    let at = place(&hosted.mailboxes, local)
        .or_else(|| hosted.aliases.get(local).map(|alias| &alias.at))
        .or_else(|| hosted.forwards.get(local).map(|forward| &forward.at))
        .unwrap_or(&hosted.at);
    Some(Spanned::new(address, at.clone()))
}

fn place<'a>(
    mailboxes: &'a Sorted<LocalPart, Mailbox>,
    local: &LocalPart,
) -> Option<&'a crate::source::Loc> {
    mailboxes.get(local).map(|mailbox| &mailbox.at)
}

fn has(hosted: &HostedDomain, local: &LocalPart) -> bool {
    hosted.mailboxes.contains_key(local)
        || hosted.aliases.contains_key(local)
        || hosted.forwards.contains_key(local)
}

/// Adds a box for a postmaster that nobody declared.
fn add(
    hosted: &mut HostedDomain,
    local: &LocalPart,
    address: &Address,
    complete: bool,
    diagnostics: &mut Diagnostics,
) {
    if complete {
        diagnostics.warn(PostmasterAdded {
            address: address.to_string(),
            domain: address.domain().to_string(),
            at: hosted.at.clone(),
        });
    }
    let mailbox = Mailbox {
        login: None,
        via: hosted.via.clone(),
        at: hosted.at.clone(),
    };
    hosted.mailboxes.insert(local.clone(), mailbox);
}
