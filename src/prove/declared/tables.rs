//! The tables behind the questions: prefixes, logins and names as they were written.

use super::grants;
use crate::decision::{AddressKey, AddressTable, ClientTable, Label, LoginTable, Row};
use crate::mail::{DELIVERY_DOMAIN, prefix_range};
use crate::policy::{Otherwise, Policy, SenderScope};
use crate::source::Loc;

/// What a client's label says of its network, in bits.
pub(super) const UNLIMITED: u32 = 1;
pub(super) const HANDS_OVER: u32 = 2;
pub(super) const REFUSES: u32 = 4;
/// What a login's label says of its grants, in bits; the first says that it is listed.
const LISTED: u32 = 1;
pub(super) const FROM_ANY: u32 = 2;
pub(super) const FROM_LOCAL: u32 = 4;
/// Above these bits stands the number of the list of limited grants, from 1 on; 0: none.
pub(super) const NUMBER_SHIFT: u32 = 3;

fn row(label: u32, at: &Loc) -> Row {
    Row::new(Label(label), at.clone())
}

/// Of the prefixes that hold an address, the longest decides.
pub(super) fn networks(policy: &Policy) -> ClientTable {
    let mut prefixes: Vec<(u128, u128, u32)> = Vec::new();
    let (_, numbers) = grants::network_lists(policy);
    for (network, number) in policy.networks.iter().zip(numbers) {
        let mut bits = number << NUMBER_SHIFT;
        if grants::is_unlimited(&network.grants) {
            bits |= UNLIMITED;
        }
        if network.may_hand_over.is_some() {
            bits |= HANDS_OVER;
        }
        if matches!(network.otherwise, Otherwise::Refuse(_)) {
            bits |= REFUSES;
        }
        for prefix in &network.prefixes {
            let (first, last) = prefix_range(prefix.value);
            prefixes.push((first, last, bits));
        }
    }
    // Prefixes lie inside each other or apart, so those that are open are a pile, and the longest
    // lies on top.
    prefixes.sort_unstable_by_key(|(first, last, _)| (*first, std::cmp::Reverse(*last)));
    let mut intervals: Vec<(u128, Option<u32>)> = vec![(0, None)];
    let mut open: Vec<(u128, u32)> = Vec::new();
    for (first, last, bits) in prefixes {
        close(&mut open, &mut intervals, Some(first));
        open.push((last, bits));
        intervals.push((first, Some(bits)));
    }
    close(&mut open, &mut intervals, None);
    // Of several edges at one address the last one holds.
    let next = intervals.iter().skip(1).map(|(start, _)| Some(*start));
    let next: Vec<Option<u128>> = next.chain([None]).collect();
    let held = intervals.into_iter().zip(next);
    let held = held.filter(|((start, _), next)| Some(*start) != *next);
    let row = |bits| row(bits, &policy.host.at);
    ClientTable::intervals(held.map(|((start, bits), _)| (start, bits.map(row))))
}

/// Takes from the pile what ends before `next`, and notes what holds behind each.
fn close(
    open: &mut Vec<(u128, u32)>,
    intervals: &mut Vec<(u128, Option<u32>)>,
    next: Option<u128>,
) {
    while let Some((last, _)) = open.last().copied()
        && next.is_none_or(|next| last < next)
    {
        open.pop();
        if let Some(behind) = last.checked_add(1) {
            intervals.push((behind, open.last().map(|(_, bits)| *bits)));
        }
    }
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
    // The list of all logins comes first, if it is limited.
    let mut limited = u32::from(grants::limits_more(&policy.authenticated));
    LoginTable::new(policy.logins.iter().map(|(name, login)| {
        let held = grants::of(policy, login);
        let mut label = LISTED;
        if held.iter().any(grants::is_any_sender) {
            label |= FROM_ANY;
        }
        let mut scopes = held.iter().flat_map(|grant| &grant.from);
        if scopes.any(|scope| scope.value == SenderScope::Local) {
            label |= FROM_LOCAL;
        }
        if grants::limits_more(held) {
            let is_own = !login.grants.is_empty();
            limited += u32::from(is_own);
            label |= (if is_own { limited } else { 1 }) << NUMBER_SHIFT;
        }
        (name.to_string(), row(label, &login.name.at))
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
        for local in names.chain(domain.forwards.keys()) {
            table.insert_address(local.as_str(), name.as_str(), row(1, &domain.at));
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
        table.insert_address("postmaster", name.as_str(), row(1, &domain.at));
    }
    table
}
