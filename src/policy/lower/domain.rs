//! `domain`, and the rows of files that hold domains and recipients.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::bulk::{self, RecipientKind};
use super::{name, publish};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::diagnostics::{
    AliasAndMailbox, DomainDuplicate, DomainUndeclared, RecipientDuplicate, beside, elsewhere,
};
use crate::policy::{Alias, HostedDomain, Mailbox};
use crate::source::{Files, Loc, Spanned};
use crate::syntax::tree::Text;
use crate::syntax::{Document, node};

/// The domains, and the order in which they were declared.
pub(super) struct Domains {
    /// In the order of the text; those of files follow.
    pub(super) order: Vec<Domain>,
    /// By name.
    pub(super) map: BTreeMap<Domain, HostedDomain>,
}

impl Domains {
    /// Returns whether an address is a mailbox or an alias by name.
    pub(super) fn lists(&self, address: &Address) -> bool {
        let Some(hosted) = self.map.get(address.domain()) else {
            return false;
        };
        LocalPart::parse(address.local()).is_ok_and(|local| {
            hosted.mailboxes.contains_key(&local) || hosted.aliases.contains_key(&local)
        })
    }
}

/// Lowers all domains and recipients.
pub(super) fn lower(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Domains {
    let mut domains = Domains {
        order: Vec::new(),
        map: BTreeMap::new(),
    };
    let rows = bulk::domains(document, files, diagnostics);
    for node in document.domains.iter().chain(&rows) {
        add(node, &mut domains, files, diagnostics);
    }
    let mut each = |row: &bulk::Recipient, diagnostics: &mut Diagnostics| {
        let Some(domain) = name::domain(&row.domain, diagnostics) else {
            return;
        };
        let Some(hosted) = domains.map.get_mut(&domain) else {
            diagnostics.error(DomainUndeclared {
                name: domain.to_string(),
                at: row.domain.at.clone(),
            });
            return;
        };
        match &row.kind {
            RecipientKind::Mailbox(node) => add_mailbox(node, &domain, hosted, diagnostics),
            RecipientKind::Alias(node) => add_alias(node, &domain, hosted, diagnostics),
        }
    };
    bulk::recipients(document, files, diagnostics, &mut each);
    domains
}

fn add(
    node: &node::Domain,
    domains: &mut Domains,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) {
    let Some(domain) = name::domain(&node.name, diagnostics) else {
        return;
    };
    if let Some(first) = domains.map.get(&domain) {
        diagnostics.error(DomainDuplicate {
            name: domain.to_string(),
            help: elsewhere(
                "write all its recipients in one `domain` node",
                &node.at,
                &first.at,
            ),
            at: node.at.clone(),
            first: beside(&node.at, &first.at),
        });
        return;
    }
    let mut hosted = HostedDomain {
        mailboxes: BTreeMap::new(),
        aliases: BTreeMap::new(),
        catch_all: None,
        publish: publish::lower(&node.publish, &node.at, files, diagnostics),
        at: node.at.clone(),
    };
    for mailbox in &node.mailboxes {
        add_mailbox(mailbox, &domain, &mut hosted, diagnostics);
    }
    for alias in &node.aliases {
        add_alias(alias, &domain, &mut hosted, diagnostics);
    }
    hosted.catch_all = node.catch_all.as_ref().map(|catch_all| Alias {
        targets: targets(&catch_all.targets, &domain, diagnostics),
        at: catch_all.at.clone(),
    });
    domains.order.push(domain.clone());
    domains.map.insert(domain, hosted);
}

fn add_mailbox(
    node: &node::Mailbox,
    domain: &Domain,
    hosted: &mut HostedDomain,
    diagnostics: &mut Diagnostics,
) {
    let login = node
        .login
        .as_ref()
        .and_then(|login| name::login(login, diagnostics));
    let Some(local) = name::local_part(&node.local, diagnostics) else {
        return;
    };
    if let Some(alias) = hosted.aliases.get(&local) {
        both(&local, domain, &node.at, &alias.at, diagnostics);
        return;
    }
    match hosted.mailboxes.entry(local) {
        Entry::Occupied(first) => {
            twice(
                "mailbox",
                first.key(),
                domain,
                &node.at,
                &first.get().at,
                diagnostics,
            );
        }
        Entry::Vacant(place) => {
            place.insert(Mailbox {
                login,
                at: node.at.clone(),
            });
        }
    }
}

fn add_alias(
    node: &node::Alias,
    domain: &Domain,
    hosted: &mut HostedDomain,
    diagnostics: &mut Diagnostics,
) {
    let targets = targets(&node.targets, domain, diagnostics);
    let Some(local) = name::local_part(&node.local, diagnostics) else {
        return;
    };
    if let Some(mailbox) = hosted.mailboxes.get(&local) {
        both(&local, domain, &node.at, &mailbox.at, diagnostics);
        return;
    }
    match hosted.aliases.entry(local) {
        Entry::Occupied(first) => {
            twice(
                "alias",
                first.key(),
                domain,
                &node.at,
                &first.get().at,
                diagnostics,
            );
        }
        Entry::Vacant(place) => {
            place.insert(Alias {
                targets,
                at: node.at.clone(),
            });
        }
    }
}

fn targets(
    texts: &[Text],
    domain: &Domain,
    diagnostics: &mut Diagnostics,
) -> Vec<Spanned<Address>> {
    texts
        .iter()
        .filter_map(|text| name::target(text, domain, diagnostics))
        .collect()
}

fn both(local: &LocalPart, domain: &Domain, at: &Loc, first: &Loc, diagnostics: &mut Diagnostics) {
    let help = "delete one; for a copy, let the alias have another name and name the mailbox";
    diagnostics.error(AliasAndMailbox {
        address: format!("{local}@{domain}"),
        help: elsewhere(help, at, first),
        at: at.clone(),
        first: beside(at, first),
    });
}

fn twice(
    kind: &'static str,
    local: &LocalPart,
    domain: &Domain,
    at: &Loc,
    first: &Loc,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.error(RecipientDuplicate {
        kind,
        address: format!("{local}@{domain}"),
        help: elsewhere(
            "delete one of the two; case does not tell them apart",
            at,
            first,
        ),
        at: at.clone(),
        first: beside(at, first),
    });
}
