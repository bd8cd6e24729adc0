//! Where accepted mail ends by the book, and who gets copies of it.

use std::collections::BTreeSet;

use mailpol::decision::Envelope;

use crate::book::{domain, recipient, sender};
use crate::paths::Said;
use crate::site::{Archive, DOMAINS, Domain, FRIEND, Outbound, Site};

const ESP: &str = "smtp.esp.example:465 \
    (TLS verified, from the first byte, credentials in /etc/mail/esp)";

/// Returns where accepted mail ends, in words.
pub(crate) fn ends(site: &Site, envelope: &Envelope) -> BTreeSet<String> {
    let said = recipient(site, envelope);
    let (local, name) = match &said {
        Said::Address(local, name) => (local.as_str(), name.as_str()),
        Said::Route(name) => ("", name.as_str()),
        Said::Literal(host) => {
            let host = leaves_by(site, envelope, "").unwrap_or(host);
            return BTreeSet::from([format!("out to the host {host}")]);
        }
        Said::Null | Said::Postmaster | Said::Bad => return BTreeSet::new(),
    };
    match domain(site, name) {
        Some(domain) => {
            let is_extended = site.plus && envelope.to.text().contains('+');
            let whom = if is_extended { "" } else { local };
            within(site, domain, (local, name), whom, &on(site, envelope))
        }
        None => BTreeSet::from([match leaves_by(site, envelope, name) {
            Some(host) => format!("out to the host {host}"),
            None => format!("out to {name}"),
        }]),
    }
}

/// Returns where a forward ends.
fn on(site: &Site, envelope: &Envelope) -> String {
    match leaves_by(site, envelope, "far.example") {
        Some(host) => format!("on to {FRIEND} by the host {host}"),
        None => format!("on to {FRIEND}"),
    }
}

fn within(
    site: &Site,
    domain: &Domain,
    (local, name): (&str, &str),
    whom: &str,
    on: &str,
) -> BTreeSet<String> {
    let kept = |local: &str| format!("to the mailbox {local}@{name}");
    // The host is told another address than the client's, or the same.
    let inner = |mailbox: &str| {
        let told = if mailbox == whom {
            "out to".to_owned()
        } else {
            format!("on to {mailbox}@{name} by")
        };
        format!("{told} the host in.one.example:25 (TLS verified)")
    };
    let targets = domain.alias.as_ref();
    let aliased = match local {
        "all" => targets,
        "again" if domain.alias_of_alias => targets,
        "store" | "kept" if !site.archives.is_empty() => {
            let end = if domain.inner {
                inner(local)
            } else {
                kept(local)
            };
            return BTreeSet::from([end]);
        }
        "out" if domain.forward == Some(false) => return BTreeSet::from([on.to_owned()]),
        _ => None,
    };
    let mut mailboxes = domain.mailboxes.iter();
    let mailbox = mailboxes.position(|(one, _)| *one == local).unwrap_or(0);
    let mut ends = BTreeSet::new();
    for number in aliased.cloned().unwrap_or_else(|| vec![mailbox]) {
        let (local, login) = domain.mailboxes[number];
        ends.insert(match login {
            _ if domain.inner => inner(local),
            Some(login) => format!("to the account {login}"),
            None => kept(local),
        });
        if number == 0 && domain.forward == Some(true) {
            ends.insert(on.to_owned());
        }
    }
    ends
}

/// Returns the host by which mail for a domain of others leaves, if not by its exchangers: whom it
/// is for counts before who sends it.
fn leaves_by(site: &Site, envelope: &Envelope, name: &str) -> Option<&'static str> {
    let has = |one| site.outbound.contains(&one);
    let is_partner = name == "far.example" || name == "victim.example";
    if (is_partner || name.ends_with(".victim.example")) && has(Outbound::Partner) {
        return Some("in.partner.example:25 (TLS required)");
    }
    if sender(site, envelope).domain() == Some(DOMAINS[1]) && has(Outbound::Sender) {
        return Some(ESP);
    }
    has(Outbound::Rest).then_some("smtp.isp.example:587 (TLS if offered)")
}

/// Returns the archives that get a copy.
pub(crate) fn copies(site: &Site, envelope: &Envelope) -> BTreeSet<String> {
    let (from, to) = (sender(site, envelope), recipient(site, envelope));
    let mut copies = BTreeSet::new();
    for archive in &site.archives {
        let (is_meant, mailbox) = match archive {
            Archive::All => (true, "store@one.example"),
            Archive::FromFirst => (from.domain() == Some(DOMAINS[0]), "store@two.example"),
            Archive::ToSecond => (to.domain() == Some(DOMAINS[1]), "kept@two.example"),
        };
        if is_meant {
            copies.insert(mailbox.to_owned());
        }
    }
    copies
}
