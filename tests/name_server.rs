//! Real DNS: what `--resolve` and `dns --check` see at a real name server on loopback.
#![expect(clippy::disallowed_methods, reason = "tests run programs")]

#[path = "support/nsd.rs"]
mod nsd;
#[path = "report/schema.rs"]
mod schema;

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{Live, Record, RecordData, Resolver, read_zone};
use mailpol::source::Source;
use mailpol::spf::{Dns, DnsError, Zone};
use nsd::NameServer;
use serde_json::Value;

const DOMAIN: &str = "doe-family.com";
const PTR: &str = "25.100.51.198.in-addr.arpa. PTR mx.doe-family.com.\n\
    5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.0.d.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR \
    mx.doe-family.com.\n";

fn policy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/doe/policy.kdl")
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

/// The zone text of the Doe policy, as `mailpol dns` prints it.
fn zone_text() -> String {
    let (code, text, _) = mailpol(&["dns", policy().to_str().unwrap()]);
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

/// Compares what is not as wanted, as `standing type`, and the exit status.
#[track_caller]
fn check(server: &str, status: i32, expected: &[&str]) -> Value {
    let policy = policy();
    let arguments = [
        "dns",
        policy.to_str().unwrap(),
        "--check",
        "--nameserver",
        server,
        "--timeout",
        "1",
        "--format",
        "json",
    ];
    let (code, stdout, stderr) = mailpol(&arguments);
    assert_eq!((code, stderr.as_str()), (Some(status), ""), "{stdout}");
    let mut document: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(document["ok"], status == 0);
    let text = include_str!("../schemas/report.schema.json");
    let faults = schema::faults(&serde_json::from_str(text).unwrap(), &document);
    assert_eq!(faults, Vec::<String>::new());
    let rows = document["result"].take();
    let wrong = rows.as_array().unwrap().iter();
    let wrong = wrong.filter(|row| row["standing"] != "present");
    let wrong: Vec<String> = wrong
        .map(|row| {
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            format!("{} {}", word("standing"), word("type"))
        })
        .collect();
    assert_eq!(wrong, expected, "{rows:#}");
    rows
}

/// Serves the policy's records with some lines replaced, and others besides.
#[track_caller]
fn served(replaced: &[(&str, &str)], more: &str, status: i32, expected: &[&str]) -> Value {
    let mut text = zone_text() + PTR + more;
    for (line, by) in replaced {
        assert!(text.contains(line), "{line}");
        text = text.replace(line, by);
    }
    let server = NameServer::start(&text, &[]);
    check(&server.address.to_string(), status, expected)
}

const SPF: &str = "doe-family.com. TXT \"v=spf1 +mx -all\"\n";
const MX: &str = "doe-family.com. MX 10 mx.doe-family.com.\n";
const AAAA: &str = "mx.doe-family.com. AAAA 2001:db8:d0e::25\n";

#[test]
fn what_is_published_as_wanted_is_found_so() {
    if nsd::is_here() {
        let rows = served(&[], "", 0, &[]);
        assert_eq!(rows.as_array().unwrap().len(), 7);
    }
}

#[test]
fn what_is_not_as_wanted_is_told() {
    if !nsd::is_here() {
        return;
    }
    served(&[(SPF, "")], "", 1, &["missing TXT"]);
    let second = "doe-family.com. TXT \"v=spf1 a -all\"\n";
    let rows = served(&[], second, 1, &["extra TXT"]);
    assert!(rows.to_string().contains("permerror"), "{rows:#}");
    let other = "doe-family.com. MX 10 mx.old.example.\n";
    let rows = served(&[(MX, other)], "", 1, &["different MX"]);
    assert!(rows.to_string().contains("10 mx.old.example."), "{rows:#}");
    served(&[], other, 1, &["extra MX"]);
    let expected = ["missing AAAA", "unconfirmed PTR"];
    served(&[(AAAA, "")], "", 1, &expected);
    let stale = "mx.doe-family.com. A 192.0.2.1\n";
    served(&[], stale, 1, &["extra A"]);
    served(&[(PTR, "")], "", 1, &["missing PTR", "missing PTR"]);
}

#[test]
fn an_alias_at_the_domain_is_told() {
    if nsd::is_here() {
        let alias = "doe-family.com. CNAME mx.doe-family.com.\n";
        let expected = ["extra CNAME", "missing MX", "different TXT"];
        let replaced = [(SPF, ""), (MX, alias)];
        served(&replaced, "", 1, &expected);
    }
}

#[test]
fn a_server_that_fails_leaves_it_open() {
    if !nsd::is_here() {
        return;
    }
    let server = NameServer::start(PTR, &[DOMAIN]);
    let rows = check(
        &server.address.to_string(),
        2,
        &[
            "undetermined CNAME",
            "undetermined A",
            "undetermined AAAA",
            "undetermined TXT",
            "undetermined CNAME",
            "undetermined MX",
            "undetermined TXT",
            "undetermined PTR",
            "undetermined PTR",
        ],
    );
    assert!(rows.to_string().contains("failed or refused"), "{rows:#}");
}

#[test]
fn a_server_that_is_silent_leaves_it_open_and_is_soon_left_alone() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let start = Instant::now();
    let policy = policy();
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
    let text = zone_text().replace("+mx -all", "+mx ~all") + PTR;
    let server = NameServer::start(&text, &[]);
    let policy = policy();
    let address = server.address.to_string();
    let arguments = ["dns", policy.to_str().unwrap(), "--check", "--nameserver"];
    let (code, stdout, _) = mailpol(&[&arguments[..], &[&address]].concat());
    assert_eq!(code, Some(1));
    let wanted = "TXT    \"v=spf1 +mx -all\"\n";
    assert!(stdout.contains("DIFFERENT"), "{stdout}");
    assert!(stdout.contains(wanted), "{stdout}");
    assert!(stdout.contains(" is \"v=spf1 +mx ~all\"\n"), "{stdout}");
}

