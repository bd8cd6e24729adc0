//! Real DNS: what `--resolve` sees at a real name server on loopback, and what such a server makes
//! of our zone text.
#![expect(clippy::disallowed_methods, reason = "tests run programs")]

#[path = "support/nsd.rs"]
mod nsd;

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{Live, Record, RecordData, Resolver, read_zone};
use mailpol::source::Source;
use mailpol::spf::{Dns, DnsError, Zone};
use nsd::NameServer;
use serde_json::Value;

const DOMAIN: &str = "doe-family.com";
fn policy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl")
}

/// A policy with every kind of record.
fn everything() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/accept/publish/everything/policy.kdl")
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

/// The zone text of a policy, as `mailpol dns` prints it.
fn zone_text(policy: &Path) -> String {
    let (code, text, _) = mailpol(&["dns", policy.to_str().unwrap()]);
    assert_eq!(code, Some(0));
    text
}

fn live(server: &NameServer, seconds: u64) -> Live {
    Live::new(Some(server.address), Duration::from_secs(seconds)).unwrap()
}

fn read(text: &str) -> Zone {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("zone", text);
    let zone = read_zone(&source, &mut diagnostics);
    zone.unwrap_or_else(|_| panic!("{:?}", diagnostics.sorted()))
}

#[test]
fn absence_failure_and_silence_are_told_apart() {
    if !nsd::is_here() {
        return;
    }
    let long = format!("long.test. TXT {}\n", "\"0123456789\" ".repeat(300));
    let records = format!(
        "a.test. A 192.0.2.1\nb.test. CNAME c.test.\nc.test. CNAME a.test.\n\
         d.test. CNAME e.test.\n\
         text.test. TXT \"a \\\"b\\\" \\195\\169\" \";c\"\n_a\\ b.test. A 192.0.2.2\n\
         n.test. MX 0 .\n\
         {long}"
    );
    let server = NameServer::start(&records, &["broken.test"]);
    let live = live(&server, 2);
    let address = |text: &str| Ok(vec![text.parse::<Ipv4Addr>().unwrap()]);
    assert_eq!(live.a("a.test"), address("192.0.2.1"));
    assert_eq!(live.a("b.test"), address("192.0.2.1"));
    assert_eq!(live.a("_a b.test"), address("192.0.2.2"));
    assert_eq!(live.aaaa("b.test"), Err(DnsError::NoRecords));
    assert_eq!(live.a("d.test"), Err(DnsError::NoSuchName));
    assert_eq!(live.a("no.test"), Err(DnsError::NoSuchName));
    assert_eq!(live.a("a..test"), Err(DnsError::NoSuchName));
    assert_eq!(live.a("x.broken.test"), Err(DnsError::Failed));
    assert_eq!(live.cname("b.test"), Ok("c.test".to_owned()));
    assert_eq!(live.cname("a.test"), Err(DnsError::NoRecords));
    let text = b"a \"b\" \xc3\xa9;c".to_vec();
    assert_eq!(live.txt("text.test"), Ok(vec![text]));
    assert_eq!(live.mx("n.test").unwrap()[0].exchange, "");
    // Too long for UDP.
    let found = live.txt("long.test").unwrap();
    assert_eq!(found, [b"0123456789".repeat(300)]);
}

/// What a name server that never answers is asked, question by question.
#[test]
fn after_so_many_silences_no_more_is_asked() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let server = socket.local_addr().unwrap();
    let live = Live::new(Some(server), Duration::from_millis(300)).unwrap();
    let is_asked = |name: &str| {
        assert_eq!(live.a(name), Err(DnsError::Silent));
        let mut datagrams = 0;
        while socket.recv(&mut [0; 512]).is_ok() {
            datagrams += 1;
        }
        datagrams > 0
    };
    let asked = ["a.test", "b.test", "c.test", "d.test"].map(is_asked);
    assert_eq!(asked, [true, true, true, false]);
}

#[test]
fn spf_and_simulate_ask_real_dns() {
    if !nsd::is_here() {
        return;
    }
    let records = "a.test. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n";
    let server = NameServer::start(records, &["broken.test"]);
    let address = server.address.to_string();
    let from = |domain: &str, client: &str| {
        let sender = format!("x@{domain}");
        let arguments = ["spf", client, "--from", &sender, "--resolve"];
        let server = ["--nameserver", &address, "--format", "json"];
        let (code, stdout, _) = mailpol(&[&arguments[..], &server].concat());
        assert_eq!(code, Some(0));
        let document: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(document["result"]["records"], "dns");
        let result = document["result"]["result"].as_str();
        result.unwrap().to_owned()
    };
    assert_eq!(from("a.test", "192.0.2.1"), "pass");
    assert_eq!(from("a.test", "192.0.2.2"), "fail");
    assert_eq!(from("b.test", "192.0.2.2"), "none");
    assert_eq!(from("broken.test", "192.0.2.2"), "temperror");
    let policy = policy();
    let head = ["explain", policy.to_str().unwrap()];
    let to = ["--to", "jane.doe@doe-family.com", "--from", "x@a.test"];
    let rest = ["--client", "192.0.2.2", "--resolve"];
    let server = ["--nameserver", &address];
    let all = [&head[..], &to, &rest, &server].concat();
    let (code, stdout, _) = mailpol(&all);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("reject 550 5.7.23 (spf)"), "{stdout}");
}

