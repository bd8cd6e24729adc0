//! `domain`, and the rows of files that hold domains and recipients.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::bulk::{self, RecipientKind};
use super::{name, publish};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::diagnostics::{
    AliasAndMailbox, DomainDuplicate, DomainUndeclared, RecipientDuplicate, beside, elsewhere,
};
use crate::policy::{Alias, HostedDomain, Mailbox};
use crate::source::{Files, Loc, Spanned};
use crate::syntax::node::BulkKind;
use crate::syntax::tree::{Text, may_have_been};
use crate::syntax::{Document, node};

/// The domains, and the order in which they were declared.
pub(super) struct Domains {
    /// In the order of the text; those of files follow.
    pub(super) order: Vec<Domain>,
    /// By name; one whose name is no domain is under the text that was written.
    pub(super) map: BTreeMap<Domain, HostedDomain>,
    /// What could not be read.
    unread: Unread,
}

/// What could not be read. It has been told; nobody shall be told that it is missing as well.
#[derive(Default)]
struct Unread {
    /// The name of some domain.
    domain: bool,
    /// Some recipient of some domain.
    recipient: bool,
    /// Some recipient of these domains.
    recipient_of: BTreeSet<Domain>,
    /// Whom the postmasters of all domains lead to.
    postmaster: bool,
}

impl Domains {
    /// Returns whether an address is a mailbox or an alias by name.
    pub(super) fn lists(&self, address: &Address) -> bool {
        let Some(hosted) = self.map.get(address.domain()) else {
            return false;
        };
        let local = address.local();
        hosted.mailboxes.contains_key(local)
            || hosted.aliases.contains_key(local)
            || hosted.forwards.contains_key(local)
    }

    /// Returns whether an address that is not listed may be one that could not be read.
    pub(super) fn may_list(&self, address: &Address) -> bool {
        let unread = &self.unread;
        if !self.map.contains_key(address.domain()) {
            return unread.domain;
        }
        unread.recipient
            || unread.recipient_of.contains(address.domain())
            || (unread.postmaster && address.local() == "postmaster")
    }

    /// Returns whether there is no domain, and none that could not be read.
    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty() && !self.unread.domain
    }

    /// Notes that nobody knows whom the postmasters lead to.
    pub(super) fn without_postmaster(&mut self) {
        self.unread.postmaster = true;
    }
}

