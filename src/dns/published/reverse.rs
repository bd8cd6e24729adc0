//! The names of addresses (PTR), and whether they lead back.
//!
//! Receivers refuse mail from addresses without a name that leads back to the address, and those
//! whose name is not that of HELO get worse marks.

use std::net::IpAddr;

use super::{Finding, Standing, addresses, silence};
use crate::dns::{Resolver, reverse_name};
use crate::spf::DnsError;

/// Compares the name of an address with the host's.
pub(super) fn check(address: IpAddr, host: &str, resolver: &dyn Resolver) -> Finding {
    let name = reverse_name(address);
    let names = resolver.ptr(&name);
    let validated = resolver.validated();
    let (standing, published, note) = match names {
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
        validated,
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
            validated: resolver.validated(),
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
