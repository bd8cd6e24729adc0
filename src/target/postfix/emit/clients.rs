//! Networks as client lists and tables.
//!
//! Of nested networks the longest prefix decides alone; Postfix takes the first line that matches.
//! So longer prefixes stand before shorter ones, and a prefix is left out only if no wider one
//! says anything. IPv4 lies inside IPv6 at `::ffff:0:0/96` for a policy, but not for Postfix: a
//! prefix around it is written as itself and as all of IPv4.

use std::cmp::Reverse;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::restriction::{self as restrict, Restriction};
use super::table::{ClientTable, Table, TableName};
use crate::mail::prefix_range;
use crate::policy::{Grant, Network, Otherwise, OwnDomain, Policy, SenderScope};
use crate::source::Loc;
use crate::target::postfix::lexical::{Comment, Key, ListPrefix, Name, Outcome};
use crate::target::postfix::view::{InternalPrefix, RestrictionList};

/// Of more prefixes than this nobody reads where each comes from.
const PLACES_MAX: usize = 1_000;

/// What main.cf and its tables say of clients.
pub(super) struct Clients {
    /// Internal clients.
    pub(super) mynetworks: Vec<InternalPrefix>,
    /// What internal clients are granted, if some are not granted everything.
    pub(super) grants: Option<ClientTable>,
    /// What the networks are refused that may do only what is granted, if there are any.
    pub(super) limits: Option<ClientTable>,
    /// Who is not asked for SPF.
    pub(super) without_spf: ClientTable,
    /// Which reverse-paths a grant of a network covers.
    pub(super) senders: Vec<Table>,
    /// The classes that the tables name.
    pub(super) classes: Vec<RestrictionList>,
}

/// A prefix, and the network that it is of; loopback is of none.
#[derive(Clone, Copy)]
struct Prefix<'p> {
    net: IpNet,
    /// Its length on the line of IPv6 addresses.
    length: u8,
    network: Option<(usize, &'p Network)>,
}

/// Returns what main.cf and its tables say of clients.
pub(super) fn clients(policy: &Policy, own_domains: &TableName) -> Clients {
    let prefixes = prefixes(policy);
    let mut clients = Clients {
        mynetworks: mynetworks(&prefixes),
        grants: None,
        limits: None,
        without_spf: without_spf(&prefixes),
        senders: Vec::new(),
        classes: Vec::new(),
    };
    grants(policy, &prefixes, &mut clients);
    limits(policy, &prefixes, own_domains, &mut clients);
    clients
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
        .is_some_and(|(_, network)| network.may_send.is_some())
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
                let hands_over = network.may_hand_over.is_some() && network.may_send.is_none();
                hands_over.then_some(permit)
            }
        }
    };
    ClientTable {
        name: "without-spf",
        about: Comment::new("Clients that are not asked for SPF (cidr_table(5))."),
        rows: rows(&with_loopback, passes),
    }
}

/// Whether a grant covers every reverse-path.
fn covers_all(grant: &Grant) -> bool {
    let any = |scope: &SenderScope| *scope == SenderScope::Any;
    grant.from.is_empty() || grant.from.iter().any(|scope| any(&scope.value))
}

/// Internal clients whose grant names reverse-paths: a class and a table for each network.
fn grants(policy: &Policy, prefixes: &[Prefix<'_>], clients: &mut Clients) {
    let mut any = false;
    for (number, network) in policy.networks.iter().enumerate() {
        let Some(grant) = network.may_send.as_ref().filter(|grant| !covers_all(grant)) else {
            continue;
        };
        any = true;
        let about = format!(
            "Reverse-paths that network {} may use ({}).",
            network.name.value,
            Comment::line(&grant.at)
        );
        let mut table = Table::new(format!("network-{number}-senders"), Comment::new(&about));
        table.push(Key::null(), Outcome::fixed("OK"), Some(&grant.at));
        let mut scopes: Vec<_> = grant.from.iter().collect();
        scopes.sort_by(|a, b| a.value.cmp(&b.value));
        scopes.dedup_by(|a, b| a.value == b.value);
        for scope in scopes {
            let key = match &scope.value {
                // A network has no addresses of its own; `Any` is not here.
                SenderScope::Own | SenderScope::Any => continue,
                SenderScope::Address(address) => Key::address(address).ok(),
                SenderScope::Domain(domain) => Some(Key::domain(domain)),
            };
            if let Some(key) = key {
                table.push(key, Outcome::fixed("OK"), Some(&scope.at));
            }
        }
        clients.classes.push(RestrictionList {
            about: Comment::new(&about),
            name: granted(number),
            restrictions: vec![restrict::sender_access(&table.reference())],
        });
        clients.senders.push(table);
    }
    if !any {
        return;
    }
    let outcome = |prefix: &Prefix<'_>| {
        let (number, network) = prefix.network?;
        let grant = network.may_send.as_ref()?;
        Some(if covers_all(grant) {
            Outcome::fixed("OK")
        } else {
            Outcome::class(&granted(number))
        })
    };
    clients.grants = Some(ClientTable {
        name: "networks",
        about: Comment::new("What internal clients are granted (cidr_table(5))."),
        rows: rows(prefixes, outcome),
    });
}

