//! Routes: how what is not ours leaves, and what is kept behind another host gets there.
//!
//! A route is a transport of its own, so what protects its mail holds for its host alone. Who is
//! spoken to, by which certificate and with which password, is constant: no message has a say.

use super::main_section::path;
use super::{Emission, service};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{Route, RouteHost, RouteTls};
use crate::target::diagnostics::UnsayableValue;
use crate::target::exim::lexical::{Comment, Credentials, List, Word};
use crate::target::exim::view::{
    ClientAuthenticators, ExchangersRouter, OutboundRouter, RemoteTransport, RouteTransport,
    TransportOption, TransportsHead,
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

/// Returns the transports to other hosts. The last is that of what leaves; its options go on where
/// what is signed stands.
pub(super) fn transports(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let outbound = policy.outbound_route();
    let mut text = render(TransportsHead {}, diagnostics)?;
    let is_outbound = |route: &Route| outbound.is_some_and(|one| one.name == route.name);
    for route in policy.used_routes().filter(|route| !is_outbound(route)) {
        text += &transport(route, diagnostics)?;
    }
    text += &match outbound {
        Some(route) => transport(route, diagnostics)?,
        None => render(RemoteTransport {}, diagnostics)?,
    };
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
    let routes = emission.policy.used_routes();
    let mut held = routes.filter_map(|one| Some((one, one.credentials.as_ref()?)));
    let Some((route, file)) = held.next() else {
        return Ok(String::new());
    };
    // Authenticators know no transports: a host that asks gets what any of them holds.
    for (_, other) in held {
        let why = "Exim would give the host of one route the password of another: let one route \
                   have credentials, or use Postfix";
        let (text, at) = (&other.value, &other.at);
        diagnostics.error(UnsayableValue::new("exim", text, why, at));
    }
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
    for route in emission.policy.used_routes() {
        if route.tls == RouteTls::Verified {
            emission.needs("ca-certificates");
        }
        if let Some(file) = &route.credentials {
            let word = path(file, diagnostics)?;
            service::readable(emission, &word);
            emission.artifacts.required_files.push(file.value.clone());
            emission.artifacts.checks.push(route.credentials_line());
        }
    }
    Ok(())
}
