//! Policies compared with trees of files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::cases::CASES;
use super::sentences::told_of;
use crate::{CHANGES, changed, folder, mailpol};

/// Builds the old policy for a target, into `tree`.
fn build(folder: &Path, target: &str) {
    let arguments = [
        "build",
        "old/policy.kdl",
        "--target",
        target,
        "--out",
        "tree",
    ];
    let (code, _, stderr) = mailpol(folder, &arguments);
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn a_policy_is_compared_with_a_tree() {
    let folder = folder(CHANGES[1].1);
    build(folder.path(), "postfix");
    let same = [
        "diff",
        "old/policy.kdl",
        "--against",
        "tree",
        "--fail-on",
        "any",
        "--built",
        "tree",
    ];
    let (code, stdout, stderr) = mailpol(folder.path(), &same);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(
        stdout.starts_with("No decision changes; no file changes."),
        "{stdout}"
    );
    let newer = ["diff", "new/policy.kdl", "--against", "tree"];
    let (code, stdout, stderr) = mailpol(folder.path(), &newer);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stdout.contains("clients in 10.3.0.0/16 may now send to any foreign recipient"),
        "{stdout}"
    );
    assert!(stdout.contains("+    10.3.0.0/16"), "{stdout}");
    // What was stands in the tree, and what would be in the policy.
    let (_, json, _) = mailpol(folder.path(), &[&newer[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for change in json["result"]["decisions"]["changes"].as_array().unwrap() {
        let at = |side: usize| change["places"][side]["at"].as_str().unwrap().to_owned();
        assert!(at(0).starts_with("tree/etc/postfix/"), "{change}");
        assert!(at(1).starts_with("new/policy.kdl:"), "{change}");
    }
    let stale = [&newer[..], &["--built", "tree"]].concat();
    let (code, stdout, _) = mailpol(folder.path(), &stale);
    assert_eq!(code, Some(1));
    assert!(
        stdout.contains("not what the policy makes: tree/etc/postfix/main.cf"),
        "{stdout}"
    );
}

#[test]
fn a_tree_that_was_opened_by_hand_shows_what_closes() {
    let folder = folder(&[]);
    build(folder.path(), "postfix");
    let main = folder.path().join("tree/etc/postfix/main.cf");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(
        &main,
        text.replace(
            "    192.168.0.0/24\n",
            "    192.168.0.0/24\n    203.0.113.0/24\n",
        ),
    )
    .unwrap();
    let arguments = [
        "diff",
        "old/policy.kdl",
        "--against",
        "tree",
        "--fail-on",
        "narrow",
    ];
    let (code, stdout, _) = mailpol(folder.path(), &arguments);
    assert_eq!(code, Some(1));
    assert!(
        stdout.contains(
            "clients in 203.0.113.0/24 on smtp or on submission without TLS can no longer send"
        ),
        "{stdout}"
    );
}

/// The tree still has a login that the policy lists no more: it is named, as between two policies.
#[test]
fn a_login_of_the_tree_alone_is_named() {
    for target in ["postfix", "exim"] {
        let folder = folder(&[
            ("    mailbox \"jenny.doe\" login=\"jenny\"\n", ""),
            (" \"jenny.doe\"", ""),
        ]);
        build(folder.path(), target);
        let arguments = [
            "diff",
            "new/policy.kdl",
            "--against",
            "tree",
            "--target",
            target,
        ];
        let (_, stdout, _) = mailpol(folder.path(), &arguments);
        let words: Vec<&str> = stdout.split_whitespace().collect();
        let said = words.join(" ");
        for sentence in [
            "authenticated as `jenny` can no longer send as the null sender, \
             family@doe-family.com or jenny.doe@doe-family.com to any",
            "any client can no longer send to jenny.doe@doe-family.com; now:",
            "mail for family@doe-family.com no longer goes to the account jenny",
        ] {
            assert!(said.contains(sentence), "{target}: {sentence}: {said}");
        }
        assert!(!said.contains("without a listed"), "{target}: {said}");
    }
}

/// What lies in a built tree and was not built would be installed with it.
#[test]
fn strays_in_a_built_tree_are_told() {
    let folder = folder(&[]);
    let build = [
        "build",
        "old/policy.kdl",
        "--target",
        "postfix",
        "--out",
        "tree",
    ];
    let gate = [
        "diff",
        "old/policy.kdl",
        "--built",
        "tree",
        "--only",
        "decisions",
    ];
    let (code, _, stderr) = mailpol(folder.path(), &build);
    assert_eq!(
        (code, stderr.contains("stray_file")),
        (Some(0), false),
        "{stderr}"
    );
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("etc/cron.d")).unwrap();
    fs::write(tree.join("etc/cron.d/x"), "* * * * * root true\n").unwrap();
    std::os::unix::fs::symlink("/etc/shadow", tree.join("etc/evil")).unwrap();
    let strays = ["tree/etc/cron.d/x", "tree/etc/evil"];
    let (code, stdout, _) = mailpol(folder.path(), &gate);
    assert_eq!(code, Some(1), "{stdout}");
    for stray in strays {
        let line = format!("not what the policy makes: {stray}\n");
        assert!(stdout.contains(&line), "{stdout}");
    }
    let prove = [
        "prove",
        "old/policy.kdl",
        "--target",
        "postfix",
        "--files",
        "tree",
    ];
    for command in [&build[..], &prove[..]] {
        let (code, _, stderr) = mailpol(folder.path(), command);
        assert_eq!(code, Some(0), "{stderr}");
        for stray in strays {
            assert!(
                stderr.contains(&format!("`{stray}` is no part of what was built")),
                "{stderr}"
            );
        }
        let (code, ..) = mailpol(folder.path(), &[command, &["--deny", "warnings"]].concat());
        assert_eq!(code, Some(1));
    }
    // A server's root has no MANIFEST, and holds much else.
    fs::remove_file(tree.join("MANIFEST")).unwrap();
    let (code, _, stderr) = mailpol(folder.path(), &prove);
    assert_eq!(
        (code, stderr.contains("no part of")),
        (Some(0), false),
        "{stderr}"
    );
}

/// A link to the files that were built is none that was.
#[test]
fn a_link_in_a_built_tree_is_a_stray() {
    let folder = folder(&[]);
    let tree = folder.path().join("tree");
    build(folder.path(), "postfix");
    let (old, only) = ("old/policy.kdl", "--only");
    let gate = ["diff", old, old, "--built", "tree", only, "decisions"];
    assert_eq!(mailpol(folder.path(), &gate).0, Some(0));
    fs::rename(tree.join("etc"), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", tree.join("etc")).unwrap();
    let (code, stdout, _) = mailpol(folder.path(), &gate);
    assert_eq!(code, Some(1), "{stdout}");
    assert!(
        stdout.contains("not what the policy makes: tree/etc\n"),
        "{stdout}"
    );
}

/// Comments of the files name the policy; that it has another name now is no change of them.
#[test]
fn another_name_of_the_policy_is_no_difference_from_a_tree() {
    let folder = folder(&[]);
    build(folder.path(), "postfix");
    let renamed = folder.path().join("renamed.kdl");
    fs::rename(folder.path().join("old/policy.kdl"), renamed).unwrap();
    let against = ["diff", "renamed.kdl", "--against", "tree"];
    let (code, stdout, stderr) = mailpol(folder.path(), &against);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(
        stdout.starts_with("No decision changes; no file changes."),
        "{stdout}"
    );
}

/// A tree says which MTA it is for; one that does not is told of in words that help.
#[test]
fn the_target_is_that_of_the_tree() {
    let folder = folder(CHANGES[1].1);
    let build = [
        "build",
        "old/policy.kdl",
        "--target",
        "exim,postfix",
        "--out",
        "build",
    ];
    let (code, _, stderr) = mailpol(folder.path(), &build);
    assert_eq!(code, Some(0), "{stderr}");
    let against =
        |policy, more: &[&str]| mailpol(folder.path(), &[&["diff", policy], more].concat());
    let (old, new) = ("old/policy.kdl", "new/policy.kdl");
    for options in [["--against", "build/exim"], ["--built", "build/exim"]] {
        let (code, stdout, stderr) = against(old, &options);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{options:?}");
        assert!(
            stdout.starts_with("No decision changes; no file changes."),
            "{stdout}"
        );
    }
    let (code, stdout, _) = against(new, &["--against", "build/exim"]);
    assert!(
        code == Some(0) && stdout.contains("b/exim/etc/exim4/exim4.conf"),
        "{stdout}"
    );
    // Two policies and a tree of one target.
    let (code, stdout, _) = mailpol(folder.path(), &["diff", old, new, "--built", "build/exim"]);
    assert!(
        code == Some(1) && stdout.contains("build/exim/MANIFEST"),
        "{stdout}"
    );
    let refused = |options: &[&str], why: &str| {
        let (code, stdout, stderr) = against(old, options);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{options:?}");
        assert!(
            stderr.starts_with(&format!("mailpol: {why}")),
            "{options:?}: {stderr}"
        );
    };
    let other = "`build/exim` holds the files of exim, and not those of postfix";
    refused(&["--against", "build/exim", "--target", "postfix"], other);
    refused(&["--built", "build/exim", "--target", "postfix"], other);
    let name = "`build` is no tree, but holds some: name `build/postfix` or `build/exim`";
    refused(&["--against", "build"], name);
    refused(&["--built", "build"], name);
    let none = "the tree holds no configuration of postfix; `mailpol build --out` makes one";
    refused(&["--against", "old"], none);
}

/// Files can be compared whatever is wrong with them.
#[test]
fn files_of_a_broken_tree_are_shown() {
    let folder = folder(&[]);
    build(folder.path(), "postfix");
    let main = folder.path().join("tree/etc/postfix/main.cf");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, text + "no sign of equality\n").unwrap();
    let (code, stdout, stderr) = mailpol(
        folder.path(),
        &["diff", "old/policy.kdl", "--against", "tree"],
    );
    assert_eq!(code, Some(1));
    assert!(stdout.contains("\n-no sign of equality\n"), "{stdout}");
    assert!(stderr.contains("mailpol::target::syntax"), "{stderr}");
}

/// Returns the marks and sentences of decisions that change, each with whether it widens.
fn marks(folder: &Path, sides: &[&str]) -> BTreeSet<(String, String, bool)> {
    let (_, json) = told_of(folder, sides);
    let changes = json["result"]["decisions"]["changes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let marks = changes.iter().map(|change| {
        let widens = change["widens"].as_bool().unwrap();
        (text(&change["mark"]), text(&change["sentence"]), widens)
    });
    marks.collect()
}

/// Changes of networks: a wider range, another one, a network, and one within another.
const NETWORKS: &[(&str, &[(&str, &str)])] = &[
    ("wider", &[("192.168.0.0/24", "192.168.0.0/16")]),
    (
        "another",
        &[("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"")],
    ),
    (
        "new",
        &[(
            "auth \"sasl",
            "network \"lab\" { cidr \"10.3.0.0/16\" \"10.9.0.0/24\"; may-send; }\nauth \"sasl",
        )],
    ),
    (
        "within",
        &[
            ("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\""),
            (
                "auth \"sasl",
                "network \"lab\" { cidr \"10.3.7.0/24\"; otherwise \"refuse\"; }\nauth \"sasl",
            ),
        ],
    ),
];

/// Changes whose files both targets prove, before and after.
const OF_BOTH: [&str; 8] = [
    "catch-all",
    "removed-domain",
    "renamed-domain",
    "renamed-alias",
    "right-to-a-partner",
    "larger-family",
    "outbound-sender-moved",
    "outbound-recipients-added",
];

/// What a change widens has the same sentences and marks, whichever target's tree it is held
/// against; and all that a change of networks does those that it has between two policies.
#[test]
fn a_change_has_the_same_marks_against_each_target() {
    let of_cases = CASES.iter().filter(|case| OF_BOTH.contains(&case.name));
    let of_cases = of_cases.map(|case| (case.name, case.before, case.after, false));
    let of_networks = NETWORKS.iter();
    let of_networks = of_networks.map(|(name, after)| (*name, &[] as &[_], *after, true));
    let mut compared = 0;
    for (name, before, after, is_network) in of_cases.chain(of_networks) {
        let folder = tempfile::tempdir().unwrap();
        let targets = ["postfix", "exim"];
        for (side, edits) in [("new", after), ("old", before)] {
            let policy = format!("{side}.kdl");
            fs::write(folder.path().join(&policy), changed(edits)).unwrap();
            let both = ["build", &policy, "--target", "postfix,exim", "--out", side];
            let (code, _, stderr) = mailpol(folder.path(), &both);
            assert_eq!(code, Some(0), "{name}: {stderr}");
        }
        compared += 1;
        let [postfix, exim] = targets.map(|target| {
            let tree = format!("old/{target}");
            marks(folder.path(), &["new.kdl", "--against", &tree])
        });
        let widens = |marks: &BTreeSet<(String, String, bool)>| {
            let wide = marks.iter().filter(|(.., widens)| *widens).cloned();
            wide.collect::<BTreeSet<_>>()
        };
        assert_eq!(widens(&postfix), widens(&exim), "{name}");
        if is_network {
            assert_eq!(postfix, exim, "{name}");
            let policies = marks(folder.path(), &["old.kdl", "new.kdl"]);
            assert_eq!(postfix, policies, "{name}");
        }
    }
    assert_eq!(compared, OF_BOTH.len() + NETWORKS.len());
}
