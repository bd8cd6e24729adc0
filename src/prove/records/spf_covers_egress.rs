//! RFC 7208 section 10.1.1: who sends as a domain is in its record.

use std::net::IpAddr;
use std::rc::Rc;

use super::inner::Handed;
use super::mx_is_us::addresses;
use super::overheard::Overheard;
use super::{RecordObligation, Subject, ends};
use crate::decision::{AddressKey, AddressTable, Egress, Label, Leaving, Row};
use crate::mail::Domain;
use crate::policy::{HostedDomain, Policy, Route};
use crate::prove::report::Evidence;
use crate::source::{Loc, Spanned};
use crate::spf::{Dns, DnsError, Evaluation, Query, SpfResult, check_helo, check_host};

/// Every address that mail leaves from passes SPF for every domain of ours, and for the host's own
/// name, which stands for bounces.
///
/// SOUNDNESS: where mail of each domain leaves from is what the reader found in the files, with
/// every host that it goes by; of the policy by itself it is what is declared. Each of these
/// addresses is checked for each domain that sends, and passes whatever the records of others say
/// (see [`super::known`]).
pub(in crate::prove) struct SpfCoversEgress;

impl RecordObligation for SpfCoversEgress {
    fn name(&self) -> &'static str {
        "spf-covers-egress"
    }

    fn sentence(&self) -> &'static str {
        "every address that this server sends from passes SPF for every domain of ours"
    }

    /// What a host makes that only sends bears addresses of others, and goes by another host.
    fn is_asked(&self, subject: &Subject<'_>) -> bool {
        !subject.policy.is_null_client()
    }

    fn judge(&self, subject: &Subject<'_>) -> Result<u64, Evidence> {
        let host = subject.policy.host.name.value.as_str();
        // Of our own records it is known what they say of ours; of what is published, all of it is.
        let own_records = subject.given.dns.is_none();
        let origins = origins(subject)?;
        let mut pairs = 0;
        let domains = subject.policy.domains.iter();
        for (domain, hosted) in domains.filter(|(_, hosted)| sends(hosted)) {
            // One domain after the other: its records are at hand for all origins.
            for origin in &origins {
                if !origin.of.is_of(domain.as_str()) {
                    continue;
                }
                let declared = hosted.publish.spf_at.as_ref().unwrap_or(&hosted.at);
                let at = origin.at.as_ref().unwrap_or(declared);
                pairs += 1;
                if let Some(by) = origin.helo.as_deref().filter(|_| own_records)
                    && names_us_alone(hosted, host)
                {
                    return Err(by_another(domain, hosted, by, at));
                }
                let helo = origin.helo.as_deref().unwrap_or(host);
                for client in ends::clients(subject, domain, origin.address) {
                    subject.at(client, || sender(subject, domain, client, helo, at))?;
                }
            }
        }
        for origin in origins.iter().filter(|origin| origin.helo.is_none()) {
            pairs += 1;
            let at = origin.at.as_ref().unwrap_or(&subject.policy.host.at);
            greeting(subject, host, origin.address, at)?;
        }
        Ok(pairs)
    }
}

/// Returns whether a domain sends: `-all` alone says that it does not.
fn sends(hosted: &HostedDomain) -> bool {
    let terms: Vec<&str> = hosted
        .publish
        .spf
        .iter()
        .map(|term| term.value.as_str())
        .collect();
    terms != ["-all"]
}

/// Returns whether a record passes this host and nobody else, by its own words: what it names is
/// the exchanger of the domain, which is this host by the same records, or this host.
fn names_us_alone(hosted: &HostedDomain, host: &str) -> bool {
    let mx_is_us = hosted
        .publish
        .mx
        .iter()
        .all(|one| one.value.as_str() == host);
    let bare = |term: &str| {
        term.trim_start_matches(['+', '-', '~', '?'])
            .to_ascii_lowercase()
    };
    let of_host = format!("a:{host}");
    hosted.publish.spf.iter().all(|term| {
        let term = bare(&term.value);
        term == "all" || (term == "mx" && mx_is_us) || term == of_host
    })
}

/// Mail leaves by another host, and the record passes this one alone.
fn by_another(domain: &Domain, hosted: &HostedDomain, by: &str, at: &Loc) -> Evidence {
    let terms: Vec<&str> = hosted
        .publish
        .spf
        .iter()
        .map(|term| term.value.as_str())
        .collect();
    let terms = terms.join(" ");
    let term = match by.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => format!("ip4:{address}"),
        Ok(IpAddr::V6(address)) => format!("ip6:{address}"),
        Err(_) => format!("a:{by}"),
    };
    let text = format!(
        "mail from postmaster@{domain} leaves by {by}, and the record of {domain} passes this host \
         alone: v=spf1 {terms}\n  add `{term}`, or the `include:` that the provider of {by} names"
    );
    Evidence::certain(text, at)
}

/// Where mail comes from, as its receivers see it.
struct Origin {
    address: IpAddr,
    /// The name that a smarthost says; the host says its own.
    helo: Option<String>,
    /// What in the files says so.
    at: Option<Loc>,
    /// Whose mail.
    of: Rc<Leaving>,
}

