//! Files that are longer than they may be, and files without an end: of none is more read than
//! shows that.
#![expect(clippy::disallowed_methods, reason = "the program is what reads files")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::BASE;

/// Runs the program, and returns its status and what it says.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut mailpol = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    let output = mailpol.args(arguments).stdin(Stdio::null()).output();
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// Runs the program, which fails, and returns what it says.
fn told(arguments: &[&str]) -> String {
    let (status, said) = run(arguments);
    assert!(matches!(status, Some(1 | 2)), "{status:?}: {said}");
    said
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
    let check = |octets: u64| {
        hole(&policy, octets);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "no policy"]);
        std::fs::write(&policy, BASE).unwrap();
        run(&["diff", policy.to_str().unwrap(), "--against", "git:HEAD"])
    };
    let (status, longest) = check(128 << 20);
    assert_eq!(status, Some(0), "{longest}");
    assert!(longest.contains("`policy.kdl` has errors in HEAD"));
    let (status, longer) = check((128 << 20) + 1);
    assert_ne!(status, Some(0), "{longer}");
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
    let arguments = ["build", policy.to_str().unwrap(), "--target", "postfix"];
    let build = [&arguments[..], &["--out", out.to_str().unwrap()]].concat();
    std::fs::create_dir_all(out.join("etc/postfix")).unwrap();
    let main = out.join("etc/postfix/main.cf");
    hole(&main, (512 << 20) + 1);
    let longer = told(&build);
    assert!(
        longer.contains("main.cf` has more than 512 MiB"),
        "{longer}"
    );
    // What is as long as that is read, and is another's.
    hole(&main, 512 << 20);
    let longest = told(&build);
    assert!(longest.contains("edited since the last build"), "{longest}");
}

/// Builds the files of a policy for Postfix, and returns how to prove them.
fn built(folder: &Path) -> (PathBuf, Vec<String>) {
    let policy = folder.join("policy.kdl");
    std::fs::write(&policy, BASE).unwrap();
    let (policy, root) = (policy.display().to_string(), folder.join("root"));
    let out = root.display().to_string();
    let built = run(&["build", &policy, "--target", "postfix", "--out", &out]);
    assert_eq!(built.0, Some(0), "{}", built.1);
    let prove = ["prove", &policy, "--target", "postfix", "--files", &out];
    (root, prove.map(str::to_owned).to_vec())
}

#[test]
fn a_file_of_a_server_has_a_greatest_length() {
    let folder = tempfile::tempdir().unwrap();
    let (root, prove) = built(folder.path());
    let prove: Vec<&str> = prove.iter().map(String::as_str).collect();
    let main = root.join("etc/postfix/main.cf");
    let check = |octets: u64, words: &str| {
        // So what is as long as it may be is found to be no text at once.
        std::fs::write(&main, b"\xff").unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&main);
        file.unwrap().set_len(octets).unwrap();
        let told = told(&prove);
        let words = format!("the file `etc/postfix/main.cf` {words}");
        assert!(told.contains(&words), "{told}");
    };
    check(1 << 28, "is not UTF-8");
    check((1 << 28) + 1, "is longer than 268435456 octets");
}

#[test]
fn so_many_links_of_a_server_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (root, prove) = built(folder.path());
    let prove: Vec<&str> = prove.iter().map(String::as_str).collect();
    let postfix = root.join("etc/postfix");
    std::fs::rename(postfix.join("main.cf"), postfix.join("link0")).unwrap();
    for number in 1..=40 {
        let [to, from] = [number - 1, number].map(|number| format!("link{number}"));
        symlink(to, postfix.join(from)).unwrap();
    }
    let main = postfix.join("main.cf");
    symlink("link39", &main).unwrap();
    let (status, said) = run(&prove);
    assert_eq!(status, Some(0), "{said}");
    std::fs::remove_file(&main).unwrap();
    symlink("link40", &main).unwrap();
    let longer = told(&prove);
    assert!(longer.contains("too many symbolic links"), "{longer}");
}