#[test]
fn absence_failure_and_silence_are_told_apart() {
    if !nsd::is_here() {
        return;
    }
    let long = format!("long.test. TXT {}\n", "\"0123456789\" ".repeat(300));
    let records = format!(
        "a.test. A 192.0.2.1\nb.test. CNAME c.test.\nc.test. CNAME a.test.\nd.test. CNAME e.test.\n\
         text.test. TXT \"a \\\"b\\\" \\195\\169\" \";c\"\n_a\\ b.test. A 192.0.2.2\nn.test. MX 0 .\n\
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

#[test]
fn a_real_name_server_loads_our_zone_text_and_reads_the_same() {
    if !nsd::is_here() {
        return;
    }
    let text = zone_text();
    let (ours, theirs) = (read(&text), through_nsd(&text));
    let server = NameServer::start(&text, &[]);
    let live = live(&server, 2);
    for name in [DOMAIN, "mx.doe-family.com", "no.doe-family.com"] {
        assert_eq!(ours.txt(name), theirs.txt(name));
        assert_eq!(ours.mx(name), theirs.mx(name));
        assert_eq!(ours.a(name), theirs.a(name));
        assert_eq!(ours.aaaa(name), theirs.aaaa(name));
        assert_eq!(ours.txt(name), live.txt(name));
        assert_eq!(ours.mx(name), live.mx(name));
        assert_eq!(ours.a(name), live.a(name));
        assert_eq!(ours.aaaa(name), live.aaaa(name));
    }
    assert_eq!(ours.txt(DOMAIN), Ok(vec![b"v=spf1 +mx -all".to_vec()]));
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
    let written = mailpol::dns::zone(&[record]);
    let expected = Ok(vec![text.into_bytes()]);
    assert_eq!(read(&written).txt("odd.test"), expected);
    assert_eq!(through_nsd(&written).txt("odd.test"), expected);
    let server = NameServer::start(&written, &[]);
    assert_eq!(live(&server, 2).txt("odd.test"), expected);
}
