//! Proxies that say who the client is: whoever is declared is believed, and nobody else.

use std::collections::BTreeMap;
use std::net::IpAddr;

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{expect, job, serve, subject};
use crate::support::job::{Client, Envelope, Listener, Mta, Record, Round, Until};
use crate::support::namespace;
use crate::support::proxy;
use crate::support::report::{Answer, Outcome};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("the client that a proxy announces counts", announced),
    ("a header of anybody else gives nothing", forged),
    ("SPF is asked of the client that is announced", spf),
    ("files that believe more relay for whoever asks", widened),
];

/// An office behind a proxy; the server is reached directly too.
const POLICY: &str = r#"
mailpol version=1
host "mx.proxied.test" {
    address "198.51.100.25" "2001:db8::25"
    listen "smtp" { on "198.51.100.25" "2001:db8::25" "10.8.0.1"; }
}
network "office" {
    cidr "192.168.0.0/24" "fd00:d0e::/64"
    may-send
    via "proxy-protocol" from="10.8.0.2"
}
domain "proxied.test" {
    mailbox "ann"
    alias "postmaster" "ann"
}
inbound { spf "off"; }
"#;

const OFFICE: &str = "192.168.0.7";
const OFFICE_V6: &str = "fd00:d0e::7";
const STRANGER: &str = "203.0.113.9";
const PROXY: &str = "10.8.0.2";
/// Where the proxy comes to, and where everybody does.
const INSIDE: &str = "10.8.0.1";
const OUTSIDE: &str = "198.51.100.25";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap_or([0; 4].into())
}

/// Who connects to an address of the server, with this header before all else.
fn peer(peer: &str, server: &str, header: Vec<u8>) -> Client {
    let mut client = Client::new(address(peer), Listener::Smtp);
    client.server = Some(address(server));
    client.header = header;
    client
}

/// Mail that only the office may send.
fn out(client: &Client) -> Envelope {
    Envelope::new(client, "ann@elsewhere.example", "someone@foreign.example")
}

fn announced(mta: Mta) -> Result<(), Failed> {
    let (office, stranger) = (address(OFFICE), address(STRANGER));
    let by_proxy = |header| out(&peer(PROXY, INSIDE, header));
    let table = [
        ("v1", by_proxy(proxy::v1(office)), true),
        ("v2", by_proxy(proxy::v2(office)), true),
        ("v1 of IPv6", by_proxy(proxy::v1(address(OFFICE_V6))), true),
        ("v2 of IPv6", by_proxy(proxy::v2(address(OFFICE_V6))), true),
        (
            "v2, mapped",
            by_proxy(proxy::v2(proxy::mapped(office))),
            true,
        ),
        (
            "v1, mapped",
            by_proxy(proxy::v1(proxy::mapped(office))),
            true,
        ),
        ("a stranger, v1", by_proxy(proxy::v1(stranger)), false),
        ("a stranger, v2", by_proxy(proxy::v2(stranger)), false),
        (
            "a stranger, mapped",
            by_proxy(proxy::v2(proxy::mapped(stranger))),
            false,
        ),
        // The proxy itself is the client, and it is a stranger.
        ("LOCAL", by_proxy(proxy::local()), false),
        ("UNKNOWN", by_proxy(proxy::unknown()), false),
        // Without a header the proxy says nothing, and nothing is taken from it.
        (
            "no header",
            by_proxy(b"EHLO client.example\r\n".to_vec()),
            false,
        ),
    ];
    let asked = table.iter().map(|(_, envelope, _)| envelope.clone());
    let report = serve(mta, POLICY, asked.collect())?;
    expect(report.outcomes.len(), table.len(), "outcomes")?;
    for (outcome, (name, _, relays)) in report.outcomes.iter().zip(&table) {
        expect(is_taken(outcome), relays, format!("{name}: {outcome}"))?;
    }
    Ok(())
}

