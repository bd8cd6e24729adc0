//! `listen`: the ways in, the addresses that they are bound to, and who they are out of reach of.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use super::{host, name, space};
use crate::diagnostic::Diagnostics;
use crate::mail::{Domain, Listener};
use crate::policy::diagnostics::{
    AddressDuplicate, ListenerAddress, ListenerDuplicate, ListenerElsewhere, Unreachable,
};
use crate::policy::{Host, HostedDomain};
use crate::source::Spanned;
use crate::syntax::node;
use crate::syntax::tree::Text;

/// The listeners, and where those are bound that are.
type Lowered = (
    Vec<Spanned<Listener>>,
    BTreeMap<Listener, Vec<Spanned<IpAddr>>>,
);

/// Lowers the `listen` nodes: each listener stands once. `own` are the addresses of the host.
pub(super) fn lower(
    nodes: &[node::Listen],
    own: &[Spanned<IpAddr>],
    diagnostics: &mut Diagnostics,
) -> Lowered {
    let mut listeners: Vec<Spanned<Listener>> = Vec::new();
    let mut bound = BTreeMap::new();
    for node in nodes {
        let on = node.on.as_deref();
        let on = on.map(|words| addresses(words, own, diagnostics));
        for word in &node.listeners {
            let Some(listener) = Listener::from_name(&word.value) else {
                continue;
            };
            if let Some(first) = listeners.iter().find(|first| first.value == listener) {
                diagnostics.error(ListenerDuplicate {
                    listener: word.value.clone(),
                    at: word.at.clone(),
                    first: first.at.clone(),
                });
                continue;
            }
            listeners.push(Spanned::new(listener, word.at.clone()));
            if let Some(on) = &on {
                bound.insert(listener, on.clone());
            }
        }
    }
    (listeners, bound)
}

/// Lowers the addresses of an `on`: each stands once, and a socket can be bound to it.
fn addresses(
    words: &[Text],
    own: &[Spanned<IpAddr>],
    diagnostics: &mut Diagnostics,
) -> Vec<Spanned<IpAddr>> {
    let mut found: Vec<Spanned<IpAddr>> = Vec::new();
    for word in words {
        let Some(address) = name::ip(word, diagnostics) else {
            continue;
        };
        if let Some((kind, help)) = unusable(address) {
            diagnostics.error(ListenerAddress {
                address: word.value.clone(),
                kind,
                help,
                at: word.at.clone(),
            });
            continue;
        }
        if let Some(first) = found.iter().find(|first| first.value == address) {
            diagnostics.error(AddressDuplicate {
                address: word.value.clone(),
                at: word.at.clone(),
                first: first.at.clone(),
            });
            continue;
        }
        let is_own = own.iter().any(|one| one.value == address);
        if !is_own && !address.is_loopback() && space::unrouted(address).is_none() {
            diagnostics.warn(ListenerElsewhere {
                address: word.value.clone(),
                at: word.at.clone(),
            });
        }
        found.push(Spanned::new(address, word.at.clone()));
    }
    found
}

/// Returns what an address is, if nothing can be bound to it, and what to do.
fn unusable(address: IpAddr) -> Option<(&'static str, &'static str)> {
    const WRITE: &str = "write an address of the machine, such as `192.168.7.1` or `127.0.0.1`";
    match address {
        _ if address.is_unspecified() => Some((
            "the unspecified address",
            "leave `on` out: without it a listener is open at every address of the machine",
        )),
        IpAddr::V6(v6) if is_link_local(v6) => Some((
            "link-local, and says nothing without an interface",
            "write another address of that interface, such as one of fd00::/8 (RFC 4193)",
        )),
        _ if address.is_loopback() => None,
        IpAddr::V4(_) | IpAddr::V6(_) => host::unusable(address).map(|kind| (kind, WRITE)),
    }
}

/// RFC 4291 section 2.5.6.
pub(super) fn is_link_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xffc0 == 0xfe80
}

/// Tells a host that other servers are to bring mail to, and that does not listen to them: not at
/// all, or not at every address that MX records lead to.
pub(super) fn check_reachable(
    host: &Host,
    domains: &BTreeMap<Domain, HostedDomain>,
    diagnostics: &mut Diagnostics,
) {
    let domains = match domains.keys().next() {
        _ if host.listeners.is_empty() => return,
        Some(domain) if domains.len() == 1 => format!("`{domain}`"),
        Some(domain) => format!("`{domain}` and the other domains"),
        None => return,
    };
    let mut warn = |fault: String, label, help, at| {
        diagnostics.warn(Unreachable {
            fault,
            label,
            help,
            host: host.name.value.to_string(),
            at,
        });
    };
    let name = &host.name.value;
    let mut listeners = host.listeners.iter();
    let Some(smtp) = listeners.find(|one| one.value == Listener::Smtp) else {
        let fault = format!(
            "nobody outside can bring mail for {domains}: `{name}` does not listen on `smtp`"
        );
        let help = "add `listen \"smtp\"`: MX records lead here, and other servers deliver to port \
                    25 only (RFC 5321 section 4.5.4.2)";
        return warn(
            fault,
            "no `smtp` among its listeners",
            help,
            host.name.at.clone(),
        );
    };
    let Some(bound) = host.bound.get(&Listener::Smtp) else {
        return;
    };
    let is_open = |one: &Spanned<IpAddr>| bound.iter().any(|on| on.value == one.value);
    let (open, closed): (Vec<_>, Vec<_>) = host.addresses.iter().partition(|one| is_open(one));
    if open.is_empty() {
        let fault = format!(
            "nobody outside can bring mail for {domains}: `{name}` listens on `smtp` at none of \
             its addresses"
        );
        let help = "add the addresses of `host`, or leave `on` out; put the warning aside where a \
                    router or a proxy hands on what comes to those";
        return warn(
            fault,
            "MX records lead to other addresses",
            help,
            smtp.at.clone(),
        );
    }
    for one in closed {
        let fault = format!(
            "mail for {domains} may come to `{}`, where `{name}` does not listen on `smtp`",
            one.value
        );
        let help = "add it to `on`, or take it out of `address`: MX records lead there";
        warn(
            fault,
            "published, and closed on port 25",
            help,
            one.at.clone(),
        );
    }
}
