//! Policies compared with trees of files.

use std::fs;

use crate::{CHANGES, folder, mailpol};

#[test]
fn a_policy_is_compared_with_a_tree() {
    let folder = folder(CHANGES[1].1);
    let built = [
        "build",
        "old/policy.kdl",
        "--target",
        "postfix",
        "--out",
        "tree",
    ];
    let (code, _, stderr) = mailpol(folder.path(), &built);
    assert_eq!(code, Some(0), "{stderr}");
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
    let built = [
        "build",
        "old/policy.kdl",
        "--target",
        "postfix",
        "--out",
        "tree",
    ];
    assert_eq!(mailpol(folder.path(), &built).0, Some(0));
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
            "clients in 203.0.113.0/24 on smtp or submission without TLS can no longer send"
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
        let built = [
            "build",
            "old/policy.kdl",
            "--target",
            target,
            "--out",
            "tree",
        ];
        assert_eq!(mailpol(folder.path(), &built).0, Some(0));
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
