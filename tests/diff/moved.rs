//! A policy that stood in another folder of the repository.

use std::fs;

use super::commits::{git, repository};
use super::{doe, mailpol};

#[test]
fn a_policy_that_was_moved_is_compared_with_what_it_was() {
    let folder = repository();
    let root = folder.path();
    let git = |arguments: &[&str]| git(root, arguments);
    // With a table beside it, which is the one of that folder.
    let table = |name: &str| format!("domain\tlocal-part\tlogin\ndoe-family.com\t{name}\tann\n");
    fs::write(root.join("mail/boxes.tsv"), table("aunt")).unwrap();
    let policy = doe() + "mailboxes file=\"boxes.tsv\"\n";
    fs::write(root.join("mail/policy.kdl"), &policy).unwrap();
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "An aunt"]);
    fs::create_dir_all(root.join("etc/mail")).unwrap();
    git(&["mv", "mail/policy.kdl", "etc/mail/doe.kdl"]);
    git(&["mv", "mail/boxes.tsv", "etc/mail/boxes.tsv"]);
    fs::write(root.join("etc/mail/boxes.tsv"), table("uncle")).unwrap();
    let wide = policy.replace("\"192.168.0.0/24\"", "\"192.168.0.0/24\" \"10.3.0.0/16\"");
    fs::write(root.join("etc/mail/doe.kdl"), wide).unwrap();
    git(&["add", "--all"]);
    let look = |against: &str| {
        let only = ["--only", "decisions", "--against", against];
        mailpol(root, &[&["diff", "etc/mail/doe.kdl"], &only[..]].concat())
    };
    for against in ["git:HEAD", "git:HEAD:mail/policy.kdl"] {
        let (code, stdout, stderr) = look(against);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let note = "The policy was `mail/policy.kdl` in HEAD, and is `etc/mail/doe.kdl` now.\n";
        assert!(stdout.starts_with(note), "{stdout}");
        for sentence in [
            "clients in 10.3.0.0/16 may now send",
            "may now send to uncle@doe-family.com",
            "can no longer send to aunt@doe-family.com",
        ] {
            assert!(stdout.contains(sentence), "{sentence}: {stdout}");
        }
        assert!(
            !stdout.contains("clients in network `internal`"),
            "{stdout}"
        );
    }
    let found = ["diff", "--only", "decisions", "--against", "git:HEAD"];
    let (_, stdout, stderr) = mailpol(&root.join("etc/mail"), &found);
    assert!(
        stdout.starts_with("The policy was `mail/policy.kdl`"),
        "{stdout}{stderr}"
    );
    let (code, _, stderr) = look("git:HEAD:policy.kdl");
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("HEAD has no policy `policy.kdl`"),
        "{stderr}"
    );
}

/// What is like nothing that was there is new, and it is said how to name what it was.
#[test]
fn a_policy_that_is_new_may_have_stood_elsewhere() {
    let folder = repository();
    let root = folder.path();
    let git = |arguments: &[&str]| git(root, arguments);
    git(&["mv", "mail/policy.kdl", "other.kdl"]);
    let other = "mailpol version=1\n\
                 host \"a.example\" { address \"192.0.2.1\"; listen \"smtp\"; }\n\
                 domain \"a.example\" { mailbox \"a\"; alias \"postmaster\" \"a\"; }\n";
    fs::write(root.join("other.kdl"), other).unwrap();
    git(&["add", "--all"]);
    let new = [
        "diff",
        "other.kdl",
        "--only",
        "decisions",
        "--against",
        "git:HEAD",
    ];
    let (_, stdout, stderr) = mailpol(root, &new);
    assert!(
        stdout.starts_with("`other.kdl` is new: HEAD has no such policy."),
        "{stderr}"
    );
    assert!(stdout.contains("`--against git:HEAD:PATH`"), "{stdout}");
}
