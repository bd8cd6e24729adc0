//! What `mailpol fmt` shows and writes.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests run the program, and fail by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const UGLY: &str = "mailpol   version=1\nhost \"mx.a.example\" {\nlisten \"smtp\"\n}\n";
const DIFF: &str = "\
--- policy.kdl
+++ policy.kdl
@@ -1,4 +1,4 @@
-mailpol   version=1
+mailpol version=1
 host \"mx.a.example\" {
-listen \"smtp\"
+    listen \"smtp\"
 }
";

fn mailpol(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn a_check_shows_what_would_change_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    fs::write(&policy, UGLY).unwrap();
    let told = mailpol(folder.path(), &["fmt", "--check"]);
    assert_eq!(told, (Some(1), DIFF.to_owned(), String::new()));
    assert_eq!(fs::read_to_string(&policy).unwrap(), UGLY);
}

#[test]
fn a_check_of_what_is_formatted_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), UGLY).unwrap();
    let (code, stdout, _) = mailpol(folder.path(), &["fmt"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    let (code, stdout, stderr) = mailpol(folder.path(), &["fmt", "--check"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    assert_eq!(stderr, "policy.kdl: formatted\n");
}

#[test]
fn the_document_holds_the_diff() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.kdl"), UGLY).unwrap();
    let (code, stdout, _) = mailpol(folder.path(), &["fmt", "--check", "--format", "json"]);
    assert_eq!(code, Some(1));
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(document["result"]["diff"], DIFF);
    assert_eq!(document["result"]["formatted"], false);
}

/// KDL reads LF in texts of several lines, whatever is written: so no CR is left, and nothing said
/// otherwise.
#[test]
fn every_line_ends_in_lf() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.kdl");
    let text = "mailpol version=1\r\n/* one\r\ntwo */\r\ntarget \"postfix\" {\r\n    \
                file \"etc/x\" \"\"\"\r\n        a\r\n        b\\r\r        c\r\n        \
                \"\"\"\r\n}\r\n";
    fs::write(&policy, text).unwrap();
    let (code, _, stderr) = mailpol(folder.path(), &["fmt"]);
    assert_eq!(code, Some(0), "{stderr}");
    let formatted = fs::read_to_string(&policy).unwrap();
    let expected = text.replace("\r\n", "\n").replace('\r', "\n");
    assert_eq!(formatted, expected);
    assert!(formatted.contains("b\\r\n"), "{formatted}");
    assert_eq!(mailpol(folder.path(), &["fmt", "--check"]).0, Some(0));
}
