//! `domain`, and the rows of files that hold domains and recipients.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{bulk, name, publish, recipients};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, LocalPart};
use crate::policy::diagnostics::{
    AliasAndMailbox, DomainDuplicate, RecipientDuplicate, beside, elsewhere,
};
use crate::policy::{Alias, Forward, HostedDomain, Mailbox, Sorted};
use crate::source::{Files, Loc, Spanned};
use crate::syntax::node::BulkKind;
use crate::syntax::tree::{Text, may_have_been};
use crate::syntax::{Document, node};
use crate::threads::in_two;

/// The domains, and the order in which they were declared.
pub(super) struct Domains {
    /// In the order of the text; those of files follow.
    pub(super) order: Vec<Domain>,
    /// By name; one whose name is no domain is under the text that was written.
    pub(super) map: BTreeMap<Domain, HostedDomain>,
    /// What could not be read.
    pub(super) unread: Unread,
}

/// What could not be read. It has been told; nobody shall be told that it is missing as well.
#[derive(Default)]
pub(super) struct Unread {
    /// The name of some domain.
    pub(super) domain: bool,
    /// Some recipient of some domain.
    pub(super) recipient: bool,
    /// Some recipient of these domains.
    pub(super) recipient_of: BTreeSet<Domain>,
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
    let mut written = BTreeMap::new();
    let each = || {
        for node in &document.domains {
            add(node, &mut domains, &mut written, files, diagnostics);
        }
        for row in rows {
            add(&row.node(), &mut domains, &mut written, files, diagnostics);
        }
    };
    // Those of recipients are large.
    let ((), opened) = in_two(each, || bulk::open_recipients(document, files));
    for (domain, recipients) in written {
        if let Some(hosted) = domains.map.get_mut(&domain) {
            hosted.mailboxes = recipients.mailboxes.into_iter().collect();
            hosted.aliases = recipients.aliases.into_iter().collect();
            hosted.forwards = recipients.forwards.into_iter().collect();
        }
    }
    let were_read = bulk::recipients(opened, diagnostics, |table, diagnostics| {
        recipients::lower(table, &mut domains, diagnostics);
    });
    domains.unread.recipient |= !were_read;
    domains
}

/// The recipients that `domain` nodes hold, in no order yet.
#[derive(Default)]
struct Recipients {
    mailboxes: BTreeMap<LocalPart, Mailbox>,
    aliases: BTreeMap<LocalPart, Alias>,
    forwards: BTreeMap<LocalPart, Forward>,
}

fn add(
    node: &node::Domain,
    domains: &mut Domains,
    written: &mut BTreeMap<Domain, Recipients>,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) {
    let name = node.name.as_ref();
    let name = name.and_then(|text| name::own_domain(text, diagnostics));
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
    hosted.via = node.via.clone().map(Box::new);
    let mut own = Recipients::default();
    let mut complete = !node.left_out;
    for mailbox in &node.mailboxes {
        complete &= own.add_mailbox(mailbox, (&domain, &hosted), diagnostics);
    }
    for alias in &node.aliases {
        complete &= own.add_alias(alias, &domain, diagnostics);
    }
    for forward in &node.forwards {
        complete &= super::forward::add(forward, &domain, &mut own.forwards, diagnostics);
    }
    hosted.catch_all = node.catch_all.as_ref().map(|catch_all| Alias {
        targets: targets(&catch_all.targets, &domain, diagnostics),
        at: catch_all.at.clone(),
    });
    if !complete {
        domains.unread.recipient_of.insert(domain.clone());
    }
    if !own.is_empty() {
        written.entry(domain.clone()).or_default().join(own);
    }
    match domains.map.entry(domain) {
        Entry::Occupied(mut first) => {
            let caught = &mut first.get_mut().catch_all;
            *caught = caught.take().or(hosted.catch_all);
        }
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
        |text| unreadable(&text.value),
    )
}

/// Returns what a name is called that is none.
pub(super) fn unreadable(name: &str) -> Domain {
    Domain::literal(&name::shown(name))
}

/// Returns a domain without recipients.
pub(super) fn hosted(
    node: &node::Publish,
    domain: &Domain,
    at: &Loc,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> HostedDomain {
    HostedDomain {
        via: None,
        mailboxes: Sorted::new(),
        aliases: Sorted::new(),
        forwards: Sorted::new(),
        catch_all: None,
        publish: publish::lower(node, domain, at, files, diagnostics),
        at: at.clone(),
    }
}

impl Recipients {
    fn is_empty(&self) -> bool {
        self.mailboxes.is_empty() && self.aliases.is_empty() && self.forwards.is_empty()
    }

    /// Adds the recipients of a domain that is declared again, so that nobody misses them.
    fn join(&mut self, again: Self) {
        for (local, mailbox) in again.mailboxes {
            if !self.aliases.contains_key(&local) {
                self.mailboxes.entry(local).or_insert(mailbox);
            }
        }
        for (local, alias) in again.aliases {
            if !self.mailboxes.contains_key(&local) {
                self.aliases.entry(local).or_insert(alias);
            }
        }
        for (local, forward) in again.forwards {
            self.forwards.entry(local).or_insert(forward);
        }
    }

    /// Adds a mailbox, and returns whether its local-part could be read.
    fn add_mailbox(
        &mut self,
        node: &node::Mailbox,
        (domain, hosted): (&Domain, &HostedDomain),
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let login = node.login.as_ref();
        let login = login.and_then(|login| name::login(login, diagnostics));
        let Some(local) = name::local_part(&node.local, diagnostics) else {
            return false;
        };
        if let Some(alias) = self.aliases.get(&local) {
            both(&local, domain, &node.at, &alias.at, diagnostics);
            return true;
        }
        if let Some(first) = self.mailboxes.get(&local) {
            twice("mailbox", &local, domain, &node.at, &first.at, diagnostics);
            return true;
        }
        let via = node.via.clone().map(Box::new);
        let mailbox = Mailbox {
            login,
            via: via.or_else(|| hosted.via.clone()),
            at: node.at.clone(),
        };
        self.mailboxes.insert(local, mailbox);
        true
    }

    /// Adds an alias, and returns whether its local-part could be read.
    fn add_alias(
        &mut self,
        node: &node::Alias,
        domain: &Domain,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let targets = targets(&node.targets, domain, diagnostics);
        let Some(local) = name::local_part(&node.local, diagnostics) else {
            return false;
        };
        if let Some(mailbox) = self.mailboxes.get(&local) {
            both(&local, domain, &node.at, &mailbox.at, diagnostics);
            return true;
        }
        if let Some(first) = self.aliases.get(&local) {
            twice("alias", &local, domain, &node.at, &first.at, diagnostics);
            return true;
        }
        let at = node.at.clone();
        self.aliases.insert(local, Alias { targets, at });
        true
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

pub(super) fn both(
    local: &LocalPart,
    domain: &Domain,
    at: &Loc,
    first: &Loc,
    diagnostics: &mut Diagnostics,
) {
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
