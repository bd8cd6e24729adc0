//! A disk that is full: whatever is printed to it was not printed, and it is said so.

use std::fs;
use std::process::{Command, Stdio};

use super::{BINARY, doe};

#[test]
fn what_is_not_printed_is_told() {
    let doe = doe();
    for words in [
        vec!["--help"],
        vec!["--version"],
        vec!["check", "--help"],
        vec!["completions", "bash"],
        vec!["man", "diff"],
        vec!["dns", &doe],
        vec!["prove", &doe],
        vec!["check", &doe, "--format", "json"],
        vec!["check", &doe, "--format", "sarif"],
        vec!["prove", &doe, "--format", "json"],
        vec!["diff", &doe, &doe, "--format", "markdown"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let output = Command::new(BINARY)
            .args(&words)
            .stdin(Stdio::null())
            .stdout(full.unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {stderr}");
        assert_eq!(
            stderr.matches("No space left on device").count(),
            1,
            "{words:?}: {stderr}"
        );
    }
}

/// Help that nobody reads to its end is no failure; and what is wrong with arguments stays so.
#[test]
fn help_ends_quietly_where_nobody_reads() {
    let script = format!("({BINARY} --help; echo status $? >&2) | true; sleep 1");
    let (_, _, stderr) = super::said(Command::new("sh").arg("-c").arg(script));
    assert_eq!(stderr, "status 0\n");
    let (code, _, stderr) = super::run(&["frobnicate"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("frobnicate"), "{stderr}");
}
