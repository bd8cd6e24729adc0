//! Files that are longer than they may be, and files without an end: of none is more read than
//! shows that.
#![expect(clippy::disallowed_methods, reason = "the program is what reads files")]

use std::path::Path;
use std::process::{Command, Stdio};

use super::BASE;

/// Runs the program, and returns what it says.
fn told(arguments: &[&str]) -> String {
    let mut mailpol = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let output = mailpol.args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Makes a file of so many octets. It takes no room on the disk: it is a hole.
fn hole(path: &Path, octets: u64) {
    let file = std::fs::File::create(path).unwrap();
    file.set_len(octets).unwrap();
}

#[test]
fn a_file_beside_a_policy_has_a_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, BASE.to_owned() + "domains file=\"d.tsv\"\n").unwrap();
    let check = |octets: u64| {
        hole(&folder.path().join("d.tsv"), octets);
        told(&["check", policy.to_str().unwrap()])
    };
    let longest = check(128 << 20);
    assert!(longest.contains("mailpol::bulk::long"), "{longest}");
    let longer = check((128 << 20) + 1);
    assert!(longer.contains("has more than 128 MiB"), "{longer}");
    assert!(longer.contains("mailpol::bulk::file"), "{longer}");
}

#[test]
fn a_file_of_a_commit_has_a_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=Jane",
            "-c",
            "user.email=jane.doe@doe-family.com",
        ]);
        let done = git.current_dir(folder.path()).args(arguments).status();
        assert!(done.unwrap().success(), "{arguments:?}");
    };
    let policy = folder.path().join("policy.kdl");
    git(&["init", "--quiet"]);
    hole(&policy, (128 << 20) + 1);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "no policy"]);
    std::fs::write(&policy, BASE).unwrap();
    let against = ["diff", policy.to_str().unwrap(), "--against", "git:HEAD"];
    let longer = told(&against);
    assert!(
        longer.contains("policy.kdl` has more than 128 MiB"),
        "{longer}"
    );
}

#[test]
fn a_certificate_has_a_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, BASE).unwrap();
    let file = folder.path().join("cert.pem");
    let prove = |octets: u64| {
        hole(&file, octets);
        let certificate = ["--certificate", file.to_str().unwrap()];
        told(&[&["prove", policy.to_str().unwrap()], &certificate[..]].concat())
    };
    let longest = prove(1 << 20);
    assert!(!longest.contains("has more than"), "{longest}");
    let longer = prove((1 << 20) + 1);
    assert!(longer.contains("cert.pem` has more than 1 MiB"), "{longer}");
}

#[test]
fn a_file_without_an_end_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, BASE).unwrap();
    let policy = policy.to_str().unwrap();
    let endless = "/dev/zero";
    for (arguments, words) in [
        (vec!["check", endless], "`/dev/zero` has more than 64 MiB"),
        (
            vec!["simulate", policy, "--scenario", endless],
            "`/dev/zero` has more than 64 MiB",
        ),
        (
            vec!["spf", "192.0.2.1", "--helo", "a.example", "--zone", endless],
            "`/dev/zero` has more than 32 MiB",
        ),
        (
            vec!["prove", policy, "--certificate", endless],
            "`/dev/zero` has more than 1 MiB",
        ),
        (
            vec!["simulate", policy, "--envelopes", endless],
            "line 1 of the envelopes is longer than 1048576 octets",
        ),
    ] {
        let told = told(&arguments);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
}

/// What a build would replace is read before: a file of its tree, too, has a greatest length.
#[test]
fn a_file_of_a_tree_has_a_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, BASE).unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir_all(out.join("etc/postfix")).unwrap();
    hole(&out.join("etc/postfix/main.cf"), (512 << 20) + 1);
    let arguments = ["build", policy.to_str().unwrap(), "--target", "postfix"];
    let told = told(&[&arguments[..], &["--out", out.to_str().unwrap()]].concat());
    assert!(told.contains("main.cf` has more than 512 MiB"), "{told}");
}
