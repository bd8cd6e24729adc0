//! Client addresses in words: the prefixes, or the networks that have just these.

use ipnet::{IpNet, Ipv6Subnets};

use super::terms::{Term, V4, terms};
use super::{Lists, Words};
use crate::mail::{canonical_prefix, prefix_range};
use crate::policy::{Grant, Network, Policy};
use crate::prove::{Facet, Range, Region};

/// Loopback, which no network needs to name; in the order of all addresses.
const LOOPBACK: [&str; 2] = ["::1/128", "127.0.0.0/8"];

/// What it is called.
const LOOPED: &str = "loopback";

fn loopback() -> Vec<Range> {
    let prefixes = LOOPBACK.iter().filter_map(|one| one.parse().ok());
    prefixes.map(prefix_range).collect()
}

/// How a network is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Name,
    /// The name, and its prefixes.
    Prefixes,
}

/// Returns who the clients of a region are.
pub(super) fn clients(words: &Words<'_, '_, '_>, region: &Region) -> String {
    let inside = words.sets.of(Facet::Client, region);
    let all = 0..words.contrast.size(Facet::Client);
    let outside: Vec<u32> = all
        .filter(|class| inside.binary_search(class).is_err())
        .collect();
    if outside.is_empty() {
        return "any client".to_owned();
    }
    let meant = words.contrast.clients(&inside);
    let inside = names(words, &meant, Shown::Prefixes);
    let left_out = words.contrast.clients(&outside);
    let outside = names(words, &left_out, Shown::Name);
    if !is_most(&meant) && inside.len() <= outside.len() {
        return format!("clients in {}", words.lists.counted(&inside, "or"));
    }
    match outside.as_slice() {
        [one] => format!("clients outside {one}"),
        [one, other] => format!("clients in neither {one} nor {other}"),
        // Whoever is left out by the hundred is nobody in particular.
        [one, ..] if outside.len() > MANY => {
            let count = outside.len();
            let looped = outside.iter().any(|name| name == LOOPED);
            let rest = if looped {
                without(&left_out, &loopback())
            } else {
                left_out
            };
            let none = match (with_rights(words, &rest), looped) {
                (Some(such), false) => format!("none of the {count} networks {such},"),
                (Some(such), true) => {
                    let count = count - 1;
                    format!("neither {LOOPED} nor any of the {count} networks {such},")
                }
                (None, _) => format!("none of {count} networks, {one} among them,"),
            };
            words.lists.keep(none.clone(), outside.clone());
            format!("clients in {none}")
        }
        all => format!("clients in none of {}", words.lists.counted(all, "and")),
    }
}

/// A property of a policy's networks, and its words.
type Such<'p> = (&'p Policy, fn(&Network) -> bool, &'static str);

/// Returns what the networks of some ranges have in common, if these are all of which it is true.
fn with_rights(words: &Words<'_, '_, '_>, ranges: &[Range]) -> Option<&'static str> {
    let some: fn(&Network) -> bool = Network::may_send;
    let wide: fn(&Network) -> bool = |network| network.grants.iter().any(Grant::is_wide);
    let [before, after] = words.contrast.policies();
    let all: [Such<'_>; 4] = [
        (after, some, "that may send"),
        (after, wide, "that may send to anybody"),
        (before, some, "that could send"),
        (before, wide, "that could send to anybody"),
    ];
    let everywhere = [(0, u128::MAX)];
    let rest = without(&everywhere, ranges);
    let is_all = |(policy, such, words): Such<'_>| {
        let networks = policy.networks.iter().zip(own_ranges(policy));
        let these = networks.filter(|(network, _)| such(network));
        let mut own: Vec<Range> = these.flat_map(|(_, own)| own).collect();
        own.sort_unstable();
        (without(&everywhere, &own) == rest).then_some(words)
    };
    all.into_iter().find_map(is_all)
}

/// So many networks that are left out are counted, and not listed.
const MANY: usize = 20;

