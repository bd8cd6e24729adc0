//! Networks as host lists.
//!
//! Of nested networks the longest prefix decides alone; Exim takes the first item that matches. So
//! longer prefixes stand before shorter ones, with `!` where they are not meant, and a prefix is
//! left out only if no wider one says anything. IPv4 lies inside IPv6 at `::ffff:0:0/96` for a
//! policy, but not for Exim: a prefix around it is written as itself and as all of IPv4.

use std::cmp::Reverse;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::table::path;
use crate::mail::prefix_range;
use crate::policy::{Network, Otherwise, Policy};
use crate::source::Loc;
use crate::target::exim::lexical::{Comment, HostItem, List, Word};
use crate::target::exim::view::{Commented, HostList};

/// Prefixes up to this number stand in exim4.conf itself.
const PREFIXES_INLINE_MAX: usize = 32;

/// What exim4.conf says of clients.
pub(super) struct Clients {
    /// The named lists.
    pub(super) lists: Vec<HostList>,
    /// The files of those that are long: name, what it is, and items.
    pub(super) files: Vec<(Word, Comment, Vec<HostItem>)>,
    /// Whether some network may do nothing but what is granted.
    pub(super) limited: bool,
    /// Whether some such network may hand over our own mail.
    pub(super) limited_backup: bool,
}

/// A prefix, and the network that it is of; loopback is of none.
#[derive(Clone, Copy)]
struct Prefix<'p> {
    net: IpNet,
    /// Its length on the line of IPv6 addresses.
    length: u8,
    network: Option<&'p Network>,
    /// The number of that network in the policy.
    number: usize,
}

/// Returns what exim4.conf says of clients.
pub(super) fn clients(policy: &Policy) -> Clients {
    let prefixes = prefixes(policy);
    let mut clients = Clients {
        lists: Vec::new(),
        files: Vec::new(),
        limited: false,
        limited_backup: false,
    };
    clients.list(
        "internal",
        "Networks that may send.",
        &prefixes,
        is_internal,
    );
    clients.list(
        "without_spf",
        "Clients that are not asked for SPF: loopback, and our backup.",
        &with_loopback(&prefixes),
        |prefix| prefix.network.is_none_or(hands_over),
    );
    clients.limits(&prefixes);
    clients
}

/// Returns what each prefix holds, the longest first: of the networks that hold something, and of
/// those inside them, which hold it not. `held` says what a network holds, by its number.
pub(super) fn network_rows<'p, T>(
    policy: &'p Policy,
    held: impl Fn(usize) -> Option<T>,
) -> Vec<(IpNet, Option<T>, Option<&'p Loc>)> {
    let rows = relevant(&prefixes(policy), |prefix| held(prefix.number).is_some());
    let row = |prefix: Prefix<'p>| {
        let at = prefix.network.map(|network| &network.at);
        (prefix.net, held(prefix.number), at)
    };
    rows.into_iter().map(row).collect()
}

fn prefixes(policy: &Policy) -> Vec<Prefix<'_>> {
    let mut prefixes = Vec::new();
    for (number, network) in policy.networks.iter().enumerate() {
        for net in &network.prefixes {
            push(&mut prefixes, net.value, Some(network), number);
        }
    }
    prefixes
}

fn push<'p>(
    prefixes: &mut Vec<Prefix<'p>>,
    net: IpNet,
    network: Option<&'p Network>,
    number: usize,
) {
    let length = match net {
        IpNet::V4(net) => net.prefix_len() + 96,
        IpNet::V6(net) => net.prefix_len(),
    };
    let mut push = |net| {
        prefixes.push(Prefix {
            net,
            length,
            network,
            number,
        });
    };
    push(net);
    let every_v4 = IpNet::V4(Ipv4Net::default());
    let (first, last) = prefix_range(net);
    let (first_v4, last_v4) = prefix_range(every_v4);
    if matches!(net, IpNet::V6(_)) && first <= first_v4 && last_v4 <= last {
        push(every_v4);
    }
}

/// Returns the prefixes with loopback, whatever networks lie inside it.
fn with_loopback<'p>(prefixes: &[Prefix<'p>]) -> Vec<Prefix<'p>> {
    let loopback = [
        IpNet::V4(Ipv4Net::new_assert(
            std::net::Ipv4Addr::new(127, 0, 0, 0),
            8,
        )),
        IpNet::V6(Ipv6Net::new_assert(std::net::Ipv6Addr::LOCALHOST, 128)),
    ];
    let mut all = Vec::new();
    for net in loopback {
        push(&mut all, net, None, 0);
    }
    let inside = |net: IpNet| loopback.iter().any(|range| range.contains(&net));
    all.extend(prefixes.iter().filter(|prefix| !inside(prefix.net)));
    all
}

