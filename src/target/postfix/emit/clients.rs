//! Networks as client lists and tables.
//!
//! Of nested networks the longest prefix decides alone; Postfix takes the first line that matches.
//! So longer prefixes stand before shorter ones, and a prefix is left out only if no wider one
//! says anything. IPv4 lies inside IPv6 at `::ffff:0:0/96` for a policy, but not for Postfix: a
//! prefix around it is written as itself and as all of IPv4.

mod holes;
mod limits;

pub(super) use holes::rows_without_holes;
pub(super) use limits::{Limits, backup_is_limited};

use std::cmp::Reverse;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::restriction::{self as restrict, Restriction};
use super::table::{ClientTable, TableName};
use crate::mail::prefix_range;
use crate::policy::{Network, Policy};
use crate::target::postfix::lexical::{Comment, ListPrefix, OpendkimRow, Outcome};
use crate::target::postfix::view::InternalPrefix;

/// Of more prefixes than this nobody reads where each comes from.
const PLACES_MAX: usize = 1_000;

/// What main.cf and its tables say of clients.
pub(super) struct Clients {
    /// Internal clients.
    pub(super) mynetworks: Vec<InternalPrefix>,
    /// Who is not asked for SPF.
    pub(super) without_spf: ClientTable,
    /// What networks are refused that may do only what is granted.
    pub(super) limits: Limits,
}

/// A prefix, and the network that it is of; loopback is of none.
#[derive(Clone, Copy)]
struct Prefix<'p> {
    net: IpNet,
    /// Its length on the line of IPv6 addresses.
    length: u8,
    network: Option<(usize, &'p Network)>,
}

/// Returns what main.cf and its tables say of clients. `logins_are_limited` says whether some
/// login is not granted everything from its own addresses.
pub(super) fn clients(
    policy: &Policy,
    own_domains: &TableName,
    logins_are_limited: bool,
) -> Clients {
    let prefixes = prefixes(policy);
    Clients {
        mynetworks: mynetworks(&prefixes),
        without_spf: without_spf(&prefixes),
        limits: limits::limits(policy, own_domains, logins_are_limited),
    }
}

/// Returns whose header is mended: who sends through us, as far as Postfix can tell by the client.
pub(super) fn submitting(
    policy: &Policy,
    mynetworks: &[InternalPrefix],
    limited: Option<&TableName>,
) -> Vec<Restriction> {
    let internal = (!mynetworks.is_empty()).then_some(Restriction::PERMIT_MYNETWORKS);
    let logins = super::auth::is_offered(policy).then_some(Restriction::PERMIT_SASL_AUTHENTICATED);
    let limited = limited.map(restrict::address_map);
    internal.into_iter().chain(logins).chain(limited).collect()
}

/// Returns the rows of a table of networks: an outcome for each network that has one.
pub(super) fn network_rows(
    policy: &Policy,
    outcome: impl Fn(usize, &Network) -> Option<Outcome>,
) -> Vec<(IpNet, Outcome, Comment)> {
    rows(&prefixes(policy), |prefix| {
        let (number, network) = prefix.network?;
        outcome(number, network)
    })
}

fn prefixes(policy: &Policy) -> Vec<Prefix<'_>> {
    let mut prefixes = Vec::new();
    for (number, network) in policy.networks.iter().enumerate() {
        for net in &network.prefixes {
            push(&mut prefixes, net.value, Some((number, network)));
        }
    }
    prefixes
}

fn push<'p>(prefixes: &mut Vec<Prefix<'p>>, net: IpNet, network: Option<(usize, &'p Network)>) {
    let length = match net {
        IpNet::V4(net) => net.prefix_len() + 96,
        IpNet::V6(net) => net.prefix_len(),
    };
    prefixes.push(Prefix {
        net,
        length,
        network,
    });
    let every_v4 = IpNet::V4(Ipv4Net::default());
    let (first, last) = prefix_range(net);
    let (first_v4, last_v4) = prefix_range(every_v4);
    if matches!(net, IpNet::V6(_)) && first <= first_v4 && last_v4 <= last {
        prefixes.push(Prefix {
            net: every_v4,
            length,
            network,
        });
    }
}

