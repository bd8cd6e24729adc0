//! Classes of client addresses: the intervals between the edges of all prefixes.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::class::{Dimension, Labels, TestNumber, Witness};
use crate::decision::{ClientTable, Label, Question};
use crate::mail::v4_or_v6;

/// Returns the classes of client addresses, and where each interval starts with its class,
/// ascending. An atom is an interval in which no answer changes.
pub(super) fn classes(questions: &[(TestNumber, &Question)]) -> (Dimension, Vec<(u128, u32)>) {
    let tables: Vec<_> = questions
        .iter()
        .filter_map(|(test, question)| match question {
            Question::Client(table) => Some((*test, table)),
            Question::Listener
            | Question::Tls
            | Question::Login(_)
            | Question::Helo(_)
            | Question::FromForm
            | Question::FromKind(_)
            | Question::ToKind(_)
            | Question::From(_)
            | Question::ToForm
            | Question::To(_)
            | Question::SpfFrom
            | Question::SpfHelo
            | Question::Owner(_)
            | Question::OwnerOfDomain(_) => None,
        })
        .collect();
    // The edges of IPv4 are edges too, so that no interval mixes the families.
    let mut edges: BTreeSet<u128> = BTreeSet::from([0, V4_FIRST, V4_BEHIND]);
    for (_, table) in &tables {
        edges.extend(table.starts());
    }
    let mut labels = labels(&edges, &tables);
    let mut dimension = Dimension::default();
    let mut starts = Vec::with_capacity(edges.len());
    for (start, witness) in preferred(&edges) {
        let labels = labels.remove(&start).unwrap_or_default();
        let number = dimension.add(labels, 1, || Witness::Client(witness));
        starts.push((start, number));
    }
    starts.sort_unstable();
    (dimension, starts)
}

/// Returns what tables answer in the intervals between edges, by the start of each; what is missing
/// is answered by absence. Of a table only the intervals that it names are looked at: there may be
/// as many tables as edges.
fn labels(edges: &BTreeSet<u128>, tables: &[(TestNumber, &ClientTable)]) -> HashMap<u128, Labels> {
    let mut labels: HashMap<u128, Labels> = HashMap::new();
    for (test, table) in tables {
        let starts: Vec<u128> = table.starts().collect();
        let behind = starts.iter().skip(1).copied().map(Some);
        for (start, behind) in starts.iter().zip(behind.chain([None])) {
            let label = table.at(*start).map_or(Label::ABSENT, |row| row.label);
            if label == Label::ABSENT {
                continue;
            }
            let within = edges.range(start..);
            for edge in within.take_while(|edge| behind.is_none_or(|behind| **edge < behind)) {
                labels.entry(*edge).or_default().push((*test, label));
            }
        }
    }
    labels
}

const V4_FIRST: u128 = 0xffff_0000_0000;
const V4_BEHIND: u128 = 0x1_0000_0000_0000;

/// Addresses that no one has (RFC 5737, RFC 3849): the witnesses that a reader likes best.
pub(in crate::prove) const DOCUMENTATION: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)),
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9)),
];

/// Orders client addresses by how easy they are to read: those of [`DOCUMENTATION`], then others
/// that are nobody's (RFC 5737, RFC 3849), then IPv4, then the lowest.
pub(in crate::prove) fn ease(client: IpAddr) -> (usize, bool, u128) {
    let is_nobodys = match client {
        IpAddr::V4(v4) => v4.is_documentation(),
        IpAddr::V6(v6) => matches!(v6.segments(), [0x2001, 0xdb8, ..]),
    };
    let behind = DOCUMENTATION.len() + usize::from(!is_nobodys);
    let listed = DOCUMENTATION.iter().position(|one| *one == client);
    let number = crate::mail::number(client);
    (listed.unwrap_or(behind), client.is_ipv6(), number)
}

/// Returns each interval's start with a witness: intervals with a documentation address first.
fn preferred(edges: &BTreeSet<u128>) -> Vec<(u128, IpAddr)> {
    let documentation = DOCUMENTATION.map(crate::mail::number);
    let start_of = |number: u128| edges.range(..=number).next_back().copied().unwrap_or(0);
    let mut first: Vec<(u128, IpAddr)> = documentation
        .iter()
        .map(|number| (start_of(*number), v4_or_v6(*number)))
        .collect();
    let mut seen = BTreeSet::new();
    first.retain(|(start, _)| seen.insert(*start));
    let others = edges.iter().filter(|start| !seen.contains(*start));
    let mut others: Vec<(u128, IpAddr)> = others
        .map(|start| (*start, representative(*start, edges)))
        .collect();
    others.sort_by_key(|(_, client)| ease(*client));
    first.extend(others);
    first
}

/// Returns a member of an interval that can be the address of a host: not the network's own where
/// there is another.
fn representative(start: u128, edges: &BTreeSet<u128>) -> IpAddr {
    let next = edges
        .range(start + 1..)
        .next()
        .copied()
        .unwrap_or(u128::MAX);
    v4_or_v6(if next - start > 1 { start + 1 } else { start })
}
