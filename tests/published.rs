//! `dns --check` and `dns --format nsupdate` against real name servers on loopback: green where
//! all is as wanted, and the right sentence for each fault.
#![expect(clippy::disallowed_methods, reason = "tests run programs")]

#[path = "published/bind.rs"]
mod bind;
#[path = "published/faults.rs"]
mod faults;
#[path = "support/nsd.rs"]
mod nsd;
#[path = "report/schema.rs"]
mod schema;

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nsd::NameServer;
use serde_json::Value;

/// The reference example: its policy, and what its provider publishes.
const DOE: (&str, &str) = (
    "examples/doe/policy.kdl",
    "25.100.51.198.in-addr.arpa. PTR mx.doe-family.com.\n\
     5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.0.d.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR \
     mx.doe-family.com.\n",
);
/// A policy with every kind of record, and what others publish for it.
const EVERYTHING: (&str, &str) = (
    "tests/corpus/accept/publish/everything/policy.kdl",
    "25.100.51.198.in-addr.arpa. PTR mx.example.org.\n\
     5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR \
     mx.example.org.\n\
     example.org._report._dmarc.reports.example.net. TXT \"v=DMARC1\"\n\
     www.example.org. A 192.0.2.80\n",
);

fn path(policy: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(policy)
}

fn mailpol(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code();
    (status, text(output.stdout), text(output.stderr))
}

/// What is wanted and what others publish, as zone text.
fn zone_text((policy, others): (&str, &str)) -> String {
    let (code, text, _) = mailpol(&["dns", path(policy).to_str().unwrap()]);
    assert_eq!(code, Some(0));
    let records: Vec<&str> = text.lines().filter(|line| !line.starts_with(';')).collect();
    records.join("\n") + "\n" + others
}

/// Asks a server, and returns what is not as wanted: `standing type: note`.
#[track_caller]
fn check(policy: &str, server: &str, status: i32) -> Vec<String> {
    let policy = path(policy);
    let arguments = ["dns", policy.to_str().unwrap(), "--check", "--nameserver"];
    let more = [server, "--timeout", "1", "--format", "json"];
    let (code, stdout, stderr) = mailpol(&[&arguments[..], &more].concat());
    assert_eq!((code, stderr.as_str()), (Some(status), ""), "{stdout}");
    let document: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(document["ok"], status == 0);
    let text = include_str!("../schemas/report.schema.json");
    let faults = schema::faults(&serde_json::from_str(text).unwrap(), &document);
    assert_eq!(faults, Vec::<String>::new());
    let rows = document["result"].as_array().unwrap().iter();
    let wrong = rows.filter(|row| row["standing"] != "present");
    let told = wrong.map(|row| {
        let word = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
        format!("{} {}: {}", word("standing"), word("type"), word("note"))
    });
    told.collect()
}

#[test]
fn what_is_published_as_wanted_is_found_so() {
    if !nsd::is_here() {
        return;
    }
    for all in [DOE, EVERYTHING] {
        let server = NameServer::start(&zone_text(all), &[]);
        let address = server.address.to_string();
        assert_eq!(check(all.0, &address, 0), Vec::<String>::new());
    }
}

