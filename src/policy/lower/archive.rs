//! `archive`: whose mail is copied, and into which mailboxes.

use std::collections::BTreeMap;

use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain};
use crate::policy::diagnostics::{
    ArchiveAgain, ArchiveBoth, ArchiveDomain, ArchiveMailbox, ArchiveSelector, beside,
};
use crate::policy::{Archive, DomainScope, HostedDomain};
use crate::source::{Loc, Spanned};
use crate::syntax::node;
use crate::syntax::tree::Text;

/// Lowers the `archive` nodes. Whether what they name is ours is asked only where all domains are
/// known.
pub(super) fn lower(
    nodes: &[node::Archive],
    domains: Option<&BTreeMap<Domain, HostedDomain>>,
    diagnostics: &mut Diagnostics,
) -> Archive {
    let mut archive = Archive::default();
    for node in nodes {
        let Some(written) = &node.mailbox else {
            continue;
        };
        let mailbox = mailbox(written, domains, diagnostics);
        if let (Some(_), Some(to)) = (node.from.first(), node.to.first()) {
            let at = to.at.clone();
            diagnostics.error(ArchiveBoth { at });
            continue;
        }
        if node.from.is_empty()
            && node.to.is_empty()
            && let Some(mailbox) = &mailbox
        {
            let copy = Spanned::new(mailbox.clone(), node.at.clone());
            match &archive.all {
                Some(first) => again("all mail".to_owned(), &node.at, &first.at, diagnostics),
                None => archive.all = Some(copy),
            }
        }
        for (texts, kind, copies) in [
            (&node.from, "senders", &mut archive.from),
            (&node.to, "recipients", &mut archive.to),
        ] {
            for text in texts {
                let domain = domain(text, kind, domains, diagnostics);
                if let (Some(domain), Some(mailbox)) = (domain, &mailbox) {
                    add(domain, mailbox, text, copies, diagnostics);
                }
            }
        }
    }
    archive
}

/// Returns the mailbox of a text, whose mail must be kept under that address and go nowhere else.
fn mailbox(
    text: &Text,
    domains: Option<&BTreeMap<Domain, HostedDomain>>,
    diagnostics: &mut Diagnostics,
) -> Option<Address> {
    let address = name::address(text, diagnostics)?;
    let Some(domains) = domains else {
        return Some(address);
    };
    let local = address.local();
    let why = match domains.get(address.domain()) {
        None => "it is in no domain of ours",
        Some(domain) if domain.forwards.contains_key(local) => "its mail goes on to others",
        Some(domain) if domain.mailboxes.contains_key(local) => return Some(address),
        Some(domain) if domain.aliases.contains_key(local) => "it is an alias",
        Some(_) => "its domain lists no such mailbox",
    };
    diagnostics.error(ArchiveMailbox {
        address: address.to_string(),
        why,
        at: text.at.clone(),
    });
    None
}

/// Reads `@example.org`, which must be a domain of ours.
fn domain(
    text: &Text,
    kind: &'static str,
    domains: Option<&BTreeMap<Domain, HostedDomain>>,
    diagnostics: &mut Diagnostics,
) -> Option<Domain> {
    let bare = text.value.strip_prefix('@');
    let Some(bare) = bare.filter(|bare| !bare.starts_with("*.")) else {
        diagnostics.error(ArchiveSelector {
            text: name::shown(&text.value),
            kind,
            at: text.at.clone(),
        });
        return None;
    };
    let DomainScope::Exactly(domain) = name::domain_scope(text, bare, diagnostics)? else {
        return None;
    };
    if domains.is_some_and(|domains| !domains.contains_key(&domain)) {
        diagnostics.error(ArchiveDomain {
            domain: domain.to_string(),
            at: text.at.clone(),
        });
        return None;
    }
    Some(domain)
}

fn add(
    domain: Domain,
    mailbox: &Address,
    text: &Text,
    copies: &mut BTreeMap<Domain, Spanned<Address>>,
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = copies.get(&domain) {
        again(
            format!("`{}`", text.value),
            &text.at,
            &first.at,
            diagnostics,
        );
        return;
    }
    copies.insert(domain, Spanned::new(mailbox.clone(), text.at.clone()));
}

fn again(what: String, at: &Loc, first: &Loc, diagnostics: &mut Diagnostics) {
    diagnostics.error(ArchiveAgain {
        what,
        first: beside(at, first),
        at: at.clone(),
    });
}
