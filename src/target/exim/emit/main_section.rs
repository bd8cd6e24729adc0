//! The main section of exim4.conf.

use std::net::IpAddr;

use ipnet::IpNet;

use super::clients::Clients;
use super::recipients::{Recipients, refuse};
use super::{Emission, acl};
use crate::diagnostic::{Diagnostics, Reported};
use crate::mail::{Listener, WayIn};
use crate::policy::{Auth, Policy, Tls};
use crate::source::Spanned;
use crate::target::exim::lexical::{Comment, HostItem, List, Word};
use crate::target::exim::view::{
    AuthNonePart, AuthPart, ClosedPart, Commented, HostPart, LimitsPart, ListsPart, TlsNonePart,
    TlsPart,
};
use crate::target::render::render;

/// Returns the main section.
pub(super) fn section(
    emission: &Emission<'_>,
    recipients: &Recipients,
    clients: &Clients,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy;
    let lists = ListsPart {
        domain_places: recipients.domain_places.clone(),
        domains: recipients.domains.clone(),
        host_lists: clients.lists.clone(),
    };
    let mut text = render(host(emission), diagnostics)?;
    text += &render(lists, diagnostics)?;
    text += &match &policy.host.tls {
        Some(tls) => render(certificate(tls, diagnostics)?, diagnostics)?,
        None => render(TlsNonePart {}, diagnostics)?,
    };
    text += &match &policy.auth {
        Some(auth) if acl::auth_is_offered(policy) => {
            let line = line_of(auth);
            render(AuthPart { line }, diagnostics)?
        }
        Some(_) | None => render(AuthNonePart {}, diagnostics)?,
    };
    text += &render(closed(policy), diagnostics)?;
    text += &limits(policy, diagnostics)?;
    Ok(text)
}

/// What the server does not do: it believes nobody about who the client is but the named proxies.
fn closed(policy: &Policy) -> ClosedPart {
    let proxies = policy.proxies();
    let place = |proxy: &&Spanned<IpAddr>| Commented {
        text: Comment::new(&proxy.value.to_string()),
        line: Comment::line(&proxy.at),
    };
    let items: Vec<HostItem> = proxies
        .iter()
        .map(|proxy| HostItem::new(IpNet::from(proxy.value), true))
        .collect();
    ClosedPart {
        proxy_places: proxies.iter().map(place).collect(),
        proxies: List::hosts(&items),
    }
}

/// What one message may have, where the policy says so.
fn limits(policy: &Policy, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let limits = &policy.host.limits;
    let Some(first) = limits.size.as_ref().or(limits.recipients.as_ref()) else {
        return Ok(String::new());
    };
    let number = |limit: &Option<Spanned<u64>>| limit.iter().map(|one| one.value).collect();
    let view = LimitsPart {
        line: Comment::line(&first.at),
        size: number(&limits.size),
        recipients: number(&limits.recipients),
    };
    render(view, diagnostics)
}

/// Returns the main section of a host that listens nowhere.
pub(super) fn null_client(
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let mut text = render(host(emission), diagnostics)?;
    text += &render(TlsNonePart {}, diagnostics)?;
    text += &render(AuthNonePart {}, diagnostics)?;
    text += &render(closed(emission.policy), diagnostics)?;
    Ok(text)
}

/// Names the line of the auth node.
pub(super) fn line_of(auth: &Auth) -> Comment {
    Comment::line(auth.at())
}

fn host(emission: &Emission<'_>) -> HostPart {
    let host = &emission.policy.host;
    let (major, minor, _) = emission.version;
    let named = |way: &Spanned<WayIn>| Commented {
        text: Comment::new(&way.value.to_string()),
        line: Comment::line(&way.at),
    };
    let ways = host.ways_in();
    let bound = ways.iter().map(|way| way.value);
    let bound = bound.filter_map(|way| Some((way.on?, port(way.listener))));
    // Those that are open everywhere have their ports in one list.
    let everywhere = host.listeners.iter().map(|listener| listener.value);
    let everywhere = everywhere.filter(|one| !host.bound.contains_key(one));
    let mut ports: Vec<Word> = everywhere.map(port).collect();
    let is_null_client = emission.policy.is_null_client();
    let all: &[&'static str] = match () {
        () if is_null_client => &["127.0.0.1", "::1"],
        () if ports.is_empty() => &[],
        () => &EVERYWHERE,
    };
    let own = all.is_empty().then(|| List::interfaces(&EVERYWHERE, []));
    if ports.is_empty() {
        // Exim wants one. Nothing listens there, or all interfaces have ports of their own.
        ports.push(port(Listener::Smtp));
    }
    let listeners = host.listeners.iter().map(|listener| listener.value);
    let tls = listeners.filter(|listener| match listener {
        Listener::Submissions => true,
        Listener::Smtp | Listener::Submission => false,
    });
    HostPart {
        policy: emission.policy_name(),
        version: Comment::new(&format!("{major}.{minor}")),
        host_line: Comment::line(&host.at),
        primary_hostname: Word::domain(&host.name.value),
        origin: Word::domain(&emission.origin),
        postmaster_line: Comment::line(&emission.postmaster.at),
        listeners: ways.iter().map(named).collect(),
        interfaces: List::interfaces(all, bound),
        own: own.into_iter().collect(),
        ports: List::of(ports),
        tls_ports: List::of(tls.map(port)),
    }
}

/// Every address of the machine, of either family; Exim knows these by these words only
/// (`daemon_go`, `host_find_interfaces`).
const EVERYWHERE: [&str; 2] = ["0.0.0.0", "::0"];

/// Returns the port of a listener (RFC 5321, RFC 6409, RFC 8314).
pub(super) fn port(listener: Listener) -> Word {
    Word::fixed(match listener {
        Listener::Smtp => "25",
        Listener::Submission => "587",
        Listener::Submissions => "465",
    })
}

fn certificate(tls: &Tls, diagnostics: &mut Diagnostics) -> Result<TlsPart, Reported> {
    let certificate = path(&tls.certificate, diagnostics);
    let key = path(&tls.key, diagnostics);
    Ok(TlsPart {
        line: Comment::line(&tls.certificate.at),
        certificate: certificate?,
        key: key?,
    })
}

/// Takes a path that the policy names.
pub(super) fn path(
    path: &Spanned<String>,
    diagnostics: &mut Diagnostics,
) -> Result<Word, Reported> {
    Word::path(&path.value).map_err(|why| refuse(&path.value, why, &path.at, diagnostics))
}
