//! `via`: how clients reach the server, and who says who they are.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{host, listen, name, space};
use crate::diagnostic::Diagnostics;
use crate::mail::canonical_client;
use crate::policy::diagnostics::{
    BridgeRights, ProxyAddress, ProxyBridge, ProxyLocal, ProxyPublic, ProxyRights, ViaInvalid,
    beside,
};
use crate::policy::{Host, Network, Via};
use crate::source::{Loc, Spanned};
use crate::syntax::node;
use crate::syntax::tree::Text;

/// Lowers the `via` nodes of one network.
pub(super) fn lower(nodes: &[node::Via], diagnostics: &mut Diagnostics) -> Via {
    let mut proxies: Vec<Spanned<IpAddr>> = Vec::new();
    let Some(first) = nodes.first() else {
        return Via::Direct;
    };
    for (number, node) in nodes.iter().enumerate() {
        let is_proxy = node.way.value == PROXY;
        if number > 0 && !(is_proxy && first.way.value == PROXY) {
            diagnostics.error(ViaInvalid {
                fault: "the clients of a network reach the server in one way".to_owned(),
                help: "keep one `via`, and give clients that come otherwise a network of their own"
                    .to_owned(),
                label: "another way stands before it",
                at: node.at.clone(),
            });
            continue;
        }
        check_from(node, is_proxy, diagnostics);
        let Some(text) = node.from.as_ref().filter(|_| is_proxy) else {
            continue;
        };
        let Some(proxy) = address(text, diagnostics) else {
            continue;
        };
        if proxies.iter().any(|one| one.value == proxy) {
            diagnostics.error(ViaInvalid {
                fault: format!("the proxy `{proxy}` stands twice"),
                help: "delete one of the two".to_owned(),
                label: "again here",
                at: node.at.clone(),
            });
            continue;
        }
        proxies.push(Spanned::new(proxy, text.at.clone()));
    }
    match first.way.value.as_str() {
        PROXY => Via::Proxies(proxies),
        "container-bridge" => Via::Bridge(first.way.at.clone()),
        _ => Via::Direct,
    }
}

/// The word for a proxy that says who its clients are.
const PROXY: &str = "proxy-protocol";

/// Tells a proxy without an address, and an address where there is no proxy.
fn check_from(node: &node::Via, is_proxy: bool, diagnostics: &mut Diagnostics) {
    let (fault, help, label) = match &node.from {
        None if is_proxy => (
            "nobody is named who may say who the client is".to_owned(),
            "write the proxy's address: `via \"proxy-protocol\" from=\"10.8.0.2\"`",
            "whoever connects would be believed",
        ),
        Some(_) if !is_proxy => (
            format!("`via \"{}\"` has no proxy", name::shown(&node.way.value)),
            "delete `from=`: only a proxy of `proxy-protocol` says who its clients are",
            "nobody says here who the client is",
        ),
        None | Some(_) => return,
    };
    diagnostics.error(ViaInvalid {
        fault,
        help: help.to_owned(),
        label,
        at: node.at.clone(),
    });
}

/// Returns the address of a proxy; one of IPv4 that is mapped into IPv6 is that of IPv4.
fn address(text: &Text, diagnostics: &mut Diagnostics) -> Option<IpAddr> {
    let address = text.value.parse::<IpAddr>().map(canonical_client);
    let kind = match address {
        Ok(address) if address.is_loopback() => None,
        Ok(IpAddr::V6(v6)) if listen::is_link_local(v6) => Some("link-local"),
        Ok(address) => host::unusable(address),
        Err(_) if text.value.parse::<IpNet>().is_ok() => Some("a network"),
        Err(_) => Some("no address"),
    };
    if let Some(kind) = kind {
        diagnostics.error(ProxyAddress {
            text: name::shown(&text.value),
            kind,
            at: text.at.clone(),
        });
        return None;
    }
    address.ok()
}

/// Checks what all networks say together of bridges and proxies.
pub(super) fn check(networks: &[Network], host: Option<&Host>, diagnostics: &mut Diagnostics) {
    let bridges: Vec<(&Network, &Loc)> = networks
        .iter()
        .filter_map(|network| match &network.via {
            Via::Bridge(at) => Some((network, at)),
            Via::Direct | Via::Proxies(_) => None,
        })
        .collect();
    check_bridges(networks, &bridges, diagnostics);
    let mut seen: Vec<IpAddr> = Vec::new();
    for proxy in networks.iter().flat_map(Network::proxies) {
        if !seen.contains(&proxy.value) {
            seen.push(proxy.value);
            check_proxy(proxy, networks, &bridges, host, diagnostics);
        }
    }
}

/// Tells each prefix with rights that has addresses in common with a bridge.
///
/// That a longer prefix without rights would decide is no help: a bridge gets another network of
/// its pool when it is made again, and then nothing but the wide one is left.
fn check_bridges(
    networks: &[Network],
    bridges: &[(&Network, &Loc)],
    diagnostics: &mut Diagnostics,
) {
    if bridges.is_empty() {
        return;
    }
    for network in networks.iter().filter(|network| network.has_rights()) {
        for prefix in &network.prefixes {
            let found = bridges.iter().find_map(|(bridge, at)| {
                let mut own = bridge.prefixes.iter().map(|one| one.value);
                own.find(|one| space::overlaps(prefix.value, *one))
                    .map(|own| (own, *bridge, *at))
            });
            let Some((own, bridge, at)) = found else {
                continue;
            };
            let relation = if std::ptr::eq(bridge, network) {
                "is".to_owned()
            } else if prefix.value.contains(&own) {
                format!("holds `{own}`, which is")
            } else {
                format!("is part of `{own}`, which is")
            };
            diagnostics.error(BridgeRights {
                prefix: prefix.value.to_string(),
                relation,
                at: prefix.at.clone(),
                bridge: beside(&prefix.at, at),
            });
        }
    }
}

fn check_proxy(
    proxy: &Spanned<IpAddr>,
    networks: &[Network],
    bridges: &[(&Network, &Loc)],
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) {
    let address = proxy.value;
    let (name, at) = (address.to_string(), proxy.at.clone());
    let is_in = |network: &&Network| {
        network
            .prefixes
            .iter()
            .any(|one| one.value.contains(&address))
    };
    if let Some((bridge, _)) = bridges.iter().find(|(bridge, _)| is_in(bridge)) {
        diagnostics.error(ProxyBridge {
            proxy: name.clone(),
            network: bridge.name.value.clone(),
            at: at.clone(),
        });
    }
    // The network of the longest prefix decides alone. All that hold it are of one family.
    let all = networks.iter().flat_map(|network| {
        let prefixes = network.prefixes.iter().map(|prefix| prefix.value);
        prefixes.map(move |prefix| (prefix, network))
    });
    let holding = all.filter(|(prefix, _)| prefix.contains(&address));
    let longest = holding.max_by_key(|(prefix, _)| prefix.prefix_len());
    if let Some((_, network)) = longest.filter(|(_, network)| network.has_rights()) {
        diagnostics.error(ProxyRights {
            proxy: name.clone(),
            prefix: IpNet::from(address).to_string(),
            network: network.name.value.clone(),
            at: at.clone(),
        });
    }
    let is_own = host.is_some_and(|host| host.own_addresses().contains(&address));
    if address.is_loopback() || is_own {
        diagnostics.warn(ProxyLocal { proxy: name, at });
    } else if !space::is_private(address) {
        diagnostics.warn(ProxyPublic { proxy: name, at });
    }
}
