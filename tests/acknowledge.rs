//! Acknowledged warnings: each can be, it alone is put aside, and nothing else changes.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read the corpus, run the program, and fail by panicking"
)]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use folder::Folder;
use language::{compile, find, rendered, root};
use mailpol::diagnostic::{Diagnostics, Told, WARNINGS};
use mailpol::policy::Policy;
use mailpol::prove;
use mailpol::source::{Files, Source};
use serde_json::Value;

/// A warning, by its code and its message.
type Known = (String, String);

fn known(told: &Told) -> Known {
    let code = told.code().map(|code| code.to_string()).unwrap_or_default();
    (code, told.to_string())
}

/// Returns what is told of a policy, what is put aside, and how it would acknowledge the first.
fn looked(text: &str, files: &dyn Files) -> (Vec<Known>, Vec<Known>, Option<String>) {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let policy = compile(&source, files, &mut diagnostics);
    assert!(policy.is_ok(), "{text}\n{}", rendered(&diagnostics));
    let told = diagnostics.sorted().into_iter().map(known).collect();
    let aside = diagnostics.put_aside();
    assert_eq!(aside.len(), diagnostics.acknowledged(), "{text}");
    let aside = aside.into_iter().map(|one| known(&one.warning)).collect();
    let node = diagnostics.acknowledgements().into_iter().next();
    (told, aside, node)
}

#[test]
fn every_warning_of_the_corpus_is_put_aside_by_what_it_is_about_and_by_nothing_else() {
    let mut seen = Vec::new();
    for path in find(&root().join("tests/corpus/warn"), ".kdl") {
        let files = Folder(path.parent().unwrap().to_owned());
        let mut text = fs::read_to_string(&path).unwrap();
        let (mut told, mut aside, mut node) = looked(&text, &files);
        while let Some(known) = node {
            text.extend(["\n", known.as_str(), "\n"]);
            let (told_now, aside_now, next) = looked(&text, &files);
            let new: Vec<&Known> = aside_now
                .iter()
                .filter(|one| !aside.contains(one))
                .collect();
            assert_eq!(new.len(), 1, "{known} puts {new:?} aside");
            assert!(known.contains(new[0].0.trim_start_matches("mailpol::")));
            // What is told besides stays; that mail is forwarded is told last of all.
            for one in told.iter().filter(|one| *one != new[0]) {
                assert!(told_now.contains(one), "{known} hides {one:?}");
            }
            seen.push(new[0].0.clone());
            (told, aside, node) = (told_now, aside_now, next);
        }
        let left = told
            .iter()
            .filter(|one| one.0 != "mailpol::acknowledge::unused");
        assert_eq!(
            left.collect::<Vec<_>>(),
            Vec::<&Known>::new(),
            "{}",
            path.display()
        );
    }
    // What only the proof tells is below.
    for code in WARNINGS
        .iter()
        .filter(|code| **code != "mailpol::prove::open")
    {
        assert!(seen.iter().any(|one| one == code), "{code} was not seen");
    }
    assert!(WARNINGS.is_sorted());
}

const OPEN: &str = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
}

domain "example.org" {
    mailbox "john"
    alias "postmaster" "john"
    publish { spf "include:_spf.one.example" "include:_spf.two.example" "-all" }
}
"#;

fn read(text: &str, diagnostics: &mut Diagnostics) -> Policy {
    let source: Arc<Source> = Source::new("policy.kdl", text);
    compile(&source, &BTreeMap::new(), diagnostics).unwrap()
}

/// Returns how many warnings the proof of a policy tells, and how many are put aside.
fn proved(more: &str) -> (usize, usize) {
    let mut diagnostics = Diagnostics::new();
    let policy = read(&format!("{OPEN}{more}"), &mut diagnostics);
    let (_, report) = prove::prove(&policy, &mut diagnostics).unwrap();
    // Whatever is acknowledged, the proof says what it hangs on.
    let open = report.findings.iter();
    let open = open.filter(|one| matches!(one.answer, prove::Answer::Open(_)));
    assert_eq!(open.count(), 1);
    assert_eq!(diagnostics.errors(), 0);
    (diagnostics.warnings(), diagnostics.acknowledged())
}

