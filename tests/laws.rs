//! Laws: what must hold for every table, path and policy.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use mailpol::decision::{ClientTable, Label, Row};
use mailpol::mail::{Path, PathForm, canonical_prefix};
use mailpol::source::{Loc, Source};
use proptest::prelude::*;

fn row(label: u32) -> Row {
    let source = Source::new("law", "");
    Row::new(Label(label), Loc::new(&source, 0, 0))
}

/// Prefixes that overlap a lot: of 10.0.0.0/24, of fd00::/120, and IPv4-mapped ones.
fn prefix() -> impl Strategy<Value = IpNet> {
    let v4 = (0_u8..=255, 20_u8..=32).prop_map(|(host, length)| {
        IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, host), length))
    });
    let v6 = (0_u16..=255, 116_u8..=128).prop_map(|(host, length)| {
        let address = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, host);
        IpNet::V6(Ipv6Net::new_assert(address, length))
    });
    let mapped = (0_u8..=255, 112_u8..=128).prop_map(|(host, length)| {
        let address = Ipv4Addr::new(10, 0, 0, host).to_ipv6_mapped();
        IpNet::V6(Ipv6Net::new_assert(address, length))
    });
    prop_oneof![v4, v6, mapped].prop_map(canonical_prefix)
}

fn client() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        (0_u8..=255).prop_map(|host| IpAddr::V4(Ipv4Addr::new(10, 0, 0, host))),
        (0_u8..=255).prop_map(|host| IpAddr::V6(Ipv4Addr::new(10, 0, 0, host).to_ipv6_mapped())),
        (0_u16..=300).prop_map(|host| IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, host))),
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
    ]
}

fn holds(prefix: IpNet, client: IpAddr) -> bool {
    prefix.contains(&client.to_canonical())
}

proptest! {
    #[test]
    fn the_longest_prefix_that_holds_a_client_answers(
        prefixes in proptest::collection::vec(prefix(), 0..12),
        clients in proptest::collection::vec(client(), 1..40),
    ) {
        let mut prefixes = prefixes;
        prefixes.sort();
        prefixes.dedup();
        let rows = (1..).zip(&prefixes).map(|(label, prefix)| (*prefix, row(label))).collect();
        let table = ClientTable::longest_prefix(rows);
        for client in clients {
            let longest = (1_u32..)
                .zip(&prefixes)
                .filter(|(_, prefix)| holds(**prefix, client))
                .max_by_key(|(_, prefix)| prefix.prefix_len())
                .map(|(label, _)| Label(label));
            prop_assert_eq!(table.lookup(client).map(|row| row.label), longest, "{}", client);
        }
    }

    #[test]
    fn the_first_prefix_that_holds_a_client_answers(
        prefixes in proptest::collection::vec(prefix(), 0..12),
        clients in proptest::collection::vec(client(), 1..40),
    ) {
        let rows = (1..).zip(&prefixes).map(|(label, prefix)| (*prefix, row(label))).collect();
        let table = ClientTable::first_match(rows);
        for client in clients {
            let first = (1_u32..)
                .zip(&prefixes)
                .find(|(_, prefix)| holds(**prefix, client))
                .map(|(label, _)| Label(label));
            prop_assert_eq!(table.lookup(client).map(|row| row.label), first, "{}", client);
        }
    }

    #[test]
    fn every_text_is_a_path_of_some_form(text in ".{0,80}") {
        let path = Path::parse(&text, &[]);
        prop_assert_eq!(path.text(), &text);
        if path.form().has_address() {
            prop_assert!(path.address().is_some());
        }
        prop_assert_eq!(path.domain().is_some(), path.form().has_domain());
        prop_assert_eq!(text.is_empty(), path.form() == PathForm::Null);
    }
}
