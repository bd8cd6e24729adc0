//! Every document that `--format json` prints is as `schemas/report.schema.json` says.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "tests run the program, and fail by panicking"
)]

#[path = "report/schema.rs"]
mod schema;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs mailpol in an empty folder, and returns its exit status and what it printed.
fn mailpol(arguments: &[&str], input: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Most commands do not read it, and may be gone before it is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Checks the document of a run against the schema, and returns it.
#[track_caller]
fn check(arguments: &[&str], status: i32) -> Value {
    let policy = root().join("examples/doe/policy.kdl");
    let policy = policy.display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let strict = folder.path().join("strict.kdl");
    let text = std::fs::read_to_string(&policy).unwrap();
    std::fs::write(&strict, text.replace("spf \"soft\"", "spf \"strict\"")).unwrap();
    let strict = strict.display().to_string();
    let mut all: Vec<&str> = arguments.to_vec();
    for argument in &mut all {
        if *argument == "POLICY" {
            *argument = &policy;
        }
        if *argument == "STRICT" {
            *argument = &strict;
        }
    }
    all.extend(["--format", "json"]);
    let (code, stdout, stderr) = mailpol(&all, BROKEN);
    assert_eq!(
        (code, stderr.as_str()),
        (status, ""),
        "{arguments:?}: {stdout}"
    );
    let document: Value = serde_json::from_str(&stdout).unwrap();
    let text = std::fs::read_to_string(root().join("schemas/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let faults = schema::faults(&schema, &document);
    assert_eq!(faults, Vec::<String>::new(), "{arguments:?}");
    assert_eq!(document["ok"], Value::Bool(status == 0), "{arguments:?}");
    document
}

/// A policy with errors, for standard input.
const BROKEN: &str = "mailpol version=1\nhost \"mx.a.example\" { listen \"smtp\" }\n\
     network \"n\" { cidr \"0.0.0.0/0\"; may-send }\ndomain \"a.example\" { mailbx \"x\" }\n";

#[test]
fn every_command_prints_what_the_schema_says() {
    check(&["check", "POLICY"], 0);
    check(&["build", "POLICY", "--target", "postfix"], 0);
    check(&["prove", "POLICY"], 0);
    check(&["prove", "POLICY", "--target", "postfix"], 0);
    check(&["simulate", "POLICY"], 0);
    check(&["simulate", "POLICY", "--target", "postfix"], 0);
    let scenario = root().join("examples/doe/scenario.kdl");
    let scenario = scenario.to_string_lossy();
    check(&["simulate", "POLICY", "--scenario", &scenario], 0);
    let to = "victim@victim.example";
    check(
        &[
            "explain",
            "POLICY",
            "--client",
            "203.0.113.9",
            "--from",
            "a@b.example",
            "--to",
            to,
        ],
        0,
    );
    check(&["explain", "mailpol::network::universal"], 0);
    check(&["explain", "relay-denied"], 0);
    check(&["explain", "POLICY", "--login", "john"], 0);
    check(&["explain", "POLICY", "--login", "nobody"], 1);
    let jane = "jane.doe@doe-family.com";
    for client in ["198.51.100.25", "203.0.113.9"] {
        check(&["spf", client, "POLICY", "--from", jane], 0);
    }
    check(
        &["spf", "203.0.113.9", "POLICY", "--from", "a@b.example"],
        0,
    );
    check(&["dns", "POLICY"], 0);
    let ed25519 = ["--algorithm", "ed25519"];
    check(&[&["dkim", "new", "a", "a.pem"][..], &ed25519].concat(), 0);
    check(&["fmt", "POLICY", "--check"], 0);
    check(&["fmt", "-"], 0);
    for out in ["-", "policy.kdl"] {
        let words = "init family --host mx.a.example --address 198.51.100.25 --domain a.example \
                     --login john --out";
        let words = words.split_whitespace().chain([out]);
        check(&words.collect::<Vec<_>>(), 0);
    }
    check(&["diff", "POLICY", "POLICY"], 0);
    check(&["diff", "POLICY", "STRICT", "--fail-on", "narrow"], 1);
}

#[test]
fn errors_are_in_the_document_with_line_and_column() {
    let document = check(&["check", "-"], 1);
    let told = document["diagnostics"].as_array().unwrap();
    assert!(!told.is_empty());
    assert_eq!(document["result"], Value::Null);
    let first = &told[0]["labels"][0];
    assert_eq!(first["file"], "stdin");
    assert!(first["start"]["line"].as_u64().unwrap() >= 1);
}

#[test]
fn what_cannot_be_done_is_said_on_standard_error_alone() {
    let (code, stdout, stderr) = mailpol(&["check", "nowhere.kdl", "--format", "json"], "");
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("nowhere.kdl"), "{stderr}");
}

#[test]
fn the_schema_check_can_fail() {
    let text = std::fs::read_to_string(root().join("schemas/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let mut document = check(&["check", "POLICY"], 0);
    document["schema"] = Value::from(2);
    document["more"] = Value::Null;
    document.as_object_mut().unwrap().remove("ok");
    assert_eq!(schema::faults(&schema, &document).len(), 3);
}

#[test]
fn what_is_not_shown_is_counted() {
    let mistakes = "network \"n\" { cidr \"10.0.0.0/33\" }\n".repeat(201);
    let (_, stdout, _) = mailpol(&["check", "-", "--format", "json"], &mistakes);
    let document: Value = serde_json::from_str(&stdout).unwrap();
    let told = document["diagnostics"].as_array().unwrap().len();
    assert!(document["left_out"].as_u64().unwrap() > 0 && told >= 200);
    let (_, _, stderr) = mailpol(&["check", "-"], &mistakes);
    assert!(stderr.contains(" more errors and warnings are not shown.\n"));
}

#[test]
fn a_declared_bridge_is_no_assumption() {
    let text = std::fs::read_to_string(root().join("examples/doe/policy.kdl")).unwrap();
    let bridge = "\nnetwork \"pods\" { cidr \"172.17.0.0/16\"; via \"container-bridge\" }\n";
    let (_, stdout, stderr) = mailpol(&["prove", "-"], &(text + bridge));
    let words = "(no NAT, container bridge but for pods or proxy in between)";
    assert!(stdout.contains(words), "{stdout}{stderr}");
}