/// NSD loads the text, and writes it out again in words of its own.
fn through_nsd(text: &str) -> Zone {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zone");
    std::fs::write(&file, format!("{}{text}", nsd::HEAD)).unwrap();
    let output = Command::new("/usr/sbin/nsd-checkzone")
        .args(["-p", ".", file.to_str().unwrap()])
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    read(&printed)
}

/// Compares what our own reader, NSD's and a client of NSD find in zone text.
#[track_caller]
fn all_read_the_same(policy: &Path, names: &[&str]) -> Zone {
    let text = zone_text(policy);
    let (ours, theirs) = (read(&text), through_nsd(&text));
    let server = NameServer::start(&text, &[]);
    let live = live(&server, 2);
    for name in names {
        assert_eq!(ours.txt(name), theirs.txt(name));
        assert_eq!(ours.mx(name), theirs.mx(name));
        assert_eq!(ours.a(name), theirs.a(name));
        assert_eq!(ours.aaaa(name), theirs.aaaa(name));
        assert_eq!(Resolver::cname(&ours, name), Resolver::cname(&theirs, name));
        assert_eq!(ours.txt(name), live.txt(name));
        assert_eq!(ours.mx(name), live.mx(name));
        assert_eq!(ours.a(name), live.a(name));
        assert_eq!(ours.aaaa(name), live.aaaa(name));
        assert_eq!(Resolver::cname(&ours, name), live.cname(name));
    }
    ours
}

#[test]
fn a_real_name_server_loads_our_zone_text_and_reads_the_same() {
    if !nsd::is_here() {
        return;
    }
    let names = [DOMAIN, "mx.doe-family.com", "no.doe-family.com"];
    let zone = all_read_the_same(&policy(), &names);
    assert_eq!(zone.txt(DOMAIN), Ok(vec![b"v=spf1 +mx -all".to_vec()]));
}

#[test]
fn every_kind_of_record_reads_the_same() {
    if !nsd::is_here() {
        return;
    }
    let names = [
        "example.org",
        "mx.example.org",
        "2026a._domainkey.example.org",
        "2026b._domainkey.example.org",
        "_dmarc.example.org",
        "_mta-sts.example.org",
        "mta-sts.example.org",
        "_smtp._tls.example.org",
        "example.com",
        "_dmarc.example.com",
        "example.org._report._dmarc.example.com",
        "example.net",
        "_dmarc.example.net",
        "old.example.org",
    ];
    let zone = all_read_the_same(&everything(), &names);
    for name in names {
        assert_ne!(
            Resolver::cname(&zone, name),
            Err(DnsError::NoSuchName),
            "{name}"
        );
    }
    let text = |name: &str| String::from_utf8(zone.txt(name).unwrap().concat()).unwrap();
    let ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(text("2026b._domainkey.example.org"), ed25519);
    assert_eq!(
        text("_dmarc.example.org"),
        "v=DMARC1; p=quarantine; sp=reject; np=reject; adkim=s; aspf=s; \
         rua=mailto:reports@example.org,mailto:dmarc+org@reports.example.net; \
         ruf=mailto:reports@example.com; t=y"
    );
    assert_eq!(text("example.org._report._dmarc.example.com"), "v=DMARC1");
    assert_eq!(text("_dmarc.example.net"), "v=DMARC1; p=reject");
    assert_eq!(text("old.example.org"), "v=spf1 -all");
    assert_eq!(zone.mx("old.example.org").unwrap()[0].exchange, "");
}

#[test]
fn no_character_of_a_text_is_lost_on_the_way() {
    if !nsd::is_here() {
        return;
    }
    let odd: String = (1..=0x17f).filter_map(char::from_u32).collect();
    let text = format!("{odd}{}", "long; \"\\\" ".repeat(100));
    let record = Record {
        name: "odd.test".to_owned(),
        data: RecordData::Txt(text.clone()),
        purpose: "a test".to_owned(),
    };
    let written = mailpol::dns::zone(&[record], &[]);
    let expected = Ok(vec![text.into_bytes()]);
    assert_eq!(read(&written).txt("odd.test"), expected);
    assert_eq!(through_nsd(&written).txt("odd.test"), expected);
    let server = NameServer::start(&written, &[]);
    assert_eq!(live(&server, 2).txt("odd.test"), expected);
}