fn forged(mta: Mta) -> Result<(), Failed> {
    let office = address(OFFICE);
    let mut asked = vec![
        out(&peer(STRANGER, OUTSIDE, proxy::v1(office))),
        out(&peer(STRANGER, OUTSIDE, proxy::v2(office))),
        out(&peer("10.8.0.3", OUTSIDE, proxy::v2(office))),
        out(&peer(PROXY, OUTSIDE, proxy::v1(address(STRANGER)))),
    ];
    if mta == Mta::Exim {
        // Of Postfix a firewall has to keep them away from there: it is assumed.
        asked.push(out(&peer("10.8.0.3", INSIDE, proxy::v1(office))));
        asked.push(out(&peer("10.8.0.3", INSIDE, proxy::v2(office))));
        asked.push(out(&peer("fd00:8::2", "2001:db8::25", proxy::v2(office))));
    }
    // Who comes as it is counts as it is.
    let by_itself = out(&peer(OFFICE, OUTSIDE, Vec::new()));
    let stranger = out(&peer(STRANGER, OUTSIDE, Vec::new()));
    let count = asked.len();
    asked.extend([by_itself, stranger]);
    let report = serve(mta, POLICY, asked)?;
    expect(report.outcomes.len(), count + 2, "outcomes")?;
    for (number, outcome) in report.outcomes.iter().enumerate() {
        let about = format!("number {number}: {outcome}");
        expect(is_taken(outcome), number == count, about)?;
    }
    Ok(())
}

/// Who may send for a domain is said of the client's address, and not of the proxy's.
fn spf(mta: Mta) -> Result<(), Failed> {
    let policy = POLICY.replace("spf \"off\"", "spf \"soft\"");
    let subject = subject(&policy, mta)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.zone.push(Record::Txt {
        name: "one.example".to_owned(),
        strings: vec![format!("v=spf1 ip4:{STRANGER} -all")],
    });
    let (one, other) = (address(STRANGER), address("203.0.113.8"));
    let asked = |header| {
        let client = peer(PROXY, INSIDE, header);
        Envelope {
            until: Until::Message("Subject: x\n\nx\n".to_owned()),
            ..Envelope::new(&client, "a@one.example", "ann@proxied.test")
        }
    };
    job.envelopes = vec![
        asked(proxy::v2(one)),
        asked(proxy::v2(other)),
        asked(proxy::v2(proxy::mapped(one))),
        asked(proxy::v2(proxy::mapped(other))),
    ];
    let report = namespace::run(&job)?;
    let taken: Vec<bool> = report.outcomes.iter().map(is_taken).collect();
    // Exim asks SPF about the mapped address as it is: `docs/targets/exim.md` says so.
    let wanted = match mta {
        Mta::Postfix => "[true, false, true, false]",
        Mta::Exim => "[true, false, false, false]",
    };
    expect(format!("{taken:?}"), wanted, "SPF")
}

/// What the proof refutes is no idle fear: with these files a stranger is the office.
fn widened(mta: Mta) -> Result<(), Failed> {
    let subject = subject(POLICY, mta)?;
    let (path, edits): (&str, &[(&str, &str)]) = match mta {
        Mta::Postfix => (
            "etc/postfix/master.cf",
            &[(
                "198.51.100.25:smtp inet n       -       n       -       -       smtpd",
                "198.51.100.25:smtp inet n       -       n       -       -       smtpd\n  \
                -o smtpd_upstream_proxy_protocol=haproxy",
            )],
        ),
        Mta::Exim => (
            "etc/exim4/exim4.conf",
            &[("hosts_proxy = <; 10.8.0.2/32", "hosts_proxy = *")],
        ),
    };
    let (_tree, mut job) = job(&subject)?;
    let artifact = subject.artifacts.get(path).ok_or("the file is there")?;
    let mut text = artifact.source.text().to_owned();
    for (words, by) in edits {
        expect(text.matches(words).count(), 1, words)?;
        text = text.replace(words, by);
    }
    let office = address(OFFICE);
    job.scene.announced = BTreeMap::new();
    job.rounds = vec![Round {
        files: BTreeMap::from([(path.to_owned(), Some(text))]),
        commands: Vec::new(),
        envelopes: vec![
            out(&peer(STRANGER, OUTSIDE, proxy::v1(office))),
            out(&peer(STRANGER, OUTSIDE, proxy::v2(office))),
            out(&peer(STRANGER, OUTSIDE, proxy::v2(address("203.0.113.8")))),
        ],
    }];
    let report = namespace::run(&job)?;
    let round = report.rounds.first().ok_or("one round")?;
    expect(round.outcomes.len(), 3, "outcomes")?;
    for (outcome, relays) in round.outcomes.iter().zip([true, true, false]) {
        expect(is_taken(outcome), relays, outcome)?;
    }
    Ok(())
}

/// Returns whether mail was taken at RCPT. Whoever does not get so far has sent nothing.
fn is_taken(outcome: &Outcome) -> bool {
    match &outcome.answer {
        Answer::Replied { reply, .. } => reply.code == 250,
        Answer::Broken { .. } => false,
    }
}
