//! A host without `listen`: it takes no mail, and hands all that it makes to one other host.

use std::collections::BTreeMap;

use super::name;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, Domain, WayIn};
use crate::policy::Host;
use crate::policy::diagnostics::{NoListener, NullClient};
use crate::source::{Loc, Spanned};
use crate::syntax::node::BulkKind;
use crate::syntax::tree::may_have_been;
use crate::syntax::{Document, node};

/// Returns whether a host listens, or may have been meant to.
pub(super) fn listens(node: &node::Host) -> bool {
    !node.listen.is_empty() || may_have_been(&node.left_out, &["listen"])
}

/// Returns what to write where a host listens and has no domain. One that listens on loopback alone
/// is for programs: they need no listener; where they speak SMTP, somebody must get what comes back
/// to the host's name.
pub(super) fn without_domain(node: &node::Host, host: Option<&Host>) -> String {
    let ways = host.map(Host::ways_in).unwrap_or_default();
    let inside = |way: &Spanned<WayIn>| way.value.on.is_some_and(|on| on.is_loopback());
    let (false, true, Some(host)) = (ways.is_empty(), ways.iter().all(inside), host) else {
        return "add `domain \"example.org\" { mailbox \"john\" login=\"john\" }`".to_owned();
    };
    let name = &host.name.value;
    let postmaster = node.postmaster.as_ref().map(|text| text.value.as_str());
    let postmaster = postmaster.unwrap_or("ops@example.org");
    format!(
        "leave `listen` out, and programs send by sendmail(1); for those that speak SMTP, name who \
         reads what is for this host, in place of `postmaster`: `domain \"{name}\" {{ forward \
         \"postmaster\" \"{postmaster}\" }}`"
    )
}

/// Checks what stands beside the host, and returns the address of its postmaster.
pub(super) fn check(
    document: &Document,
    node: &node::Host,
    host: Option<&Host>,
    parked: &BTreeMap<Domain, Loc>,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Address>> {
    let idle = idle(document, node);
    if let Some((_, first)) = idle.first() {
        let names: Vec<String> = idle.iter().map(|(name, _)| format!("`{name}`")).collect();
        diagnostics.error(NoListener {
            nodes: names.join(", "),
            at: node.at.clone(),
            first: first.clone(),
        });
        return None;
    }
    if document.outbound.is_empty() && !may_have_been(&document.left_out, &["outbound"]) {
        diagnostics.error(NullClient {
            fault: "a host without `listen` hands its mail to another, and none is named"
                .to_owned(),
            label: "where does its mail go?",
            help: "name it: `route \"relay\" { to \"relay.example.org\" port=587 }` and `outbound \
                   via=\"relay\"`",
            at: node.at.clone(),
        });
    }
    let named = |one: &&node::Outbound| !one.from.is_empty() || !one.to.is_empty();
    if let Some(one) = document.outbound.iter().find(named) {
        diagnostics.error(NullClient {
            fault: "a host without `listen` hands all of its mail to one other host".to_owned(),
            label: "this is about some of it only",
            help: "leave `from` and `to` out, and let that host send mail on its ways",
            at: one.at.clone(),
        });
    }
    let Some(text) = &node.postmaster else {
        if !may_have_been(&node.left_out, &["postmaster"]) {
            diagnostics.error(NullClient {
                fault: "a host without `listen` needs a `postmaster`".to_owned(),
                label: "who reads what root and cron write?",
                help: "add `postmaster \"ops@example.org\"`",
                at: node.at.clone(),
            });
        }
        return None;
    };
    let address = name::address(text, diagnostics)?;
    let domain = address.domain();
    let is_here = host.is_some_and(|host| host.name.value == *domain)
        || domain.as_str() == "localhost.localdomain"
        || domain.as_str().ends_with(".localhost");
    if is_here || parked.contains_key(domain) {
        diagnostics.error(NullClient {
            fault: format!("nobody takes mail for `{address}`"),
            label: if is_here {
                "this name is the host's own"
            } else {
                "this domain is parked"
            },
            help: "write the address of somebody who reads it elsewhere",
            at: text.at.clone(),
        });
        return None;
    }
    Some(Spanned::new(address, text.at.clone()))
}

/// Returns the nodes that speak of mail that comes in: of each name the first.
fn idle(document: &Document, host: &node::Host) -> Vec<(&'static str, Loc)> {
    let bulk = |wanted: BulkKind| {
        let mut all = document.bulk.iter();
        let found = all.find(|one| one.kind == wanted);
        found.and_then(|one| one.file.as_ref().map(|file| &file.at))
    };
    let statement = |requires: bool| {
        let mut all = document.statements.iter();
        let found = all.find(|one| one.requires == requires);
        found.map(|one| &one.at)
    };
    let scenario = document.scenarios.first();
    let tls = host.tls.as_ref();
    let tls = tls.and_then(|tls| tls.certificate.as_ref().or(tls.key.as_ref()));
    let auth = document.auth.as_ref().map(|auth| match auth {
        node::Auth::Saslauthd { at, .. } | node::Auth::Dovecot { at, .. } => at,
    });
    let all = [
        ("tls", tls.map(|path| &path.at)),
        ("plus-addressing", host.plus_addressing.as_ref()),
        ("limits", host.limits.as_ref().map(|one| &one.at)),
        ("network", document.networks.first().map(|one| &one.at)),
        ("networks", bulk(BulkKind::Networks)),
        ("auth", auth),
        ("domain", document.domains.first().map(|one| &one.at)),
        ("domains", bulk(BulkKind::Domains)),
        ("mailboxes", bulk(BulkKind::Mailboxes)),
        ("login", document.logins.first().map(|one| &one.at)),
        (
            "authenticated",
            document.authenticated.as_ref().map(|one| &one.at),
        ),
        ("inbound", document.inbound.as_ref().map(|one| &one.at)),
        ("scenario", scenario.map(|one| &one.at)),
        ("forbid", statement(false)),
        ("require", statement(true)),
    ];
    let written = all
        .into_iter()
        .filter_map(|(name, at)| Some((name, at?.clone())));
    written.collect()
}