fn granted(number: usize) -> Name {
    Name::numbered("granted_to_network_", number)
}

/// What a network that may do only what is granted is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    /// Everything, for an internal client that no grant covers.
    Internal,
    /// Everything but our own mail, for such a client of our backup.
    InternalHandsOver,
    /// Everything, for a stranger.
    Stranger,
    /// Everything but our own mail, for our backup.
    HandsOver,
}

impl Limit {
    fn of(network: &Network) -> Option<Self> {
        match network.otherwise {
            Otherwise::Stranger => return None,
            Otherwise::Refuse(_) => {}
        }
        let hands_over = network.may_hand_over.is_some();
        match &network.may_send {
            Some(grant) if covers_all(grant) => None,
            Some(_) if hands_over => Some(Self::InternalHandsOver),
            Some(_) => Some(Self::Internal),
            None if hands_over => Some(Self::HandsOver),
            None => Some(Self::Stranger),
        }
    }

    fn class(self) -> Name {
        Name::fixed(match self {
            Self::Internal => "limit_internal",
            Self::InternalHandsOver => "limit_internal_backup",
            Self::Stranger => "limit_network",
            Self::HandsOver => "limit_backup",
        })
    }

    /// Rule 3 comes before rule 5, for strangers only.
    fn restrictions(self, own_domain: OwnDomain, own_domains: &TableName) -> Vec<Restriction> {
        let stranger = match self {
            Self::Stranger | Self::HandsOver => own_domain == OwnDomain::Reject,
            Self::Internal | Self::InternalHandsOver => false,
        };
        let mut list = Vec::new();
        if stranger {
            list.push(restrict::sender_access(own_domains));
        }
        if matches!(self, Self::HandsOver | Self::InternalHandsOver) {
            list.push(restrict::limited_literals());
            list.push(Restriction::PERMIT_AUTH_DESTINATION);
        }
        list.push(restrict::network_limit());
        list
    }
}

fn limits(
    policy: &Policy,
    prefixes: &[Prefix<'_>],
    own_domains: &TableName,
    clients: &mut Clients,
) {
    let about = [
        (
            Limit::Internal,
            "A limited network, and a reverse-path that it is not granted.",
        ),
        (
            Limit::InternalHandsOver,
            "The same, but our own mail may be handed over.",
        ),
        (
            Limit::Stranger,
            "A network that may do only what is granted, which is nothing.",
        ),
        (
            Limit::HandsOver,
            "The same, but our own mail may be handed over.",
        ),
    ];
    let mut found = false;
    for (limit, about) in about {
        let of = |network: &&Network| Limit::of(network) == Some(limit);
        if policy.networks.iter().any(|network| of(&network)) {
            found = true;
            clients.classes.push(RestrictionList {
                about: Comment::new(about),
                name: limit.class(),
                restrictions: limit.restrictions(policy.inbound.own_domain, own_domains),
            });
        }
    }
    if !found {
        return;
    }
    let outcome = |prefix: &Prefix<'_>| {
        let (_, network) = prefix.network?;
        Limit::of(network).map(|limit| Outcome::class(&limit.class()))
    };
    clients.limits = Some(ClientTable {
        name: "limited-networks",
        about: Comment::new("Networks that may do only what is granted (cidr_table(5))."),
        rows: rows(prefixes, outcome),
    });
}

/// Whether any network hands over our own mail, and is refused everything else.
pub(super) fn backup_is_limited(policy: &Policy) -> bool {
    policy.networks.iter().any(|network| {
        matches!(
            Limit::of(network),
            Some(Limit::HandsOver | Limit::InternalHandsOver)
        )
    })
}

/// Returns where a network's grant names an address that a table cannot hold, and which.
pub(super) fn unsayable(policy: &Policy) -> impl Iterator<Item = (&crate::mail::Address, &Loc)> {
    policy
        .networks
        .iter()
        .filter_map(|network| network.may_send.as_ref())
        .flat_map(|grant| &grant.from)
        .filter_map(|scope| match &scope.value {
            SenderScope::Address(address) if Key::address(address).is_err() => {
                Some((address, &scope.at))
            }
            SenderScope::Address(_)
            | SenderScope::Own
            | SenderScope::Any
            | SenderScope::Domain(_) => None,
        })
}
