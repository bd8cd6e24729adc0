//! The rules by the book: `docs/semantics.md`, written down once more, by plain scans.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use mailpol::decision::{Because, Envelope, Header, Verdict};
use mailpol::mail::{Listener, Reply};
use mailpol::spf::SpfResult;

use crate::ends::{copies, ends};
use crate::paths::{self, Said};
use crate::site::{DOMAINS, Domain, Grant, LOGINS, Network, Right, Site};

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) reply: Reply,
    pub(crate) because: Because,
    pub(crate) headers: BTreeSet<Header>,
    /// Where accepted mail ends, in words.
    pub(crate) ends: BTreeSet<String>,
    /// The archives that get it besides.
    pub(crate) copies: BTreeSet<String>,
}

/// Where mail is for.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    if paths::from(site, envelope.from.text()) == Said::Bad {
        return reject(501, [1, 7], Because::BadPath);
    }
    if paths::to(site, envelope.to.text()) == Said::Bad {
        return reject(501, [1, 3], Because::BadPath);
    }
    let network = network(site, envelope.client);
    let may = |tls| {
        let rights = network.map(|one| &one.rights[..]).unwrap_or_default();
        rights
            .iter()
            .any(|right| covers(site, right, envelope, None, tls))
    };
    let hands_over = network.is_some_and(|one| one.may_hand_over);
    let submission = envelope.listener != Listener::Smtp;
    let login = login(site, envelope);
    let of_login = login.map(|login| rights(site, login)).unwrap_or_default();
    let by_network = may(envelope.tls);
    let by_login = of_login
        .iter()
        .any(|right| covers(site, right, envelope, login, true));
    let granted = by_network || by_login;
    let stranger = !granted && login.is_none();
    let destination = destination(site, envelope);
    let ours = matches!(destination, Destination::Listed | Destination::Unlisted);
    if !granted && may(true) {
        return reject(530, [7, 1], Because::TlsRequired);
    }
    if submission && stranger {
        return reject(530, [7, 0], Because::AuthRequired);
    }
    if stranger && site.own_domain_reject && sender(site, envelope).is_ours() {
        return reject(554, [7, 1], Because::OwnDomain);
    }
    let is_sender = |right: &Right| is_from(site, right, envelope, login);
    if login.is_some() && !by_network && !of_login.iter().any(is_sender) {
        return reject(553, [7, 1], Because::SenderLimit);
    }
    if !granted && network.is_some_and(|one| one.refuse) && !(hands_over && ours) {
        return reject(554, [7, 1], Because::NetworkLimit);
    }
    let is_routed = destination == Destination::Routed;
    if !granted && destination == Destination::Foreign || stranger && is_routed {
        return reject(554, [7, 1], Because::RelayDenied);
    }
    if matches!(destination, Destination::Unlisted | Destination::Routed) {
        return reject(550, [1, 1], Because::Unlisted);
    }
    let is_asked = stranger && !hands_over && site.spf != "off";
    if let Some(answer) = spf(site, envelope).filter(|_| is_asked) {
        return answer;
    }
    Answer {
        verdict: Verdict::Accept,
        reply: Reply::new(250, 2, 1, 5),
        because: if granted {
            Because::Granted
        } else {
            Because::Listed
        },
        headers: headers(site).filter(|_| is_asked).collect(),
        ends: ends(site, envelope),
        copies: copies(site, envelope),
    }
}

/// Whether a message gets the headers that it lacks; nothing where either is right, as of what a
/// client sends beyond its rights.
pub(crate) fn completes(site: &Site, envelope: &Envelope, answer: &Answer) -> Option<bool> {
    let network = network(site, envelope.client);
    let has_rights = network.is_some_and(|one| !one.rights.is_empty());
    if !has_rights && login(site, envelope).is_none() {
        return Some(false);
    }
    (answer.because == Because::Granted).then_some(true)
}

/// Returns the login that counts.
fn login<'e>(site: &Site, envelope: &'e Envelope) -> Option<&'e str> {
    let submission = envelope.listener != Listener::Smtp;
    let login = envelope.login.as_deref();
    login.filter(|login| submission && envelope.tls && site.has_login(login))
}

/// Whether the files may take for the plain path what a policy answers so about an odd one: it
/// was refused for the path, and nothing else.
pub(crate) fn is_for_the_path(site: &Site, envelope: &Envelope, answer: &Answer) -> bool {
    match answer.because {
        Because::BadPath | Because::Unlisted => true,
        Because::RelayDenied => destination(site, envelope) == Destination::Routed,
        _ => false,
    }
}

fn reject(code: u16, [subject, detail]: [u16; 2], because: Because) -> Answer {
    refuse(
        Verdict::Reject,
        Reply::new(code, 5, subject, detail),
        because,
    )
}

fn refuse(verdict: Verdict, reply: Reply, because: Because) -> Answer {
    Answer {
        verdict,
        reply,
        because,
        headers: BTreeSet::new(),
        ends: BTreeSet::new(),
        copies: BTreeSet::new(),
    }
}

