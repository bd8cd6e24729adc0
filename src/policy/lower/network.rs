//! `network`, and the rows of files that hold networks.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::grant::{self, Holder};
use super::{name, space, via};
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::{
    NetworkDuplicate, NetworkEmptyName, NetworkUniversal, PrefixDuplicate, beside, elsewhere,
};
use crate::policy::{Host, Network, Otherwise};
use crate::source::{Loc, Spanned};
use crate::syntax::node;
use crate::syntax::tree::Text;

/// Lowers the `network` nodes and the rows of files.
pub(super) fn lower(
    nodes: &[node::Network],
    rows: &[node::Network],
    host: Option<&Host>,
    diagnostics: &mut Diagnostics,
) -> Vec<Network> {
    let own: Vec<&Spanned<IpAddr>> = host.iter().flat_map(|host| &host.addresses).collect();
    let mut networks: Vec<Network> = Vec::new();
    let mut names: BTreeMap<&str, &Loc> = BTreeMap::new();
    let mut prefixes: BTreeMap<IpNet, Loc> = BTreeMap::new();
    for node in nodes.iter().chain(rows) {
        if let Some(name) = &node.name {
            check_name(name, &mut names, diagnostics);
        }
        networks.push(lower_one(node, host, &mut prefixes, diagnostics));
    }
    let universal = check_universal(&networks, diagnostics);
    for prefix in internal(&networks) {
        // Whoever holds every address need not be told that it is many.
        let family = family(prefix.value);
        if !universal.contains(&family) {
            space::check(prefix, &own, diagnostics);
        }
    }
    via::check(&networks, host, diagnostics);
    networks
}

/// Tells a name that is empty, or that another network has.
fn check_name<'a>(
    name: &'a Text,
    names: &mut BTreeMap<&'a str, &'a Loc>,
    diagnostics: &mut Diagnostics,
) {
    let at = &name.at;
    if name.value.trim().is_empty() {
        diagnostics.error(NetworkEmptyName { at: at.clone() });
    }
    if let Some(first) = names.get(name.value.as_str()) {
        diagnostics.error(NetworkDuplicate {
            name: name.value.clone(),
            help: elsewhere("write all its prefixes in one `network` node", at, first),
            at: at.clone(),
            first: beside(at, first),
        });
    } else {
        names.insert(&name.value, at);
    }
}

/// Returns the prefixes of all networks that may send.
fn internal(networks: &[Network]) -> impl Iterator<Item = &Spanned<IpNet>> {
    networks
        .iter()
        .filter(|network| network.may_send())
        .flat_map(|network| &network.prefixes)
}

fn family(prefix: IpNet) -> &'static str {
    match prefix {
        IpNet::V4(_) => "IPv4",
        IpNet::V6(_) => "IPv6",
    }
}

fn lower_one(
    node: &node::Network,
    host: Option<&Host>,
    seen: &mut BTreeMap<IpNet, Loc>,
    diagnostics: &mut Diagnostics,
) -> Network {
    let mut prefixes: Vec<Spanned<IpNet>> = Vec::new();
    for text in &node.prefixes {
        let Some(prefix) = name::prefix(text, diagnostics) else {
            continue;
        };
        if let Some(first) = seen.get(&prefix) {
            diagnostics.error(PrefixDuplicate {
                prefix: prefix.to_string(),
                help: elsewhere("delete one of the two", &text.at, first),
                at: text.at.clone(),
                first: beside(&text.at, first),
            });
            continue;
        }
        seen.insert(prefix, text.at.clone());
        prefixes.push(Spanned::new(prefix, text.at.clone()));
    }
    let refuse = node
        .otherwise
        .as_ref()
        .filter(|word| word.value == "refuse");
    Network {
        // The check of the document has told a name that is missing.
        name: node
            .name
            .clone()
            .unwrap_or_else(|| Spanned::new(String::new(), node.at.clone())),
        prefixes,
        grants: grant::lower(&node.may_send, Holder::Network, host, diagnostics),
        may_hand_over: node.may_hand_over.clone(),
        otherwise: refuse.map_or(Otherwise::Stranger, |word| {
            Otherwise::Refuse(word.at.clone())
        }),
        via: via::lower(&node.via, diagnostics),
        at: node.at.clone(),
    }
}

/// Tells networks that may send and together hold a great part of all public addresses of a family,
/// however pieced. Returns the families.
fn check_universal(networks: &[Network], diagnostics: &mut Diagnostics) -> Vec<&'static str> {
    let mut universal = Vec::new();
    for (name, ranges) in [("IPv4", space::PUBLIC_V4), ("IPv6", space::PUBLIC_V6)] {
        let members = || internal(networks).filter(|prefix| family(prefix.value) == name);
        let nets: Vec<IpNet> = members().map(|prefix| prefix.value).collect();
        let (held, all) = space::held(&nets, ranges);
        if !space::is_universal(held, all) {
            continue;
        }
        if let Some(widest) = members().min_by_key(|prefix| prefix.value.prefix_len()) {
            diagnostics.error(NetworkUniversal {
                share: if held == all {
                    format!("every {name} address")
                } else {
                    let part = held.saturating_mul(100) / all;
                    format!("{part} of 100 public {name} addresses")
                },
                inside: match widest.value {
                    IpNet::V4(_) => "10.0.0.0/8",
                    IpNet::V6(_) => "fd00:1234:5678::/48",
                },
                at: widest.at.clone(),
            });
        }
        universal.push(name);
    }
    universal
}
