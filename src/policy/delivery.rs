//! Where mail goes: through aliases to mailboxes and forwards, and by which route it leaves.

use std::collections::BTreeSet;

use super::form::{ForwardKind, ReverseKind};
use super::tables::Tests;
use super::{Mailbox, Policy, Route};
use crate::decision::{self, Ask, At, Copies, Destination, Hop, Label, Store, TestId, Unanswered};
use crate::mail::{Address, Domain};
use crate::source::Spanned;

/// How an address is followed to mailboxes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Follow {
    /// Through names only: what somebody may call their own.
    ByName,
    /// Through catch-alls too: where mail goes.
    Everywhere,
}

/// Where an address leads, sorted.
#[derive(Default)]
pub(super) struct Behind<'a> {
    /// Mailboxes of ours.
    pub(super) mailboxes: BTreeSet<&'a Address>,
    /// Addresses of others.
    outside: BTreeSet<&'a Address>,
}

/// Returns where an address leads.
pub(super) fn mailboxes_behind<'a>(
    policy: &'a Policy,
    address: &'a Address,
    follow: Follow,
) -> Behind<'a> {
    let mut seen = BTreeSet::new();
    let mut found = Behind::default();
    let mut open = vec![address];
    while let Some(address) = open.pop() {
        if !seen.insert(address) {
            continue;
        }
        let Some(domain) = policy.domains.get(address.domain()) else {
            continue;
        };
        let local = address.local();
        let forward = domain.forwards.get(local);
        let targets = forward.iter().flat_map(|forward| &forward.targets);
        found.outside.extend(targets.map(|to| &to.value));
        let is_mailbox = domain.mailboxes.contains_key(local);
        let alias = domain.aliases.get(local);
        if is_mailbox {
            found.mailboxes.insert(address);
        }
        if is_mailbox || forward.is_some() {
            continue;
        }
        let alias = alias.or(domain
            .catch_all
            .as_ref()
            .filter(|_| follow == Follow::Everywhere));
        open.extend(
            alias
                .iter()
                .flat_map(|alias| &alias.targets)
                .map(|to| &to.value),
        );
    }
    found
}

/// Returns the route of mail whose recipient has none, by its reverse-path.
fn route_of_sender<'p>(
    policy: &'p Policy,
    ask: &mut dyn Ask,
) -> Result<Option<&'p Route>, Unanswered> {
    let from = &policy.outbound.from;
    if !from.is_empty()
        && ReverseKind::from_label(ask.ask(Tests::FROM_FORM)?).has_domain()
        && let label = ask.ask(Tests::FROM_ROUTE)?
        && label != Label::ABSENT
    {
        return Ok(policy.routes.values().nth(label.0 as usize - 1));
    }
    Ok(policy.outbound_route())
}

/// Returns where accepted mail goes that is not for us. What a recipient's domain decides is a
/// matter of its destinations.
pub(super) fn away(
    policy: &Policy,
    to: ForwardKind,
    ask: &mut dyn Ask,
) -> Result<decision::Route, Unanswered> {
    let has_domain = matches!(
        to,
        ForwardKind::Address | ForwardKind::Domain | ForwardKind::Routed
    );
    if has_domain && !policy.outbound.to.is_empty() && ask.ask(Tests::TO_ROUTE)? != Label::ABSENT {
        return Ok(decision::Route::Recipient);
    }
    Ok(match route_of_sender(policy, ask)? {
        Some(route) => decision::Route::Hop(route.hop()),
        None => decision::Route::Foreign,
    })
}

