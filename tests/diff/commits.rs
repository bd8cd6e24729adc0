//! Policies compared with those of a commit.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{CHANGES, changed, doe, mailpol, root, run};

/// What the gate of the hooks asks.
pub(super) const GATE: [&str; 9] = [
    "diff",
    "--only",
    "decisions",
    "--against",
    "git:HEAD",
    "--fail-on",
    "widen",
    "--declared",
    "widenings.txt",
];

/// The same as a comment on a review.
pub(super) const REVIEW: [&str; 7] = [
    "diff",
    "--against",
    "git:HEAD",
    "--fail-on",
    "widen",
    "--format",
    "markdown",
];

/// Runs git, which has to do it.
#[track_caller]
pub(super) fn git(folder: &Path, arguments: &[&str]) {
    let (code, stdout, stderr) = run("git", folder, arguments);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
}

/// A repository with the Doe policy committed in a folder of it.
pub(super) fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| git(folder.path(), arguments);
    fs::create_dir(folder.path().join("mail")).unwrap();
    fs::write(folder.path().join("mail/policy.kdl"), doe()).unwrap();
    git(&["init", "--quiet"]);
    git(&["config", "user.email", "jane.doe@doe-family.com"]);
    git(&["config", "user.name", "Jane Doe"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "The policy"]);
    folder
}

#[test]
fn a_policy_is_compared_with_itself_in_a_commit() {
    let folder = repository();
    let mail = folder.path().join("mail");
    let arguments = ["diff", "--against", "git:HEAD", "--fail-on", "any"];
    let (code, stdout, _) = mailpol(&mail, &arguments);
    assert_eq!(code, Some(0), "{stdout}");
    fs::write(mail.join("policy.kdl"), changed(CHANGES[1].1)).unwrap();
    let (code, stdout, _) = mailpol(&mail, &arguments);
    assert_eq!(code, Some(1));
    assert!(
        stdout.contains("clients in 10.3.0.0/16 may now send"),
        "{stdout}"
    );
    let (code, _, stderr) = mailpol(&mail, &["diff", "--against", "git:nowhere"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("git knows no commit `nowhere`"), "{stderr}");
    let (code, _, stderr) = mailpol(&mail, &["diff", "--against", "git:--output=x"]);
    assert_eq!(
        (code, mail.join("x").exists()),
        (Some(2), false),
        "{stderr}"
    );
}

#[test]
fn tables_beside_a_policy_are_those_of_the_commit() {
    let folder = repository();
    let mail = folder.path().join("mail");
    let rows = |rows: &str| {
        let text = format!("domain\tlocal-part\tlogin\ttargets\n{rows}");
        fs::write(mail.join("mailboxes.tsv"), text).unwrap();
    };
    fs::write(
        mail.join("policy.kdl"),
        doe() + "mailboxes file=\"mailboxes.tsv\"\n",
    )
    .unwrap();
    rows("doe-family.com\taunt\tagatha\t\n");
    let (code, _, stderr) = run("git", folder.path(), &["add", "."]);
    assert_eq!(code, Some(0), "{stderr}");
    run(
        "git",
        folder.path(),
        &["commit", "--quiet", "--message", "An aunt"],
    );
    rows("doe-family.com\tuncle\tagatha\t\n");
    let arguments = ["diff", "--against", "git:HEAD", "--only", "decisions"];
    let (code, stdout, stderr) = mailpol(&mail, &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stdout.contains("no longer send to aunt@doe-family.com"),
        "{stdout}"
    );
    assert!(
        stdout.contains("may now send to uncle@doe-family.com"),
        "{stdout}"
    );
}

/// Who names no policy means the one that stands here; under whatever name it stood there.
#[test]
fn a_policy_under_another_name_is_no_way_around_the_gate() {
    let folder = repository();
    let mail = folder.path().join("mail");
    let (gate, _) = GATE.split_at(7);
    let wide = doe().replace("\"192.168.0.0/24\"", "\"192.168.0.0/16\"");
    let (old, new) = (mail.join("policy.kdl"), mail.join("mailpol.kdl"));
    // Beside the old one it is not known which is meant.
    fs::write(&new, &wide).unwrap();
    let (code, stdout, stderr) = mailpol(&mail, gate);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("several policies here"), "{stderr}");
    // In its place.
    fs::remove_file(&old).unwrap();
    let (code, stdout, stderr) = mailpol(&mail, gate);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    let note = "The policy was `policy.kdl` in HEAD, and is `mailpol.kdl` now.\n";
    assert!(stdout.starts_with(note), "{stdout}");
    assert!(
        stdout.contains("clients in 192.168.0.0/16 (without 192.168.0.0/24) may now send"),
        "{stdout}"
    );
    // Whoever checks the commit out has the other one.
    let untracked = "not in git's index: mailpol.kdl\n";
    assert!(stdout.contains(untracked), "{stdout}");
    fs::write(&new, doe()).unwrap();
    let (code, stdout, _) = mailpol(&mail, gate);
    assert_eq!(code, Some(1), "{stdout}");
    assert_eq!(run("git", &mail, &["add", "mailpol.kdl"]).0, Some(0));
    let (code, stdout, _) = mailpol(&mail, gate);
    assert_eq!(code, Some(0), "{stdout}");
    // Another name alone changes no file.
    let (_, stdout, _) = mailpol(&mail, &["diff", "--against", "git:HEAD"]);
    assert!(
        stdout.contains("No decision changes; no file changes."),
        "{stdout}"
    );
}