/// Returns every origin. The policy by itself sends from the host's addresses, or by its routes.
fn origins(subject: &Subject<'_>) -> Result<Vec<Origin>, Evidence> {
    let policy = subject.policy;
    let own = policy.host.addresses.iter().map(|address| address.value);
    let own: Vec<IpAddr> = own.collect();
    let (leaving, handed) = match subject.sending {
        Some(sending) => (sending.egress.clone(), super::inner::hosts(subject)),
        None => (declared(policy), Handed::default()),
    };
    let mut origins = Vec::new();
    for leaving in leaving {
        let leaving = Rc::new(leaving);
        let (addresses, helo) = match &leaving.egress {
            Egress::Smarthost(name) if handed.inner.contains(name) => continue,
            Egress::Smarthost(name) if !handed.theirs.contains(name) => {
                let addresses = smarthost(subject.dns, name, &leaving.at)?;
                (addresses, Some(name.clone()))
            }
            // The recipients' own host sees the address of this one.
            Egress::Host | Egress::Smarthost(_) => (own.clone(), None),
            Egress::Address(address) => (vec![*address], None),
        };
        let is_said = subject.sending.is_some() && leaving.egress != Egress::Host;
        let at = is_said.then(|| leaving.at.clone());
        origins.extend(addresses.into_iter().map(|address| Origin {
            address,
            helo: helo.clone(),
            at: at.clone(),
            of: Rc::clone(&leaving),
        }));
    }
    Ok(origins)
}

/// Returns from where mail leaves by the policy: by a route with credentials, or by one that all or
/// a sender's mail goes by, from its host; by one to the recipients' own host from this one.
fn declared(policy: &Policy) -> Vec<Leaving> {
    let outbound = &policy.outbound;
    let route = |via: &Spanned<String>| policy.routes.get(&via.value);
    let smarthost = |route: &Route| Egress::Smarthost(route.host.value.to_string());
    let mut all = Vec::new();
    let mut rest = AddressTable::new(&[AddressKey::Domain]);
    rest.otherwise(Row::new(Label(1), policy.host.at.clone()));
    for (domain, way) in &outbound.from {
        let mut senders = AddressTable::new(&[AddressKey::Domain]);
        for (table, label) in [(&mut senders, Label(1)), (&mut rest, Label::ABSENT)] {
            let row = Row::new(label, way.at.clone());
            table.insert(AddressKey::Domain, domain.as_str(), row);
        }
        all.extend(route(&way.via).map(|route| Leaving {
            egress: smarthost(route),
            senders: Some(senders),
            at: route.host.at.clone(),
        }));
    }
    let by_rest = policy.outbound_route();
    all.push(Leaving {
        egress: by_rest.map_or(Egress::Host, smarthost),
        senders: Some(rest),
        at: by_rest
            .map_or(&policy.host.at, |route| &route.host.at)
            .clone(),
    });
    for route in outbound.to.values().filter_map(|way| route(&way.via)) {
        let is_theirs = route.credentials.is_none();
        all.push(Leaving {
            egress: if is_theirs {
                Egress::Host
            } else {
                smarthost(route)
            },
            senders: None,
            at: route.host.at.clone(),
        });
    }
    all
}

/// Returns the addresses of a smarthost.
fn smarthost(dns: &dyn Dns, name: &str, at: &Loc) -> Result<Vec<IpAddr>, Evidence> {
    if let Ok(address) = name.parse() {
        return Ok(vec![address]);
    }
    let addresses: Vec<IpAddr> = addresses(dns, name, at)?.into_iter().collect();
    if addresses.is_empty() {
        return Err(Evidence::new(
            format!("mail leaves by {name}, which has no address"),
            at,
        ));
    }
    Ok(addresses)
}

/// Mail from a domain of ours passes.
fn sender(
    subject: &Subject<'_>,
    domain: &Domain,
    client: IpAddr,
    helo: &str,
    at: &Loc,
) -> Result<(), Evidence> {
    let sender = format!("postmaster@{domain}");
    let query = query(client, helo, Some(&sender));
    let dns = Overheard::new(subject.dns);
    let checked = subject.checked(client, || check_host(&dns, &query));
    passes(checked.as_ref(), &sender, client, at)?;
    if dns.asks_local() {
        let text = format!(
            "mail from {sender}, sent from {client}, passes, and a record asks for the local-part: \
             what other senders of {domain} get is not known"
        );
        return Err(Evidence::new(text, at));
    }
    Ok(())
}

/// The host's own name passes, or has no record.
fn greeting(subject: &Subject<'_>, host: &str, client: IpAddr, at: &Loc) -> Result<(), Evidence> {
    let query = query(client, host, None);
    let checked = subject.checked(client, || check_helo(subject.dns, &query));
    let has_none = checked
        .as_ref()
        .is_some_and(|one| one.result == SpfResult::None);
    if has_none && subject.dns.txt(host) != Err(DnsError::Failed) {
        return Ok(());
    }
    passes(checked.as_ref(), "<> (by HELO)", client, at)
}

fn query<'a>(client: IpAddr, helo: &'a str, mail_from: Option<&'a str>) -> Query<'a> {
    Query {
        client,
        helo,
        mail_from,
        receiver: "mx.receiver.example",
        time_seconds: 0,
    }
}

/// A check passes. Without one too much is not known, which is told by its names.
fn passes(
    checked: Option<&Evaluation>,
    sender: &str,
    client: IpAddr,
    at: &Loc,
) -> Result<(), Evidence> {
    let Some(evaluation) = checked else {
        let text = format!("mail from {sender}, sent from {client}: nothing is known of its SPF");
        return Err(Evidence::new(text, at));
    };
    if evaluation.result == SpfResult::Pass {
        return Ok(());
    }
    let result = evaluation.result.as_str();
    let domain = &evaluation.domain;
    let why = match (&evaluation.mechanism, &evaluation.problem) {
        (Some(place), _) => format!(
            "by `{}` of {}: {}",
            place.text(),
            place.domain,
            place.record
        ),
        (None, Some(problem)) => format!("for {domain}: {}", problem.reason),
        (None, None) => format!("for {domain}: nothing matches"),
    };
    let text = format!("mail from {sender}, sent from {client}\n  SPF: {result}, {why}");
    Err(Evidence::new(text, at))
}
