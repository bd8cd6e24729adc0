//! What is wanted, against what is published.
//!
//! Addresses and exchangers are compared as sets: one more is an address where mail arrives too.
//! Of texts only SPF records are looked at (RFC 7208 section 3); others are none of ours.

mod reverse;
mod sets;

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::{Record, RecordData, Resolver};
use crate::policy::Policy;
use crate::spf::DnsError;
use sets::{Published, compare};

/// How a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// As wanted.
    Present,
    /// Wanted, and not there.
    Missing,
    /// Another stands in its place.
    Different,
    /// There, and not wanted.
    Extra,
    /// As wanted, but the name does not lead back to the address.
    Unconfirmed,
    /// Nobody has answered, so nothing is known.
    Undetermined,
}

impl Standing {
    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Extra => "extra",
            Self::Unconfirmed => "unconfirmed",
            Self::Undetermined => "undetermined",
        }
    }
}

/// A record that is wanted, or is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it stands.
    pub standing: Standing,
    /// The owner's name.
    pub name: String,
    /// The type.
    pub kind: &'static str,
    /// The data that is wanted, as a master file has it.
    pub wanted: Option<String>,
    /// The data that is there.
    pub published: Option<String>,
    /// What it means.
    pub note: Option<String>,
}

/// Compares the records of a policy, and the names of its host's addresses, with what is
/// published.
pub fn published(policy: &Policy, records: &[Record], resolver: &dyn Resolver) -> Vec<Finding> {
    let host = policy.host.name.value.as_str();
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for record in records {
        if seen.insert(record.name.as_str()) {
            findings.extend(alias(&record.name, resolver));
            let own = records.iter().filter(|other| other.name == record.name);
            let own: Vec<&RecordData> = own.map(|own| &own.data).collect();
            findings.extend(name(&record.name, host, &own, resolver));
        }
    }
    for address in &policy.host.addresses {
        findings.push(reverse::check(address.value, host, resolver));
        findings.extend(reverse::others(address.value, host, resolver));
    }
    findings
}

/// Compares the records of one name, type by type. Both types of addresses are looked at, and of
/// the host even if it is to have one of them only.
fn name(name: &str, host: &str, wanted: &[&RecordData], resolver: &dyn Resolver) -> Vec<Finding> {
    let mut findings = Vec::new();
    for published in Published::ALL {
        let of_kind = wanted.iter().filter(|data| data.kind() == published.kind());
        let of_kind: Vec<RecordData> = of_kind.map(|data| (*data).clone()).collect();
        let address = matches!(published, Published::A | Published::Aaaa);
        if !of_kind.is_empty() || (name == host && address) {
            findings.extend(compare(name, *published, of_kind, resolver));
        }
    }
    findings
}

/// An alias has no records of its own, and mail servers do not follow one from an MX record
/// (RFC 2181 section 10.3).
fn alias(name: &str, resolver: &dyn Resolver) -> Option<Finding> {
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
    })
}

/// Returns why nothing is known.
fn silence(error: DnsError) -> String {
    match error {
        DnsError::NoSuchName => "there is no such name",
        DnsError::NoRecords => "there are no such records",
        DnsError::Failed => "the name server failed or refused",
        DnsError::Silent => "no name server answered in time",
    }
    .to_owned()
}

/// Returns the addresses of a name, of the kind of this one.
fn addresses(name: &str, like: IpAddr, resolver: &dyn Resolver) -> Result<Vec<IpAddr>, DnsError> {
    Ok(match like {
        IpAddr::V4(_) => resolver.a(name)?.into_iter().map(IpAddr::V4).collect(),
        IpAddr::V6(_) => resolver.aaaa(name)?.into_iter().map(IpAddr::V6).collect(),
    })
}

#[cfg(test)]
mod tests;
