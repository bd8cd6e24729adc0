//! Where aliases and catch-alls lead: to recipients of ours, in the end to mailboxes.
//!
//! Chains may be long and there may be a million of them, so nothing here descends by recursion.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::chain;
use super::domain::Domains;
use super::near;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart, without_extension};
use crate::policy::diagnostics::{AliasCaught, AliasForeign, AliasUnlisted, CatchAllTarget};
use crate::policy::{Alias, HostedDomain};
use crate::source::Spanned;
use crate::syntax::suggest;
use crate::threads::in_parts;

/// How many names are looked through for one that is like a misspelt one.
const NAMES_MAX: usize = 1000;

/// An alias, or the catch-all of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Hop<'a> {
    Alias(&'a Domain, &'a LocalPart),
    CatchAll(&'a Domain),
}

impl std::fmt::Display for Hop<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alias(domain, local) => write!(f, "{local}@{domain}"),
            Self::CatchAll(domain) => write!(f, "catch-all of {domain}"),
        }
    }
}

/// What a target is.
pub(super) enum Leads<'a> {
    /// A mailbox, or a forward: nothing of ours comes behind it. It is so many recipients.
    Mailbox(usize),
    Hop(Hop<'a>),
    Foreign,
    Nowhere,
}

/// Domains that one thread looks at before it takes more.
const PART: usize = 1 << 12;

/// Checks all aliases and catch-alls.
pub(super) fn check(domains: &Domains, diagnostics: &mut Diagnostics) {
    let ours = Ours::new(domains);
    let hosted: Vec<Place<'_>> = domains.map.iter().collect();
    let parts: Vec<&[Place<'_>]> = hosted.chunks(PART).collect();
    // What there is to tell is told afterwards: here nobody knows what is acknowledged.
    let found = in_parts(&parts, |part| Found::of(part, &ours));
    let mut chained = Vec::new();
    for part in found {
        for (hop, target, leads) in part.odd {
            check_target(hop, (target, leads), domains, diagnostics);
        }
        chained.extend(part.chained);
    }
    chain::Walk::new(&ours, domains).follow(chained, diagnostics);
}

/// What there is to look at among the aliases of some domains, in their order.
#[derive(Default)]
struct Found<'a> {
    /// Targets that are neither a mailbox nor an alias.
    odd: Vec<(Hop<'a>, &'a Spanned<Address>, Leads<'a>)>,
    /// Those that lead to others, or to many. Most lead to a few mailboxes: no circle, no chain.
    chained: Vec<(Hop<'a>, &'a Alias)>,
}

impl<'a> Found<'a> {
    fn of(domains: &[Place<'a>], ours: &Ours<'a>) -> Self {
        let mut found = Self::default();
        let mut last = None;
        for (hop, alias) in domains.iter().flat_map(|place| hops(*place)) {
            let mut is_chained = false;
            let mut recipients = 0;
            for target in &alias.targets {
                let address = &target.value;
                // Targets of one alias, and those of many postmasters, are of one domain.
                let known = last.filter(|(name, _)| *name == address.domain());
                let (_, place) = *last.insert(known.unwrap_or_else(|| {
                    let domain = address.domain();
                    (domain, ours.domain(domain))
                }));
                let leads = leads_in(place, address);
                is_chained |= matches!(leads, Leads::Hop(_));
                if let Leads::Mailbox(count) = leads {
                    recipients += count;
                } else if !matches!(leads, Leads::Hop(Hop::Alias(..))) {
                    found.odd.push((hop, target, leads));
                }
            }
            if is_chained || recipients > chain::FEW {
                found.chained.push((hop, alias));
            }
        }
        found
    }
}

/// The domains of ours, by name.
pub(super) struct Ours<'a>(HashMap<&'a str, Place<'a>, FxBuildHasher>);

/// A domain of ours.
type Place<'a> = (&'a Domain, &'a HostedDomain);

impl<'a> Ours<'a> {
    fn new(domains: &'a Domains) -> Self {
        let all = domains.map.iter();
        Self(all.map(|place| (place.0.as_str(), place)).collect())
    }

    fn domain(&self, name: &Domain) -> Option<Place<'a>> {
        self.0.get(name.as_str()).copied()
    }

    /// Returns what an address is.
    pub(super) fn leads(&self, address: &Address) -> Leads<'a> {
        leads_in(self.domain(address.domain()), address)
    }
}

