//! What is said beside the answer: which policy is meant, what to run next, colours, plurals.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::said;

/// Runs the program in a folder.
fn here(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    said(command.args(arguments).current_dir(folder))
}

fn doe() -> String {
    fs::read_to_string(super::doe()).unwrap()
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), text).unwrap();
    folder
}

#[test]
fn of_two_policies_none_is_taken() {
    let folder = folder(&doe());
    let both = folder.path().join("mailpol.kdl");
    fs::write(&both, doe()).unwrap();
    let (code, _, stderr) = here(folder.path(), &["check"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("name one of them: mailpol.kdl, policy.kdl"),
        "{stderr}"
    );
    for name in ["mailpol.kdl", "policy.kdl"] {
        assert_eq!(here(folder.path(), &["check", name]).0, Some(0));
    }
    fs::remove_file(&both).unwrap();
    assert_eq!(here(folder.path(), &["check"]).0, Some(0));
}

/// What is said to be run does what it is said to do.
#[test]
fn a_stale_tree_says_what_makes_it() {
    let folder = folder(&doe());
    let path = folder.path();
    let out = "my tree";
    let build = ["build", "policy.kdl", "--target", "exim", "--out", out];
    assert_eq!(here(path, &build).0, Some(0));
    let gate = ["diff", "policy.kdl", "--built", out];
    let (code, stdout, _) = here(path, &gate);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(!stdout.contains("mailpol build"), "{stdout}");
    let renamed = doe().replace("login=\"jimmy\"", "login=\"jim\"");
    fs::write(path.join("policy.kdl"), renamed).unwrap();
    let (code, stdout, _) = here(path, &gate);
    assert_eq!(code, Some(1), "{stdout}");
    let command = "mailpol build policy.kdl --target exim --out 'my tree'";
    assert!(
        stdout.ends_with(&format!("To make them:\n  {command}\n")),
        "{stdout}"
    );
    let (_, markdown, _) = here(path, &[&gate[..], &["--format", "markdown"]].concat());
    assert!(
        markdown.contains(&format!("- `{command}` makes them")),
        "{markdown}"
    );
    let program = command.replacen("mailpol", env!("CARGO_BIN_EXE_mailpol"), 1);
    let mut shell = Command::new("sh");
    let (code, _, stderr) = said(shell.args(["-c", &program]).current_dir(path));
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(here(path, &gate).0, Some(0));
}

#[test]
fn one_is_one() {
    let folder = folder(&doe());
    let path = folder.path();
    let build = [
        "build",
        "policy.kdl",
        "--target",
        "postfix",
        "--out",
        "tree",
    ];
    let (_, _, stderr) = here(path, &build);
    assert!(
        stderr.contains(" files written, 0 as they were"),
        "{stderr}"
    );
    fs::remove_file(path.join("tree/etc/postfix/main.cf")).unwrap();
    let (_, _, stderr) = here(path, &build);
    assert!(stderr.contains("; 1 file written, "), "{stderr}");
}

#[test]
fn a_simulation_tells_the_proof_in_a_line() {
    let folder = folder(&doe());
    let (code, stdout, _) = here(folder.path(), &["simulate"]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains("obligations proved"), "{stdout}");
    assert!(!stdout.contains("no-open-relay "), "{stdout}");
    let (_, stdout, _) = here(folder.path(), &["simulate", "--verbose"]);
    assert!(stdout.contains("\n  proved    no-open-relay "), "{stdout}");
    // What is not proved is told.
    let forbids = doe() + "\nforbid \"nobody writes to john\" { to \"john.doe@doe-family.com\" }\n";
    fs::write(folder.path().join("policy.kdl"), forbids).unwrap();
    let (code, stdout, _) = here(folder.path(), &["simulate"]);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("\n  REFUTED "), "{stdout}");
}

#[test]
fn outcomes_are_coloured_and_say_the_same_without() {
    let folder = folder(&doe());
    for command in ["prove", "simulate"] {
        let (_, plain, _) = here(folder.path(), &[command, "--color", "never"]);
        let (_, coloured, _) = here(folder.path(), &[command, "--color", "always"]);
        assert!(coloured.contains("\u{1b}[32m"), "{command}: {coloured}");
        let mut stripped = coloured.replace("\u{1b}[0m", "");
        for sequence in ["1", "31", "32", "33"] {
            stripped = stripped.replace(&format!("\u{1b}[{sequence}m"), "");
        }
        assert_eq!(stripped, plain, "{command}");
    }
}

/// The reasons of the text are those of the document.
#[test]
fn explanations_have_their_reasons_in_json() {
    let folder = folder(&doe());
    let envelope = ["explain", "--client", "192.168.0.7", "--to", "a@b.example"];
    let more = ["--target", "postfix"];
    let (_, text, _) = here(folder.path(), &[&envelope[..], &more].concat());
    let json = [&envelope[..], &more, &["--format", "json"]].concat();
    let (_, json, _) = here(folder.path(), &json);
    let document: Value = serde_json::from_str(&json).unwrap();
    let mut lines = 0;
    for explanation in document["result"].as_array().unwrap() {
        for reason in explanation["reasons"].as_array().unwrap() {
            let [test, answer] = ["test", "answer"].map(|key| reason[key].as_str().unwrap());
            let at = reason["at"].as_str().map(|at| format!("  {at}"));
            let line = format!("\n  {test}: {answer}{}\n", at.unwrap_or_default());
            assert!(text.contains(&line), "{line}: {text}");
            lines += 1;
        }
    }
    let told = text
        .lines()
        .filter(|line| line.starts_with("  ") && line.contains(": "));
    // Where the mail goes is no reason.
    let told = told.filter(|line| !line.starts_with("  the mail: "));
    assert_eq!(lines, told.count(), "{text}");
    assert!(lines > 5, "{text}");
}