/// Returns the prefixes that say something, or lie inside one that does; longest first.
fn relevant<'p>(prefixes: &[Prefix<'p>], says: impl Fn(&Prefix<'_>) -> bool) -> Vec<Prefix<'p>> {
    let mut sorted = prefixes.to_vec();
    sorted.sort_by_key(|prefix| (prefix_range(prefix.net).0, prefix.length));
    let mut around: Vec<(u128, bool)> = Vec::new();
    let mut kept = Vec::new();
    for prefix in sorted {
        let (first, last) = prefix_range(prefix.net);
        while around.last().is_some_and(|(end, _)| *end < first) {
            around.pop();
        }
        let relevant = says(&prefix) || around.last().is_some_and(|(_, relevant)| *relevant);
        around.push((last, relevant));
        if relevant {
            kept.push(prefix);
        }
    }
    kept.sort_by_key(|prefix| (Reverse(prefix.length), prefix_range(prefix.net).0));
    kept
}

fn is_internal(prefix: &Prefix<'_>) -> bool {
    prefix
        .network
        .is_some_and(|(_, network)| network.unlimited().is_some())
}

/// Returns whose mail OpenDKIM signs, beside that of logins: that of every client who may send,
/// internal or not. Of its rows the longest prefix decides.
pub(super) fn signed(policy: &Policy) -> Vec<OpendkimRow> {
    let may_send = |prefix: &Prefix<'_>| {
        prefix
            .network
            .is_some_and(|(_, network)| network.may_send())
    };
    relevant(&prefixes(policy), may_send)
        .iter()
        .map(|prefix| OpendkimRow::host(prefix.net, may_send(prefix)))
        .collect()
}

fn mynetworks(prefixes: &[Prefix<'_>]) -> Vec<InternalPrefix> {
    let mut kept = relevant(prefixes, is_internal);
    // Without a hole the order says nothing, so it is that of the policy.
    if kept.iter().all(is_internal) {
        kept = prefixes.iter().copied().filter(is_internal).collect();
    }
    let few = places(prefixes);
    let entry = |prefix: Prefix<'_>| InternalPrefix {
        about: about(&prefix, few),
        prefix: ListPrefix::new(prefix.net, is_internal(&prefix)),
    };
    kept.into_iter().map(entry).collect()
}

/// Whether prefixes are so few that anybody reads where each comes from.
fn places(prefixes: &[Prefix<'_>]) -> bool {
    prefixes.len() <= PLACES_MAX
}

/// Returns what a prefix is.
fn about(prefix: &Prefix<'_>, places: bool) -> Comment {
    match prefix.network {
        None => Comment::new("loopback: tunnels and proxies end there"),
        Some((_, network)) if places => {
            let line = Comment::line(&network.at);
            Comment::new(&format!("network {} ({line})", network.name.value))
        }
        Some((_, network)) => Comment::new(&format!("network {}", network.name.value)),
    }
}

/// Returns the rows of a table; prefixes that only make a hole are undecided.
fn rows(
    prefixes: &[Prefix<'_>],
    outcome: impl Fn(&Prefix<'_>) -> Option<Outcome>,
) -> Vec<(IpNet, Outcome, Comment)> {
    let few = places(prefixes);
    let row = |prefix: Prefix<'_>| {
        let comment = about(&prefix, few);
        let outcome = outcome(&prefix).unwrap_or_else(|| Outcome::fixed("DUNNO"));
        (prefix.net, outcome, comment)
    };
    relevant(prefixes, |prefix| outcome(prefix).is_some())
        .into_iter()
        .map(row)
        .collect()
}

fn without_spf(prefixes: &[Prefix<'_>]) -> ClientTable {
    let loopback = [
        IpNet::V4(Ipv4Net::new_assert(
            std::net::Ipv4Addr::new(127, 0, 0, 0),
            8,
        )),
        IpNet::V6(Ipv6Net::new_assert(std::net::Ipv6Addr::LOCALHOST, 128)),
    ];
    let inside = |net: IpNet| loopback.iter().any(|range| range.contains(&net));
    let mut with_loopback: Vec<Prefix<'_>> = Vec::new();
    for net in loopback {
        push(&mut with_loopback, net, None);
    }
    with_loopback.extend(prefixes.iter().filter(|prefix| !inside(prefix.net)));
    let passes = |prefix: &Prefix<'_>| {
        let permit = Outcome::fixed("OK");
        match prefix.network {
            None => Some(permit),
            Some((_, network)) => {
                let hands_over = network.may_hand_over.is_some() && network.unlimited().is_none();
                hands_over.then_some(permit)
            }
        }
    };
    ClientTable {
        name: "without-spf".to_owned(),
        about: Comment::new("Clients that are not asked for SPF (cidr_table(5))."),
        rows: rows(&with_loopback, passes),
    }
}
