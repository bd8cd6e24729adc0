//! Routes: how what is not ours leaves, and what is kept behind another host gets there.
//!
//! A route is a transport of its own, so what protects its mail holds for its host alone. Who is
//! spoken to, by which certificate and with which password, is constant: no message has a say.

use std::collections::BTreeMap;

use super::main_section::path;
use super::{Emission, service};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{DomainScope, Policy, Route, RouteHost, RouteTls, Way};
use crate::source::Spanned;
use crate::target::exim::lexical::{Comment, Credentials, List, Word};
use crate::target::exim::view::{
    ClientAuthenticators, ClientRoute, ExchangersRouter, OutboundFrom, OutboundRouter, OutboundTo,
    RemoteTransport, RouteTransport, TransportOption, TransportsHead,
};
use crate::target::render::render;

/// Returns the routers of what is not ours: by its recipient, by its sender, and the rest.
pub(super) fn routers(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let mut text = named_routers(emission.policy, diagnostics)?;
    let Some(route) = emission.policy.outbound_route() else {
        return Ok(text + &render(ExchangersRouter {}, diagnostics)?);
    };
    let view = OutboundRouter {
        route: Comment::new(&route.name.value),
        line: Comment::line(&route.at),
        transport: Word::route(&route.name.value),
        host: List::host(&route.host.value),
    };
    text += &render(view, diagnostics)?;
    Ok(text)
}

/// The routers of mail whose recipient or sender is named.
fn named_routers(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let mut text = String::new();
    let mut number = 0;
    for (scopes, way, route) in recipients(policy) {
        number += 1;
        let view = OutboundTo {
            route: Comment::new(&route.name.value),
            line: Comment::line(&way.via.at),
            name: Word::numbered("outbound_", number),
            domains: List::of(scopes.into_iter().map(Word::scope)),
            transport: Word::route(&route.name.value),
            host: List::host(&route.host.value),
        };
        text += &render(view, diagnostics)?;
    }
    let mut senders: BTreeMap<&str, (Vec<Word>, &Way)> = BTreeMap::new();
    for (domain, way) in &policy.outbound.from {
        let name = way.via.value.as_str();
        let (words, _) = senders.entry(name).or_insert_with(|| (Vec::new(), way));
        words.push(Word::at_domain(domain));
    }
    for (name, (words, way)) in senders {
        let Some(route) = policy.routes.get(name) else {
            continue;
        };
        number += 1;
        let view = OutboundFrom {
            route: Comment::new(name),
            line: Comment::line(&way.via.at),
            name: Word::numbered("outbound_", number),
            senders: List::of(words),
            transport: Word::route(name),
            host: List::host(&route.host.value),
        };
        text += &render(view, diagnostics)?;
    }
    Ok(text)
}

/// Domains of others that go the same way, in the order in which routers must ask: those named
/// exactly, then those below the longest names.
fn recipients(policy: &Policy) -> Vec<(Vec<&DomainScope>, &Way, &Route)> {
    let rank = |scope: &DomainScope| match scope {
        DomainScope::Exactly(_) => (0, 0),
        DomainScope::Below(domain) => (1, usize::MAX - domain.as_str().len()),
    };
    let mut all: Vec<(&DomainScope, &Way)> = policy.outbound.to.iter().collect();
    // Of the same rank none holds a domain of another, so they may stand by their routes.
    all.sort_by_key(|(scope, way)| (rank(scope), way.via.value.as_str()));
    let mut groups: Vec<(Vec<&DomainScope>, &Way, &Route)> = Vec::new();
    for (scope, way) in all {
        let Some(route) = policy.routes.get(&way.via.value) else {
            continue;
        };
        match groups.last_mut() {
            Some((scopes, _, last)) if last.name.value == route.name.value => scopes.push(scope),
            Some(_) | None => groups.push((vec![scope], way, route)),
        }
    }
    groups
}

