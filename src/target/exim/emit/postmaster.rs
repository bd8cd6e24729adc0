//! Bare `postmaster`, and mail made on the host itself.
//!
//! Exim gives bare `postmaster` the domain `qualify_recipient`. So that is a domain of ours whose
//! own postmaster's mail goes where the policy says that the bare one's goes.

use std::collections::BTreeSet;

use super::recipients::refuse;
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::Policy;
use crate::source::Spanned;
use crate::target::diagnostics::UnsayableValue;
use crate::target::exim::lexical::Word;

/// Returns the host's postmaster, and the domain that stands for it.
pub(super) fn choose(
    policy: &Policy,
    diagnostics: &mut Diagnostics,
) -> Result<(Spanned<Address>, Domain), Reported> {
    let postmaster = policy.postmaster().ok_or_else(|| {
        let name = policy.host.name.value.as_str();
        let why = "a server needs a domain whose postmaster reads about its troubles";
        diagnostics.error(UnsayableValue::new("exim", name, why, &policy.host.at))
    })?;
    word(postmaster, diagnostics)?;
    if policy.is_null_client() {
        return Ok((postmaster.clone(), policy.host.name.value.clone()));
    }
    let wanted = mailboxes(policy, &postmaster.value);
    let same = |domain: &&Domain| {
        let own = Address::new("postmaster", (*domain).clone());
        mailboxes(policy, &own) == wanted
    };
    let nearest = std::iter::once(postmaster.value.domain());
    let found = nearest.chain(policy.domains.keys()).find(same);
    let domain = found.ok_or_else(|| {
        let text = postmaster.value.to_string();
        let why = "Exim takes bare `postmaster` for that of a domain: let `postmaster` of one of \
                   the domains lead to the same mailboxes";
        diagnostics.error(UnsayableValue::new("exim", &text, why, &postmaster.at))
    })?;
    Ok((postmaster.clone(), domain.clone()))
}

/// Takes the host's postmaster.
pub(super) fn word(
    postmaster: &Spanned<Address>,
    diagnostics: &mut Diagnostics,
) -> Result<Word, Reported> {
    let text = || postmaster.value.to_string();
    Word::address(&postmaster.value)
        .map_err(|why| refuse(&text(), why, &postmaster.at, diagnostics))
}

/// Returns the mailboxes that an address leads to, and the addresses of others.
fn mailboxes(policy: &Policy, address: &Address) -> BTreeSet<Address> {
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    let mut open = vec![address.clone()];
    while let Some(address) = open.pop() {
        let local = LocalPart::parse(address.local()).ok();
        let hosted = policy.domains.get(address.domain());
        let (Some(local), Some(hosted)) = (local, hosted) else {
            continue;
        };
        let forward = hosted.forwards.get(&local);
        let outside = forward.iter().flat_map(|forward| &forward.targets);
        found.extend(outside.map(|target| target.value.clone()));
        let is_mailbox = hosted.mailboxes.contains_key(&local);
        if is_mailbox {
            found.insert(address.clone());
        }
        if is_mailbox || forward.is_some() {
            continue;
        }
        let alias = hosted.aliases.get(&local).or(hosted.catch_all.as_ref());
        if seen.insert(address)
            && let Some(alias) = alias
        {
            open.extend(alias.targets.iter().map(|target| target.value.clone()));
        }
    }
    found
}
