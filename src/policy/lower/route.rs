//! `route`, and what names one.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{host, known, name};
use crate::diagnostic::Diagnostics;
use crate::mail::{Domain, canonical_client};
use crate::policy::diagnostics::{
    RouteCredentials, RouteCycle, RouteDuplicate, RouteName, RouteOfNobody, RoutePort,
    RouteTlsImpossible, RouteUnknown, RouteUnusable, RouteUnused, beside,
};
use crate::policy::{
    Host, HostedDomain, Outbound, Route, RouteHost, RouteTls, SUBMISSIONS_PORT, used_routes,
};
use crate::source::{Loc, Spanned};
use crate::syntax::tree::{Text, may_have_been};
use crate::syntax::{Document, node, suggest};

/// The longest name of a route.
const NAME_OCTETS_MAX: usize = 32;
/// The port of SMTP.
const SMTP_PORT: u16 = 25;
/// Names that lead to the host itself, wherever they are asked (RFC 6761 section 6.3).
const LOOPBACK_NAME: &str = "localhost.localdomain";

/// Lowers the `route` nodes. What `host` says is compared only if it was wholly understood.
pub(super) fn lower(
    nodes: &[node::Route],
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Route> {
    let mut routes: BTreeMap<String, Route> = BTreeMap::new();
    for node in nodes {
        let Some(name) = node.name.as_ref() else {
            continue;
        };
        let is_name = check_name(name, diagnostics);
        if let Some(first) = routes.get(&name.value) {
            diagnostics.error(RouteDuplicate {
                name: name::shown(&name.value),
                first: beside(&name.at, &first.name.at),
                at: name.at.clone(),
            });
        } else if let Some(to) = &node.to
            && let Some(route) = lower_to(name, to, &node.at, host, diagnostics)
            && is_name
        {
            routes.insert(name.value.clone(), route);
        }
    }
    routes
}

/// Checks the routes that domains and mailboxes name. What `own` is called is compared only if it
/// was wholly understood.
pub(super) fn check_recipients(
    document: &Document,
    routes: &BTreeMap<String, Route>,
    domains: &BTreeMap<Domain, HostedDomain>,
    own: Option<&Host>,
    diagnostics: &mut Diagnostics,
) {
    for hosted in domains.values() {
        let of_domain = hosted.via.iter();
        let named = hosted.mailboxes.values().filter_map(|one| one.via.as_ref());
        // What a mailbox has from its domain is told there.
        let named = named.filter(|via| hosted.via.as_ref().is_none_or(|one| one.at != via.at));
        for via in of_domain.chain(named) {
            if is_declared(via, document, routes, diagnostics) {
                check_backup(via, routes, hosted, own, diagnostics);
            }
        }
    }
}

/// Tells a route to a host that is the backup of the domain's own: it would hand the mail back.
fn check_backup(
    via: &Text,
    routes: &BTreeMap<String, Route>,
    hosted: &HostedDomain,
    own: Option<&Host>,
    diagnostics: &mut Diagnostics,
) {
    let (Some(own), Some(route)) = (own, routes.get(&via.value)) else {
        return;
    };
    let mut exchangers = hosted.publish.mx.iter().map(|one| &one.value);
    let is_here = |name: &&Domain| **name == own.name.value;
    let is_there = |name: &Domain| route.host.value == RouteHost::Name(name.clone());
    // Those behind this host.
    let behind = exchangers.by_ref().find(is_here).map(|_| exchangers);
    if behind.is_some_and(|mut behind| behind.any(is_there)) {
        diagnostics.error(RouteCycle {
            host: route.host.value.to_string(),
            why: "it is behind this host in `mx`, and hands the mail back",
            at: via.at.clone(),
        });
    }
}

/// Returns whether a name is that of a route, or tells that it is not.
pub(super) fn is_declared(
    via: &Text,
    document: &Document,
    routes: &BTreeMap<String, Route>,
    diagnostics: &mut Diagnostics,
) -> bool {
    if routes.contains_key(&via.value) {
        return true;
    }
    let written = document.routes.iter().any(|route| {
        let name = route.name.as_ref();
        name.is_none_or(|name| name.value == via.value)
    });
    // What is wrong with the route itself was told there.
    if !written && !may_have_been(&document.left_out, &["route"]) {
        let names: Vec<&str> = routes.keys().map(String::as_str).collect();
        let help = suggest::help(&via.value, &names);
        let declare = || format!("declare it: `route \"{}\" {{ to \"HOST\" }}`", via.value);
        diagnostics.error(RouteUnknown {
            name: name::shown(&via.value),
            help: help.unwrap_or_else(declare),
            at: via.at.clone(),
        });
    }
    false
}

/// Warns of routes that nothing goes by, at what names them or, if nothing does, at themselves.
pub(super) fn unused(
    routes: &BTreeMap<String, Route>,
    domains: &BTreeMap<Domain, HostedDomain>,
    outbound: &Outbound,
    diagnostics: &mut Diagnostics,
) {
    // Whoever names one that there is not has been told.
    if routes.is_empty() {
        return;
    }
    let mut used = used_routes(domains, outbound);
    for (domain, hosted) in domains {
        let Some(via) = &hosted.via else { continue };
        let mut boxes = hosted.mailboxes.values();
        if !boxes.any(|one| one.via.as_ref().is_some_and(|own| own.at == via.at)) {
            diagnostics.warn(RouteOfNobody {
                domain: domain.to_string(),
                at: via.at.clone(),
            });
        }
        used.insert(&via.value);
    }
    for (name, route) in routes
        .iter()
        .filter(|(name, _)| !used.contains(name.as_str()))
    {
        diagnostics.warn(RouteUnused {
            name: name.clone(),
            at: route.name.at.clone(),
        });
    }
}

fn check_name(name: &Text, diagnostics: &mut Diagnostics) -> bool {
    let text = name.value.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name = text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(plain)
        && text.len() <= NAME_OCTETS_MAX;
    if !is_name {
        diagnostics.error(RouteName {
            name: name::shown(text),
            at: name.at.clone(),
        });
    }
    is_name
}

fn lower_to(
    name: &Text,
    to: &node::RouteTo,
    at: &Loc,
    own: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Option<Route> {
    let host = host_of(&to.host, own, diagnostics);
    let port = port(to, diagnostics);
    let path = to.credentials.as_ref();
    let credentials = path.map(|path| name::path(path, "/etc/mail/isp", diagnostics));
    let (host, port) = (host?, port?);
    let tls = tls(&host, port, to, diagnostics)?;
    if let Some(path) = path.filter(|_| tls != RouteTls::Verified) {
        diagnostics.error(RouteCredentials {
            host: host.to_string(),
            at: path.at.clone(),
        });
        return None;
    }
    Some(Route {
        name: name.clone(),
        host: Spanned::new(host, to.host.at.clone()),
        port,
        tls,
        credentials: match credentials {
            Some(path) => Some(path?),
            None => None,
        },
        at: at.clone(),
    })
}

/// Returns the host of a route, if it is another than this one.
fn host_of(text: &Text, own: Option<&Host>, diagnostics: &mut Diagnostics) -> Option<RouteHost> {
    let (host, why) = if let Ok(address) = text.value.parse::<IpAddr>() {
        let address = canonical_client(address);
        let is_own = |own: &Host| own.own_addresses().contains(&address);
        let why = if address.is_loopback() || address.is_unspecified() {
            Some("this address is always the host itself")
        } else if let Some(kind) = host::unusable(address) {
            diagnostics.error(RouteUnusable {
                address: text.value.clone(),
                kind,
                at: text.at.clone(),
            });
            return None;
        } else {
            own.is_some_and(is_own)
                .then_some("this is an address of `host`")
        };
        (RouteHost::Address(address), why)
    } else {
        let name = name::domain(text, diagnostics)?;
        let is_own = own.is_some_and(|own| own.name.value == name);
        let is_loopback = name.as_str() == LOOPBACK_NAME || name.as_str().ends_with(".localhost");
        let why = if is_loopback {
            Some("this name is always the host itself")
        } else {
            is_own.then_some("this is the name of `host`")
        };
        (RouteHost::Name(name), why)
    };
    if let Some(why) = why {
        diagnostics.error(RouteCycle {
            host: host.to_string(),
            why,
            at: text.at.clone(),
        });
        return None;
    }
    Some(host)
}

fn port(to: &node::RouteTo, diagnostics: &mut Diagnostics) -> Option<u16> {
    let Some(port) = &to.port else {
        return Some(SMTP_PORT);
    };
    let number = u16::try_from(port.value).ok().filter(|port| *port > 0);
    if number.is_none() {
        diagnostics.error(RoutePort {
            port: port.value,
            at: port.at.clone(),
        });
    }
    number
}

/// Returns under what TLS mail goes to a host: verified, unless something else is said.
fn tls(
    host: &RouteHost,
    port: u16,
    to: &node::RouteTo,
    diagnostics: &mut Diagnostics,
) -> Option<RouteTls> {
    let at = to.tls.as_ref().map_or(&to.host.at, |word| &word.at);
    let tls = match &to.tls {
        Some(word) => known(&RouteTls::ALL, RouteTls::name, &word.value)?,
        None => RouteTls::Verified,
    };
    let (why, help) = match (host, tls, port) {
        (RouteHost::Address(_), RouteTls::Verified, _) => (
            "certificates name hosts, and this is an address",
            "name the host; or write `tls=\"required\"`, and TLS comes about with whoever answers",
        ),
        (_, RouteTls::Opportunistic, SUBMISSIONS_PORT) => (
            "on port 465 there is nothing but TLS",
            "leave `tls` out, or write another port",
        ),
        (_, RouteTls::Opportunistic | RouteTls::Required | RouteTls::Verified, _) => {
            return Some(tls);
        }
    };
    diagnostics.error(RouteTlsImpossible {
        host: host.to_string(),
        tls: tls.name(),
        help,
        why,
        at: at.clone(),
    });
    None
}
