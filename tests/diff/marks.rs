//! Marks: what one change declares lets no other pass, though their sentences may be the same.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::{doe, folder, mailpol};

/// Returns the sentences that widen between two policies, by their marks.
fn widenings(before: &str, after: &str) -> BTreeMap<String, String> {
    let folder = folder(&[]);
    for (name, text) in [("old", before), ("new", after)] {
        fs::write(folder.path().join(name).join("policy.kdl"), text).unwrap();
    }
    let arguments = [
        "diff",
        "old/policy.kdl",
        "new/policy.kdl",
        "--only",
        "decisions",
    ];
    let arguments = [&arguments[..], &["--format", "json"]].concat();
    let (code, stdout, stderr) = mailpol(folder.path(), &arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let changes = report["result"]["decisions"]["changes"].as_array().unwrap();
    let widening = changes.iter().filter(|change| change["widens"] == true);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    widening
        .map(|one| (text(&one["mark"]), text(&one["sentence"])))
        .collect()
}

/// The Doe policy with more in its domain.
fn with(more: &str) -> String {
    let postmaster = "    alias \"postmaster\" \"john.doe\"\n";
    assert!(doe().contains(postmaster));
    doe().replace(postmaster, &format!("{postmaster}{more}"))
}

fn numbered(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Two changes of which one was declared: the other does not pass.
#[track_caller]
fn check(declared: &str, other: &str) {
    let [declared, other] = [declared, other].map(|after| widenings(&doe(), after));
    assert!(!declared.is_empty() && !other.is_empty());
    let passes = other.keys().all(|mark| declared.contains_key(mark));
    assert!(!passes, "{declared:?} {other:?}");
}

#[test]
fn a_mark_covers_what_a_sentence_only_counts() {
    let networks = |last: &str| {
        let more = numbered(5, |number| format!(" \"10.{number}.0.0/24\""));
        doe().replace(
            "\"192.168.0.0/24\"",
            &format!("\"192.168.0.0/24\"{more} \"{last}\""),
        )
    };
    check(&networks("10.5.0.0/24"), &networks("203.0.112.0/20"));
    let logins = |count, last: &str| {
        let mailbox = |name: &str| format!("    mailbox \"{name}\" login=\"{name}\"\n");
        with(&(numbered(count, |number| mailbox(&format!("a{number:02}"))) + &mailbox(last)))
    };
    check(&logins(5, "a06"), &logins(5, "root"));
    check(&logins(39, "a40"), &logins(39, "root"));
    let aliases = |other: &str| {
        let alias = |name: &str| format!("    alias \"{name}\" \"john.doe\"\n");
        with(&(numbered(6, |number| alias(&format!("aa{number}"))) + &alias(other)))
    };
    check(&aliases("bbb"), &aliases("ceo"));
}

#[test]
fn a_mark_covers_where_mail_goes() {
    let forward = "    forward \"ext\" \"evil@attacker.example\"\n";
    let to = |address: &str| with(&forward.replace("evil@attacker.example", address));
    check(&with("    mailbox \"ext\"\n"), &with(forward));
    check(&to("ann@elsewhere.example"), &to("evil@attacker.example"));
    check(
        &with("    mailbox \"nobody\"\n"),
        &with("    catch-all \"john.doe\"\n"),
    );
}

/// Neither comments, nor the order of nodes, nor another change beside it make it another mark.
#[test]
fn a_mark_stays_whatever_changes_beside_it() {
    let wide =
        |text: String| text.replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"");
    let marks = |after: &str| -> Vec<String> {
        let all = widenings(&doe(), after);
        let clients = all
            .into_iter()
            .filter(|(_, sentence)| sentence.contains("10.3.0.0/16"));
        clients.map(|(mark, _)| mark).collect()
    };
    let alone = marks(&wide(doe()));
    assert_eq!(alone.len(), 2);
    assert_eq!(
        marks(&wide(doe()).replace("\nhost ", "\n// A word.\n\nhost ")),
        alone
    );
    let more = "    mailbox \"aunt\" login=\"aunt\"\n    alias \"ann\" \"aunt\"\n";
    assert_eq!(marks(&wide(with(more))), alone);
    // Not even where there are more logins than names are kept of.
    let logins = |comment: &str| {
        let mailbox = |number| format!("    mailbox \"b{number}\" login=\"b{number:02}\"\n");
        let all = with(&numbered(40, mailbox));
        widenings(&doe(), &format!("{all}{comment}"))
    };
    let many = logins("");
    assert!(!many.is_empty());
    assert_eq!(many, logins("// A word.\n"));
}