/// Lowers all domains and recipients.
pub(super) fn lower(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Domains {
    let left_out = |name: &str, kind: BulkKind| {
        let mut files = document.bulk.iter().filter(|bulk| bulk.kind == kind);
        may_have_been(&document.left_out, &[name]) || files.any(|bulk| bulk.file.is_none())
    };
    let before = diagnostics.errors();
    let rows = bulk::domains(document, files, diagnostics);
    let mut domains = Domains {
        order: Vec::new(),
        map: BTreeMap::new(),
        unread: Unread {
            domain: diagnostics.errors() > before
                || left_out("domains", BulkKind::Domains)
                || may_have_been(&document.left_out, &["domain"]),
            recipient: left_out("mailboxes", BulkKind::Mailboxes),
            ..Unread::default()
        },
    };
    for node in document.domains.iter().chain(&rows) {
        add(node, &mut domains, files, diagnostics);
    }
    // Rows of one domain stand together.
    let mut last: Option<(String, Domain)> = None;
    let mut each = |row: &bulk::Recipient, diagnostics: &mut Diagnostics| {
        let text = &row.domain.value;
        let known = last.as_ref().filter(|(known, _)| known == text);
        let name = known.map(|(_, name)| name.clone()).or_else(|| {
            let told = (diagnostics.errors(), diagnostics.warnings());
            let name = name::domain(&row.domain, diagnostics);
            // What is told of a name is told of each row.
            let silent = told == (diagnostics.errors(), diagnostics.warnings());
            last = name
                .clone()
                .filter(|_| silent)
                .map(|name| (text.clone(), name));
            name
        });
        add_row(row, name, &mut domains, files, diagnostics);
    };
    if !bulk::recipients(document, files, diagnostics, &mut each) {
        domains.unread.recipient = true;
    }
    domains
}

fn add(
    node: &node::Domain,
    domains: &mut Domains,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) {
    let name = node.name.as_ref();
    let name = name.and_then(|text| name::domain(text, diagnostics));
    if let Some(name) = &name
        && let Some(first) = domains.map.get(name)
    {
        diagnostics.error(DomainDuplicate {
            name: name.to_string(),
            help: elsewhere(
                "write all its recipients in one `domain` node",
                &node.at,
                &first.at,
            ),
            at: node.at.clone(),
            first: beside(&node.at, &first.at),
        });
    }
    domains.unread.domain |= name.is_none();
    let domain = name.unwrap_or_else(|| as_written(node.name.as_ref()));
    let mut hosted = hosted(&node.publish, &domain, &node.at, files, diagnostics);
    hosted.via.clone_from(&node.via);
    let mut complete = !node.left_out;
    for mailbox in &node.mailboxes {
        complete &= add_mailbox(mailbox, &domain, &mut hosted, diagnostics);
    }
    for alias in &node.aliases {
        complete &= add_alias(alias, &domain, &mut hosted, diagnostics);
    }
    for forward in &node.forwards {
        complete &= super::forward::add(forward, &domain, &mut hosted, diagnostics);
    }
    hosted.catch_all = node.catch_all.as_ref().map(|catch_all| Alias {
        targets: targets(&catch_all.targets, &domain, diagnostics),
        at: catch_all.at.clone(),
    });
    if !complete {
        domains.unread.recipient_of.insert(domain.clone());
    }
    match domains.map.entry(domain) {
        Entry::Occupied(first) => join(first.into_mut(), hosted),
        Entry::Vacant(place) => {
            domains.order.push(place.key().clone());
            place.insert(hosted);
        }
    }
}

/// Returns the name of a domain that has none as it should be.
fn as_written(text: Option<&Text>) -> Domain {
    text.map_or_else(
        || Domain::literal("\u{2026}"),
        |text| Domain::literal(&name::shown(&text.value)),
    )
}

/// Returns a domain without recipients.
fn hosted(
    node: &node::Publish,
    domain: &Domain,
    at: &Loc,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> HostedDomain {
    HostedDomain {
        via: None,
        mailboxes: BTreeMap::new(),
        aliases: BTreeMap::new(),
        forwards: BTreeMap::new(),
        catch_all: None,
        publish: publish::lower(node, domain, at, files, diagnostics),
        at: at.clone(),
    }
}

/// Adds the recipients of a domain that is declared again, so that nobody misses them.
fn join(first: &mut HostedDomain, second: HostedDomain) {
    for (local, mailbox) in second.mailboxes {
        if !first.aliases.contains_key(&local) {
            first.mailboxes.entry(local).or_insert(mailbox);
        }
    }
    for (local, alias) in second.aliases {
        if !first.mailboxes.contains_key(&local) {
            first.aliases.entry(local).or_insert(alias);
        }
    }
    for (local, forward) in second.forwards {
        first.forwards.entry(local).or_insert(forward);
    }
    first.catch_all = first.catch_all.take().or(second.catch_all);
}

fn add_row(
    row: &bulk::Recipient,
    name: Option<Domain>,
    domains: &mut Domains,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) {
    let is_named = name.is_some();
    let domain = name.unwrap_or_else(|| as_written(Some(&row.domain)));
    let mut nobodys = None;
    let hosted = domains.map.get_mut(&domain).unwrap_or_else(|| {
        if is_named && !domains.unread.domain {
            diagnostics.error(DomainUndeclared {
                name: domain.to_string(),
                at: row.domain.at.clone(),
            });
        }
        domains.unread.recipient = true;
        let publish = node::Publish::default();
        nobodys.insert(hosted(
            &publish,
            &domain,
            &row.domain.at,
            files,
            diagnostics,
        ))
    });
    let complete = match &row.kind {
        RecipientKind::Mailbox(node) => add_mailbox(node, &domain, hosted, diagnostics),
        RecipientKind::Alias(node) => add_alias(node, &domain, hosted, diagnostics),
        RecipientKind::Nameless => false,
    };
    if !complete {
        domains.unread.recipient_of.insert(domain);
    }
}

/// Adds a mailbox, and returns whether its local-part could be read.
fn add_mailbox(
    node: &node::Mailbox,
    domain: &Domain,
    hosted: &mut HostedDomain,
    diagnostics: &mut Diagnostics,
) -> bool {
    let login = node
        .login
        .as_ref()
        .and_then(|login| name::login(login, diagnostics));
    let Some(local) = name::local_part(&node.local, diagnostics) else {
        return false;
    };
    if let Some(alias) = hosted.aliases.get(&local) {
        both(&local, domain, &node.at, &alias.at, diagnostics);
        return true;
    }
    if let Some(first) = hosted.mailboxes.get(&local) {
        twice("mailbox", &local, domain, &node.at, &first.at, diagnostics);
        return true;
    }
    let mailbox = Mailbox {
        login,
        via: node.via.clone().or_else(|| hosted.via.clone()),
        at: node.at.clone(),
    };
    hosted.mailboxes.insert(local, mailbox);
    true
}

/// Adds an alias, and returns whether its local-part could be read.
fn add_alias(
    node: &node::Alias,
    domain: &Domain,
    hosted: &mut HostedDomain,
    diagnostics: &mut Diagnostics,
) -> bool {
    let targets = targets(&node.targets, domain, diagnostics);
    let Some(local) = name::local_part(&node.local, diagnostics) else {
        return false;
    };
    if let Some(mailbox) = hosted.mailboxes.get(&local) {
        both(&local, domain, &node.at, &mailbox.at, diagnostics);
        return true;
    }
    if let Some(first) = hosted.aliases.get(&local) {
        twice("alias", &local, domain, &node.at, &first.at, diagnostics);
        return true;
    }
    let at = node.at.clone();
    hosted.aliases.insert(local, Alias { targets, at });
    true
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

pub(super) fn twice(
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
