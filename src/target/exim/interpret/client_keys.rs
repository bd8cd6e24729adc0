//! Keys of files that a client's address is looked up in.

use std::net::IpAddr;

use super::lookup::{FileRow, Matching, Rows};
use super::reader::Reader;
use crate::diagnostic::Reported;

impl Reader<'_> {
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

#[cfg(test)]
mod tests {
    use super::is_client;

    #[test]
    fn addresses_are_known_as_exim_writes_them() {
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
    }
}
