//! Routes: how what is not ours leaves.
//!
//! A route is a transport of its own, so what protects its mail holds for its host alone. Who is
//! spoken to, by which certificate and with which password, is constant: no message has a say.

use super::main_section::path;
use super::{Emission, service};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{Route, RouteHost, RouteTls};
use crate::target::exim::lexical::{Comment, Credentials, List, Word};
use crate::target::exim::view::{
    ClientAuthenticators, ExchangersRouter, OutboundRouter, RemoteTransport, RouteTransport,
    TransportOption,
};
use crate::target::render::render;

/// Returns the routers of what is not ours.
pub(super) fn routers(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let Some(route) = emission.policy.outbound_route() else {
        return render(ExchangersRouter {}, diagnostics);
    };
    let view = OutboundRouter {
        route: Comment::new(&route.name.value),
        line: Comment::line(&route.at),
        transport: Word::route(&route.name.value),
        host: List::host(&route.host.value),
    };
    render(view, diagnostics)
}

/// Returns the head of the transports, up to where what is signed stands.
pub(super) fn transport(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let Some(route) = emission.policy.outbound_route() else {
        return render(RemoteTransport {}, diagnostics);
    };
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
    match route.tls {
        RouteTls::Opportunistic => set("tls_try_verify_hosts", Word::fixed("")),
        RouteTls::Required => {
            set("hosts_require_tls", all());
            set("tls_try_verify_hosts", Word::fixed(""));
        }
        RouteTls::Verified => {
            set("hosts_require_tls", all());
            set("tls_verify_hosts", all());
            set("tls_verify_certificates", Word::fixed("system"));
            set("tls_verify_cert_hostnames", all());
        }
    }
    if let RouteHost::Name(name) = &route.host.value {
        set("tls_sni", Word::domain(name));
    }
    if route.credentials.is_some() {
        set("hosts_require_auth", all());
    }
    options
}

/// Returns what the host of the route is told, if there is anything.
pub(super) fn authenticators(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let route = emission.policy.outbound_route();
    let Some((route, file)) = route.and_then(|one| Some((one, one.credentials.as_ref()?))) else {
        return Ok(String::new());
    };
    // Lowering gives credentials to hosts with a name only.
    let RouteHost::Name(host) = &route.host.value else {
        return Ok(String::new());
    };
    let view = ClientAuthenticators {
        route: Comment::new(&route.name.value),
        line: Comment::line(&file.at),
        name: Word::route(&route.name.value),
        held: Credentials::new(host, &path(file, diagnostics)?),
    };
    render(view, diagnostics)
}

/// Adds what must be there for a route: its credentials, which Exim reads as its own user.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let Some(route) = emission.policy.outbound_route() else {
        return Ok(());
    };
    if route.tls == RouteTls::Verified {
        emission.needs("ca-certificates");
    }
    if let Some(file) = &route.credentials {
        let word = path(file, diagnostics)?;
        service::readable(emission, &word);
        emission.artifacts.required_files.push(file.value.clone());
        emission.artifacts.checks.push(route.credentials_line());
    }
    Ok(())
}