/// Returns the prefixes of some ranges, ascending; IPv4 by itself.
pub(super) fn prefixes(ranges: &[Range]) -> Vec<IpNet> {
    let mut cut: Vec<Range> = Vec::new();
    for (first, last) in ranges {
        let (mut first, last) = (*first, *last);
        for edge in [V4.0, V4.1 + 1] {
            if first < edge && edge <= last {
                cut.push((first, edge - 1));
                first = edge;
            }
        }
        cut.push((first, last));
    }
    let subnets = cut
        .into_iter()
        .flat_map(|(first, last)| Ipv6Subnets::new(first.into(), last.into(), 0));
    subnets
        .map(|subnet| canonical_prefix(IpNet::V6(subnet)))
        .collect()
}

/// Returns the names of ranges: of each network that is among them, and the prefixes that are left.
fn names(words: &Words<'_, '_, '_>, ranges: &[Range], shown: Shown) -> Vec<String> {
    let mut left: Vec<Range> = ranges.to_vec();
    let mut names = Vec::new();
    let [before, after] = words.contrast.policies();
    for policy in [after, before] {
        // The networks of one policy have no address in common.
        let mut named = Vec::new();
        for (network, own) in policy.networks.iter().zip(own_ranges(policy)) {
            if own.is_empty() || !own.iter().all(|range| is_within(*range, &left)) {
                continue;
            }
            let name = format!("network `{}`", network.name.value);
            names.push(match shown {
                Shown::Name => name,
                Shown::Prefixes => {
                    let all: Vec<String> = prefixes(&own).iter().map(ToString::to_string).collect();
                    format!("{name} ({})", words.lists.counted(&all, "and"))
                }
            });
            named.extend(own);
        }
        named.sort_unstable();
        left = without(&left, &named);
    }
    let loopback = loopback();
    if loopback.iter().all(|range| is_within(*range, &left)) {
        names.push(LOOPED.to_owned());
        left = without(&left, &loopback);
    }
    let all_v6 = [(0, V4.0 - 1), (V4.1 + 1, u128::MAX)];
    let has_v6 = all_v6.iter().all(|range| is_within(*range, &left));
    if has_v6 {
        names.push("all of IPv6".to_owned());
        left = without(&left, &all_v6);
    }
    let terms = terms(&left);
    names.extend(terms.iter().map(|term| told(words.lists, term)));
    names
}

/// Returns whether ranges hold most addresses of both families: of them it is read more easily who
/// is left out, however many that are.
fn is_most(ranges: &[Range]) -> bool {
    let v6 = without(ranges, &[V4]);
    let v4 = without(ranges, &v6);
    let size = |ranges: &[Range]| {
        let sizes = ranges.iter().map(|(first, last)| last - first);
        sizes.fold(0, u128::saturating_add)
    };
    size(&v4) > (V4.1 - V4.0) / 2 && size(&v6) > u128::MAX / 2
}

/// Returns how a prefix is named: an address by itself.
fn name(prefix: IpNet) -> String {
    if prefix_range(prefix) == V4 {
        "all of IPv4".to_owned()
    } else if prefix_range(prefix) == (0, u128::MAX) {
        "all of IPv6".to_owned()
    } else if prefix.prefix_len() == prefix.max_prefix_len() {
        prefix.addr().to_string()
    } else {
        prefix.to_string()
    }
}

/// Returns a prefix in words, and what is not meant of it.
fn told(lists: &Lists, term: &Term) -> String {
    let (first, last) = term.whole;
    // IPv4 lies in the midst of IPv6.
    let subnets = Ipv6Subnets::new(first.into(), last.into(), 0);
    let whole = subnets.map(|subnet| name(canonical_prefix(IpNet::V6(subnet))));
    let whole: String = whole.collect();
    let holes: Vec<String> = prefixes(&term.holes).into_iter().map(name).collect();
    if holes.is_empty() {
        return whole;
    }
    format!("{whole} (without {})", lists.counted(&holes, "and"))
}

