//! The tables behind the questions: prefixes, logins and names as they were written.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::decision::{AddressKey, AddressTable, ClientTable, Label, LoginTable, Row};
use crate::mail::{DELIVERY_DOMAIN, prefix_range};
use crate::policy::{Otherwise, Policy, SenderScope};
use crate::source::Loc;

/// The label of a login that may use any reverse-path.
pub(super) const LOGIN_ANY: Label = Label(2);

fn row(label: u32, at: &Loc) -> Row {
    Row::new(Label(label), at.clone())
}

/// Of the prefixes that hold an address, the longest decides. Scanned anew for each interval.
pub(super) fn networks(policy: &Policy) -> ClientTable {
    let mut prefixes: Vec<(u128, u128, IpNet, u32)> = Vec::new();
    for network in &policy.networks {
        // The right of a network is to send as anybody: one that names senders is not that right.
        let may_send = network
            .may_send
            .as_ref()
            .is_some_and(|grant| grant.from.is_empty());
        let bits = u32::from(may_send)
            | u32::from(network.may_hand_over.is_some()) << 1
            | u32::from(matches!(network.otherwise, Otherwise::Refuse(_))) << 2;
        for prefix in &network.prefixes {
            let (first, last) = prefix_range(prefix.value);
            prefixes.push((first, last, prefix.value, bits));
        }
    }
    let mut edges: BTreeSet<u128> = BTreeSet::from([0]);
    for (first, last, _, _) in &prefixes {
        edges.insert(*first);
        edges.extend(last.checked_add(1));
    }
    let intervals = edges.into_iter().map(|edge| {
        let holds = prefixes
            .iter()
            .filter(|(first, last, _, _)| (*first..=*last).contains(&edge));
        // The longest prefix is the one that holds the fewest addresses.
        let longest = holds.min_by_key(|(first, last, _, _)| last - first);
        (
            edge,
            longest.map(|(_, _, _, bits)| row(*bits, &policy.host.at)),
        )
    });
    ClientTable::intervals(intervals)
}

pub(super) fn loopback(at: &Loc) -> ClientTable {
    let v4 = 0xffff_7f00_0000;
    let some = Some(row(1, at));
    let (v6, none) = (some.clone(), None);
    ClientTable::intervals([
        (0, none.clone()),
        (1, v6),
        (2, none.clone()),
        (v4, some),
        (v4 + 0x0100_0000, none),
    ])
}

pub(super) fn logins(policy: &Policy) -> LoginTable {
    LoginTable::new(policy.logins.iter().map(|(name, login)| {
        let grant = login.grant.as_ref().unwrap_or(&policy.authenticated);
        // A grant without senders names none that it is limited to.
        let any = grant.from.is_empty()
            || grant
                .from
                .iter()
                .any(|scope| scope.value == SenderScope::Any);
        let label = if any { LOGIN_ANY } else { Label(1) };
        (name.clone(), row(label.0, &login.name.at))
    }))
}

pub(super) fn domains(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Domain]);
    for (name, domain) in &policy.domains {
        table.insert(AddressKey::Domain, name.as_str(), row(1, &domain.at));
    }
    table
}

/// Nobody may send to the domain that carries deliveries: it is neither ours nor elsewhere.
pub(super) fn destinations(policy: &Policy) -> AddressTable {
    let mut table = domains(policy);
    table.insert(AddressKey::Domain, DELIVERY_DOMAIN, row(2, &policy.host.at));
    table
}

pub(super) fn recipients(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address, AddressKey::Domain]);
    for (name, domain) in &policy.domains {
        let names = domain.mailboxes.keys().chain(domain.aliases.keys());
        for local in names {
            table.insert(
                AddressKey::Address,
                &format!("{local}@{name}"),
                row(1, &domain.at),
            );
        }
        if domain.catch_all.is_some() {
            table.insert(AddressKey::Domain, name.as_str(), row(1, &domain.at));
        }
    }
    table
}

pub(super) fn postmasters(policy: &Policy) -> AddressTable {
    let mut table = AddressTable::new(&[AddressKey::Address]);
    for (name, domain) in &policy.domains {
        table.insert(
            AddressKey::Address,
            &format!("postmaster@{name}"),
            row(1, &domain.at),
        );
    }
    table
}
