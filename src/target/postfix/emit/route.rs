//! Routes: how what is not ours leaves, and what is kept behind another host gets there.
//!
//! A route is an smtp(8) service of its own, so what protects its mail and the password that it
//! gives hold for its host alone.

use super::main_cf::path;
use super::table::Table;
use super::{Emission, version::Version};
use crate::diagnostic::{Diagnostics, Reported};
use crate::policy::{DomainScope, Policy, Route, RouteHost, RouteTls};
use crate::target::postfix::lexical::{Comment, Key, Name, Outcome, Word};
use crate::target::postfix::view::{RouteFailures, RouteService, Setting};
use crate::target::render::render;

/// The certificates that Debian's ca-certificates calls good. smtp(8) reads them before it goes
/// into its chroot.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Which failures of a route's host are no reason to give mail up.
const FAILURES: &str = "regexp:/etc/postfix/route-failures";

/// Returns the service of what is not ours, and the host that it is told.
pub(super) fn default_transport(policy: &Policy) -> Word {
    match policy.outbound_route() {
        Some(route) => Word::next_hop(&Name::route(&route.name.value), route),
        None => Word::fixed("smtp"),
    }
}

/// Returns the table of senders whose mail leaves another way than the rest, if there are any.
pub(super) fn senders(policy: &Policy) -> Option<Table> {
    let about = "Whose mail leaves by another route (postconf(5), \
                 sender_dependent_default_transport_maps).";
    let mut table = Table::new("sender-routes", Comment::new(about));
    for (domain, way) in &policy.outbound.from {
        if let Some(route) = policy.routes.get(&way.via.value) {
            let hop = Outcome::next_hop(&Name::route(&route.name.value), route);
            table.push(Key::at_domain(domain), &hop, Some(&way.at));
        }
    }
    (!policy.outbound.from.is_empty()).then_some(table)
}

/// Adds the rows of domains of others whose mail goes by a route of its own. The table is asked for
/// our own domains too, so those below one that is named with all below it have a row themselves.
pub(super) fn recipients(policy: &Policy, table: &mut Table) {
    for (scope, way) in &policy.outbound.to {
        let key = match scope {
            DomainScope::Exactly(domain) => Key::domain(domain),
            DomainScope::Below(domain) => Key::below(domain),
        };
        if let Some(route) = policy.routes.get(&way.via.value) {
            let hop = Outcome::next_hop(&Name::route(&route.name.value), route);
            table.push(key, &hop, Some(&way.at));
        }
    }
    for (domain, hosted) in &policy.domains {
        if policy.outbound.to_domain(domain).is_some() {
            table.push(
                Key::domain(domain),
                &Outcome::fixed("virtual:"),
                Some(&hosted.at),
            );
        }
    }
}

/// Returns the services of the routes that mail goes by.
pub(super) fn services(
    policy: &Policy,
    version: Version,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<RouteService>, Reported> {
    let service = |route: &Route| {
        Ok(RouteService {
            name: Comment::new(&route.name.value),
            line: Comment::line(&route.at),
            service: Name::route(&route.name.value),
            options: options(route, version, diagnostics)?,
        })
    };
    policy.used_routes().map(service).collect()
}

/// What protects the mail of a route, and keeps it where the host cannot take it.
fn options(
    route: &Route,
    version: Version,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Setting>, Reported> {
    let mut options = Vec::new();
    let mut set = |name, value| {
        options.push(Setting {
            name: Name::fixed(name),
            value,
        });
    };
    set("smtp_delivery_status_filter", Word::fixed(FAILURES));
    let level = match route.tls {
        RouteTls::Opportunistic => "may",
        RouteTls::Required => "encrypt",
        RouteTls::Verified => "secure",
    };
    set("smtp_tls_security_level", Word::fixed(level));
    if route.is_wrapped() {
        set("smtp_tls_wrappermode", Word::fixed("yes"));
    }
    if route.tls != RouteTls::Opportunistic {
        let protocols = Word::fixed(version.mandatory_protocols());
        set("smtp_tls_mandatory_protocols", protocols);
    }
    if matches!(route.host.value, RouteHost::Name(_)) {
        set("smtp_tls_servername", Word::fixed("hostname"));
    }
    if route.tls == RouteTls::Verified {
        set("smtp_tls_secure_cert_match", Word::fixed("nexthop"));
        set("smtp_tls_CAfile", Word::fixed(AUTHORITIES));
    }
    if let Some(file) = &route.credentials {
        let table = path(file, diagnostics)?.as_texthash();
        set("smtp_sasl_auth_enable", Word::fixed("yes"));
        set("smtp_sasl_password_maps", table);
        set("smtp_sasl_security_options", Word::fixed("noanonymous"));
        set("smtp_sasl_tls_security_options", Word::fixed("noanonymous"));
        set("smtp_sasl_mechanism_filter", Word::fixed("plain,login"));
    }
    Ok(options)
}

/// Adds what must be there for a route: its credentials, which smtp(8) reads as root, and when its
/// mail waits.
pub(super) fn write(
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    if let Some(table) = senders(emission.policy) {
        table.write(emission, diagnostics)?;
    }
    if emission.policy.used_routes().next().is_some() {
        let policy = emission.policy_name();
        let text = render(RouteFailures { policy }, diagnostics)?;
        emission.add("route-failures", text);
    }
    for route in emission.policy.used_routes() {
        if route.tls == RouteTls::Verified {
            emission.needs("ca-certificates");
        }
        if let Some(file) = &route.credentials {
            let word = path(file, diagnostics)?;
            emission.needs("libsasl2-modules");
            emission.run(format!("chown root:root {word}"));
            emission.run(format!("chmod 600 {word}"));
            emission.artifacts.required_files.push(file.value.clone());
            emission.artifacts.checks.push(route.credentials_line());
        }
    }
    Ok(())
}
