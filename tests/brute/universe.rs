//! Small universes: every address of 192.0.2.0/28 and 2001:db8::/124 and its neighbours, every
//! session, every login, every recipient.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use mailpol::decision::Envelope;
use mailpol::mail::{Listener, Path, PathForm};
use mailpol::spf::SpfResult;

use crate::site::{DOMAINS, FOREIGN, LOGINS, Site};

/// The host's own address.
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 25));

/// Returns every envelope.
///
/// SPF results go round: as many sessions and logins of port 25 follow each other as there are
/// results, and one more. So there each client meets each pair of paths with each result.
pub(crate) fn all(site: &Site) -> Vec<Envelope> {
    let pairs = pairs(site);
    let mut envelopes = Vec::new();
    let mut round = 0;
    for client in clients() {
        for (listener, tls) in SESSIONS {
            for login in logins() {
                for (pair, (from, to)) in pairs.iter().enumerate() {
                    let result = |at: usize| SpfResult::ALL[at % SpfResult::ALL.len()];
                    envelopes.push(Envelope {
                        client,
                        listener,
                        tls,
                        login: login.clone(),
                        helo: "mail.example".to_owned(),
                        from: from.clone(),
                        to: to.clone(),
                        spf: result(round + pair),
                        // Never the same, so that it shows which of them is asked.
                        spf_helo: result(round + pair + 3),
                    });
                }
                round += 1;
            }
        }
    }
    envelopes
}

/// Whether files must decide it as the policy does, to the letter.
pub(crate) fn is_usual(envelope: &Envelope) -> bool {
    matches!(
        envelope.to.form(),
        PathForm::Plain | PathForm::BarePostmaster
    )
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

/// Every reverse-path with every forward-path, and each odd one of either with some of the other.
fn pairs(site: &Site) -> Vec<(Path, Path)> {
    let (froms, tos) = (froms(), tos(site));
    let few: Vec<Path> = [
        "victim@victim.example",
        "a@one.example",
        "b+x@two.example",
        "again@two.example",
        "nobody@two.example",
    ]
    .map(path)
    .to_vec();
    let product = |froms: &[Path], tos: &[Path]| {
        let all = froms.iter();
        all.flat_map(|from| tos.iter().map(move |to| (from.clone(), to.clone())))
            .collect::<Vec<_>>()
    };
    let all = [
        product(&froms, &tos),
        product(&ODD_FROMS.map(path), &few),
        product(&froms[..5], &ODD_TOS.map(path)),
    ];
    all.concat()
}

const ODD_FROMS: [&str; 14] = [
    "A+x@ONE.example",
    "\"a\"@one.example",
    "a@two.example.",
    "@relay.example:b@two.example",
    "a%victim.example@one.example",
    "victim.example!a@two.example",
    "a+x%victim.example@one.example",
    "a%b@else.example",
    "a@[203.0.113.9]",
    "a@[198.51.100.25]",
    "\"a%b\"@one.example",
    "a@victim.example@one.example",
    "postmaster",
    "a..b@one.example",
];

const ODD_TOS: [&str; 13] = [
    "A+x@ONE.example",
    "again+x@two.example",
    "victim+x@victim.example",
    "\"a\"@one.example",
    "\"victim\"@victim.example",
    "all@two.example.",
    "@relay.example:a@one.example",
    "@relay.example:victim@victim.example",
    "a%b@victim.example",
    "a+x%victim.example@one.example",
    "\"a@victim.example\"@one.example",
    "a@victim.example@two.example",
    "-a@one.example",
];

fn froms() -> Vec<Path> {
    let ours = ["a", "all"].map(|local| format!("{local}@{}", DOMAINS[0]));
    let second = ["b", "again"].map(|local| format!("{local}@{}", DOMAINS[1]));
    let others = ["", FOREIGN, "x@else.example", "x@sub.else.example"].map(str::to_owned);
    let all = ours.into_iter().chain(second).chain(others);
    all.map(|text| path(&text)).collect()
}

fn path(text: &str) -> Path {
    Path::parse(text, &[HOST])
}

fn tos(site: &Site) -> Vec<Path> {
    let mut texts = vec![
        "victim@victim.example".to_owned(),
        "victim@sub.victim.example".to_owned(),
        format!("a@sub.{}", DOMAINS[0]),
        "postmaster".to_owned(),
        format!("a@[{HOST}]"),
        "a@[203.0.113.9]".to_owned(),
    ];
    for (name, domain) in DOMAINS.iter().zip(&site.domains) {
        let mailboxes = domain.mailboxes.iter().map(|(local, _)| *local);
        let aliases = domain.alias.iter().map(|_| "all");
        let second = domain.alias_of_alias.then_some("again");
        let forward = (domain.forward == Some(false)).then_some("out");
        let others = ["nobody", "a%victim.example", "postmaster", "kept"];
        let locals = mailboxes
            .chain(aliases)
            .chain(second)
            .chain(forward)
            .chain(others);
        texts.extend(locals.map(|local| format!("{local}@{name}")));
    }
    texts.iter().map(|text| path(text)).collect()
}

#[test]
fn on_port_25_each_client_meets_each_pair_of_paths_with_each_result() {
    let mut met: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let all = all(&Site::sample());
    for one in all.iter().filter(|one| one.listener == Listener::Smtp) {
        let pair = (one.client, one.from.text(), one.to.text());
        met.entry(pair).or_default().insert(one.spf as usize);
        assert_ne!(one.spf, one.spf_helo);
    }
    assert!(
        met.values()
            .all(|results| results.len() == SpfResult::ALL.len())
    );
}
