//! The pages of the obligations: each question of the proof has one, with fixed headings, and
//! `mailpol explain NAME` prints it.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read pages and sources, and start the program"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mailpol::compile;
use mailpol::diagnostic::Diagnostics;
use mailpol::explain;
use mailpol::prove::{check_files, question_names};
use mailpol::source::Source;
use mailpol::target::TARGETS;

const DOE: &str = include_str!("../examples/doe/policy.kdl");

const HEADINGS: [&str; 4] = [
    "## What it says",
    "## Why it matters",
    "## Why nothing is left out",
    "## When it is refuted",
];

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let found = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = found
        .filter(|path| path.extension().is_some_and(|one| one == ending))
        .collect();
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn each_question_of_the_proof_has_a_page() {
    for name in question_names() {
        let page = explain::page(name).unwrap_or_else(|| panic!("`{name}` has no page"));
        let lines: Vec<&str> = page.lines().collect();
        let title = format!("# `{name}`: ");
        assert!(lines[0].starts_with(&title), "{name}: {}", lines[0]);
        let headings = lines.iter().filter(|line| line.starts_with("## "));
        let headings: Vec<&str> = headings.copied().collect();
        assert_eq!(headings, HEADINGS, "{name}");
        for pair in page.split("\n## ").skip(1) {
            let (heading, text) = pair.split_once('\n').unwrap();
            assert!(
                text.trim().len() > 40,
                "{name}: nothing stands under {heading}"
            );
        }
    }
}

#[test]
fn each_page_is_of_a_question() {
    for path in files("docs/obligations", "md") {
        let name = stem(&path);
        assert_eq!(
            explain::page(&name).as_deref(),
            Some(fs::read_to_string(&path).unwrap()).as_deref(),
            "`{name}` is not printed"
        );
    }
    assert_eq!(explain::page("no-such-obligation"), None);
}

#[test]
fn a_page_says_what_the_proof_prints() {
    let mut diagnostics = Diagnostics::new();
    let none: BTreeMap<_, _> = BTreeMap::new();
    let policy = compile::load(&Source::new("policy.kdl", DOE), &none, &mut diagnostics).unwrap();
    let reading = compile::read(&policy, TARGETS[0], None, &mut diagnostics).unwrap();
    let report = check_files(&policy, compile::files(TARGETS[0], &reading));
    assert!(report.findings.len() > 14, "{report:?}");
    for finding in report.findings {
        let page = explain::page(&finding.name).unwrap();
        let title = format!("# `{}`: {}\n", finding.name, finding.sentence);
        assert!(page.starts_with(&title), "not {title}");
    }
}

#[test]
fn the_program_prints_a_page() {
    let run = |name: &str| {
        let program = env!("CARGO_BIN_EXE_mailpol");
        Command::new(program)
            .args(["explain", name])
            .output()
            .unwrap()
    };
    let said = run("no-open-relay");
    assert!(said.status.success());
    let page = explain::page("no-open-relay").unwrap();
    assert_eq!(String::from_utf8(said.stdout).unwrap(), page);
    let said = run("no-such-obligation");
    assert_eq!(said.status.code(), Some(2));
    let told = String::from_utf8(said.stderr).unwrap();
    assert!(told.contains("known code, obligation or rule\n"), "{told}");
    // A reason that a reply gives is a name, too.
    let said = run("relay-denied");
    let page = String::from_utf8(said.stdout).unwrap();
    assert!(
        page.contains("reject 554 5.7.1. This is the rule that must hold"),
        "{page}"
    );
    for (written, meant) in [
        ("no-open-rely", "no-open-relay"),
        ("relay-denid", "relay-denied"),
        ("network::universel", "network::universal"),
    ] {
        let told = String::from_utf8(run(written).stderr).unwrap();
        assert!(told.contains(&format!("did you mean `{meant}`?")), "{told}");
    }
}

#[test]
fn each_obligation_says_why_it_covers_every_envelope_and_can_fail() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = files("src/prove/obligations", "rs");
    sources.extend(files("src/prove/records", "rs"));
    let mut count = 0;
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        let is_obligation =
            text.contains("impl Obligation for") || text.contains("impl RecordObligation for");
        assert!(
            !is_obligation || text.contains("/// SOUNDNESS: "),
            "{path:?}"
        );
        count += usize::from(is_obligation);
    }
    // What is no envelope's and no record's has a file beside them.
    for name in [
        "backends",
        "clients",
        "equivalence",
        "host_mail",
        "limits",
        "listeners",
        "statement/mod",
    ] {
        let path = root.join("src/prove").join(name).with_extension("rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(" SOUNDNESS: "), "{path:?}");
        count += 1;
    }
    // `forbid` and `require` share one.
    assert_eq!(count + 1, question_names().len());
    for name in question_names() {
        let cases = root.join("tests/corpus/refute").join(name);
        let cases = fs::read_dir(&cases).unwrap_or_else(|_| panic!("{name}: no case"));
        let cases = cases.filter(|case| case.as_ref().unwrap().path().is_dir());
        assert!(cases.count() >= 2, "{name}: too few refutation cases");
    }
}