#[test]
fn what_a_proof_hangs_on_is_acknowledged_by_every_name() {
    assert_eq!(proved(""), (1, 0));
    assert_eq!(
        proved("acknowledge \"prove::open\" \"_spf.one.example\"\n"),
        (1, 0)
    );
    assert_eq!(
        proved("acknowledge \"prove::open\" \"_spf.one.example\" \"_spf.two.example\"\n"),
        (0, 1)
    );
}

const BRIDGE: &str = r#"mailpol version=1

host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp"
}

network "bridge" {
    cidr "172.17.0.0/16"
    may-send
}

domain "example.org" {
    mailbox "john"
    alias "postmaster" "john"
}
"#;

const KNOWN: &str = "acknowledge \"network::container\" \"172.17.0.0/16\"\n";

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn a_denied_warning_says_how_it_would_be_acknowledged_and_then_passes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), BRIDGE).unwrap();
    let (code, _, said) = run(folder.path(), &["check", "--deny", "warnings"]);
    assert_eq!(code, 1);
    assert!(said.contains(&format!("  {KNOWN}")), "{said}");
    let (code, _, said) = run(folder.path(), &["check"]);
    assert!(code == 0 && !said.contains("denied"), "{said}");

    fs::write(
        folder.path().join("policy.kdl"),
        format!("{BRIDGE}\n{KNOWN}"),
    )
    .unwrap();
    let (code, _, said) = run(folder.path(), &["check", "--deny", "warnings"]);
    let passes = "policy.kdl: no errors; 1 warning is acknowledged\n";
    assert_eq!((code, said.as_str()), (0, passes));
    let (code, _, said) = run(folder.path(), &["fmt", "--check"]);
    assert_eq!(code, 0, "{said}");
    let (_, _, said) = run(folder.path(), &["check", "--verbose"]);
    assert!(said.contains("mailpol::network::container"), "{said}");
    assert!(said.contains("acknowledged at policy.kdl:18:34"), "{said}");
}

/// All that is needed is offered at once.
#[test]
fn each_warning_is_offered_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.kdl");
    let more = BRIDGE.replace(
        "    mailbox \"john\"\n",
        "    mailbox \"john\"\n    forward \"a\" \"a@isp.example\"\n    \
         forward \"b\" \"a@isp.example\" \"b@isp.example\"\n",
    );
    fs::write(&path, &more).unwrap();
    let (code, _, said) = run(folder.path(), &["check", "--deny", "warnings"]);
    assert_eq!(code, 1);
    let nodes = said.lines().map(str::trim);
    let nodes: Vec<&str> = nodes
        .filter(|line| line.starts_with("acknowledge "))
        .collect();
    assert!(nodes.len() >= 2, "{said}");
    fs::write(&path, format!("{more}\n{}\n", nodes.join("\n"))).unwrap();
    let (code, _, said) = run(folder.path(), &["check", "--deny", "warnings"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn documents_tell_what_was_put_aside_as_that() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("policy.kdl"),
        format!("{BRIDGE}\n{KNOWN}"),
    )
    .unwrap();
    let (code, json, said) = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!((code, said.as_str()), (0, ""));
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["diagnostics"], Value::Array(Vec::new()));
    let aside = &document["acknowledged"];
    assert_eq!(aside.as_array().map(Vec::len), Some(1));
    assert_eq!(aside[0]["warning"]["code"], "mailpol::network::container");
    assert_eq!(aside[0]["by"]["file"], "policy.kdl");
    assert_eq!(aside[0]["by"]["start"]["line"], 18);

    let (_, sarif, _) = run(folder.path(), &["check", "--format", "sarif"]);
    let document: Value = serde_json::from_str(&sarif).unwrap();
    let result = &document["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "mailpol::network::container");
    let suppression = &result["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    let region = &suppression["location"]["physicalLocation"]["region"];
    assert_eq!(region["startLine"], 18);
}

#[test]
fn acknowledging_changes_no_decision_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for (name, more) in [("old.kdl", ""), ("new.kdl", KNOWN)] {
        fs::write(folder.path().join(name), format!("{BRIDGE}{more}")).unwrap();
    }
    let (code, review, said) = run(folder.path(), &["diff", "old.kdl", "new.kdl"]);
    assert_eq!(code, 0, "{review}{said}");
    // The old policy has not acknowledged it.
    assert!(said.contains("old.kdl"), "{said}");
    assert!(!said.contains("new.kdl"), "{said}");
}