/// Returns who gets a copy of accepted mail: by its reverse-path, by its forward-path as the client
/// has written it, and whatever they are.
pub(super) fn copies(
    policy: &Policy,
    mailboxes: &[&Address],
    (from, to): (ReverseKind, ForwardKind),
    ask: &mut dyn Ask,
) -> Result<Copies, Unanswered> {
    let archive = &policy.archive;
    let mut copies = Copies::default();
    let named = |mailbox: &Spanned<Address>| {
        let at = At::Place(mailbox.at.clone());
        (mailbox.value.clone(), at)
    };
    let mut add = |copy: Option<(Address, At)>| {
        if let Some((to, at)) = copy {
            copies.add(to, at);
        }
    };
    add(archive.all.as_ref().map(named));
    let row = |label: Label, test: TestId| {
        let number = (label.0 as usize).checked_sub(1)?;
        let to = mailboxes.get(number)?;
        Some(((*to).clone(), At::Row(test)))
    };
    if !archive.from.is_empty() && from.has_domain() {
        let label = ask.ask(Tests::FROM_ARCHIVE)?;
        add(row(label, Tests::FROM_ARCHIVE));
    }
    if archive.to.is_empty() {
        return Ok(copies);
    }
    match to {
        // It counts as the address that it goes to.
        ForwardKind::Postmaster => {
            let postmaster = policy.postmaster().map(|to| to.value.domain());
            let of = postmaster.and_then(|domain| archive.to.get(domain));
            add(of.map(named));
        }
        ForwardKind::Address | ForwardKind::Domain | ForwardKind::Routed => {
            let label = ask.ask(Tests::TO_ARCHIVE)?;
            add(row(label, Tests::TO_ARCHIVE));
        }
        ForwardKind::Bad | ForwardKind::Elsewhere => {}
    }
    Ok(copies)
}

/// Returns where mail for an address goes; see [`crate::decision::Decider`].
pub(super) fn destinations(
    policy: &Policy,
    address: &Address,
    ask: &mut dyn Ask,
) -> Result<Vec<Destination>, Unanswered> {
    let mut leaves_by = |domain: &Domain| -> Result<Option<Hop>, Unanswered> {
        let route = match policy.route_to(domain) {
            Some(route) => Some(route),
            None => route_of_sender(policy, ask)?,
        };
        Ok(route.map(Route::hop))
    };
    let Some(domain) = policy.domains.get(address.domain()) else {
        return Ok(vec![match leaves_by(address.domain())? {
            Some(hop) => Destination::Hop(hop),
            None => Destination::Exchangers(address.domain().to_string()),
        }]);
    };
    // What an extension is added to gets the mail, and it alone.
    let base = address
        .without_extension()
        .filter(|_| policy.host.plus_addressing.is_some());
    let whole = base.as_ref().unwrap_or(address);
    let destination = |mailbox: &Address, found: Option<&Mailbox>| {
        if let Some(route) = found.and_then(|found| policy.route_of(found)) {
            return behind_route(route.hop(), mailbox, address);
        }
        let store = match found.and_then(|found| found.login.as_ref()) {
            Some(login) => Store::Account(login.value.to_string()),
            None => Store::Directory(directory(mailbox)),
        };
        let mailbox = mailbox.clone();
        Destination::Mailbox { mailbox, store }
    };
    // Most addresses are mailboxes, and nothing else.
    if let Some(found) = domain.mailboxes.get(whole.local())
        && !domain.forwards.contains_key(whole.local())
    {
        return Ok(vec![destination(whole, Some(found))]);
    }
    let behind = mailboxes_behind(policy, whole, Follow::Everywhere);
    let inside = behind.mailboxes.into_iter();
    let inside = inside.map(|mailbox| destination(mailbox, policy.mailbox(mailbox)));
    let mut found: Vec<Destination> = inside.collect();
    for to in behind.outside {
        let via = leaves_by(to.domain())?;
        let to = to.clone();
        found.push(Destination::Forward { to, via });
    }
    found.sort_unstable();
    Ok(found)
}

/// Returns where mail for an address goes that comes to a mailbox behind a route.
fn behind_route(hop: Hop, mailbox: &Address, address: &Address) -> Destination {
    if mailbox == address {
        return Destination::Hop(hop);
    }
    let (to, via) = (mailbox.clone(), Some(hop));
    Destination::Forward { to, via }
}

/// Returns where the messages of a mailbox without a login are kept.
fn directory(mailbox: &Address) -> String {
    let domain: &Domain = mailbox.domain();
    format!("/var/mail/{domain}/{}", mailbox.local())
}
