//! From what was written to what it means: the only maker of a [`Policy`], one file a node.
//!
//! Nothing here stops at its first error. What could not be understood is told, and left out of
//! what is checked next; where something may be missing because it was left out, nothing is told.

mod acknowledge;
mod alias;
mod archive;
mod auth;
mod bulk;
mod chain;
mod domain;
mod extension;
mod forward;
mod grant;
mod host;
mod inbound;
mod listen;
mod login;
mod name;
mod near;
mod network;
mod null_client;
mod outbound;
mod postmaster;
mod publish;
mod recipients;
mod record;
mod room;
mod route;
mod scenario;
mod script;
mod space;
mod spf;
mod statement;
mod sts_name;
mod table;
mod target;
mod via;

pub(super) use near::login as near_login;
pub use room::BULK_OCTETS_MAX;
pub use space::is_everybodys;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::domain::Domains;
use super::diagnostics::DomainMissing;
use super::{Host, Policy, Scenario};
use crate::diagnostic::{Acknowledged, Diagnostics, Reported};
use crate::mail::{Address, Domain};
use crate::source::{Files, Loc, Spanned};
use crate::syntax::Document;
use crate::syntax::diagnostics::MissingNode;
use crate::threads::in_two;

/// Returns the policy that a document means, or tells why it means none.
pub fn lower(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Result<Policy, Reported> {
    let before = diagnostics.errors();
    let mut acknowledged = acknowledge::lower(&document.acknowledged, diagnostics);
    let policy = diagnostics.under(&mut acknowledged, |diagnostics| {
        let policy = nodes(document, files, diagnostics)?;
        // Others have no rights of their own.
        let declared = (!document.logins.is_empty()).then_some(&policy.logins);
        grant::check_anybody(declared, &policy.authenticated, diagnostics);
        Ok(policy)
    })?;
    diagnostics.failed_since(before)?;
    acknowledge::check(&acknowledged, diagnostics);
    Ok(Policy {
        acknowledged,
        ..policy
    })
}

/// Lowers what has a meaning.
fn nodes(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Result<Policy, Reported> {
    let before = diagnostics.errors();
    let whole = Loc::new(&document.source, 0, 0);
    let node = document.host.as_ref();
    let host = node.and_then(|node| host::lower(node, diagnostics));
    // What a host lacks is told only of one that was wholly understood.
    let whole_host = diagnostics.errors() == before && node.is_some_and(host::is_whole);
    let sure = host.as_ref().filter(|_| whole_host);
    let rows = bulk::networks(document, files, diagnostics);
    let networks = network::lower(&document.networks, &rows, sure, diagnostics);
    let auth = document.auth.as_ref();
    let auth = auth.and_then(|node| auth::lower(node, diagnostics));
    let mut domains = domain::lower(document, files, diagnostics);
    let complete = document.failed.is_none() && diagnostics.errors() == before;
    let (parked, postmaster) = parked(document, &mut domains, sure, complete, diagnostics);
    let checks = || {
        alias::check(&domains, diagnostics);
        forward::check(&domains, &parked, sure, diagnostics);
        let lacks_tls = node.is_some_and(host::lacks_tls);
        publish::check(&domains, sure, lacks_tls, diagnostics);
        sts_name::check(&domains, &parked, sure, diagnostics);
    };
    let ((), owners) = in_two(checks, || login::of_mailboxes(&domains));
    let logins = login::lower(&document.logins, owners, sure, diagnostics);
    let authenticated = grant::authenticated(document, &whole, sure, diagnostics);
    if document.auth.is_none() {
        auth::check_absent(document, host.as_ref(), &logins, diagnostics);
    }
    let inbound = inbound::lower(document, diagnostics);
    let routes = route::lower(&document.routes, sure, diagnostics);
    let known = diagnostics.errors() == before && document.failed.is_none();
    let known = known.then_some(&domains.map);
    let outbound = outbound::lower(document, &routes, known, diagnostics);
    outbound::check_cycles(&outbound, &routes, &networks, diagnostics);
    let archive = archive::lower(&document.archives, known, diagnostics);
    route::check_recipients(document, &routes, &domains.map, sure, diagnostics);
    let targets = target::lower(&document.targets, diagnostics);
    let scenarios = scenario::lower(&document.scenarios, diagnostics);
    let statements = statement::lower(&document.statements, diagnostics);
    if let Some(reported) = document.failed {
        return Err(reported);
    }
    diagnostics.failed_since(before)?;
    near::check(document, &logins, &domains, diagnostics);
    route::unused(&routes, &domains.map, &outbound, diagnostics);
    let Some(mut host) = host else {
        // The check of the document has told that it is missing.
        return Err(diagnostics.error(no_host(whole)));
    };
    host.postmaster = postmaster;
    listen::check_reachable(&host, &domains.map, diagnostics);
    let policy = Policy {
        source: Arc::clone(&document.source),
        host,
        networks,
        auth,
        authenticated,
        logins,
        domains: domains.map,
        parked,
        inbound,
        routes,
        outbound,
        archive,
        targets,
        scenarios,
        statements,
        acknowledged: Acknowledged::default(),
    };
    extension::check(&policy, diagnostics);
    diagnostics.failed_since(before)?;
    Ok(policy)
}

/// Gives every domain a postmaster; returns the parked domains, and the host's postmaster.
fn parked(
    document: &Document,
    domains: &mut Domains,
    sure: Option<&Host>,
    complete: bool,
    diagnostics: &mut Diagnostics,
) -> (BTreeMap<Domain, Loc>, Option<Spanned<Address>>) {
    let node = document.host.as_ref();
    let null_client = node.filter(|node| !null_client::listens(node));
    if let (true, Some(host), None) = (domains.is_empty(), node, null_client) {
        let at = host.at.clone();
        let help = null_client::without_domain(host, sure);
        diagnostics.error(DomainMissing { help, at });
    }
    let postmaster = node.and_then(|node| node.postmaster.as_ref());
    // Without a domain it has no place to be in, and that is told.
    let is_sought = null_client.is_none() && !domains.is_empty();
    let postmaster = postmaster.filter(|_| is_sought);
    let postmaster = postmaster::fill(domains, postmaster, complete, diagnostics);
    let parked = publish::parked(&document.parked, domains, diagnostics);
    let postmaster = match null_client {
        Some(node) => null_client::check(document, node, sure, &parked, diagnostics),
        None => postmaster,
    };
    (parked, postmaster)
}

/// Returns the scenarios of a document that holds nothing else, or tells why they mean nothing.
pub fn lower_scenarios(
    document: &Document,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Scenario>, Reported> {
    let before = diagnostics.errors();
    let scenarios = scenario::lower(&document.scenarios, diagnostics);
    if let Some(reported) = document.failed {
        return Err(reported);
    }
    diagnostics.failed_since(before)?;
    if scenarios.is_empty() {
        return Err(diagnostics.error(MissingNode {
            name: "scenario",
            within: "a file of scenarios".to_owned(),
            example: "scenario \"a stranger writes to us\" { client \"203.0.113.9\"; mail-from \
                      \"a@b.example\"; rcpt-to \"john@example.org\"; expect \"accept\" }",
            place: MissingNode::BESIDE,
            at: Loc::new(&document.source, 0, 0),
        }));
    }
    Ok(scenarios)
}

fn no_host(at: Loc) -> MissingNode {
    MissingNode {
        name: "host",
        within: "the policy".to_owned(),
        example: "host \"mx.example.org\" { address \"198.51.100.25\"; listen \"smtp\" }",
        place: MissingNode::BESIDE,
        at,
    }
}

/// Returns the one of `all` whose name is `word`; the document's check has told any other word.
fn known<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, word: &str) -> Option<T> {
    all.iter().copied().find(|one| name(*one) == word)
}
