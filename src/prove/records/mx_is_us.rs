//! RFC 5321 section 5.1, RFC 8461 section 4.1: mail for us comes to us, under names that agree.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::known::is_supposed;
use super::{RecordObligation, Subject};
use crate::dns::sts_files;
use crate::mail::Domain;
use crate::policy::HostedDomain;
use crate::prove::report::Evidence;
use crate::source::Loc;
use crate::spf::{Dns, DnsError};

/// The exchangers of every domain lead to this host, or behind it to networks that hand over our
/// mail, or before it to the host of the domain's route, whose backup this one is; the host has its
/// own addresses and no others, and calls itself by the name that MX records and MTA-STS policies
/// say.
///
/// SOUNDNESS: every domain of ours is looked at, every exchanger of it, whatever its preference,
/// and every address of each. The supposed addresses of an exchanger of which nothing is known are
/// in no network, however wide: so it is never held for one that hands over.
pub(in crate::prove) struct MxIsUs;

impl RecordObligation for MxIsUs {
    fn name(&self) -> &'static str {
        "mx-is-us"
    }

    fn sentence(&self) -> &'static str {
        "mail for every domain of ours comes to this host, under the name that it calls itself"
    }

    fn judge(&self, subject: &Subject<'_>) -> Result<u64, Evidence> {
        let host = &subject.policy.host;
        let name = host.name.value.as_str();
        let at = &host.name.at;
        let found = addresses(subject.dns, name, at)?;
        let declared: BTreeSet<IpAddr> = host.addresses.iter().map(|one| one.value).collect();
        if let Some(other) = found.symmetric_difference(&declared).next() {
            let words = if declared.contains(other) {
                "is an address of the host, and DNS does not know it"
            } else {
                "is no address of the host, and mail would go there"
            };
            return Err(Evidence::new(format!("{name}: {other} {words}"), at));
        }
        for called in subject.sending.iter().flat_map(|sending| &sending.names) {
            if !same(&called.value, name) {
                let called_name = match called.value.as_str() {
                    "" => "nothing",
                    named => named,
                };
                let text = format!("it calls itself {called_name}, and MX records say {name}");
                return Err(Evidence::new(text, &called.at));
            }
        }
        for (domain, hosted) in &subject.policy.domains {
            exchangers(subject, domain, hosted)?;
        }
        for file in sts_files(subject.policy) {
            if !file.text.contains(&format!("\nmx: {name}\n")) {
                let text = format!("the MTA-STS policy of {} does not name {name}", file.domain);
                return Err(Evidence::new(text, at));
            }
        }
        let domains = u64::try_from(subject.policy.domains.len()).unwrap_or(u64::MAX);
        Ok(domains.saturating_add(1))
    }
}

/// Judges the exchangers of a domain.
fn exchangers(
    subject: &Subject<'_>,
    domain: &Domain,
    hosted: &HostedDomain,
) -> Result<(), Evidence> {
    let name = subject.policy.host.name.value.as_str();
    let broken = |text: String| Err(Evidence::new(text, &hosted.at));
    let exchangers = match subject.dns.mx(domain.as_str()) {
        Ok(exchangers) => exchangers,
        Err(error) => return broken(format!("{domain} has no MX record ({})", words(error))),
    };
    // Whom we are the backup of.
    let first = subject
        .route_of(hosted)
        .map(|route| route.host.value.to_string());
    let is_first = |exchange: &str| first.as_deref().is_some_and(|host| same(exchange, host));
    let others = exchangers.iter().filter(|mx| !is_first(&mx.exchange));
    let best = others.clone().map(|mx| mx.preference).min();
    if !others
        .clone()
        .any(|mx| Some(mx.preference) == best && same(&mx.exchange, name))
    {
        return broken(format!("mail for {domain} does not go to {name} first"));
    }
    let declared = hosted.publish.exchangers(&subject.policy.host.name.value);
    let is_declared = |exchange: &str| declared.iter().any(|one| same(exchange, one.as_str()));
    for mx in exchangers.iter().filter(|mx| !is_declared(&mx.exchange)) {
        if hosted.publish.mta_sts.is_some() {
            let exchange = &mx.exchange;
            return broken(format!(
                "{exchange} takes mail for {domain}, and MTA-STS does not say so"
            ));
        }
    }
    for other in others.filter(|mx| !same(&mx.exchange, name)) {
        let exchange = &other.exchange;
        let addresses = addresses(subject.dns, exchange, &hosted.at)?;
        let hands_over = |address: &IpAddr| !is_supposed(*address) && hands_over(subject, *address);
        if let Some(stray) = addresses.iter().find(|address| !hands_over(address)) {
            return broken(format!(
                "{exchange} ({stray}) takes mail for {domain}, and is in no network that may hand \
                 it over"
            ));
        }
    }
    Ok(())
}

/// Returns whether an address is in a network that hands over our mail: the longest prefix decides.
fn hands_over(subject: &Subject<'_>, address: IpAddr) -> bool {
    let networks = subject.policy.networks.iter();
    let prefixes = networks.flat_map(|network| {
        let hands_over = network.may_hand_over.is_some();
        network
            .prefixes
            .iter()
            .map(move |prefix| (prefix.value, hands_over))
    });
    let holding = prefixes.filter(|(prefix, _)| prefix.contains(&address));
    holding
        .max_by_key(|(prefix, _)| prefix.prefix_len())
        .is_some_and(|(_, hands_over)| hands_over)
}

/// Returns the addresses of a name; none if it has none.
pub(super) fn addresses(dns: &dyn Dns, name: &str, at: &Loc) -> Result<BTreeSet<IpAddr>, Evidence> {
    let v4 = dns
        .a(name)
        .map(|all| all.into_iter().map(IpAddr::V4).collect::<Vec<_>>());
    let v6 = dns
        .aaaa(name)
        .map(|all| all.into_iter().map(IpAddr::V6).collect::<Vec<_>>());
    let mut found = BTreeSet::new();
    for answer in [v4, v6] {
        match answer {
            Ok(addresses) => found.extend(addresses),
            Err(DnsError::NoSuchName | DnsError::NoRecords) => {}
            Err(error) => return Err(Evidence::new(format!("{name}: {}", words(error)), at)),
        }
    }
    Ok(found)
}

fn words(error: DnsError) -> &'static str {
    match error {
        DnsError::NoSuchName => "there is no such name",
        DnsError::NoRecords => "there are none",
        DnsError::Failed => "the name server failed or refused",
        DnsError::Silent => "no name server answered in time",
    }
}

fn same(name: &str, other: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case(other)
}
