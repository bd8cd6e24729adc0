//! From what was written to what it means: the only maker of a [`Policy`], one file a node.
//!
//! Nothing here stops at its first error. What could not be understood is told, and left out of
//! what is checked next; where something may be missing because it was left out, nothing is told.

mod acknowledge;
mod alias;
mod auth;
mod bulk;
mod domain;
mod forward;
mod grant;
mod host;
mod inbound;
mod name;
mod near;
mod network;
mod postmaster;
mod publish;
mod route;
mod scenario;
mod script;
mod space;
mod spf;
mod statement;
mod table;
mod target;

use std::sync::Arc;

use super::diagnostics::DomainMissing;
use super::{Policy, Scenario};
use crate::diagnostic::{Acknowledged, Diagnostics, Reported};
use crate::source::{Files, Loc};
use crate::syntax::Document;
use crate::syntax::diagnostics::MissingNode;

/// Returns the policy that a document means, or tells why it means none.
pub fn lower(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Result<Policy, Reported> {
    let before = diagnostics.errors();
    let mut acknowledged = acknowledge::lower(&document.acknowledged, diagnostics);
    let policy = diagnostics.under(&mut acknowledged, |diagnostics| {
        nodes(document, files, diagnostics)
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
    let auth = document
        .auth
        .as_ref()
        .and_then(|node| auth::lower(node, diagnostics));
    let mut domains = domain::lower(document, files, diagnostics);
    let complete = document.failed.is_none() && diagnostics.errors() == before;
    if let (true, Some(host)) = (domains.is_empty(), node) {
        let at = host.at.clone();
        diagnostics.error(DomainMissing { at });
    }
    let postmaster = node.and_then(|node| node.postmaster.as_ref());
    let postmaster = postmaster::fill(&mut domains, postmaster, complete, diagnostics);
    let parked = publish::parked(&document.parked, &domains, diagnostics);
    alias::check(&domains, diagnostics);
    forward::check(&domains, &parked, sure, diagnostics);
    let lacks_tls = node.is_some_and(host::lacks_tls);
    publish::check(&domains, sure, lacks_tls, diagnostics);
    let logins = grant::logins(&document.logins, &domains, sure, diagnostics);
    let authenticated = grant::authenticated(document, &whole, sure, diagnostics);
    if document.auth.is_none() {
        auth::check_absent(document, host.as_ref(), &logins, diagnostics);
    }
    let inbound = inbound::lower(document, diagnostics);
    let routes = route::lower(&document.routes, sure, diagnostics);
    let outbound = route::outbound(document, &routes, diagnostics);
    route::check_recipients(document, &routes, &domains.map, diagnostics);
    let targets = target::lower(&document.targets, diagnostics);
    let scenarios = scenario::lower(&document.scenarios, diagnostics);
    let statements = statement::lower(&document.statements, diagnostics);
    if let Some(reported) = document.failed {
        return Err(reported);
    }
    diagnostics.failed_since(before)?;
    near::check(document, &logins, &domains, diagnostics);
    route::unused(&routes, &domains.map, outbound.as_ref(), diagnostics);
    let Some(mut host) = host else {
        // The check of the document has told that it is missing.
        return Err(diagnostics.error(MissingNode {
            name: "host",
            within: "the policy".to_owned(),
            example: "host \"mx.example.org\" { address \"198.51.100.25\"; listen \"smtp\" }",
            at: whole,
        }));
    };
    host.postmaster = postmaster;
    Ok(Policy {
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
        targets,
        scenarios,
        statements,
        acknowledged: Acknowledged::default(),
    })
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
            at: Loc::new(&document.source, 0, 0),
        }));
    }
    Ok(scenarios)
}

/// Returns the one of `all` whose name is `word`; the document's check has told any other word.
fn known<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, word: &str) -> Option<T> {
    all.iter().copied().find(|one| name(*one) == word)
}
