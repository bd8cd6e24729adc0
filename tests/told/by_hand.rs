//! What is set by hand: `check` reads it back for every target, and tells it at its own words.

use std::fs;

use serde_json::Value;

use super::{DOE, run};

/// Runs a command on the Doe policy with raw text behind it, as SARIF; returns of each finding its
/// text, and the line and column where it stands.
fn told_of(raw: &str, arguments: &[&str]) -> Vec<(String, u64, u64)> {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    fs::write(&policy, fs::read_to_string(DOE).unwrap() + raw).unwrap();
    let path = policy.display().to_string();
    let (command, more) = arguments.split_first().unwrap();
    let (_, text, stderr) = run(&[&[*command, path.as_str(), "--format", "sarif"], more].concat());
    assert_eq!(stderr, "", "{text}");
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let place = |result: &Value| {
        let message = result["message"]["text"].as_str().unwrap().to_owned();
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.ends_with("policy.kdl"), "{text}");
        let region = &place["region"];
        let number = |key: &str| region[key].as_u64().unwrap();
        (message, number("startLine"), number("startColumn"))
    };
    results.iter().map(place).collect()
}

fn lines() -> u64 {
    fs::read_to_string(DOE).unwrap().lines().count() as u64
}

const HOLES: &str = "target \"postfix\" {\n    set \"biff\" \"no\"\n    \
                     set \"mynetworks\" \"0.0.0.0/0\"\n}\n\
                     target \"exim\" {\n    set \"acl_smtp_rcpt\" \"accept\"\n}\n";

#[test]
fn check_reads_back_what_is_set_by_hand_for_every_target() {
    let told = told_of(HOLES, &["check"]);
    let of = |target: &str| {
        let what = format!("`no-open-relay` does not hold for {target}");
        let found: Vec<_> = told.iter().filter(|one| one.0.starts_with(&what)).collect();
        assert_eq!(found.len(), 1, "{told:?}");
        (found[0].1, found[0].2)
    };
    // At the value that decides.
    assert_eq!(of("postfix"), (lines() + 3, 23));
    assert_eq!(of("exim"), (lines() + 6, 26));
    // All that is wrong is so by hand.
    assert!(told.iter().all(|(_, line, _)| *line > lines()), "{told:?}");
}

#[test]
fn prove_tells_what_is_set_by_hand_there() {
    for (target, line) in [("postfix", 3), ("exim", 6)] {
        let told = told_of(HOLES, &["prove", "--target", target]);
        let open = told.iter().find(|one| one.0.starts_with("`no-open-relay`"));
        assert_eq!(open.unwrap().1, lines() + line, "{told:?}");
        assert!(told.iter().all(|(_, line, _)| *line > lines()), "{told:?}");
    }
}

/// A name that is none, and a file that nobody names: at the words, with what may be meant.
#[test]
fn names_that_are_none_are_told_at_their_words() {
    let raw = "target \"postfix\" {\n    set \"mesage_size_limit\" \"9\"\n}\n\
               target \"exim\" {\n    set \"mesage_size_limit\" \"9\"\n}\n";
    let told = told_of(raw, &["check"]);
    let places: Vec<(u64, u64)> = told.iter().map(|one| (one.1, one.2)).collect();
    assert_eq!(places, [(lines() + 2, 9), (lines() + 5, 9)], "{told:?}");
    for (text, ..) in told {
        assert!(
            text.contains("did you mean `message_size_limit`?"),
            "{text}"
        );
    }
    let far = told_of("target \"exim\" { set \"zzzzzzzz\" \"9\"; }\n", &["check"]);
    assert!(far[0].0.contains("take the setting out"), "{far:?}");
}

/// What is wrong inside of a further file is told at the file.
#[test]
fn what_is_wrong_in_a_file_is_told_at_its_node() {
    let raw = "target \"postfix\" {\n    \
               set \"smtpd_client_restrictions\" \
               \"check_client_access regexp:/etc/postfix/who\"\n    \
               file \"who\" \"/x/ OK\"\n}\n";
    let told = told_of(raw, &["check"]);
    assert!(!told.is_empty());
    assert!(told.iter().all(|one| one.1 > lines() + 1), "{told:?}");
}

#[test]
fn a_quiet_diff_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("new.kdl");
    let text = fs::read_to_string(DOE).unwrap();
    fs::write(&policy, text.replace("spf \"soft\"", "spf \"strict\"")).unwrap();
    let new = policy.display().to_string();
    for (old, gate, code) in [(DOE, "any", 1), (DOE, "widen", 0), (new.as_str(), "any", 0)] {
        let said = run(&["diff", old, &new, "--fail-on", gate, "--quiet"]);
        assert_eq!(said, (Some(code), String::new(), String::new()));
    }
    // What a program reads is asked for.
    let (_, json, _) = run(&["diff", DOE, &new, "--quiet", "--format", "json"]);
    assert!(json.contains("\"sentence\""), "{json}");
    let (code, _, stderr) = run(&["diff", DOE, "nowhere.kdl", "--quiet"]);
    assert_eq!(code, Some(2));
    assert!(!stderr.is_empty());
}