/// Returns the transports to other hosts. Behind each stands `signing`.
pub(super) fn transports(
    emission: &Emission<'_>,
    signing: &str,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let rest = policy.outbound_route();
    let mut text = render(TransportsHead {}, diagnostics)?;
    let is_rest = |route: &Route| rest.is_some_and(|one| one.name == route.name);
    for route in policy.used_routes().filter(|route| !is_rest(route)) {
        text += &transport(route, diagnostics)?;
        text += signing;
    }
    text += &match rest {
        Some(route) => transport(route, diagnostics)?,
        None => render(RemoteTransport {}, diagnostics)?,
    };
    text += signing;
    Ok(text)
}

fn transport(route: &Route, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let view = RouteTransport {
        route: Comment::new(&route.name.value),
        line: Comment::line(&route.at),
        name: Word::route(&route.name.value),
        port: Word::port(route.port),
        options: options(route),
    };
    render(view, diagnostics)
}

/// What protects the mail of a route.
fn options(route: &Route) -> Vec<TransportOption> {
    let mut options = Vec::new();
    let mut set = |name, value| {
        options.push(TransportOption {
            name: Word::fixed(name),
            value,
        });
    };
    let all = || Word::fixed("*");
    if route.is_wrapped() {
        set("protocol", Word::fixed("smtps"));
    }
    // A list of nobody. If nothing at all is set, Exim verifies everybody (section 43.8), and so it
    // does if the option is empty (`tls_client_start` in tls-gnu.c of 4.96).
    let nobody = || Word::fixed(":");
    match route.tls {
        RouteTls::Opportunistic => set("tls_try_verify_hosts", nobody()),
        RouteTls::Required => {
            set("hosts_require_tls", all());
            set("tls_try_verify_hosts", nobody());
        }
        RouteTls::Verified => {
            set("hosts_require_tls", all());
            set("tls_verify_hosts", all());
            set("tls_verify_certificates", Word::fixed("system"));
            set("tls_verify_cert_hostnames", all());
        }
    }
    // By default a certificate that a TLSA record names will do, whoever it is for, and no other
    // (section 43.16): what the route says counts, not what the host's domain says.
    set("hosts_try_dane", nobody());
    if let RouteHost::Name(name) = &route.host.value {
        set("tls_sni", Word::domain(name));
    }
    if route.credentials.is_some() {
        set("hosts_require_auth", all());
        // Else Exim says there which account of this host a message is from (RFC 4954 section 5).
        set("authenticated_sender", Word::fixed("<>"));
    }
    options
}

/// Returns what the hosts of routes are told, if there is anything: each by its own transport, and
/// no host by another.
pub(super) fn authenticators(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let mut held: Vec<(&Route, &Spanned<String>, Word, Credentials)> = Vec::new();
    for route in emission.policy.used_routes() {
        // Lowering gives credentials to hosts with a name only.
        if let (Some(file), RouteHost::Name(host)) = (&route.credentials, &route.host.value) {
            let credentials = Credentials::new(host, &path(file, diagnostics)?);
            held.push((route, file, Word::route(&route.name.value), credentials));
        }
    }
    if held.is_empty() {
        return Ok(String::new());
    }
    let routes = held
        .iter()
        .map(|(route, file, transport, credentials)| ClientRoute {
            name: Comment::new(&route.name.value),
            line: Comment::line(&file.at),
            transport: Credentials::of_transport(transport),
            held: credentials.clone(),
        });
    let routes = routes.collect();
    render(ClientAuthenticators { routes }, diagnostics)
}

/// Adds what must be there for a route: its credentials, which Exim reads as its own user.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    for route in emission.policy.used_routes() {
        if route.tls == RouteTls::Verified {
            emission.needs("ca-certificates");
        }
        if let Some(file) = &route.credentials {
            let word = path(file, diagnostics)?;
            service::readable(emission, &word);
            emission.artifacts.required_files.push(file.value.clone());
            emission.artifacts.checks.push(route.credentials_line());
            // A zero octet is sent in the place of a `^` alone, and of the first of three
            // (`auth_client_item` in get_data.c of 4.96).
            let path = &file.value;
            emission.artifacts.checks.push(format!(
                "{path}: neither NAME nor PASSWORD begins with `^`, and NAME has none"
            ));
        }
    }
    Ok(())
}
