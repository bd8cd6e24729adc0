//! Client addresses in words: the prefixes, or the networks that have just these.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ipnet::{IpNet, Ipv6Subnets};

use super::{Words, counted};
use crate::mail::{canonical_prefix, prefix_range};
use crate::policy::{Network, Policy};
use crate::prove::{Facet, Range, Region};

/// Where IPv4 lies on the line of all addresses: the first number, and the one behind the last.
const V4: Range = (0xffff_0000_0000, 0x1_0000_0000_0000);

/// Loopback, which no network needs to name.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

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
    let (word, mut names) = if inside.len() <= outside.len() {
        ("in", inside)
    } else {
        ("outside", outside)
    };
    let count = names.len() as u128;
    names.truncate(super::NAMES_MAX);
    let last = if word == "in" { "or" } else { "and" };
    format!("clients {word} {}", counted(&names, count, last))
}

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
    let networks = [after, before]
        .into_iter()
        .flat_map(|policy| policy.networks.iter().map(move |network| (policy, network)));
    for (policy, network) in networks {
        let own = own_ranges(policy, network);
        if own.is_empty() || !own.iter().all(|range| is_within(*range, &left)) {
            continue;
        }
        left = without(&left, &own);
        let name = format!("network `{}`", network.name.value);
        names.push(match shown {
            Shown::Name => name,
            Shown::Prefixes => {
                let all: Vec<String> = prefixes(&own).iter().map(ToString::to_string).collect();
                format!("{name} ({})", counted(&all, all.len() as u128, "and"))
            }
        });
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
    for range in changed(words) {
        let Some((name, rest)) = with_holes(range, &left) else {
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
    if prefix.prefix_len() == prefix.max_prefix_len() {
        prefix.addr().to_string()
    } else {
        prefix.to_string()
    }
}

/// Returns the prefixes that one policy names and the other does not, the widest first: what a
/// reviewer sees in the text.
fn changed(words: &Words<'_, '_, '_>) -> Vec<Range> {
    let [before, after] = words.contrast.policies().map(|policy| {
        let prefixes = policy.networks.iter().flat_map(|one| &one.prefixes);
        prefixes
            .map(|prefix| prefix_range(prefix.value))
            .collect::<BTreeSet<Range>>()
    });
    let mut changed: Vec<Range> = before.symmetric_difference(&after).copied().collect();
    changed.sort_by_key(|(first, last)| (Reverse(last - first), *first));
    changed
}

/// Returns the name of a range by what is missing in it, if that is shorter than by what is there;
/// and what is left of the ranges then.
fn with_holes(range: Range, ranges: &[Range]) -> Option<(String, Vec<Range>)> {
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
    let count = holes.len() as u128;
    let holes: Vec<String> = holes.into_iter().map(name).collect();
    Some((
        format!("{whole} (without {})", counted(&holes, count, "and")),
        rest,
    ))
}

/// Returns the addresses that are in a network: of nested prefixes the longest decides alone.
fn own_ranges(policy: &Policy, network: &Network) -> Vec<Range> {
    let mut own = Vec::new();
    for prefix in &network.prefixes {
        let (first, last) = prefix_range(prefix.value);
        let others = policy
            .networks
            .iter()
            .flat_map(|other| other.prefixes.iter().map(move |prefix| (other, prefix)))
            .filter(|(other, _)| other.name.value != network.name.value)
            .map(|(_, prefix)| prefix_range(prefix.value))
            .filter(|(one, two)| first <= *one && *two <= last);
        own.extend(without(&[(first, last)], &others.collect::<Vec<Range>>()));
    }
    own.sort_unstable();
    own
}

fn is_within(range: Range, ranges: &[Range]) -> bool {
    ranges
        .iter()
        .any(|(first, last)| *first <= range.0 && range.1 <= *last)
}

/// Returns what is left of ranges without others.
fn without(ranges: &[Range], others: &[Range]) -> Vec<Range> {
    let mut left = ranges.to_vec();
    for (first, last) in others {
        left = left
            .into_iter()
            .flat_map(|(start, end)| {
                if *last < start || end < *first {
                    return vec![(start, end)];
                }
                let before = first.checked_sub(1).filter(|end| start <= *end);
                let behind = last.checked_add(1).filter(|start| *start <= end);
                let before = before.map(|end| (start, end));
                let behind = behind.map(|start| (start, end));
                before.into_iter().chain(behind).collect()
            })
            .collect();
    }
    left
}

#[cfg(test)]
mod tests {
    use super::{prefixes, with_holes};

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
        let named = with_holes(wide, &[upper, other]);
        let expected = "10.3.0.0/16 (without 10.3.0.0/24)".to_owned();
        assert_eq!(named, Some((expected, vec![other])));
        let half = (0xffff_0a03_8000, 0xffff_0a03_ffff);
        assert_eq!(with_holes(wide, &[half]), None);
        assert_eq!(with_holes(wide, &[other]), None);
    }
}
