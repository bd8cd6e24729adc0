//! `outbound`: by which routes mail leaves.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::{name, route};
use crate::diagnostic::Diagnostics;
use crate::mail::Domain;
use crate::policy::diagnostics::{
    OutboundAgain, OutboundBoth, OutboundRecipient, OutboundSelector, OutboundSender, RouteCycle,
    beside,
};
use crate::policy::{
    DestinationScope, DomainScope, Grant, HostedDomain, Network, Outbound, Route, RouteHost, Way,
};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::Text;
use crate::syntax::{Document, node};

/// Lowers the `outbound` nodes. Whether a domain is ours is asked only where all of them are known.
pub(super) fn lower(
    document: &Document,
    routes: &BTreeMap<String, Route>,
    domains: Option<&BTreeMap<Domain, HostedDomain>>,
    diagnostics: &mut Diagnostics,
) -> Outbound {
    let mut outbound = Outbound::default();
    let mut senders: BTreeMap<DomainScope, Way> = BTreeMap::new();
    for node in &document.outbound {
        let Some(via) = &node.via else {
            continue;
        };
        let is_declared = route::is_declared(via, document, routes, diagnostics);
        if let (Some(_), Some(to)) = (node.from.first(), node.to.first()) {
            let at = to.at.clone();
            diagnostics.error(OutboundBoth { at });
            continue;
        }
        if node.from.is_empty() && node.to.is_empty() {
            rest(node, via, &mut outbound.rest, diagnostics);
        }
        for (texts, kind, ways) in [
            (&node.from, "senders", &mut senders),
            (&node.to, "recipients", &mut outbound.to),
        ] {
            for text in texts {
                let scope = scope(text, kind, diagnostics);
                if let Some(scope) = scope.filter(|_| is_declared) {
                    let way = Way {
                        via: via.clone(),
                        at: text.at.clone(),
                    };
                    add(scope, way, text, ways, diagnostics);
                }
            }
        }
    }
    let Some(domains) = domains else {
        return outbound;
    };
    check_recipients(&outbound.to, domains, diagnostics);
    outbound.from = of_domains(senders, domains, diagnostics);
    outbound
}

/// Tells routes of what leaves to a host that sends out by this one: each would hand the mail of
/// the other back. Only a network of that one address says so for sure.
pub(super) fn check_cycles(
    outbound: &Outbound,
    routes: &BTreeMap<String, Route>,
    networks: &[Network],
    diagnostics: &mut Diagnostics,
) {
    let is_out = |grant: &Grant| {
        let mut scopes = grant.to.iter();
        grant.to.is_empty() || scopes.any(|scope| scope.value != DestinationScope::Local)
    };
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (via, _) in outbound.ways() {
        let Some(route) = routes.get(&via.value) else {
            continue;
        };
        let RouteHost::Address(address) = route.host.value else {
            continue;
        };
        let sends_out = |network: &Network| {
            let alone = IpNet::from(address);
            let mut prefixes = network.prefixes.iter();
            prefixes.any(|prefix| prefix.value == alone) && network.grants.iter().any(is_out)
        };
        if networks.iter().any(sends_out) && told.insert(&via.value) {
            diagnostics.error(RouteCycle {
                host: address.to_string(),
                why: "a `network` says that this host sends out by us",
                at: via.at.clone(),
            });
        }
    }
}

fn rest(
    node: &node::Outbound,
    via: &Text,
    rest: &mut Option<Spanned<String>>,
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = rest {
        diagnostics.error(OutboundAgain {
            what: "what no other `outbound` is about".to_owned(),
            help: "name whose mail it is, by `from` or `to`, or delete one of the two",
            first: beside(&node.at, &first.at),
            at: node.at.clone(),
        });
        return;
    }
    *rest = Some(via.clone());
}

/// Reads `@example.org`, or `@*.example.org`.
fn scope(text: &Text, kind: &'static str, diagnostics: &mut Diagnostics) -> Option<DomainScope> {
    let Some(bare) = text.value.strip_prefix('@') else {
        diagnostics.error(OutboundSelector {
            text: name::shown(&text.value),
            kind,
            at: text.at.clone(),
        });
        return None;
    };
    name::domain_scope(text, bare, diagnostics)
}

fn add(
    scope: DomainScope,
    way: Way,
    text: &Text,
    ways: &mut BTreeMap<DomainScope, Way>,
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = ways.get(&scope) {
        diagnostics.error(OutboundAgain {
            what: format!("`{}`", text.value),
            help: "mail goes one way: delete one of the two",
            first: beside(&text.at, &first.at),
            at: text.at.clone(),
        });
        return;
    }
    ways.insert(scope, way);
}

/// Tells recipients' domains that are ours: their mail stays here, or goes where they say.
fn check_recipients(
    ways: &BTreeMap<DomainScope, Way>,
    domains: &BTreeMap<Domain, HostedDomain>,
    diagnostics: &mut Diagnostics,
) {
    for (scope, way) in ways {
        if let DomainScope::Exactly(domain) = scope
            && domains.contains_key(domain)
        {
            diagnostics.error(OutboundRecipient {
                domain: domain.to_string(),
                at: way.at.clone(),
            });
        }
    }
}

/// Returns the way of each domain of ours whose senders have one: of what names it, the longest.
fn of_domains(
    ways: BTreeMap<DomainScope, Way>,
    domains: &BTreeMap<Domain, HostedDomain>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<Domain, Way> {
    if ways.is_empty() {
        return BTreeMap::new();
    }
    let senders = Outbound {
        to: ways,
        ..Outbound::default()
    };
    let of = |domain: &Domain| Some((domain.clone(), senders.to_domain(domain)?.clone()));
    let found: BTreeMap<Domain, Way> = domains.keys().filter_map(of).collect();
    for (scope, way) in &senders.to {
        let names = |domain: &Domain| match scope {
            DomainScope::Exactly(one) => domain == one,
            DomainScope::Below(above) => domain.parents().any(|parent| parent == above.as_str()),
        };
        if !domains.keys().any(names) {
            diagnostics.error(unknown_sender(scope, &way.at));
        }
    }
    found
}

fn unknown_sender(scope: &DomainScope, at: &Loc) -> OutboundSender {
    let fault = match scope {
        DomainScope::Exactly(domain) => format!("`{domain}` is no domain of ours"),
        DomainScope::Below(domain) => format!("no domain of ours is below `{domain}`"),
    };
    OutboundSender {
        fault,
        at: at.clone(),
    }
}
