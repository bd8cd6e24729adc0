//! Client addresses: prefixes, laid out as disjoint intervals.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::Row;
use crate::mail::{canonical_client, prefix_range};
use crate::source::Loc;

/// Prefixes and what they answer. IPv4 and IPv4-mapped IPv6 are one.
#[derive(Debug, Clone, Default)]
pub struct ClientTable {
    /// Where an interval starts, ascending, and which row holds from there on.
    starts: Vec<(u128, Option<u32>)>,
    rows: Vec<Row>,
    /// By row, for tables whose rows have parts: the place of each part.
    parts: Vec<Arc<[Loc]>>,
}

impl ClientTable {
    /// Returns a table in which the longest prefix that holds the client answers.
    ///
    /// Of the same prefix twice, the first answers.
    pub fn longest_prefix(prefixes: Vec<(IpNet, Row)>) -> Self {
        let mut order: Vec<usize> = (0..prefixes.len()).collect();
        // IPv4 lies in ::ffff:0:0/96: lengths compare on the one line of 128 bits.
        let length = |at: &usize| {
            prefixes.get(*at).map_or(0, |(net, _)| match net {
                IpNet::V4(v4) => u32::from(v4.prefix_len()) + 96,
                IpNet::V6(v6) => u32::from(v6.prefix_len()),
            })
        };
        order.sort_by_key(|at| std::cmp::Reverse(length(at)));
        Self::layered(prefixes, &order)
    }

    /// Returns a table in which the first prefix in order that holds the client answers.
    pub fn first_match(prefixes: Vec<(IpNet, Row)>) -> Self {
        let order: Vec<usize> = (0..prefixes.len()).collect();
        Self::layered(prefixes, &order)
    }

    /// Returns a table of intervals: where each starts, ascending from 0, and its row.
    pub fn intervals(intervals: impl IntoIterator<Item = (u128, Option<Row>)>) -> Self {
        let mut table = Self::default();
        for (start, row) in intervals {
            let number = row
                .is_some()
                .then(|| u32::try_from(table.rows.len()).unwrap_or(u32::MAX));
            table.rows.extend(row);
            table.starts.push((start, number));
        }
        table
    }

    /// Lays the prefixes out; where they overlap, the one that comes first in `order` holds.
    fn layered(prefixes: Vec<(IpNet, Row)>, order: &[usize]) -> Self {
        let mut rank = vec![0_usize; prefixes.len()];
        for (place, at) in order.iter().enumerate() {
            if let Some(slot) = rank.get_mut(*at) {
                *slot = place;
            }
        }
        // Sweep: at each boundary the open prefix of the best rank holds.
        let mut edges: Vec<(u128, bool, usize)> = Vec::with_capacity(prefixes.len() * 2);
        for ((prefix, _), rank) in prefixes.iter().zip(&rank) {
            let (first, last) = prefix_range(*prefix);
            edges.push((first, true, *rank));
            if let Some(behind) = last.checked_add(1) {
                edges.push((behind, false, *rank));
            }
        }
        edges.sort_unstable();
        let mut open = std::collections::BTreeSet::new();
        let mut starts: Vec<(u128, Option<u32>)> = vec![(0, None)];
        let mut edges = edges.into_iter().peekable();
        while let Some((at, opens, rank)) = edges.next() {
            if opens {
                open.insert(rank);
            } else {
                open.remove(&rank);
            }
            if edges.peek().is_some_and(|next| next.0 == at) {
                continue;
            }
            let row = open.first().and_then(|rank| order.get(*rank));
            let row = row.and_then(|row| u32::try_from(*row).ok());
            match starts.last_mut() {
                Some(last) if last.0 == at => last.1 = row,
                Some(last) if last.1 == row => {}
                _ => starts.push((at, row)),
            }
        }
        Self {
            starts,
            rows: prefixes.into_iter().map(|(_, row)| row).collect(),
            parts: Vec::new(),
        }
    }

    /// Returns the table with the places of the parts of each row, in the order of the rows.
    #[must_use]
    pub fn with_parts(mut self, parts: Vec<Arc<[Loc]>>) -> Self {
        self.parts = parts;
        self
    }

    /// Returns the row that answers for a client.
    pub fn lookup(&self, client: IpAddr) -> Option<&Row> {
        self.rows.get(self.row(client)?)
    }

    /// Returns the place of a part of the row that answers for a client.
    pub fn part(&self, client: IpAddr, number: usize) -> Option<&Loc> {
        self.parts.get(self.row(client)?)?.get(number)
    }

    fn row(&self, client: IpAddr) -> Option<usize> {
        self.number(crate::mail::number(canonical_client(client)))
    }

    /// Returns the row that answers for the number of a client address.
    pub(crate) fn at(&self, number: u128) -> Option<&Row> {
        self.rows.get(self.number(number)?)
    }

    fn number(&self, number: u128) -> Option<usize> {
        let behind = self.starts.partition_point(|(start, _)| *start <= number);
        let (_, row) = self.starts.get(behind.checked_sub(1)?)?;
        row.map(|row| row as usize)
    }

    /// Returns the addresses that rows answer, ascending: of rows side by side all as one.
    pub fn ranges(&self) -> Vec<(u128, u128)> {
        let mut ranges: Vec<(u128, u128)> = Vec::new();
        for (at, (start, row)) in self.starts.iter().enumerate() {
            if row.is_none() {
                continue;
            }
            let next = self.starts.get(at + 1);
            let last = next.map_or(u128::MAX, |(next, _)| next.saturating_sub(1));
            match ranges.last_mut() {
                Some(range) if range.1.checked_add(1) == Some(*start) => range.1 = last,
                _ => ranges.push((*start, last)),
            }
        }
        ranges
    }

    /// Returns where the answer may change, ascending; the first is 0.
    pub fn starts(&self) -> impl Iterator<Item = u128> + '_ {
        self.starts.iter().map(|(start, _)| *start)
    }
}
