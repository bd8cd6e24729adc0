//! `--certificate`: a certificate that is not for the host is told before anything is written.
#![expect(
    clippy::disallowed_methods,
    reason = "tests run the program and read what it wrote"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = root.join("examples/doe/policy.kdl");
    fs::copy(policy, folder.path().join("policy.kdl")).unwrap();
    for entry in fs::read_dir(root.join("tests/corpus/certificate")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn mailpol(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[track_caller]
fn told(output: &Output, status: i32, words: &str) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_certificate_of_the_host_is_proved_to_be_so() {
    let folder = folder();
    for file in ["named.pem", "wildcard.pem"] {
        let given = mailpol(folder.path(), &["prove", "--certificate", file]);
        told(&given, 0, "proved    certificate-names-host");
    }
    let without = mailpol(folder.path(), &["prove"]);
    assert!(
        !String::from_utf8(without.stdout)
            .unwrap()
            .contains("certificate-names-host")
    );
}

#[test]
fn a_certificate_of_another_host_builds_nothing() {
    let folder = folder();
    for target in ["postfix", "exim"] {
        let given = ["build", "--target", target, "--certificate", "another.pem"];
        let output = mailpol(folder.path(), &given);
        told(&output, 1, "the certificate is for mail.doe-family.com");
        assert!(!folder.path().join("build").exists());
        let given = ["build", "--target", target, "--certificate", "named.pem"];
        told(&mailpol(folder.path(), &given), 0, "obligations proved");
        fs::remove_dir_all(folder.path().join("build")).unwrap();
    }
}

#[test]
fn a_host_without_tls_has_no_certificate() {
    let folder = folder();
    let policy = "mailpol version=1\nhost \"mx.example.org\" {\n    address \"192.0.2.1\"\n    \
                  listen \"smtp\"\n}\ndomain \"example.org\" { mailbox \"postmaster\"; }\n";
    fs::write(folder.path().join("policy.kdl"), policy).unwrap();
    let given = mailpol(folder.path(), &["prove", "--certificate", "named.pem"]);
    told(
        &given,
        1,
        "a certificate is given, and mx.example.org has no `tls`",
    );
}

#[test]
fn what_is_no_certificate_is_told() {
    let folder = folder();
    let given = mailpol(folder.path(), &["prove", "--certificate", "policy.kdl"]);
    told(&given, 2, "it holds no certificate in PEM");
    let given = mailpol(
        folder.path(),
        &["build", "--target", "exim", "--certificate", "no.pem"],
    );
    told(&given, 2, "no.pem");
    assert!(!folder.path().join("build").exists());
}