/// Returns the addresses that are in each network, ascending: of nested prefixes the longest
/// decides alone.
fn own_ranges(policy: &Policy) -> Vec<Vec<Range>> {
    let numbered = policy.networks.iter().enumerate();
    let mut all: Vec<(Range, usize)> = numbered
        .flat_map(|(number, network)| {
            let ranges = network.prefixes.iter().map(|one| prefix_range(one.value));
            ranges.map(move |range| (range, number))
        })
        .collect();
    all.sort_unstable();
    let nested = |number: usize, network: &Network| {
        let mut own = Vec::new();
        for prefix in &network.prefixes {
            let (first, last) = prefix_range(prefix.value);
            let from = all.partition_point(|((one, _), _)| *one < first);
            let others = all.get(from..).unwrap_or_default().iter();
            let others = others
                .take_while(|((one, _), _)| *one <= last)
                .filter(|((_, two), other)| *two <= last && *other != number)
                .map(|(range, _)| *range);
            own.extend(without(&[(first, last)], &others.collect::<Vec<Range>>()));
        }
        own.sort_unstable();
        own
    };
    let numbered = policy.networks.iter().enumerate();
    numbered
        .map(|(number, network)| nested(number, network))
        .collect()
}

/// Returns whether a range lies within one of others, which are ascending and apart.
pub(super) fn is_within(range: Range, ranges: &[Range]) -> bool {
    let behind = ranges.partition_point(|(first, _)| *first <= range.0);
    let before = behind.checked_sub(1).and_then(|at| ranges.get(at));
    before.is_some_and(|(_, last)| range.1 <= *last)
}

/// Returns what is left of ranges, ascending and apart, without others, ascending.
pub(super) fn without(ranges: &[Range], others: &[Range]) -> Vec<Range> {
    let mut left = Vec::new();
    let mut others = others.iter().peekable();
    for (first, last) in ranges {
        let (mut start, last) = (*first, *last);
        let mut is_left = true;
        while let Some((from, until)) = others.peek().copied().copied() {
            if from > last {
                break;
            }
            if from > start {
                left.push((start, from - 1));
            }
            // Others may lie inside each other.
            if until >= start {
                match until.checked_add(1) {
                    Some(behind) if behind <= last => start = behind,
                    _ => {
                        is_left = false;
                        break;
                    }
                }
            }
            others.next();
        }
        if is_left {
            left.push((start, last));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::{V4, is_most, is_within, prefixes, without};

    #[track_caller]
    fn check(ranges: &[(u128, u128)], expected: &[&str]) {
        let found: Vec<String> = prefixes(ranges).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn ipv4_is_cut_out_of_the_line() {
        check(&[(0xffff_0a03_0000, 0xffff_0a03_ffff)], &["10.3.0.0/16"]);
        check(&[(0xffff_0000_0000, 0xffff_ffff_ffff)], &["0.0.0.0/0"]);
        check(
            &[(0xffff_ffff_fffe, 0x1_0000_0000_0001)],
            &["255.255.255.254/31", "::1:0:0:0/127"],
        );
    }

    #[test]
    fn ranges_are_taken_out_of_ranges() {
        let left = without(&[(0, 9), (20, 29)], &[(3, 4), (3, 3), (8, 21), (25, 40)]);
        assert_eq!(left, [(0, 2), (5, 7), (22, 24)]);
        assert!(without(&[(5, 6)], &[(0, 9)]).is_empty());
        assert_eq!(without(&[(5, 6)], &[(0, 4), (7, 9)]), [(5, 6)]);
        assert_eq!(without(&[(0, u128::MAX)], &[(1, u128::MAX)]), [(0, 0)]);
        assert!(is_within((5, 6), &[(0, 2), (5, 9)]));
        assert!(!is_within((2, 5), &[(0, 2), (5, 9)]));
    }

    #[test]
    fn most_addresses_are_most_of_both_families() {
        let all = [(0, u128::MAX)];
        assert!(is_most(&all));
        assert!(!is_most(&[V4]) && !is_most(&[]));
        assert!(!is_most(&without(&all, &[V4])));
        // Whatever number of prefixes is left out, of either family.
        let many = (0..9999).map(|one| V4.0 + one * 512);
        let many = many.chain((0..9999).map(|one| (0xfd << 120) + (one << 80)));
        let many: Vec<(u128, u128)> = many.map(|one| (one, one + 255)).collect();
        assert!(is_most(&without(&all, &many)));
        assert!(!is_most(&without(&all, &[(V4.0, V4.0 + (1 << 31))])));
    }
}
