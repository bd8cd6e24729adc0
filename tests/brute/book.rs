//! The rules by the book: `docs/semantics.md`, written down once more, by plain scans.

use std::net::IpAddr;

use ipnet::IpNet;
use mailpol::decision::{Because, Envelope, Verdict};
use mailpol::mail::{Listener, PathForm};
use mailpol::spf::SpfResult;

use crate::site::{DOMAINS, Domain, FOREIGN, Grant, LOGINS, Network, Site};

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) code: u16,
    pub(crate) because: Because,
}

/// Where mail is for.
#[derive(PartialEq, Eq)]
enum Destination {
    Listed,
    Unlisted,
    Routed,
    Foreign,
}

/// Returns the network of a client: the longest prefix decides alone.
pub(crate) fn network(site: &Site, client: IpAddr) -> Option<&Network> {
    let prefixes = site.networks.iter().flat_map(|network| {
        let prefixes = network.prefixes.iter();
        prefixes.map(move |prefix| (prefix, network))
    });
    let holding = prefixes.filter(|(prefix, _)| holds(prefix, client));
    holding
        .max_by_key(|(prefix, _)| prefix.prefix_len())
        .map(|(_, network)| network)
}

fn holds(prefix: &IpNet, client: IpAddr) -> bool {
    match (prefix, client) {
        (IpNet::V4(net), IpAddr::V4(host)) => net.contains(&host),
        (IpNet::V6(net), IpAddr::V6(host)) => net.contains(&host),
        (IpNet::V4(_), IpAddr::V6(_)) | (IpNet::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Decides an envelope.
pub(crate) fn decide(site: &Site, envelope: &Envelope) -> Answer {
    let network = network(site, envelope.client);
    let internal = network.is_some_and(|one| one.may_send);
    let hands_over = network.is_some_and(|one| one.may_hand_over);
    let submission = envelope.listener != Listener::Smtp;
    let login = envelope
        .login
        .as_deref()
        .filter(|login| site.logins().contains(login));
    let authenticated = submission && envelope.tls && login.is_some();
    let stranger = !internal && !authenticated;
    let destination = destination(site, envelope);
    let ours = matches!(destination, Destination::Listed | Destination::Unlisted);
    if submission && stranger {
        return reject(530, Because::AuthRequired);
    }
    if stranger && site.own_domain_reject && claims_ours(envelope) {
        return reject(554, Because::OwnDomain);
    }
    if authenticated && !internal && !login.is_some_and(|login| may_use(site, login, envelope)) {
        return reject(553, Because::SenderLimit);
    }
    if stranger && network.is_some_and(|one| one.refuse) && !(hands_over && ours) {
        return reject(554, Because::NetworkLimit);
    }
    if stranger && !ours {
        return reject(554, Because::RelayDenied);
    }
    if matches!(destination, Destination::Unlisted | Destination::Routed) {
        return reject(550, Because::Unlisted);
    }
    let is_asked = stranger && !hands_over && site.spf != "off";
    if let Some(answer) = spf(site, envelope).filter(|_| is_asked) {
        return answer;
    }
    Answer {
        verdict: Verdict::Accept,
        code: 250,
        because: if stranger {
            Because::Listed
        } else {
            Because::Granted
        },
    }
}

fn reject(code: u16, because: Because) -> Answer {
    Answer {
        verdict: Verdict::Reject,
        code,
        because,
    }
}

fn spf(site: &Site, envelope: &Envelope) -> Option<Answer> {
    let is_null = envelope.from.form() == PathForm::Null;
    let result = if is_null {
        envelope.spf_helo
    } else {
        envelope.spf
    };
    match result {
        SpfResult::Fail | SpfResult::Permerror => Some(reject(550, Because::Spf)),
        SpfResult::Softfail if site.spf == "strict" => Some(reject(550, Because::Spf)),
        SpfResult::Temperror => Some(Answer {
            verdict: Verdict::Defer,
            code: 451,
            because: Because::Spf,
        }),
        SpfResult::None | SpfResult::Neutral | SpfResult::Pass | SpfResult::Softfail => None,
    }
}

fn domain<'s>(site: &'s Site, name: &str) -> Option<&'s Domain> {
    let mut domains = DOMAINS.iter().zip(&site.domains);
    domains
        .find(|(one, _)| **one == name)
        .map(|(_, domain)| domain)
}

fn claims_ours(envelope: &Envelope) -> bool {
    let name = envelope.from.text().rsplit('@').next().unwrap_or_default();
    DOMAINS.contains(&name)
}

fn destination(site: &Site, envelope: &Envelope) -> Destination {
    let text = envelope.to.text();
    let (local, name) = text.rsplit_once('@').unwrap_or((text, ""));
    let Some(domain) = domain(site, name) else {
        return Destination::Foreign;
    };
    if local.contains(['%', '!', '@']) {
        return Destination::Routed;
    }
    let is_listed = domain.mailboxes.iter().any(|(one, _)| *one == local)
        || local == "postmaster"
        || domain.alias.is_some() && local == "all"
        || domain.alias_of_alias && local == "again"
        || domain.catch_all;
    if is_listed {
        Destination::Listed
    } else {
        Destination::Unlisted
    }
}

/// Whether a login may use the reverse-path.
fn may_use(site: &Site, login: &str, envelope: &Envelope) -> bool {
    let text = envelope.from.text();
    if text.is_empty() {
        return true;
    }
    let number = LOGINS.iter().position(|one| *one == login);
    let granted = number.and_then(|number| site.grants.get(number));
    let grant = granted.copied().filter(|_| site.auth).unwrap_or(Grant::Own);
    match grant {
        Grant::Own => is_own(site, login, text),
        Grant::Any => true,
        Grant::OwnAndSecond => {
            is_own(site, login, text) || text.ends_with(&format!("@{}", DOMAINS[1]))
        }
        Grant::Foreign => text == FOREIGN,
    }
}

/// Whether an address is a mailbox of the login, or an alias that leads to one by name.
fn is_own(site: &Site, login: &str, text: &str) -> bool {
    let (local, name) = text.rsplit_once('@').unwrap_or((text, ""));
    let Some(domain) = domain(site, name) else {
        return false;
    };
    let is_mine = |number: &usize| domain.mailboxes[*number].1 == Some(login);
    let targets = domain.alias.iter().flatten();
    match local {
        "postmaster" => is_mine(&0),
        "all" => targets.into_iter().any(is_mine),
        "again" => domain.alias_of_alias && targets.into_iter().any(is_mine),
        _ => domain
            .mailboxes
            .iter()
            .any(|(one, of)| *one == local && *of == Some(login)),
    }
}
