//! What `mailpol spf` says, and what `simulate` and `explain` take from the same zones.
#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with the Doe policy and the zone in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["examples/doe/policy.kdl", "tests/zones/family.zone"] {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(root().join(file), folder.path().join(name)).unwrap();
    }
    folder
}

fn mailpol(folder: &Path, arguments: &str) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Returns the result of the document; the exit status is 0.
#[track_caller]
fn spf(arguments: &str) -> Value {
    let folder = folder();
    let all = format!("spf {arguments} --format json");
    let (code, stdout, stderr) = mailpol(folder.path(), &all);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments}");
    let mut document: Value = serde_json::from_str(&stdout).unwrap();
    document["result"].take()
}

#[track_caller]
fn check(arguments: &str, result: &str, mechanism: Option<&str>) -> Value {
    let found = spf(arguments);
    assert_eq!(found["result"], result, "{arguments}: {found:#}");
    assert_eq!(
        found["mechanism"]["text"].as_str(),
        mechanism,
        "{arguments}: {found:#}"
    );
    found
}

#[test]
fn a_zone_file_is_evaluated() {
    let zone = "--zone family.zone --from";
    check(
        &format!("198.51.100.25 {zone} j@doe-family.com"),
        "pass",
        Some("+mx"),
    );
    check(
        &format!("2001:db8:d0e::25 {zone} j@doe-family.com"),
        "pass",
        Some("+mx"),
    );
    check(
        &format!("203.0.113.70 {zone} j@doe-family.com"),
        "pass",
        Some("include:_spf.news.example."),
    );
    check(
        &format!("203.0.113.9 {zone} j@doe-family.com"),
        "neutral",
        None,
    );
    check(
        &format!("192.0.2.1 {zone} j@alias.example"),
        "pass",
        Some("ip4:192.0.2.0/24"),
    );
    check(&format!("192.0.2.1 {zone} j@nowhere.example"), "none", None);
}

#[test]
fn the_mechanism_and_the_explanation_are_told() {
    let from = "--zone family.zone --from j@alias.example";
    let exists = check(
        &format!("198.51.100.5 {from}"),
        "pass",
        Some("exists:%{ir}.allowed.example"),
    );
    let (start, end) = (24, 52);
    assert_eq!(exists["mechanism"]["start"], start);
    assert_eq!(exists["mechanism"]["end"], end);
    let record = exists["mechanism"]["record"].as_str().unwrap();
    assert_eq!(&record[start..end], "exists:%{ir}.allowed.example");
    let fails = check(&format!("203.0.113.9 {from}"), "fail", Some("-all"));
    assert_eq!(
        fails["explanation"],
        "203.0.113.9 is not of ours; ask \"postmaster@alias.example\""
    );
    assert_eq!(fails["counts"]["terms"], 1);
    assert_eq!(fails["counts"]["voids"], 1);
    assert!(fails["trace"].as_array().unwrap().len() > 3);
}

#[test]
fn without_a_zone_the_policy_that_stands_here_is_asked() {
    let own = check("198.51.100.25 --from j@doe-family.com", "pass", Some("+mx"));
    assert_eq!(own["records"], "policy");
    check(
        "policy.kdl 203.0.113.9 --from j@doe-family.com",
        "fail",
        Some("-all"),
    );
    let null = check("198.51.100.25 --helo mx.doe-family.com", "pass", Some("a"));
    assert_eq!(null["identity"], "helo");
    check("198.51.100.25 --from j@example", "none", None);
}

#[test]
fn the_text_points_into_the_record() {
    let folder = folder();
    let (code, stdout, _) = mailpol(folder.path(), "spf 203.0.113.9 --from j@doe-family.com");
    assert_eq!(code, Some(0));
    let expected = "\
fail: 203.0.113.9 as j@doe-family.com (mailfrom)
In the policy's own records: no others were asked; `--resolve` asks DNS.

Decided by `-all` of doe-family.com:
    v=spf1 +mx -all
               ^^^^
";
    assert!(stdout.starts_with(expected), "{stdout}");
}