/// Returns the aliases of a domain and its catch-all, in order.
fn hops((domain, hosted): Place<'_>) -> impl Iterator<Item = (Hop<'_>, &Alias)> {
    let aliases = hosted.aliases.iter();
    let aliases = aliases.map(move |(local, alias)| (Hop::Alias(domain, local), alias));
    let caught = hosted.catch_all.iter();
    aliases.chain(caught.map(move |alias| (Hop::CatchAll(domain), alias)))
}

/// Returns what an address of a domain is; without one it is of a domain of others.
fn leads_in<'a>(place: Option<Place<'a>>, address: &Address) -> Leads<'a> {
    let Some((domain, hosted)) = place else {
        return Leads::Foreign;
    };
    // A text that is no local-part is listed nowhere.
    let local = address.local();
    let is_mailbox = hosted.mailboxes.contains_key(local);
    if let Some(forward) = hosted.forwards.get(local) {
        return Leads::Mailbox(forward.targets.len() + usize::from(is_mailbox));
    }
    if is_mailbox {
        return Leads::Mailbox(1);
    }
    if let Some((local, _)) = hosted.aliases.get_key_value(local) {
        return Leads::Hop(Hop::Alias(domain, local));
    }
    match &hosted.catch_all {
        Some(_) => Leads::Hop(Hop::CatchAll(domain)),
        None => Leads::Nowhere,
    }
}

fn check_target(
    hop: Hop<'_>,
    (target, leads): (&Spanned<Address>, Leads<'_>),
    domains: &Domains,
    diagnostics: &mut Diagnostics,
) {
    // What could not be read would make others that lead to it look wrong.
    if domains.may_list(&target.value) {
        return;
    }
    let at = target.at.clone();
    let name = target.value.to_string();
    match (leads, hop) {
        (Leads::Foreign, _) => {
            diagnostics.error(AliasForeign { target: name, at });
        }
        (Leads::Nowhere, _) => {
            let help = nearest(&target.value, domains);
            diagnostics.error(AliasUnlisted {
                target: name,
                help,
                at,
            });
        }
        (Leads::Hop(Hop::CatchAll(_)), Hop::CatchAll(_)) => {
            diagnostics.error(CatchAllTarget { target: name, at });
        }
        (Leads::Hop(Hop::CatchAll(domain)), Hop::Alias(..)) => {
            let hosted = domains.map.get(domain);
            let near = hosted.and_then(|hosted| near::recipient(target.value.local(), hosted));
            if let Some(near) = near {
                diagnostics.warn(AliasCaught {
                    target: name,
                    near,
                    at,
                });
            }
        }
        (Leads::Mailbox(_) | Leads::Hop(_), _) => {}
    }
}

/// Returns the help for a recipient that does not exist: the nearest one of its domain.
fn nearest(address: &Address, domains: &Domains) -> Option<String> {
    let hosted = domains.map.get(address.domain())?;
    let names: Vec<&str> = hosted
        .mailboxes
        .keys()
        .chain(hosted.aliases.keys())
        .chain(hosted.forwards.keys())
        .take(NAMES_MAX)
        .map(LocalPart::as_str)
        .collect();
    let local = address.local();
    let bare = without_extension(local);
    if let Some(bare) = bare.filter(|bare| names.contains(bare)) {
        return Some(format!(
            "write `{bare}`: extensions are for those who write to it, where the host has \
             `plus-addressing`"
        ));
    }
    let nearest = suggest::nearest(local, &names).or_else(|| longer(local, &names));
    match nearest {
        Some(nearest) => Some(format!("did you mean `{nearest}`?")),
        None => Some(format!(
            "add `mailbox \"{local}\"` to `{}`",
            address.domain()
        )),
    }
}

/// Returns the one name that has a word between its dots: `jane.doe` for `jane`.
fn longer<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    let mut longer = names
        .iter()
        .filter(|name| name.split(['.', '-', '_']).any(|part| part == word));
    match (longer.next(), longer.next()) {
        (Some(name), None) => Some(name),
        _ => None,
    }
}