fn spf(site: &Site, envelope: &Envelope) -> Option<Answer> {
    let is_null = sender(site, envelope) == Said::Null;
    let result = if is_null {
        envelope.spf_helo
    } else {
        envelope.spf
    };
    let temporary = Reply::new(451, 4, 7, 24);
    match result {
        SpfResult::Fail => Some(reject(550, [7, 23], Because::Spf)),
        SpfResult::Softfail if site.spf == "strict" => Some(reject(550, [7, 23], Because::Spf)),
        SpfResult::Permerror => Some(reject(550, [7, 24], Because::Spf)),
        SpfResult::Temperror => Some(refuse(Verdict::Defer, temporary, Because::Spf)),
        SpfResult::None | SpfResult::Neutral | SpfResult::Pass | SpfResult::Softfail => None,
    }
}

fn headers(site: &Site) -> impl Iterator<Item = Header> {
    let (received, results) = (Header::ReceivedSpf, Header::AuthenticationResults);
    let is_said = match site.header {
        "spf" => [true, false],
        "auth" => [false, true],
        "both" => [true, true],
        _ => [false, false],
    };
    let said = [received, results].into_iter().zip(is_said);
    said.filter(|(_, is_said)| *is_said)
        .map(|(header, _)| header)
}

pub(crate) fn domain<'s>(site: &'s Site, name: &str) -> Option<&'s Domain> {
    let mut domains = DOMAINS.iter().zip(&site.domains);
    domains
        .find(|(one, _)| **one == name)
        .map(|(_, domain)| domain)
}

pub(crate) fn sender(site: &Site, envelope: &Envelope) -> Said {
    paths::from(site, envelope.from.text())
}

/// Returns whom mail is for: bare `postmaster` is that of the first domain.
pub(crate) fn recipient(site: &Site, envelope: &Envelope) -> Said {
    match paths::to(site, envelope.to.text()) {
        Said::Postmaster => Said::Address("postmaster".to_owned(), DOMAINS[0].to_owned()),
        said => said,
    }
}

fn destination(site: &Site, envelope: &Envelope) -> Destination {
    let said = recipient(site, envelope);
    let domain = said.domain().and_then(|name| domain(site, name));
    let Some(domain) = domain else {
        return Destination::Foreign;
    };
    let Said::Address(local, _) = said else {
        return Destination::Routed;
    };
    let is_listed = domain.mailboxes.iter().any(|(one, _)| *one == local)
        || local == "postmaster"
        || !site.archives.is_empty() && ["store", "kept"].contains(&local.as_str())
        || domain.alias.is_some() && local == "all"
        || domain.alias_of_alias && local == "again"
        || domain.forward == Some(false) && local == "out"
        || domain.catch_all;
    if is_listed {
        Destination::Listed
    } else {
        Destination::Unlisted
    }
}

/// Returns the rights of a login.
fn rights(site: &Site, login: &str) -> Vec<Right> {
    let number = LOGINS.iter().position(|one| *one == login);
    let granted = number.and_then(|number| site.grants.get(number));
    granted
        .copied()
        .filter(|_| site.auth)
        .unwrap_or(Grant::Own)
        .rights()
}

/// Whether a right covers an envelope, of a network or of a login.
pub(crate) fn covers(
    site: &Site,
    right: &Right,
    envelope: &Envelope,
    login: Option<&str>,
    tls: bool,
) -> bool {
    is_from(site, right, envelope, login)
        && is_to(site, right, envelope)
        && (tls || !right.tls)
        && right.listener.is_none_or(|one| one == envelope.listener)
}

fn is_from(site: &Site, right: &Right, envelope: &Envelope, login: Option<&str>) -> bool {
    let said = sender(site, envelope);
    let is = |word: &&str| match *word {
        "any" => true,
        "null" => said == Said::Null,
        "own" => login.is_some_and(|login| is_own(site, login, &said)),
        word => names(word, &said),
    };
    // Receipts and bounces of every login carry the null reverse-path.
    right.from.is_empty() || login.is_some() && said == Said::Null || right.from.iter().any(is)
}

fn is_to(site: &Site, right: &Right, envelope: &Envelope) -> bool {
    let said = recipient(site, envelope);
    let is_routed = matches!(said, Said::Route(_));
    let is = |word: &&str| *word == "any" || names(word, &said) && !is_routed;
    right.to.is_empty() || right.to.iter().any(is)
}

/// Whether a word that stands for addresses names what a path says.
fn names(word: &str, said: &Said) -> bool {
    let Some(name) = said.domain() else {
        return false;
    };
    if word == "local" {
        DOMAINS.contains(&name)
    } else if let Some(above) = word.strip_prefix("@*") {
        name.ends_with(above)
    } else {
        let (of, domain) = word.split_once('@').unwrap_or((word, ""));
        let is_whom = matches!(said, Said::Address(local, _) if local == of);
        name == domain && (of.is_empty() || is_whom)
    }
}

/// Whether an address is a mailbox of the login, or an alias that leads to one by name.
fn is_own(site: &Site, login: &str, said: &Said) -> bool {
    let Said::Address(local, name) = said else {
        return false;
    };
    let Some(domain) = domain(site, name) else {
        return false;
    };
    let is_mine = |number: &usize| domain.mailboxes[*number].1 == Some(login);
    let targets = domain.alias.iter().flatten();
    match local.as_str() {
        "postmaster" => is_mine(&0),
        "all" => targets.into_iter().any(is_mine),
        "again" => domain.alias_of_alias && targets.into_iter().any(is_mine),
        local => domain
            .mailboxes
            .iter()
            .any(|(one, of)| *one == local && *of == Some(login)),
    }
}
