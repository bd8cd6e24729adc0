//! CNAME: where none may be, and where one is wanted.

use std::net::IpAddr;

use super::{Finding, Standing, silence};
use crate::dns::{RecordData, Resolver};
use crate::spf::DnsError;

/// An alias has no records of its own, and mail servers do not follow one from an MX record
/// (RFC 2181 section 10.3).
pub(super) fn unwanted(name: &str, resolver: &dyn Resolver) -> Option<Finding> {
    let (standing, published, note) = match resolver.cname(name) {
        Ok(target) => (
            Standing::Extra,
            Some(format!("{target}.")),
            "an alias has no records of its own: these are another name's".to_owned(),
        ),
        Err(DnsError::NoSuchName | DnsError::NoRecords) => return None,
        Err(error) => (Standing::Undetermined, None, silence(error)),
    };
    Some(Finding {
        standing,
        name: name.to_owned(),
        kind: "CNAME",
        wanted: None,
        published,
        note: Some(note),
        validated: resolver.validated(),
    })
}

/// Returns a record that the name of an alias cannot have.
pub(super) fn hidden(name: &str, data: &RecordData) -> Finding {
    Finding {
        standing: Standing::Missing,
        name: name.to_owned(),
        kind: data.kind(),
        wanted: Some(data.to_string()),
        published: None,
        note: Some("the alias stands in its place".to_owned()),
        validated: None,
    }
}

/// Compares a name with another that it shall be an alias of. The same addresses do as well.
pub(super) fn wanted(name: &str, target: &str, resolver: &dyn Resolver) -> Finding {
    let (standing, published, note) = match resolver.cname(name) {
        Ok(found) if is(&found, target) => (Standing::Present, Some(found), None),
        Ok(found) => (Standing::Different, Some(found), None),
        Err(error @ (DnsError::Failed | DnsError::Silent)) => {
            (Standing::Undetermined, None, Some(silence(error)))
        }
        Err(DnsError::NoSuchName | DnsError::NoRecords) => by_addresses(name, target, resolver),
    };
    Finding {
        standing,
        name: name.to_owned(),
        kind: "CNAME",
        wanted: Some(format!("{target}.")),
        published: published.map(|name| format!("{}.", name.trim_end_matches('.'))),
        note,
        validated: resolver.validated(),
    }
}

/// Tells whether a name that is no alias has the addresses of the one that it should be.
fn by_addresses(
    name: &str,
    target: &str,
    resolver: &dyn Resolver,
) -> (Standing, Option<String>, Option<String>) {
    match (addresses(name, resolver), addresses(target, resolver)) {
        (Ok(own), _) if own.is_empty() => (Standing::Missing, None, None),
        (Ok(own), Ok(other)) if own == other => {
            let note = "by its addresses, without an alias".to_owned();
            (Standing::Present, Some(target.to_owned()), Some(note))
        }
        (Ok(_), Ok(_)) => {
            let note = "it has other addresses than the web server".to_owned();
            (Standing::Different, None, Some(note))
        }
        (Err(error), _) | (_, Err(error)) => (Standing::Undetermined, None, Some(silence(error))),
    }
}

/// Returns the addresses of a name, sorted; none if there is no such name.
fn addresses(name: &str, resolver: &dyn Resolver) -> Result<Vec<IpAddr>, DnsError> {
    let mut found: Vec<IpAddr> = Vec::new();
    let v4 = resolver
        .a(name)
        .map(|all| all.into_iter().map(IpAddr::V4).collect::<Vec<_>>());
    let v6 = resolver
        .aaaa(name)
        .map(|all| all.into_iter().map(IpAddr::V6).collect::<Vec<_>>());
    for answer in [v4, v6] {
        match answer {
            Ok(some) => found.extend(some),
            Err(DnsError::NoSuchName | DnsError::NoRecords) => {}
            Err(error) => return Err(error),
        }
    }
    found.sort();
    Ok(found)
}

fn is(name: &str, other: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case(other)
}
