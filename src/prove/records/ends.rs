//! Where a host of which nothing is known may be, as far as a record can tell it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Subject;
use super::known::is_supposed;
use crate::mail::{Domain, prefix_range, v4_or_v6};

/// Returns the clients that a domain's record is asked about for this one: itself, or if nothing is
/// known of it one from every part into which the record cuts all addresses of its family.
///
/// SOUNDNESS: a term that names addresses holds all of a part, or nothing of it: a part ends where
/// a prefix begins, and behind its end. What terms by name hold is supposed otherwise.
pub(super) fn clients(subject: &Subject<'_>, domain: &Domain, client: IpAddr) -> BTreeSet<IpAddr> {
    let mut clients = BTreeSet::from([client]);
    if subject.known.is_none() || !is_supposed(client) {
        return clients;
    }
    let is_v4 = client.is_ipv4();
    clients.insert(if is_v4 {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED)
    } else {
        IpAddr::V6(Ipv6Addr::UNSPECIFIED)
    });
    for prefix in prefixes(subject, domain) {
        let (first, last) = prefix_range(prefix);
        let begins = [Some(first), last.checked_add(1)];
        let begins = begins.into_iter().flatten().map(v4_or_v6);
        clients.extend(begins.filter(|begin| begin.is_ipv4() == is_v4));
    }
    clients
}

/// Returns the prefixes that the record of a domain names, and those of ours that it leads to.
fn prefixes(subject: &Subject<'_>, domain: &Domain) -> Vec<IpNet> {
    let policy = subject.policy;
    let mut prefixes = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![domain.to_string()];
    while let Some(name) = open.pop() {
        let name = Domain::literal(&name);
        let Some(hosted) = policy.domains.get(&name) else {
            continue;
        };
        if !seen.insert(name) {
            continue;
        }
        for term in &hosted.publish.spf {
            let term = term.value.to_ascii_lowercase();
            let term = term.trim_start_matches(['+', '-', '~', '?']);
            // Around addresses of this host a term by name may hold a prefix, of either family.
            let lengths = term.split('/').skip(1);
            let lengths = lengths.filter_map(|word| word.parse::<u8>().ok());
            match term.split_once([':', '=']) {
                Some(("ip4" | "ip6", text)) => {
                    let address = text.parse::<IpAddr>().map(IpNet::from).ok();
                    prefixes.extend(text.parse::<IpNet>().ok().or(address));
                }
                Some(("include" | "redirect", text)) => open.push(text.to_owned()),
                Some(_) | None => {
                    let own = policy.host.own_addresses();
                    let around = |length| {
                        let own = own.iter();
                        own.filter_map(move |one| IpNet::new(*one, length).ok())
                    };
                    prefixes.extend(lengths.flat_map(around));
                }
            }
        }
    }
    prefixes
}
