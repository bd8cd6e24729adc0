//! Policies that must not compile, and policies that must be warned of: each with what is told.
//!
//! `// expect: CODE` stands above the line that a diagnostic points at, or `// expect: CODE at
//! FILE:LINE` anywhere. `MAILPOL_BLESS=1` writes the `.stderr` beside a policy.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;

use std::path::Path;
use std::process::ExitCode;

use folder::Folder;
use language::{compile, find, rendered, root};
use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::compile::check_targets;
use mailpol::diagnostic::{Diagnostics, Told};
use mailpol::source::Source;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let corpus = root().join("tests/corpus");
    let mut trials = Vec::new();
    for kind in ["reject", "warn"] {
        let cases = find(&corpus.join(kind), ".kdl");
        assert!(!cases.is_empty(), "the corpus of {kind} is empty");
        for path in cases {
            let name = path.strip_prefix(&corpus).unwrap_or(&path);
            let name = name.with_extension("").display().to_string();
            let fails = kind == "reject";
            trials.push(Trial::test(name, move || check(&path, fails)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(path: &Path, fails: bool) -> Result<(), Failed> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(path)?;
    let source = Source::new(name, text.clone());
    let folder = Folder(path.parent().unwrap_or(path).to_owned());
    let mut diagnostics = Diagnostics::new();
    let policy = compile(&source, &folder, &mut diagnostics);
    let policy = policy.and_then(|policy| check_targets(&policy, &mut diagnostics));
    let told = rendered(&diagnostics);
    if policy.is_err() != fails {
        return Err(format!("it compiles: {}\n{told}", policy.is_ok()).into());
    }
    let expected = expectations(&text, source.name());
    let mut found: Vec<String> = diagnostics.sorted().into_iter().map(place).collect();
    found.sort();
    if found != expected {
        return Err(format!("expected {expected:#?}, found {found:#?}\n{told}").into());
    }
    let stderr = path.with_extension("stderr");
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        std::fs::write(&stderr, &told)?;
    }
    if std::fs::read_to_string(&stderr).unwrap_or_default() != told {
        return Err(format!("{} differs from what is told:\n{told}", stderr.display()).into());
    }
    Ok(())
}

/// Returns what a policy expects, as `CODE at FILE:LINE`, sorted.
fn expectations(text: &str, name: &str) -> Vec<String> {
    let mut expected = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some(code) = line.trim().strip_prefix("// expect: ") else {
            let here = waiting
                .drain(..)
                .map(|code| format!("{code} at {name}:{}", number + 1));
            expected.extend(here);
            continue;
        };
        if code.contains(" at ") {
            expected.push(code.to_owned());
        } else {
            waiting.push(code);
        }
    }
    expected.sort();
    expected
}

/// Returns the code and the place of a diagnostic.
fn place(told: &Told) -> String {
    let code = told.code().map(|code| code.to_string()).unwrap_or_default();
    let labels: Vec<_> = told.labels().into_iter().flatten().collect();
    let primary = labels.iter().find(|label| label.primary());
    let line = primary.and_then(|label| {
        let contents = told.source_code()?.read_span(label.inner(), 0, 0).ok()?;
        Some(format!("{}:{}", contents.name()?, contents.line() + 1))
    });
    format!("{code} at {}", line.unwrap_or_else(|| "nowhere".to_owned()))
}
