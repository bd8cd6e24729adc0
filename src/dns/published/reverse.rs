//! The names of addresses (PTR), and whether they lead back.
//!
//! Receivers refuse mail from addresses without a name that leads back to the address, and those
//! whose name is not that of HELO get worse marks.

use std::net::IpAddr;

use super::{Finding, Standing, addresses, silence};
use crate::dns::Resolver;
use crate::spf::DnsError;

/// Compares the name of an address with the host's.
pub(super) fn check(address: IpAddr, host: &str, resolver: &dyn Resolver) -> Finding {
    let name = reverse_name(address);
    let (standing, published, note) = match resolver.ptr(&name) {
        Err(error @ (DnsError::Failed | DnsError::Silent)) => {
            (Standing::Undetermined, None, Some(silence(error)))
        }
        Err(DnsError::NoRecords | DnsError::NoSuchName) => {
            let note = "ask the provider of the address for it".to_owned();
            (Standing::Missing, None, Some(note))
        }
        Ok(names) if names.iter().any(|name| is(name, host)) => {
            let (standing, note) = back(address, host, resolver);
            (standing, Some(format!("{host}.")), note)
        }
        Ok(names) => {
            let other = names.into_iter().min().unwrap_or_default();
            let (_, note) = back(address, &other, resolver);
            let note = note.unwrap_or_else(|| "that name leads back to the address".to_owned());
            (Standing::Different, Some(format!("{other}.")), Some(note))
        }
    };
    Finding {
        standing,
        name,
        kind: "PTR",
        wanted: Some(format!("{host}.")),
        published,
        note,
    }
}

/// Returns the names of an address besides the host's. Which one a receiver looks at is chance.
pub(super) fn others(address: IpAddr, host: &str, resolver: &dyn Resolver) -> Vec<Finding> {
    let name = reverse_name(address);
    let mut names = resolver.ptr(&name).unwrap_or_default();
    names.sort();
    let known = names.iter().position(|name| is(name, host)).unwrap_or(0);
    let other = |(at, other): (usize, &String)| {
        (at != known).then(|| Finding {
            standing: Standing::Extra,
            name: name.clone(),
            kind: "PTR",
            wanted: None,
            published: Some(format!("{other}.")),
            note: Some("which of several names a receiver looks at is chance".to_owned()),
        })
    };
    names.iter().enumerate().filter_map(other).collect()
}

/// Tells whether a name leads back to the address.
fn back(address: IpAddr, name: &str, resolver: &dyn Resolver) -> (Standing, Option<String>) {
    let unconfirmed = || {
        let note = "that name does not lead back to the address".to_owned();
        (Standing::Unconfirmed, Some(note))
    };
    match addresses(name, address, resolver) {
        Ok(found) if found.contains(&address) => (Standing::Present, None),
        Ok(_) | Err(DnsError::NoSuchName | DnsError::NoRecords) => unconfirmed(),
        Err(error @ (DnsError::Failed | DnsError::Silent)) => {
            let note = format!("whether it leads back is not known: {}", silence(error));
            (Standing::Undetermined, Some(note))
        }
    }
}

fn is(name: &str, host: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case(host)
}

/// Returns the name under which the name of an address stands (RFC 1035 section 3.5, RFC 3596
/// section 2.5).
fn reverse_name(address: IpAddr) -> String {
    let (mut labels, end) = match address {
        IpAddr::V4(v4) => {
            let labels: Vec<String> = v4.octets().iter().map(ToString::to_string).collect();
            (labels, "in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let digits = format!("{:032x}", u128::from(v6));
            (digits.chars().map(String::from).collect(), "ip6.arpa")
        }
    };
    labels.reverse();
    format!("{}.{end}", labels.join("."))
}

#[cfg(test)]
mod tests {
    use super::reverse_name;

    #[test]
    fn addresses_are_reversed() {
        let name = |address: &str| reverse_name(address.parse().unwrap());
        assert_eq!(name("198.51.100.25"), "25.100.51.198.in-addr.arpa");
        let long = name("2001:db8::cb01");
        assert!(long.starts_with("1.0.b.c.0.0."), "{long}");
        assert!(long.ends_with(".8.b.d.0.1.0.0.2.ip6.arpa"), "{long}");
        assert_eq!(long.len(), 72);
    }
}
