//! Raw settings and files: what `mailpol build` says of them, one named test a case.
//!
//! A case is a folder `tests/corpus/raw/<case>/`, about Exim if its name begins with `exim-` and
//! about Postfix else, with a `policy.kdl`, whose first part is the same for all
//! (`tests/corpus/raw/policy.kdl`), and `expected.txt`: the exit status, what stands on
//! standard error, and of files that were written the lines that were set by hand.
//! `MAILPOL_BLESS=1` writes it; read it then. Line numbers of emitted files are left out, since
//! they move. Who is refused writes nothing.
#![expect(
    clippy::disallowed_methods,
    reason = "the library starts no program and reads no file; this test does both"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

/// The words that stand above what was set by hand.
const BY_HAND: &str = "# Set by hand (";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/raw");
    let cases: Vec<PathBuf> = entries(&root)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    let count = cases.len();
    let mut trials = vec![Trial::test("there_are_cases", move || match count {
        0 => Err("the corpus is empty".into()),
        _ => Ok(()),
    })];
    trials.extend(cases.into_iter().map(|case| {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        Trial::test(name.into_owned(), move || check(&case))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(case: &Path) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let above = case.parent().ok_or("a case has a folder above")?;
    let policy = fs::read_to_string(above.join("policy.kdl"))?
        + &fs::read_to_string(case.join("policy.kdl"))?;
    fs::write(folder.path().join("policy.kdl"), policy)?;
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let (target, main) = if name.starts_with("exim-") {
        ("exim", "etc/exim4/exim4.conf")
    } else {
        ("postfix", "etc/postfix/main.cf")
    };
    let done = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args([
            "build",
            "--verbose",
            "policy.kdl",
            "--target",
            target,
            "--out",
            "out",
        ])
        .current_dir(folder.path())
        .env_clear()
        .output()?;
    if !done.stdout.is_empty() {
        return Err("something was printed on standard output".into());
    }
    let out = folder.path().join("out");
    let status = done.status.code().ok_or("it was killed")?;
    if (status == 0) != out.exists() {
        return Err(format!("exit {status}, written: {}", out.exists()).into());
    }
    let mut got = format!(
        "exit {status}\n{}",
        settled(&String::from_utf8(done.stderr)?)
    );
    if status == 0 {
        got.push_str(&by_hand(&fs::read_to_string(out.join(main))?));
    }
    compare(&case.join("expected.txt"), &got)
}

fn compare(path: &Path, got: &str) -> Result<(), Failed> {
    if std::env::var("MAILPOL_BLESS").is_ok_and(|bless| bless == "1") {
        return Ok(fs::write(path, got)?);
    }
    let expected = fs::read_to_string(path)
        .map_err(|error| format!("expected.txt: {error}; it would be\n{got}"))?;
    if got == expected {
        return Ok(());
    }
    Err(format!("--- expected\n{expected}--- got\n{got}").into())
}

/// Returns the settings that were made by hand, with the places that they name.
fn by_hand(main: &str) -> String {
    let mut text = String::new();
    let mut lines = main.lines();
    while let Some(line) = lines.next() {
        if line.starts_with(BY_HAND) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{line}\n{}", lines.next().unwrap_or_default());
        }
    }
    text
}

/// Returns a text without the line numbers of emitted files, and without blanks at ends of lines.
fn settled(text: &str) -> String {
    let mut settled = String::new();
    let mut emitted = false;
    for line in text.lines() {
        let mut line = line.trim_end().to_owned();
        if line.contains("─[") {
            emitted = line.contains("[etc/");
        }
        if emitted
            && let Some((number, rest)) = line.split_once(" │")
            && number.trim_start().parse::<u32>().is_ok()
        {
            line = format!("{} │{rest}", " ".repeat(number.len()));
        }
        settled.push_str(&without_lines(&line));
        settled.push('\n');
    }
    settled
}

/// `etc/postfix/main.cf:36:5` becomes `etc/postfix/main.cf`.
fn without_lines(line: &str) -> String {
    let folders = ["etc/postfix/", "etc/exim4/"];
    let Some(at) = folders.iter().find_map(|folder| line.find(folder)) else {
        return line.to_owned();
    };
    let (head, tail) = line.split_at(at);
    let colon = tail.find(':').unwrap_or(tail.len());
    let (path, rest) = tail.split_at(colon);
    let rest = rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    format!("{head}{path}{rest}")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
