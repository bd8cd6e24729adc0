//! What an SPF check costs: lookups, voids, the longest answer (RFC 7208 sections 3.4 and 4.6.4).
//!
//! It is counted by checking clients that no address of a record is likely to be, one of IPv4 and
//! one of IPv6, so that the whole record is gone through. Names that are not among the records are
//! asked of others, or else supposed to exist, and named.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::diagnostic::Diagnostics;
use crate::policy::HostedDomain;
use crate::policy::diagnostics::{SpfManyLookups, SpfTooManyLookups};
use crate::spf::{Dns, DnsError, LOOKUP_TERMS_MAX, Mx, Query, Record, VOIDS_MAX, Zone, check_host};

/// Nobody sends from these (RFC 1112 section 4, RFC 6666).
const CLIENTS: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(240, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 1)),
];
/// The head of an answer, and what a question has besides its name (RFC 1035 section 4.1).
const HEAD_OCTETS: usize = 12 + 4;
/// What a record has besides its data, its name being that of the question.
const RECORD_OCTETS: usize = 12;
/// From here on an included record that grows breaks the check.
const LOOKUPS_MANY: usize = 8;
/// The longest string of a TXT record.
const STRING_OCTETS: usize = 255;

/// The cost of the longest check of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arithmetic {
    /// Terms that ask DNS, of ten.
    pub lookups: usize,
    /// Lookups that find nothing, of two.
    pub voids: usize,
    /// The longest answer with SPF records, in octets: up to 512 pass everywhere.
    pub answer_octets: usize,
    /// Names that nobody was asked about, and that are supposed to exist.
    pub supposed: BTreeSet<String>,
}

/// Counts for a domain over its records; other names are asked of `others`.
pub fn arithmetic(domain: &str, records: &Zone, others: Option<&dyn Dns>) -> Arithmetic {
    let dns = Counted {
        records,
        others,
        longest: Cell::new(0),
        supposed: RefCell::default(),
    };
    let sender = format!("postmaster@{domain}");
    let counts = CLIENTS.map(|client| {
        let query = Query {
            client,
            helo: domain,
            mail_from: Some(&sender),
            receiver: domain,
            time_seconds: 0,
        };
        check_host(&dns, &query).counts
    });
    Arithmetic {
        lookups: counts.iter().map(|one| one.terms).max().unwrap_or(0),
        voids: counts.iter().map(|one| one.voids).max().unwrap_or(0),
        answer_octets: dns.longest.get(),
        supposed: dns.supposed.into_inner(),
    }
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lookups,
            voids,
            answer_octets,
            supposed,
        } = self;
        write!(
            f,
            "{lookups} of {LOOKUP_TERMS_MAX} lookups, {voids} of {VOIDS_MAX} void, \
             answers of up to {answer_octets} octets"
        )?;
        if !supposed.is_empty() {
            let names: Vec<&str> = supposed.iter().map(String::as_str).collect();
            write!(f, ", without what {} costs", names.join(", "))?;
        }
        Ok(())
    }
}

/// Tells a check that costs too much, or nearly. What the record's own terms cost was told when
/// the policy was read.
pub fn tell_cost(
    cost: &Arithmetic,
    domain: &str,
    hosted: &HostedDomain,
    diagnostics: &mut Diagnostics,
) {
    let own: Vec<&str> = hosted
        .publish
        .spf
        .iter()
        .map(|term| term.value.as_str())
        .collect();
    let own = Record::parse(format!("v=spf1 {}", own.join(" ")).as_bytes());
    let own = own.map_or(0, |record| record.lookup_terms());
    let at = hosted.publish.spf_at.as_ref().unwrap_or(&hosted.at).clone();
    let lookups = cost.lookups;
    if lookups > LOOKUP_TERMS_MAX && own <= LOOKUP_TERMS_MAX {
        diagnostics.error(SpfTooManyLookups { lookups, at });
    } else if lookups >= LOOKUPS_MANY && own < LOOKUPS_MANY {
        diagnostics.warn(SpfManyLookups {
            domain: domain.to_owned(),
            lookups,
            at,
        });
    }
}