/// Checks that in JSON what was before has no place, and stands first.
#[track_caller]
fn nothing_was_before(folder: &Path, against: &[&str]) {
    let (_, document, _) = mailpol(folder, &[against, &["--format", "json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let changes = document["result"]["decisions"]["changes"].as_array();
    let changes = changes.unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        let [before, after] = &change["places"].as_array().unwrap()[..] else {
            panic!("{change}");
        };
        assert!(before.is_null() && after["who"] == "after", "{change}");
    }
}

/// A new policy is compared with nothing: all that it accepts is gained, and its tree is checked.
#[test]
fn a_new_policy_gains_all_that_it_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("policy.kdl"), doe()).unwrap();
    let against = ["diff", "--against", "git:HEAD", "--only", "decisions"];
    let (code, _, stderr) = mailpol(path, &against);
    assert_eq!(
        (code, stderr.as_str()),
        (Some(2), "mailpol: `.` is in no git repository\n")
    );
    // Before the first commit, and behind one that has none.
    assert_eq!(run("git", path, &["init", "--quiet"]).0, Some(0));
    let unborn = mailpol(path, &against);
    let who = [
        "-c",
        "user.name=Jane",
        "-c",
        "user.email=jane@doe-family.com",
    ];
    let empty = ["commit", "--quiet", "--allow-empty", "--message", "Nothing"];
    let (code, _, stderr) = run("git", path, &[&who[..], &empty].concat());
    assert_eq!(code, Some(0), "{stderr}");
    let first = mailpol(path, &against);
    let named = mailpol(path, &[&["diff", "policy.kdl"], &against[1..]].concat());
    assert_eq!((&unborn, &first), (&first, &named));
    // What git calls the past of a branch that is new.
    let null = "git:0000000000000000000000000000000000000000";
    let (code, stdout, _) = mailpol(path, &["diff", "--against", null, "--only", "decisions"]);
    assert!(
        code == Some(0) && stdout.starts_with("`policy.kdl` is new"),
        "{stdout}"
    );
    let said =
        "HEAD has no such policy. `policy.kdl` is not in git's index: no commit holds it yet.";
    assert!(first.1.contains(said), "{}", first.1);
    assert_eq!(run("git", path, &["add", "policy.kdl"]).0, Some(0));
    let (code, stdout, stderr) = mailpol(path, &against);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(
        stdout.starts_with("`policy.kdl` is new: HEAD has no such policy.\n"),
        "{stdout}"
    );
    let words: Vec<&str> = stdout.split_whitespace().collect();
    let said = words.join(" ");
    for sentence in [
        "clients in network `internal` (192.168.0.0/24 and fd00:d0e::/64) may now send to any \
         foreign or listed recipient; before: there was no policy",
        "with any listed login may now send as the null sender or its own addresses",
        "The policy is new (",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    nothing_was_before(path, &against);
    let nothing = ["Lost", "Otherwise", "before ", "already"].map(|word| stdout.contains(word));
    assert_eq!(nothing, [false; 4], "{stdout}");
    for (gate, expected) in [("widen", 1), ("any", 1), ("narrow", 0)] {
        let (code, stdout, _) = mailpol(path, &[&against[..], &["--fail-on", gate]].concat());
        assert_eq!(code, Some(expected), "{gate}: {stdout}");
    }
    let (code, _, stderr) = mailpol(path, &["build", "--target", "postfix"]);
    assert_eq!(code, Some(0), "{stderr}");
    let built = [&against[..], &["--built", "build/postfix"]].concat();
    let (code, stdout, _) = mailpol(path, &built);
    let untracked = "not in git's index: build/postfix/etc/postfix/main.cf\n";
    assert!(code == Some(1) && stdout.contains(untracked), "{stdout}");
    assert_eq!(run("git", path, &["add", "build"]).0, Some(0));
    assert_eq!(mailpol(path, &built).0, Some(0));
    fs::write(path.join("policy.kdl"), doe().replace("/24", "/25")).unwrap();
    let (code, stdout, _) = mailpol(path, &built);
    assert_eq!(code, Some(1), "{stdout}");
}

#[test]
fn a_new_host_that_only_sends_gains_that() {
    let folder = tempfile::tempdir().unwrap();
    let shop = fs::read_to_string(root().join("examples/shop/policy.kdl")).unwrap();
    fs::write(folder.path().join("policy.kdl"), shop).unwrap();
    assert_eq!(run("git", folder.path(), &["init", "--quiet"]).0, Some(0));
    let (code, stdout, stderr) = mailpol(folder.path(), &REVIEW);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    let sentence = "- programs on the host itself may now send; mail for root goes on to \
                    ops@shop.example by the host relay.shop.example:587";
    assert!(stdout.contains(sentence), "{stdout}");
}

/// The gate of the hooks, with what it said.
fn gate(mail: &std::path::Path) -> (Option<i32>, String) {
    let (code, stdout, stderr) = mailpol(mail, &GATE);
    assert_eq!(stderr, "");
    (code, stdout)
}

/// Returns the marks, which stand in brackets behind the sentences.
fn marks(stdout: &str) -> Vec<String> {
    let marks = stdout
        .match_indices('[')
        .filter_map(|(at, _)| stdout.get(at + 1..at + 13));
    let marks = marks.filter(|mark| mark.bytes().all(|byte| byte.is_ascii_hexdigit()));
    marks.map(str::to_owned).collect()
}

/// What a file declares that git would not commit is not declared.
#[test]
fn a_declaration_counts_once_it_is_staged_and_for_one_commit() {
    let folder = repository();
    let mail = folder.path().join("mail");
    let git = |arguments: &[&str]| git(&mail, arguments);
    let commit = || git(&["commit", "--quiet", "--all", "--message", "A change"]);
    let wide = changed(CHANGES[1].1);
    let declare = |marks: &[String], words: &str| {
        let lines = marks.iter().map(|mark| format!("{mark} {words}\n"));
        let before = fs::read_to_string(mail.join("widenings.txt")).unwrap_or_default();
        fs::write(
            mail.join("widenings.txt"),
            lines.fold(before, |all, line| all + &line),
        )
        .unwrap();
    };
    fs::write(mail.join("policy.kdl"), &wide).unwrap();
    let (code, said) = gate(&mail);
    assert_eq!(code, Some(1));
    let all = marks(&said);
    let widening = all[..2].to_vec();
    let why = format!(
        "{}: not declared; what is meant adds its line below to `widenings.txt`",
        widening.join(", ")
    );
    assert!(said.contains(&why), "{said}");
    declare(&widening, "the new office");
    let (code, said) = gate(&mail);
    assert_eq!(code, Some(1));
    assert!(
        said.contains("adds its line below to `widenings.txt`; `git add` it, too."),
        "{said}"
    );
    git(&["add", "widenings.txt"]);
    let (code, said) = gate(&mail);
    assert_eq!(code, Some(0), "{said}");
    commit();
    fs::write(mail.join("policy.kdl"), doe()).unwrap();
    commit();
    fs::write(mail.join("policy.kdl"), &wide).unwrap();
    assert_eq!(gate(&mail).0, Some(1), "it was declared once");
    declare(&widening[..1], "again");
    git(&["add", "widenings.txt"]);
    let (code, said) = gate(&mail);
    assert_eq!(code, Some(1));
    assert!(
        said.contains(&format!("\n{}: not declared", widening[1])),
        "{said}"
    );
    declare(&widening[1..], "again");
    git(&["add", "widenings.txt"]);
    assert_eq!(gate(&mail).0, Some(0));
}

/// The change that mends a policy with errors is compared with nothing.
#[test]
fn a_broken_policy_can_be_mended() {
    let folder = repository();
    let mail = folder.path().join("mail");
    fs::write(mail.join("policy.kdl"), "mailpol version=1\n").unwrap();
    let commit = ["commit", "--quiet", "--all", "--message", "A slip"];
    assert_eq!(run("git", &mail, &commit).0, Some(0));
    fs::write(mail.join("policy.kdl"), doe()).unwrap();
    let (code, said) = gate(&mail);
    assert_eq!(code, Some(1));
    let note = "`policy.kdl` has errors in HEAD: `policy.kdl` is taken for new.\n";
    assert!(said.starts_with(note), "{said}");
    fs::write(mail.join("widenings.txt"), marks(&said).join("\n")).unwrap();
    assert_eq!(run("git", &mail, &["add", "widenings.txt"]).0, Some(0));
    assert_eq!(gate(&mail).0, Some(0));
    // Errors of the policy now are told.
    fs::write(mail.join("policy.kdl"), "mailpol version=2\n").unwrap();
    let (code, _, stderr) = mailpol(&mail, &["diff", "--against", "git:HEAD"]);
    assert_eq!(
        (code, stderr.contains("unknown_version")),
        (Some(1), true),
        "{stderr}"
    );
}

/// Hooks of git have variables that name the repository: seen from a folder of it, they lie.
#[test]
fn what_git_tells_hooks_does_not_blind_the_gate() {
    let folder = repository();
    fs::write(folder.path().join("mail/policy.kdl"), changed(CHANGES[1].1)).unwrap();
    let set = format!("GIT_DIR={}", folder.path().join(".git").display());
    let binary = env!("CARGO_BIN_EXE_mailpol");
    let gate = [
        "diff",
        "mail/policy.kdl",
        "--against",
        "git:HEAD",
        "--fail-on",
        "widen",
    ];
    let in_hook = [
        &[set.as_str(), "GIT_INDEX_FILE=.git/index", binary][..],
        &gate,
    ]
    .concat();
    let (code, stdout, stderr) = run("env", folder.path(), &in_hook);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    assert!(
        stdout.contains("clients in 10.3.0.0/16 may now send"),
        "{stdout}"
    );
}