#[test]
fn what_cannot_be_checked_is_status_2() {
    let folder = folder();
    fs::write(folder.path().join("bad.zone"), "a.example. TXTT x\n").unwrap();
    let unable = |arguments: &str, why: &str| {
        let (code, stdout, stderr) = mailpol(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments}");
        assert!(stderr.contains(why), "{arguments}: {stderr}");
    };
    let from = "--from j@doe-family.com";
    unable("spf 203.0.113.9", "--helo");
    unable(&format!("spf nobody {from}"), "is not an IP address");
    unable(&format!("spf 192.0.2.1 192.0.2.2 {from}"), "one client");
    unable(
        &format!("spf 192.0.2.1 {from} --zone no.zone"),
        "cannot be read",
    );
    unable(
        &format!("spf 192.0.2.1 {from} --zone bad.zone"),
        "bad.zone:1:12",
    );
    unable(
        &format!("spf 192.0.2.1 {from} --zone bad.zone --format json"),
        "mailpol::dns::zone",
    );
    unable(
        &format!("spf 192.0.2.1 {from} --zone family.zone --resolve"),
        "cannot be used with",
    );
    unable(
        &format!("spf 192.0.2.1 {from} --nameserver 127.0.0.1:1"),
        "--resolve",
    );
    fs::remove_file(folder.path().join("policy.kdl")).unwrap();
    unable(&format!("spf 192.0.2.1 {from}"), "no policy here");
}

/// The policy rejects on fail, which only the zone of this test says of the client.
#[test]
fn simulate_and_explain_evaluate_over_a_zone() {
    let folder = folder();
    let line =
        r#"{"client":"203.0.113.9","from":"a@alias.example","to":"jane.doe@doe-family.com"}"#;
    fs::write(folder.path().join("one.jsonl"), format!("{line}\n")).unwrap();
    let answer = |more: &str| {
        let arguments = format!("simulate --envelopes one.jsonl{more}");
        let (code, stdout, stderr) = mailpol(folder.path(), &arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let answer: Value = serde_json::from_str(&stdout).unwrap();
        (
            answer["verdict"].as_str().unwrap().to_owned(),
            answer["spf"].as_str().unwrap().to_owned(),
        )
    };
    let words = |verdict: &str, spf: &str| (verdict.to_owned(), spf.to_owned());
    assert_eq!(answer(""), words("accept", "none"));
    assert_eq!(answer(" --zone family.zone"), words("reject", "fail"));
    let asked = "explain policy.kdl --client 203.0.113.9 --from a@alias.example \
                 --to jane.doe@doe-family.com --zone family.zone";
    let (code, stdout, _) = mailpol(folder.path(), asked);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("reject 550 5.7.23 (spf)"), "{stdout}");
    let given = format!("{asked} --spf pass");
    let (_, stdout, _) = mailpol(folder.path(), &given);
    assert!(stdout.starts_with("policy: accept"), "{stdout}");
}

/// A record of 64 KiB has five thousand terms. Shown with each of them it would be 300 MB.
#[test]
fn a_long_record_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let record = |octets: usize| {
        let terms = " ip4:203.0.113.1".repeat((octets - "v=spf1 -all".len()) / 16);
        let text = format!("v=spf1{terms} -all");
        text + &" ".repeat(octets - "v=spf1 -all".len() - terms.len())
    };
    let trace = |octets: usize| {
        let text = record(octets);
        let strings = text.as_bytes().chunks(255).map(str::from_utf8);
        let strings: Vec<String> = strings.map(|one| format!("\"{}\"", one.unwrap())).collect();
        let zone = format!("a.example. TXT {}\n", strings.join(" "));
        fs::write(folder.path().join("zone"), zone).unwrap();
        let arguments = "spf 192.0.2.1 --from x@a.example --zone zone --format json";
        let (code, stdout, _) = mailpol(folder.path(), arguments);
        assert_eq!(code, Some(0));
        let document: Value = serde_json::from_str(&stdout).unwrap();
        let result = &document["result"];
        assert_eq!(result["mechanism"]["record"], *text);
        let steps = result["trace"].as_array().unwrap().iter();
        let places = steps
            .map(|step| &step["place"])
            .filter(|place| !place.is_null());
        let shown: Vec<bool> = places
            .clone()
            .map(|place| place["record"] == *text)
            .collect();
        // Where the term stands, and what it says, is there each time.
        for place in places {
            let range =
                ["start", "end"].map(|end| usize::try_from(place[end].as_u64().unwrap()).unwrap());
            assert_eq!(place["text"], text[range[0]..range[1]]);
        }
        (shown, stdout.len())
    };
    let (shown, _) = trace(1024);
    assert!(shown.len() > 60 && shown.iter().all(|shown| *shown));
    let (shown, _) = trace(1025);
    let first = shown.iter().position(|shown| *shown);
    assert_eq!(
        (first, shown.iter().filter(|shown| **shown).count()),
        (Some(0), 1)
    );
    let (_, length) = trace(65_279);
    assert!(length < 2_000_000, "{length}");
}