/// The records, behind them others, behind them suppositions.
struct Counted<'a> {
    records: &'a Zone,
    others: Option<&'a dyn Dns>,
    longest: Cell<usize>,
    supposed: RefCell<BTreeSet<String>>,
}

impl Counted<'_> {
    fn ask<T>(
        &self,
        name: &str,
        ask: impl Fn(&dyn Dns) -> Result<T, DnsError>,
        suppose: impl FnOnce() -> T,
    ) -> Result<T, DnsError> {
        match (ask(self.records), self.others) {
            (Err(DnsError::NoSuchName), Some(others)) => ask(others),
            (Err(DnsError::NoSuchName), None) => {
                self.supposed.borrow_mut().insert(name.to_owned());
                Ok(suppose())
            }
            (answer, _) => answer,
        }
    }
}

impl Dns for Counted<'_> {
    fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, DnsError> {
        let texts = self.ask(name, |dns| dns.txt(name), || vec![b"v=spf1 ?all".to_vec()])?;
        let data = texts
            .iter()
            .map(|text| RECORD_OCTETS + text.len() + text.len().div_ceil(STRING_OCTETS).max(1));
        let octets = HEAD_OCTETS + name.len() + 2 + data.sum::<usize>();
        self.longest.set(self.longest.get().max(octets));
        Ok(texts)
    }

    fn mx(&self, name: &str) -> Result<Vec<Mx>, DnsError> {
        let one = || {
            vec![Mx {
                preference: 10,
                exchange: name.to_owned(),
            }]
        };
        self.ask(name, |dns| dns.mx(name), one)
    }

    fn a(&self, name: &str) -> Result<Vec<Ipv4Addr>, DnsError> {
        self.ask(name, |dns| dns.a(name), || vec![Ipv4Addr::BROADCAST])
    }

    fn aaaa(&self, name: &str) -> Result<Vec<Ipv6Addr>, DnsError> {
        self.ask(name, |dns| dns.aaaa(name), || vec![Ipv6Addr::UNSPECIFIED])
    }

    fn ptr(&self, name: &str) -> Result<Vec<String>, DnsError> {
        self.ask(
            name,
            |dns| dns.ptr(name),
            || vec!["nobody.invalid".to_owned()],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(texts: &[(&str, &str)], domain: &str) -> Arithmetic {
        let mut zone = Zone::new();
        zone.add_a("mx.example", Ipv4Addr::new(192, 0, 2, 1));
        zone.add_mx("a.example", 10, "mx.example");
        for (name, text) in texts {
            zone.add_txt(name, text.as_bytes());
        }
        arithmetic(domain, &zone, None)
    }

    #[test]
    fn what_a_check_costs_is_counted() {
        let plain = count(&[("a.example", "v=spf1 +mx -all")], "a.example");
        // The exchanger has no IPv6 address, which a client of IPv6 finds out.
        assert_eq!((plain.lookups, plain.voids), (1, 1));
        // Head, question, record: 12 + (11 + 4) + (12 + 1 + 15).
        assert_eq!(plain.answer_octets, 55);
        assert!(plain.supposed.is_empty());
    }

    #[test]
    fn included_records_count_where_they_are_known() {
        let ours = [
            (
                "a.example",
                "v=spf1 include:b.example include:isp.example a:c.example -all",
            ),
            ("b.example", "v=spf1 mx:a.example ip4:192.0.2.0/24 -all"),
        ];
        let found = count(&ours, "a.example");
        assert_eq!(found.lookups, 4);
        let supposed: Vec<&str> = found.supposed.iter().map(String::as_str).collect();
        assert_eq!(supposed, ["c.example", "isp.example"]);
    }

    #[test]
    fn a_chain_that_is_too_long_is_seen() {
        let names: Vec<String> = (0..12).map(|number| format!("n{number}.example")).collect();
        let texts: Vec<String> = (1..13)
            .map(|next| format!("v=spf1 include:n{next}.example -all"))
            .collect();
        let pairs: Vec<(&str, &str)> = names
            .iter()
            .map(String::as_str)
            .zip(texts.iter().map(String::as_str))
            .collect();
        assert!(count(&pairs, "n0.example").lookups > 10);
        assert_eq!(count(&pairs, "n9.example").lookups, 3);
    }
}
