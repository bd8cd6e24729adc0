//! What records ask for while they are evaluated.

use std::cell::Cell;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::spf::{Dns, DnsError, Mx};

/// Answers as another does, and notes whether a record of SPF asked for the local-part of the
/// sender (`%{l}`, `%{s}`; RFC 7208 section 7.2): another sender of the domain may get another
/// result then.
pub(super) struct Overheard<'d> {
    dns: &'d dyn Dns,
    asks_local: Cell<bool>,
}

impl<'d> Overheard<'d> {
    pub(super) fn new(dns: &'d dyn Dns) -> Self {
        Self {
            dns,
            asks_local: Cell::new(false),
        }
    }

    pub(super) fn asks_local(&self) -> bool {
        self.asks_local.get()
    }
}

/// Returns whether a record asks for the local-part, but for its explanation.
fn asks_local(record: &[u8]) -> bool {
    let record = record.to_ascii_lowercase();
    let mut terms = record.split(|octet| *octet == b' ');
    terms.next() == Some(b"v=spf1")
        && terms.filter(|term| !term.starts_with(b"exp=")).any(|term| {
            term.windows(3)
                .any(|three| three == b"%{l" || three == b"%{s")
        })
}

impl Dns for Overheard<'_> {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        let found = self.dns.txt(name)?;
        if found.iter().any(|record| asks_local(record)) {
            self.asks_local.set(true);
        }
        Ok(found)
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        self.dns.mx(name)
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        self.dns.a(name)
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        self.dns.aaaa(name)
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.dns.ptr(name)
    }
}

#[cfg(test)]
mod tests {
    use super::asks_local;

    #[test]
    fn local_parts_are_asked_for_by_two_macros() {
        for record in [
            "v=spf1 exists:%{l}.a.example -all",
            "V=spf1 a:%{S1r}.a.example",
        ] {
            assert!(asks_local(record.as_bytes()), "{record}");
        }
        for record in [
            "v=spf1 exists:%{d}.a.example -all exp=%{l}.a.example",
            "v=spf10 %{l}",
            "%{l}",
        ] {
            assert!(!asks_local(record.as_bytes()), "{record}");
        }
    }
}
