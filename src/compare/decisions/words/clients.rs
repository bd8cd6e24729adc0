//! Client addresses in words: the prefixes, or the networks that have just these.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv6Subnets};

use super::{Lists, Words};
use crate::mail::{canonical_prefix, prefix_range};
use crate::policy::{Network, Policy};
use crate::prove::{Facet, Range, Region};

/// Where IPv4 lies on the line of all addresses: the first number, and the one behind the last.
const V4: Range = (0xffff_0000_0000, 0x1_0000_0000_0000);

/// Loopback, which no network needs to name; in the order of all addresses.
const LOOPBACK: [&str; 2] = ["::1/128", "127.0.0.0/8"];

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
    let inside = names(words, &words.contrast.clients(&inside), Shown::Prefixes);
    let outside = names(words, &words.contrast.clients(&outside), Shown::Name);
    if inside.len() <= outside.len() {
        return format!("clients in {}", words.lists.counted(&inside, "or"));
    }
    match outside.as_slice() {
        [one] => format!("clients outside {one}"),
        [one, other] => format!("clients in neither {one} nor {other}"),
        // Whoever is left out by the hundred is nobody in particular.
        [one, ..] if outside.len() > MANY => {
            let none = format!("none of {} networks, {one} among them,", outside.len());
            words.lists.keep(none.clone(), outside.clone());
            format!("clients in {none}")
        }
        all => format!("clients in none of {}", words.lists.counted(all, "and")),
    }
}

/// So many networks that are left out are counted, and not listed.
const MANY: usize = 20;

/// Returns the prefixes of some ranges, ascending; IPv4 by itself.
pub(super) fn prefixes(ranges: &[Range]) -> Vec<IpNet> {
    let mut cut: Vec<Range> = Vec::new();
    for (first, last) in ranges {
        let (mut first, last) = (*first, *last);
        for edge in [V4.0, V4.1] {
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
    let loopback: Vec<Range> = LOOPBACK
        .iter()
        .filter_map(|one| one.parse().ok())
        .map(prefix_range)
        .collect();
    if loopback.iter().all(|range| is_within(*range, &left)) {
        names.push("loopback".to_owned());
        left = without(&left, &loopback);
    }
    let all_v6 = [(0, V4.0 - 1), (V4.1, u128::MAX)];
    if all_v6.iter().all(|range| is_within(*range, &left)) {
        names.push("all of IPv6".to_owned());
        left = without(&left, &all_v6);
    }
    for range in changed(words) {
        let Some((name, rest)) = with_holes(words.lists, range, &left) else {
            continue;
        };
        names.push(name);
        left = rest;
    }
    names.extend(prefixes(&left).into_iter().map(name));
    names
}

/// Returns how a prefix is named: an address by itself.
fn name(prefix: IpNet) -> String {
    if prefix_range(prefix) == (V4.0, V4.1 - 1) {
        "all of IPv4".to_owned()
    } else if prefix.prefix_len() == prefix.max_prefix_len() {
        prefix.addr().to_string()
    } else {
        prefix.to_string()
    }
}

/// Returns the prefixes that one side names and the other does not, the widest first: what a
/// reviewer sees in the text; and all of IPv4.
fn changed(words: &Words<'_, '_, '_>) -> Vec<Range> {
    let [before, after] = words.contrast.policies().map(|policy| {
        let prefixes = policy.networks.iter().flat_map(|one| &one.prefixes);
        prefixes
            .map(|prefix| prefix_range(prefix.value))
            .collect::<BTreeSet<Range>>()
    });
    let mut changed: Vec<Range> = before.symmetric_difference(&after).copied().collect();
    if changed.is_empty() {
        // Two trees are read by one policy: then what their tables name.
        let apart = words.contrast.ranges_apart().into_iter();
        changed.extend(apart.filter(|range| prefixes(&[*range]).len() == 1));
    }
    changed.push((V4.0, V4.1 - 1));
    changed.sort_by_key(|(first, last)| (Reverse(last - first), *first));
    changed
}

/// Returns the name of a range by what is missing in it, if that is shorter than by what is there;
/// and what is left of the ranges then.
fn with_holes(lists: &Lists, range: Range, ranges: &[Range]) -> Option<(String, Vec<Range>)> {
    let rest = without(ranges, &[range]);
    let holes = prefixes(&without(&[range], ranges));
    let there = prefixes(&without(ranges, &rest));
    if holes.len() + 1 >= there.len() {
        return None;
    }
    let whole = prefixes(&[range]).into_iter().map(name);
    let whole = whole.collect::<Vec<String>>().join(" and ");
    if holes.is_empty() {
        return Some((whole, rest));
    }
    let holes: Vec<String> = holes.into_iter().map(name).collect();
    Some((
        format!("{whole} (without {})", lists.counted(&holes, "and")),
        rest,
    ))
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
fn is_within(range: Range, ranges: &[Range]) -> bool {
    let behind = ranges.partition_point(|(first, _)| *first <= range.0);
    let before = behind.checked_sub(1).and_then(|at| ranges.get(at));
    before.is_some_and(|(_, last)| range.1 <= *last)
}

/// Returns what is left of ranges, ascending and apart, without others, ascending.
fn without(ranges: &[Range], others: &[Range]) -> Vec<Range> {
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
    use super::{Lists, is_within, prefixes, without};

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
    fn a_wide_range_is_told_by_what_is_missing() {
        let wide = (0xffff_0a03_0000, 0xffff_0a03_ffff);
        let upper = (0xffff_0a03_0100, 0xffff_0a03_ffff);
        let other = (0xffff_c0a8_0000, 0xffff_c0a8_00ff);
        let lists = Lists::default();
        let with_holes = |range, ranges: &[_]| super::with_holes(&lists, range, ranges);
        let named = with_holes(wide, &[upper, other]);
        let expected = "10.3.0.0/16 (without 10.3.0.0/24)".to_owned();
        assert_eq!(named, Some((expected, vec![other])));
        let half = (0xffff_0a03_8000, 0xffff_0a03_ffff);
        assert_eq!(with_holes(wide, &[half]), None);
        assert_eq!(with_holes(wide, &[other]), None);
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
}
