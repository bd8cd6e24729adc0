//! Keys of files that are no plain texts (spec 4.96, section 9.3): `wildlsearch` and `nwildlsearch`
//! read each key as an item of a list, the former after it was expanded; `iplsearch` reads
//! networks.

use std::collections::HashSet;
use std::net::IpAddr;

use super::keys;
use super::lookup::{FileRow, Matching, Rows, network};
use super::reader::Reader;
use crate::diagnostic::Reported;

impl Reader<'_> {
    /// Refuses rows whose keys mailpol cannot tell the meaning of.
    pub(super) fn readable_keys(&mut self, rows: &Rows) -> Result<(), Reported> {
        let (is_read, reason): (fn(&str) -> bool, _) = match rows.matching {
            Matching::Folded | Matching::Exact => return Ok(()),
            Matching::Wild => (
                is_item,
                "as an item of a list this key is more than a name, `*` or `*.NAME`",
            ),
            Matching::Network => (
                is_network,
                "this key is no address and no network that mailpol reads",
            ),
        };
        if let Some(row) = rows.list.iter().find(|row| !is_read(&row.key)) {
            return Err(self.refuse_table(&rows.name, reason, &row.at));
        }
        match unreached(rows) {
            Some(row) => {
                let reason = "a row before it has a star for it, and the first that is met answers";
                Err(self.refuse_table(&rows.name, reason, &row.at))
            }
            None => Ok(()),
        }
    }

    /// Refuses rows that no client's address meets, where that is looked up as a text.
    pub(super) fn client_keys(&mut self, rows: &Rows) -> Result<(), Reported> {
        let is_met = |number: usize, row: &FileRow| {
            rows.matching == Matching::Network
                || rows.star == Some(number)
                || is_client(&row.key.to_ascii_lowercase()) && rows.matching != Matching::Exact
                || is_client(&row.key)
        };
        let mut numbered = rows.list.iter().enumerate();
        match numbered.find(|(number, row)| !is_met(*number, row)) {
            Some((_, row)) => {
                let reason = "a client's address is looked up there, and never meets this key";
                Err(self.refuse_table(&rows.name, reason, &row.at))
            }
            None => Ok(()),
        }
    }

    /// Refuses rows with `*.NAME`, where what is looked up is no domain: any text that ends so
    /// meets them.
    pub(super) fn no_tails(&mut self, rows: &Rows) -> Result<(), Reported> {
        let is_tail = |row: &&FileRow| row.key.starts_with("*.");
        match rows.list.iter().find(is_tail) {
            Some(row) if rows.matching == Matching::Wild => {
                let reason = "what ends so is met, and it is no domain that is looked up";
                Err(self.refuse_table(&rows.name, reason, &row.at))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns whether a text is an address as Exim writes one (`host_ntoa` in host.c of 4.96): of an
/// IPv6 address with zeros in front inet_ntop(3) has the end in dots.
fn is_client(text: &str) -> bool {
    let is_plain = |ip: IpAddr| match ip {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => ip.to_ipv4().is_none() || ip.is_loopback() || ip.is_unspecified(),
    };
    let ip = text.parse::<IpAddr>().ok();
    ip.is_some_and(|ip| is_plain(ip) && ip.to_string() == text)
}

/// Returns a row of a file of items which one with a star in front of it has already answered for:
/// they are met in their order (`internal_lsearch_find` in lsearch.c of 4.96), and what finds the
/// row that names most of an address would find this one.
fn unreached(rows: &Rows) -> Option<&FileRow> {
    if rows.matching != Matching::Wild {
        return None;
    }
    let mut tails: HashSet<String> = HashSet::new();
    rows.list.iter().find(|row| {
        let key = row.key.to_ascii_lowercase();
        let dots = key.match_indices('.').map(|(at, _)| at);
        let mut ends = dots.filter_map(|at| key.get(at..));
        let is_met = tails.contains("") || ends.any(|end| tails.contains(end));
        if let Some(tail) = key.strip_prefix('*') {
            tails.insert(tail.to_owned());
        }
        is_met
    })
}

/// Returns whether an item is a name, `*` or a star before a domain: no pattern, no file, no
/// lookup, no negation, nothing that is expanded.
fn is_item(key: &str) -> bool {
    match key.strip_prefix('*') {
        Some("") => true,
        Some(tail) => tail
            .strip_prefix('.')
            .is_some_and(|tail| keys::domain(tail).is_ok()),
        None => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-+=@:".contains(c);
            !key.starts_with(['+', '@']) && !key.is_empty() && key.chars().all(plain)
        }
    }
}

fn is_network(key: &str) -> bool {
    key == "*" || network(key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_more_than_names_are_not_read() {
        for key in [
            "*",
            "*.d.example",
            "d.example",
            "john@d.example",
            "192.0.2.1",
            "a+b",
        ] {
            assert!(is_item(key), "{key}");
        }
        for key in [
            "",
            "*com",
            "*e",
            "*..d",
            "*.",
            "$domain",
            "\\N^x\\N",
            "^x",
            "!x",
            "+x",
            "@",
            "/etc/x",
            "lsearch;/etc/x",
            "*@d.example",
            "a*",
            "@[]",
        ] {
            assert!(!is_item(key), "{key}");
        }
        for text in ["192.0.2.1", "2001:db8::1", "::1", "::"] {
            assert!(is_client(text), "{text}");
        }
        for text in [
            "192.0.2.0/24",
            "192.0.02.1",
            "2001:DB8::1",
            "2001:db8:0::1",
            "::192.0.2.1",
            "::c000:201",
            "::ffff:192.0.2.1",
            "mail.example",
            "",
        ] {
            assert!(!is_client(text), "{text}");
        }
        assert!(is_network("192.0.2.0/24"));
        assert!(!is_network("mail.example"));
    }
}
