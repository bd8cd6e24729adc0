//! What is wanted, against what is published.
//!
//! Addresses and exchangers are compared as sets: one more is an address where mail arrives too.
//! Of texts only those are looked at that begin as ours do; others are none of ours.

mod alias;
mod alike;
mod reverse;
mod sets;
mod tags;

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Record, RecordData, Request, Resolver};
use crate::policy::Policy;
use crate::spf::DnsError;
pub use alike::{is_key, same_key};
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
    /// Whether the answer was validated with DNSSEC (RFC 4035 section 3.2.3), as the resolver that
    /// was asked says; nothing if there was no answer, or nobody says.
    pub validated: Option<bool>,
}

/// Compares the records of a policy, and the names of its host's addresses, with what is
/// published.
pub fn published(
    policy: &Policy,
    records: &[Record],
    requests: &[Request],
    resolver: &dyn Resolver,
) -> Vec<Finding> {
    let host = policy.host.name.value.as_str();
    let mut findings = Vec::new();
    let mut wanted: BTreeMap<&str, Vec<&RecordData>> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let permissions = requests.iter().map(|request| &request.record);
    let permissions = permissions.filter(|record| !matches!(record.data, RecordData::Ptr(_)));
    for record in records.iter().chain(permissions) {
        let own = wanted.entry(&record.name).or_default();
        if own.is_empty() {
            names.push(&record.name);
        }
        own.push(&record.data);
    }
    for name in names {
        let own = wanted.get(name).map(Vec::as_slice).unwrap_or_default();
        if let [RecordData::Cname(target)] = own {
            findings.push(alias::wanted(name, target, resolver));
        } else if let Some(finding) = alias::unwanted(name, resolver) {
            let hides = finding.standing == Standing::Extra;
            findings.push(finding);
            if hides {
                findings.extend(own.iter().map(|data| alias::hidden(name, data)));
            } else {
                findings.extend(sets(name, host, own, resolver));
            }
        } else {
            findings.extend(sets(name, host, own, resolver));
        }
    }
    for address in &policy.host.addresses {
        findings.push(reverse::check(address.value, host, resolver));
        findings.extend(reverse::others(address.value, host, resolver));
    }
    findings
}

/// Compares the records of one name, kind by kind. Both types of addresses are looked at, and of
/// the host even if it is to have one of them only.
fn sets(name: &str, host: &str, wanted: &[&RecordData], resolver: &dyn Resolver) -> Vec<Finding> {
    let mut findings = Vec::new();
    for published in Published::ALL {
        let of_kind = wanted
            .iter()
            .filter(|data| Published::of(data) == Some(*published));
        let of_kind: Vec<RecordData> = of_kind.map(|data| (*data).clone()).collect();
        let address = matches!(published, Published::A | Published::Aaaa);
        if !of_kind.is_empty() || (name == host && address) {
            findings.extend(compare(name, *published, of_kind, resolver));
        }
    }
    findings
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
