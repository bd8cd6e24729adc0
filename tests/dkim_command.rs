//! `mailpol dkim new`: what it writes, what it prints, and what OpenSSL makes of it.
#![expect(clippy::disallowed_methods, reason = "tests run programs")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn mailpol(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailpol"));
    command
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// Returns the public part of a key as OpenSSL prints it, without its lines.
fn public_part(file: &Path) -> String {
    let output = Command::new("openssl")
        .args(["pkey", "-pubout", "-in"])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('-'));
    lines.collect()
}

#[test]
fn a_key_of_each_kind_is_made_and_its_public_part_is_that_of_openssl() {
    for algorithm in ["rsa", "ed25519"] {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["dkim", "new", "2026A", "key.pem", "--algorithm", algorithm];
        let more = ["--key", "/etc/dkimkeys/2026a.pem", "--format", "json"];
        let output = mailpol(folder.path(), &[&arguments[..], &more].concat());
        assert!(output.status.success(), "{output:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let result = &document["result"];
        let file = folder.path().join("key.pem");
        assert_eq!(result["public"], public_part(&file));
        assert_eq!(result["key"], "/etc/dkimkeys/2026a.pem");
        assert_eq!(result["selector"], "2026a");
        assert_eq!(result["algorithm"], algorithm);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
        // Beside it the public part, as OpenSSL writes it.
        let beside = fs::read_to_string(folder.path().join("key.pub")).unwrap();
        let lines = beside.lines().filter(|line| !line.starts_with('-'));
        assert_eq!(lines.collect::<String>(), public_part(&file));
        assert!(
            beside.starts_with("-----BEGIN PUBLIC KEY-----\n"),
            "{beside}"
        );
        let record = result["record"].as_str().unwrap();
        let start = format!("v=DKIM1; k={algorithm}; p=");
        let key = record.strip_prefix(&start).unwrap();
        // All of it of RSA, and of Ed25519 what follows its head (RFC 8463 section 4).
        let whole = public_part(&file);
        assert!(if algorithm == "rsa" {
            whole == key
        } else {
            whole.len() > key.len()
        });
    }
}

#[test]
fn what_is_printed_may_stand_under_publish() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["dkim", "new", "2026b", "ed.pem", "--algorithm", "ed25519"];
    let output = mailpol(folder.path(), &arguments);
    let node = String::from_utf8(output.stdout).unwrap();
    // So may the file beside the key.
    let by_file = "dkim \"2026c\" public-file=\"ed.pub\"";
    let policy = format!(
        "mailpol version=1\n\
         host \"mx.example.org\" {{ address \"198.51.100.25\"; listen \"smtp\" }}\n\
         domain \"example.org\" {{\n    mailbox \"john\"\n    alias \"postmaster\" \"john\"\n    \
         publish {{ {}; {by_file} }}\n}}\n",
        node.trim()
    );
    fs::write(folder.path().join("policy.kdl"), policy).unwrap();
    let output = mailpol(folder.path(), &["dns"]);
    let zone = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{zone}");
    for selector in ["2026b", "2026c"] {
        let start = format!("{selector}._domainkey.example.org. TXT \"v=DKIM1; k=ed25519; p=");
        assert!(zone.contains(&start), "{zone}");
    }
}

#[test]
fn no_file_is_overwritten_and_no_odd_selector_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    fs::write(&file, "mine").unwrap();
    let arguments = ["dkim", "new", "2026a", "key.pem", "--algorithm", "ed25519"];
    let output = mailpol(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(!folder.path().join("key.pub").exists());
    // The public part is not overwritten either, and no half of a pair is left.
    fs::write(folder.path().join("half.pub"), "mine").unwrap();
    for file in ["half.pem", "half.pub"] {
        let arguments = ["dkim", "new", "2026a", file, "--algorithm", "ed25519"];
        let output = mailpol(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(!folder.path().join("half.pem").exists());
        let kept = fs::read_to_string(folder.path().join("half.pub")).unwrap();
        assert_eq!(kept, "mine");
    }
    let output = mailpol(folder.path(), &["dkim", "new", "a_b", "other.pem"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("other.pem").exists());
    let output = mailpol(folder.path(), &["dkim", "new", "a", "no/such/folder.pem"]);
    assert_eq!(output.status.code(), Some(2));
}

/// A policy with one key that signs.
fn policy_with(node: &str) -> String {
    format!(
        "mailpol version=1\n\
         host \"mx.example.org\" {{ address \"198.51.100.25\"; listen \"smtp\" }}\n\
         domain \"example.org\" {{\n    mailbox \"john\"\n    alias \"postmaster\" \"john\"\n    \
         publish {{ {node} }}\n}}\n"
    )
}

#[test]
fn a_key_that_a_target_cannot_sign_with_is_refused_at_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["dkim", "new", "2026b", "ed.pem", "--algorithm", "ed25519"];
    let key = ["--key", "/etc/dkimkeys/2026b.pem"];
    let output = mailpol(folder.path(), &[&arguments[..], &key].concat());
    let node = String::from_utf8(output.stdout).unwrap();
    fs::write(folder.path().join("policy.kdl"), policy_with(node.trim())).unwrap();
    let output = mailpol(folder.path(), &["build", "--target", "postfix"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let words_only = said.replace('│', " ");
    let flat = words_only.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(flat.contains("cannot sign with an Ed25519 key"), "{said}");
    assert!(!folder.path().join("build").exists());
    // Exim can.
    let output = mailpol(folder.path(), &["build", "--target", "exim"]);
    assert!(output.status.success(), "{output:?}");
}