/// Returns the prefixes that are meant, or lie inside one that is; longest first.
fn relevant<'p>(prefixes: &[Prefix<'p>], meant: impl Fn(&Prefix<'_>) -> bool) -> Vec<Prefix<'p>> {
    let mut sorted = prefixes.to_vec();
    sorted.sort_by_key(|prefix| (prefix_range(prefix.net).0, prefix.length));
    let mut around: Vec<(u128, bool)> = Vec::new();
    let mut kept = Vec::new();
    for prefix in sorted {
        let (first, last) = prefix_range(prefix.net);
        while around.last().is_some_and(|(end, _)| *end < first) {
            around.pop();
        }
        let relevant = meant(&prefix) || around.last().is_some_and(|(_, relevant)| *relevant);
        around.push((last, relevant));
        if relevant {
            kept.push(prefix);
        }
    }
    kept.sort_by_key(|prefix| (Reverse(prefix.length), prefix_range(prefix.net).0));
    kept
}

/// The same, in the order of the policy if nothing but what is meant is left.
fn ordered<'p>(prefixes: &[Prefix<'p>], meant: impl Fn(&Prefix<'_>) -> bool) -> Vec<Prefix<'p>> {
    let kept = relevant(prefixes, &meant);
    if kept.iter().all(&meant) {
        return prefixes.iter().copied().filter(&meant).collect();
    }
    kept
}

fn is_internal(prefix: &Prefix<'_>) -> bool {
    prefix
        .network
        .is_some_and(|network| network.unlimited().is_some())
}

fn hands_over(network: &Network) -> bool {
    network.may_hand_over.is_some() && network.unlimited().is_none()
}

/// Whether a network may do nothing but what is granted.
fn is_limited(network: &Network) -> bool {
    match network.otherwise {
        Otherwise::Stranger => false,
        Otherwise::Refuse(_) => network.unlimited().is_none(),
    }
}

impl Clients {
    /// Adds a named list of the prefixes that are meant.
    fn list(
        &mut self,
        name: &'static str,
        about: &str,
        prefixes: &[Prefix<'_>],
        meant: impl Fn(&Prefix<'_>) -> bool,
    ) {
        let kept = ordered(prefixes, &meant);
        let hosts = self.hosts(&Word::fixed(name), about, &kept, &meant);
        let mut networks: Vec<Commented> = Vec::new();
        if kept.len() <= PREFIXES_INLINE_MAX {
            for network in kept.iter().filter_map(|prefix| prefix.network) {
                let text = Comment::new(&format!("network {}", network.name.value));
                let line = Comment::line(&network.at);
                let place = Commented { text, line };
                if !networks.contains(&place) {
                    networks.push(place);
                }
            }
        }
        self.lists.push(HostList {
            name: Word::fixed(name),
            about: Comment::new(about),
            networks,
            hosts,
        });
    }

    /// Returns the list of the prefixes that are meant, or the file that it is put in.
    fn hosts(
        &mut self,
        file: &Word,
        about: &str,
        kept: &[Prefix<'_>],
        meant: impl Fn(&Prefix<'_>) -> bool,
    ) -> List {
        let items: Vec<HostItem> = kept
            .iter()
            .map(|prefix| HostItem::new(prefix.net, meant(prefix)))
            .collect();
        if items.len() <= PREFIXES_INLINE_MAX {
            return List::hosts(&items);
        }
        self.files.push((file.clone(), Comment::new(about), items));
        List::file(&Word::below_exim(&path(&file.to_string())))
    }

    fn limits(&mut self, prefixes: &[Prefix<'_>]) {
        let is = |prefix: &Prefix<'_>, backup: bool| {
            prefix.network.is_some_and(|network| {
                is_limited(network) && network.may_hand_over.is_some() == backup
            })
        };
        self.limited = prefixes.iter().any(|prefix| is(prefix, false));
        if self.limited {
            let about = "Networks that may do nothing but what is granted.";
            self.list("limited", about, prefixes, |prefix| is(prefix, false));
        }
        self.limited_backup = prefixes.iter().any(|prefix| is(prefix, true));
        if self.limited_backup {
            let about = "The same, but they may hand over our own mail.";
            self.list("limited_backup", about, prefixes, |prefix| is(prefix, true));
        }
    }
}
