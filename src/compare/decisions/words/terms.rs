//! Addresses as prefixes, some of them but for a few others: *10.3.0.0/16 (without 10.3.0.0/24)*.
//!
//! What is named is found from the addresses alone. How a side came to them is not asked: a policy
//! writes nested prefixes, and tables of an MTA may have what is left of them. The same change has
//! the same sentence.

use ipnet::Ipv6Subnets;

use super::clients::{is_within, without};
use crate::prove::Range;

/// Where IPv4 lies on the line of all addresses.
pub(super) const V4: Range = (0xffff_0000_0000, 0xffff_ffff_ffff);

/// A prefix, and what is not meant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) whole: Range,
    pub(super) holes: Vec<Range>,
}

/// Returns the terms of ranges, which are ascending and apart; IPv4 by itself.
pub(super) fn terms(ranges: &[Range]) -> Vec<Term> {
    let v6 = without(ranges, &[V4]);
    let v4 = without(ranges, &v6);
    let around = [V4.0 - 1, V4.1 + 1];
    // Where IPv4 lies is neither meant nor left out of IPv6 around it.
    let v6 = if around.iter().all(|one| is_within((*one, *one), &v6)) {
        let others = without(&[Node::ALL.range()], &v6);
        let others = without(&others, &[V4]);
        without(&[Node::ALL.range()], &others)
    } else {
        v6
    };
    let of = |node: Node, ranges: &[Range]| {
        let best = Best::of(node, &pieces(ranges));
        let nodes = best.nodes.into_iter().map(Node::range);
        let terms = nodes.map(|whole| Term {
            whole,
            holes: without(&[whole], ranges),
        });
        terms.collect::<Vec<Term>>()
    };
    let mut all = of(Node::ALL, &v6);
    all.retain(|term| !is_within(term.whole, &[V4]));
    let at = all.partition_point(|term| term.whole < V4);
    all.splice(at..at, of(Node::V4, &v4));
    all
}

/// Returns the prefixes that ranges are made of, as ranges.
fn pieces(ranges: &[Range]) -> Vec<Range> {
    let subnets = ranges
        .iter()
        .flat_map(|(first, last)| Ipv6Subnets::new((*first).into(), (*last).into(), 0));
    subnets
        .map(|subnet| (subnet.network().into(), subnet.broadcast().into()))
        .collect()
}

/// A prefix: its first address, and how many bits are free.
#[derive(Debug, Clone, Copy)]
struct Node {
    first: u128,
    free: u32,
}

impl Node {
    const ALL: Self = Self {
        first: 0,
        free: 128,
    };
    const V4: Self = Self {
        first: V4.0,
        free: 32,
    };

    fn range(self) -> Range {
        let rest = 1_u128
            .checked_shl(self.free)
            .map_or(u128::MAX, |one| one - 1);
        (self.first, self.first | rest)
    }

    fn halves(self) -> [Self; 2] {
        let free = self.free.saturating_sub(1);
        [self.first, self.first | (1 << free)].map(|first| Self { first, free })
    }
}

/// How the addresses of a prefix are told in the fewest prefixes.
#[derive(Debug, Default)]
struct Best {
    /// How many prefixes they are made of, and how many the other addresses are.
    pieces: usize,
    holes: usize,
    /// Of how many prefixes it is told, those that are left out included.
    told: usize,
    nodes: Vec<Node>,
}

impl Best {
    /// Finds it for these of a prefix, which are ascending prefixes.
    fn of(node: Node, these: &[Range]) -> Self {
        match these {
            [] => {
                return Self {
                    holes: 1,
                    ..Self::default()
                };
            }
            [one] if *one == node.range() => {
                return Self {
                    pieces: 1,
                    holes: 0,
                    told: 1,
                    nodes: vec![node],
                };
            }
            _ => {}
        }
        let [lower, upper] = node.halves();
        let (low, high) = these.split_at(these.partition_point(|one| one.0 < upper.first));
        let (low, high) = (Self::of(lower, low), Self::of(upper, high));
        let (pieces, holes) = (low.pieces + high.pieces, low.holes + high.holes);
        let told = low.told + high.told;
        // What is left out is not read as easily as what is meant.
        if holes + 1 < told && 2 * (holes + 1) <= pieces {
            return Self {
                pieces,
                holes,
                told: holes + 1,
                nodes: vec![node],
            };
        }
        Self {
            pieces,
            holes,
            told,
            nodes: [low.nodes, high.nodes].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, terms};
    use crate::mail::prefix_range;

    fn range(prefix: &str) -> Range {
        prefix_range(prefix.parse().unwrap())
    }

    /// Checks how what is in some prefixes and not in others is told.
    #[track_caller]
    fn check(these: &[&str], but: &[&str], expected: &[(&str, &[&str])]) {
        let sorted = |all: &[&str]| {
            let mut all: Vec<Range> = all.iter().map(|one| range(one)).collect();
            all.sort_unstable();
            all
        };
        let found = terms(&super::without(&sorted(these), &sorted(but)));
        let found: Vec<(Range, Vec<Range>)> = found
            .into_iter()
            .map(|term| (term.whole, term.holes))
            .collect();
        let expected = expected.iter();
        let expected: Vec<(Range, Vec<Range>)> = expected
            .map(|(whole, holes)| (range(whole), sorted(holes)))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_wide_range_is_told_by_what_is_missing() {
        let small = "10.3.7.0/24";
        check(&["10.3.0.0/16"], &[small], &[("10.3.0.0/16", &[small])]);
        let other = "192.168.0.0/24";
        let both = [("10.3.0.0/16", &[small] as &[&str]), (other, &[])];
        check(&["10.3.0.0/16", other], &[small], &both);
        // What is there is as short.
        let quarter = "10.3.0.0/18";
        let rest: [(&str, &[&str]); 2] = [("10.3.64.0/18", &[]), ("10.3.128.0/17", &[])];
        check(&["10.3.0.0/16"], &[quarter], &rest);
        check(&["10.3.0.0/16"], &[], &[("10.3.0.0/16", &[])]);
        check(&[], &[], &[]);
    }

    #[test]
    fn each_family_is_told_by_itself() {
        let (v4, v6) = ("10.0.0.0/8", "2001:db8::/32");
        let all = [("::/0", &[v6] as &[&str]), ("0.0.0.0/0", &[v4])];
        check(&["::/0"], &[v4, v6], &all);
        check(&["::/0"], &[], &[("::/0", &[]), ("0.0.0.0/0", &[])]);
        check(&["0.0.0.0/0"], &[v4], &[("0.0.0.0/0", &[v4])]);
        check(&["2001:db8::/32", v4], &[], &[(v4, &[]), (v6, &[])]);
    }
}