#[test]
fn other_words_for_the_same_are_no_fault() {
    if !nsd::is_here() {
        return;
    }
    let mut text = zone_text(EVERYTHING);
    for (words, by) in [
        ("\"v=spf1 +mx ", "\"v=spf1 mx "),
        ("\"v=DKIM1; k=ed25519; ", "\"v=DKIM1;k=ed25519;n=mine; "),
        ("\"v=DKIM1; k=rsa; ", "\"h=sha256;"),
        ("v=DMARC1; p=none", "v=DMARC1;p=none;sp=none;adkim=r"),
        (
            "mta-sts.example.org. CNAME www.example.org.",
            "mta-sts.example.org. A 192.0.2.80",
        ),
    ] {
        assert!(text.contains(words), "{words}");
        text = text.replace(words, by);
    }
    text.push_str("example.org. TXT \"some-site-verification=1\"\n");
    let server = NameServer::start(&text, &[]);
    let found = check(EVERYTHING.0, &server.address.to_string(), 0);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_server_that_fails_leaves_it_open() {
    if !nsd::is_here() {
        return;
    }
    let server = NameServer::start(DOE.1, &["doe-family.com"]);
    let found = check(DOE.0, &server.address.to_string(), 2);
    let named: Vec<&str> = found
        .iter()
        .filter_map(|one| Some(one.split_once(':')?.0))
        .collect();
    assert_eq!(
        named,
        [
            "undetermined CNAME",
            "undetermined A",
            "undetermined AAAA",
            "undetermined TXT",
            "undetermined CNAME",
            "undetermined MX",
            "undetermined TXT",
            "undetermined PTR",
            "undetermined PTR",
        ]
    );
    let words = "the name server failed or refused";
    assert!(found.iter().all(|one| one.contains(words)), "{found:#?}");
}

#[test]
fn a_server_that_is_silent_leaves_it_open_and_is_soon_left_alone() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let start = Instant::now();
    let policy = path(DOE.0);
    let arguments = ["dns", policy.to_str().unwrap(), "--check", "--nameserver"];
    let more = [address.as_str(), "--timeout", "1"];
    let (code, stdout, stderr) = mailpol(&[&arguments[..], &more].concat());
    assert_eq!((code, stderr.as_str()), (Some(2), ""), "{stdout}");
    assert!(!stdout.contains("MISSING"), "{stdout}");
    assert!(stdout.contains("UNDETERMINED"), "{stdout}");
    assert!(stdout.contains("answered in time"), "{stdout}");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_table_says_what_is_wanted_and_what_is_there() {
    if !nsd::is_here() {
        return;
    }
    let text = zone_text(DOE).replace("+mx -all", "+mx ~all");
    let server = NameServer::start(&text, &[]);
    let policy = path(DOE.0);
    let address = server.address.to_string();
    let arguments = ["dns", policy.to_str().unwrap(), "--check", "--nameserver"];
    let (code, stdout, _) = mailpol(&[&arguments[..], &[&address]].concat());
    assert_eq!(code, Some(1));
    let wanted = "TXT    \"v=spf1 +mx -all\"\n";
    assert!(stdout.contains("DIFFERENT"), "{stdout}");
    assert!(stdout.contains(wanted), "{stdout}");
    assert!(stdout.contains(" is \"v=spf1 +mx ~all\"\n"), "{stdout}");
}

/// Stands between a client and a server, and says that all answers are validated, if the question
/// wants to know (RFC 4035 section 3.2.3).
fn validating(server: std::net::SocketAddr) -> String {
    let front = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = front.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let back = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        back.connect(server).unwrap();
        let mut octets = [0; 4096];
        while let Ok((length, client)) = front.recv_from(&mut octets) {
            // The DO bit is the first of the flags in the OPT record, which ends the question.
            let wants = octets
                .get(length.wrapping_sub(4))
                .is_some_and(|flags| flags & 0x80 != 0);
            back.send(&octets[..length]).unwrap();
            let length = back.recv(&mut octets).unwrap();
            if wants {
                octets[3] |= 0x20;
            }
            front.send_to(&octets[..length], client).unwrap();
        }
    });
    address
}

#[test]
fn whether_answers_were_validated_is_said_as_the_resolver_says_it() {
    if !nsd::is_here() {
        return;
    }
    let server = NameServer::start(&zone_text(DOE), &[]);
    let policy = path(DOE.0);
    let validated = |address: &str| {
        let arguments = [
            "dns",
            policy.to_str().unwrap(),
            "--check",
            "--nameserver",
            address,
        ];
        let (code, stdout, _) = mailpol(&[&arguments[..], &["--format", "json"]].concat());
        assert_eq!(code, Some(0), "{stdout}");
        let document: Value = serde_json::from_str(&stdout).unwrap();
        let rows = document["result"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["validated"].clone())
            .collect::<Vec<_>>()
    };
    let plain = validated(&server.address.to_string());
    assert!(plain.iter().all(|one| *one == false), "{plain:?}");
    let signed = validated(&validating(server.address));
    assert!(signed.iter().all(|one| *one == true), "{signed:?}");
}
