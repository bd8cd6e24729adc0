//! Sentences of changes that were once told falsely, or so that nobody understood them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::cases::{CASES, Case};
use super::{changed, doe, mailpol, root};

/// Names that the prover makes up where nobody has written any.
const MADE_UP: &[&str] = &[
    "nobody",
    "elsewhere",
    "sub.",
    "unix.invalid",
    "www-data",
    "192.0.2.99",
];

/// Returns what `diff` says of decisions, and its JSON.
pub(super) fn told(case: &Case) -> (String, Value) {
    let folder = tempfile::tempdir().unwrap();
    for (name, edits) in [("old.kdl", case.before), ("new.kdl", case.after)] {
        fs::write(folder.path().join(name), changed(edits)).unwrap();
    }
    told_of(folder.path(), &["old.kdl", "new.kdl"])
}

pub(super) fn told_of(folder: &Path, sides: &[&str]) -> (String, Value) {
    let arguments = [&["diff", "--only", "decisions"], sides].concat();
    let (code, human, stderr) = mailpol(folder, &arguments);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{human}");
    let (code, json, _) = mailpol(folder, &[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code, Some(0), "{json}");
    (human, serde_json::from_str(&json).unwrap())
}

pub(super) fn sentences(json: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![json];
    while let Some(value) = open.pop() {
        if let Some(sentence) = value.get("sentence") {
            found.push(sentence.as_str().unwrap().to_owned());
        }
        match value {
            Value::Array(all) => open.extend(all),
            Value::Object(all) => open.extend(all.values()),
            _ => {}
        }
    }
    found
}

#[test]
fn sentences_are_as_they_were_read() {
    for case in CASES {
        let (human, json) = told(case);
        let path = root().join(format!("tests/corpus/diff/{}.txt", case.name));
        if std::env::var_os("MAILPOL_BLESS").is_some() {
            fs::write(&path, &human).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        let name = case.name;
        assert_eq!(
            human, kept,
            "{name}: MAILPOL_BLESS=1 writes it; read it first"
        );
        let words: Vec<&str> = human.split_whitespace().collect();
        let human = words.join(" ");
        let sentences = sentences(&json);
        assert!(!sentences.is_empty(), "{name}");
        for sentence in sentences {
            assert!(human.contains(&sentence), "{name}: {sentence}");
        }
    }
}

/// A reviewer reads few sentences, and each name once in each.
#[test]
fn many_classes_are_told_in_few_sentences() {
    for (name, most) in [("renamed-domain", 13), ("renamed-alias", 6)] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let sentences = sentences(&told(case).1);
        assert!(sentences.len() <= most, "{sentences:#?}");
        for sentence in sentences {
            for login in ["john", "jane", "jimmy", "jenny", "fridge"] {
                let login = format!("`{login}`");
                assert!(sentence.matches(&login).count() <= 1, "{sentence}");
            }
        }
    }
}

/// What stands for all that nobody has written is never shown as if somebody had.
#[test]
fn no_sentence_has_a_name_that_was_made_up() {
    for case in CASES {
        let written = doe() + &changed(case.before) + &changed(case.after);
        for sentence in sentences(&told(case).1) {
            for name in MADE_UP.iter().filter(|name| !written.contains(**name)) {
                assert!(!sentence.contains(name), "{}: {sentence}", case.name);
            }
        }
    }
    // There the made-up name is another than the one that is written.
    let nobody = CASES
        .iter()
        .find(|case| case.name.ends_with("nobody"))
        .unwrap();
    for sentence in sentences(&told(nobody).1) {
        assert!(!sentence.contains("nobody2"), "{sentence}");
    }
}

/// Against a tree, whose networks no policy names.
#[test]
fn networks_of_a_tree_are_told_by_what_its_tables_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, prefix) in [
        ("old.kdl", "\"10.20.0.0/22\""),
        ("new.kdl", "\"10.20.0.0/16\""),
    ] {
        let text = changed(&[("\"192.168.0.0/24\"", prefix)]);
        fs::write(folder.path().join(name), text).unwrap();
    }
    let build = ["build", "old.kdl", "--target", "postfix", "--out", "tree"];
    let (code, _, stderr) = mailpol(folder.path(), &build);
    assert_eq!(code, Some(0), "{stderr}");
    let (_, json) = told_of(folder.path(), &["new.kdl", "--against", "tree"]);
    let wider = sentences(&json);
    let gained = wider.iter().filter(|one| one.contains("may now send"));
    let whom = "clients in 10.20.0.0/16 (without 10.20.0.0/22) may now send";
    assert!(gained.clone().count() > 0 && gained.clone().all(|one| one.starts_with(whom)));

    let main = folder.path().join("tree/etc/postfix/main.cf");
    let text = fs::read_to_string(&main).unwrap();
    assert!(text.contains("    10.20.0.0/22\n"), "{text}");
    fs::write(&main, text.replace("    10.20.0.0/22\n", "    0.0.0.0/0\n")).unwrap();
    let (_, json) = told_of(folder.path(), &["old.kdl", "--against", "tree"]);
    let closed = sentences(&json);
    assert!(closed.len() <= 12, "{closed:#?}");
    let whom = "clients in all of IPv4 (without ";
    assert!(
        closed.iter().any(|one| one.starts_with(whom)),
        "{closed:#?}"
    );
    assert!(
        !closed.iter().any(|one| one.contains(" more ")),
        "{closed:#?}"
    );
}

/// A listener that is there on one side only has a place on both: the other is where the policy
/// says what it listens on.
#[test]
fn a_closed_listener_has_both_places() {
    let case = CASES
        .iter()
        .find(|case| case.name == "removed-listener")
        .unwrap();
    let (_, json) = told(case);
    let mut places = BTreeSet::new();
    let changes = json["result"]["decisions"].to_string();
    for part in changes.split("\"places\":").skip(1) {
        let part = part.split(']').next().unwrap().to_owned();
        assert!(!part.contains("null"), "{changes}");
        assert!(part.contains("\"who\":\"before\"") && part.contains("\"who\":\"after\""));
        places.insert(part);
    }
    assert!(!places.is_empty());
    assert!(
        places.iter().all(|part| part.contains("new.kdl:5:12")),
        "{places:?}"
    );
}

/// A name of a network is shown as it is, whatever it is.
#[test]
fn markdown_of_a_name_is_no_markup() {
    let folder = tempfile::tempdir().unwrap();
    let name = ("network \"internal\"", "network \"``<details>\"");
    let wide = ("\"192.168.0.0/24\"", "\"192.168.0.0/16\"");
    for (file, edits) in [("old.kdl", &[name][..]), ("new.kdl", &[name, wide][..])] {
        fs::write(folder.path().join(file), changed(edits)).unwrap();
    }
    let removed = changed(&[
        (
            "    may-send\n",
            "    may-send { from \"any\"; to \"local\"; }\n",
        ),
        name,
    ]);
    fs::write(folder.path().join("local.kdl"), removed).unwrap();
    for new in ["new.kdl", "local.kdl"] {
        let arguments = [
            "diff",
            "old.kdl",
            new,
            "--only",
            "decisions",
            "--format",
            "markdown",
        ];
        let (code, stdout, _) = mailpol(folder.path(), &arguments);
        assert_eq!(code, Some(0));
        let known = "<details><summary>for example</summary>";
        for line in stdout.lines() {
            assert!(!line.replace(known, "").contains("<details>"), "{line}");
        }
        assert_eq!(
            stdout.contains("&lt;details>"),
            new == "local.kdl",
            "{stdout}"
        );
    }
}
