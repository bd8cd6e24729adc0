//! Prefixes of networks without what lies inside them and is of others, for tables in which a row
//! that is found says yes, whatever stands in it.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::{Prefix, about, places, prefixes};
use crate::mail::prefix_range;
use crate::policy::{Network, Policy};
use crate::target::postfix::lexical::{Comment, Outcome};

/// Returns the rows of the networks that hold something; none holds a client of another network
/// without rights.
pub(in crate::target::postfix::emit) fn rows_without_holes(
    policy: &Policy,
    holds: impl Fn(&Network) -> bool,
) -> Vec<(IpNet, Outcome, Comment)> {
    let all = prefixes(policy);
    let few = places(&all);
    let that = |is: &dyn Fn(&Network) -> bool| {
        let all = all.iter();
        let mut found: Vec<&Prefix<'_>> = all
            .filter(|prefix| prefix.network.is_some_and(|(_, network)| is(network)))
            .collect();
        found.sort_by_key(|prefix| prefix_range(prefix.net));
        found
    };
    let held = that(&holds);
    let holes = that(&|network| !network.may_send());
    let holes: Vec<IpNet> = holes.iter().map(|prefix| prefix.net).collect();
    let nets: BTreeSet<IpNet> = held.iter().map(|prefix| prefix.net).collect();
    let mut rows = Vec::new();
    for prefix in held {
        let mut pieces = without(prefix.net, inside(&holes, prefix.net));
        // Where a longer prefix holds a piece, that one's own rows say so.
        pieces.retain(|piece| !is_in_longer(*piece, prefix.net, &nets));
        for net in pieces {
            rows.push((net, Outcome::fixed("OK"), about(prefix, few)));
        }
    }
    rows
}

/// Returns whether a piece of a prefix lies in one of these that is longer than the prefix.
fn is_in_longer(piece: IpNet, of: IpNet, nets: &BTreeSet<IpNet>) -> bool {
    let mut lengths = of.prefix_len() + 1..=piece.prefix_len();
    lengths.any(|length| {
        let around = IpNet::new(piece.addr(), length);
        around.is_ok_and(|around| nets.contains(&around.trunc()))
    })
}

/// Returns the holes that begin in a prefix, and lie in it therefore or around it.
fn inside(holes: &[IpNet], net: IpNet) -> &[IpNet] {
    let (first, last) = prefix_range(net);
    let from = holes.partition_point(|hole| prefix_range(*hole).0 < first);
    let to = holes.partition_point(|hole| prefix_range(*hole).0 <= last);
    holes.get(from..to).unwrap_or_default()
}

/// Returns what of a prefix lies in no hole.
fn without(net: IpNet, holes: &[IpNet]) -> Vec<IpNet> {
    if holes.contains(&net) {
        return Vec::new();
    }
    let is_inside =
        |hole: &IpNet| net.contains(hole) && hole.addr().is_ipv4() == net.addr().is_ipv4();
    if !holes.iter().any(is_inside) {
        return vec![net];
    }
    let halves = net.subnets(net.prefix_len() + 1).into_iter().flatten();
    let rest = halves.flat_map(|half| without(half, inside(holes, half)));
    rest.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(net: &str, holes: &[&str], wanted: &[&str]) {
        let holes: Vec<IpNet> = holes.iter().map(|hole| hole.parse().unwrap()).collect();
        let net = net.parse().unwrap();
        let found = without(net, inside(&holes, net));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, wanted, "{net} without {holes:?}");
    }

    #[test]
    fn holes_are_left_out_and_what_is_around_is_not() {
        check("10.0.0.0/24", &[], &["10.0.0.0/24"]);
        check("10.0.0.0/24", &["10.0.0.0/8"], &["10.0.0.0/24"]);
        check("10.0.0.0/24", &["10.0.0.128/25"], &["10.0.0.0/25"]);
        check(
            "10.0.0.0/24",
            &["10.0.0.0/26", "10.0.0.0/32", "10.0.0.192/26"],
            &["10.0.0.64/26", "10.0.0.128/26"],
        );
        check(
            "10.8.0.0/30",
            &["10.8.0.2/32"],
            &["10.8.0.0/31", "10.8.0.3/32"],
        );
        check(
            "2001:db8::/126",
            &["2001:db8::1/128"],
            &["2001:db8::/128", "2001:db8::2/127"],
        );
    }

    #[test]
    fn a_piece_in_a_longer_prefix_is_told_once() {
        let net = |text: &str| text.parse::<IpNet>().unwrap();
        let nets: BTreeSet<IpNet> = ["10.0.0.0/24", "10.0.0.128/25"].map(net).into();
        let longer = |piece, of| is_in_longer(net(piece), net(of), &nets);
        assert!(longer("10.0.0.128/26", "10.0.0.0/24"));
        assert!(longer("10.0.0.128/25", "10.0.0.0/24"));
        assert!(!longer("10.0.0.0/25", "10.0.0.0/24"));
        assert!(!longer("10.0.0.0/24", "10.0.0.0/24"));
        assert!(!longer("10.0.0.128/26", "10.0.0.128/25"));
    }
}
