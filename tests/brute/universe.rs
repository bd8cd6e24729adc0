//! Small universes: every address of 192.0.2.0/28 and 2001:db8::/124 and its neighbours, every
//! session, every login, every recipient.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use mailpol::decision::Envelope;
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::spf::SpfResult;

use crate::site::{DOMAINS, FOREIGN, LOGINS, Site};

/// Returns every envelope.
pub(crate) fn all(site: &Site) -> Vec<Envelope> {
    let mut envelopes = Vec::new();
    for client in clients() {
        for (listener, tls) in SESSIONS {
            for login in logins() {
                for from in froms() {
                    for to in tos(site) {
                        // The result goes round, so that each meets each path and client.
                        let spf = SpfResult::ALL[envelopes.len() % SpfResult::ALL.len()];
                        envelopes.push(Envelope {
                            client,
                            listener,
                            tls,
                            login: login.clone(),
                            helo: "mail.example".to_owned(),
                            from: from.clone(),
                            to,
                            spf,
                            spf_helo: spf,
                        });
                    }
                }
            }
        }
    }
    envelopes
}

/// Whether files must decide it as the policy does, to the letter.
pub(crate) fn is_usual(envelope: &Envelope) -> bool {
    envelope.to.form() == PathForm::Plain
}

const SESSIONS: [(Listener, bool); 5] = [
    (Listener::Smtp, false),
    (Listener::Smtp, true),
    (Listener::Submission, false),
    (Listener::Submission, true),
    (Listener::Submissions, true),
];

fn clients() -> Vec<IpAddr> {
    let v4 = (0_u8..=16).map(|host| IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)));
    let v6 = (0_u16..=16).map(|host| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host)));
    let before = [Ipv4Addr::new(192, 0, 1, 255)].map(IpAddr::V4);
    v4.chain(v6).chain(before).collect()
}

fn logins() -> Vec<Option<String>> {
    let named = LOGINS.iter().map(|login| Some((*login).to_owned()));
    named.chain([None, Some("www-data".to_owned())]).collect()
}

fn froms() -> Vec<Path> {
    let ours = ["a", "all"].map(|local| format!("{local}@{}", DOMAINS[0]));
    let second = ["b", "again"].map(|local| format!("{local}@{}", DOMAINS[1]));
    let others = ["", FOREIGN, "x@else.example"].map(str::to_owned);
    let all = ours.into_iter().chain(second).chain(others);
    all.map(|text| Path::parse(&text, &[])).collect()
}

fn tos(site: &Site) -> Vec<Path> {
    let mut texts = vec![
        "victim@victim.example".to_owned(),
        format!("a@sub.{}", DOMAINS[0]),
    ];
    for (name, domain) in DOMAINS.iter().zip(&site.domains) {
        texts.push(format!("nobody@{name}"));
        texts.push(format!("a%victim.example@{name}"));
        texts.push(format!("postmaster@{name}"));
        texts.extend(
            domain
                .mailboxes
                .first()
                .map(|(local, _)| format!("{local}@{name}")),
        );
        texts.extend(domain.alias.iter().map(|_| format!("all@{name}")));
    }
    texts.iter().map(|text| Path::parse(text, &[])).collect()
}
