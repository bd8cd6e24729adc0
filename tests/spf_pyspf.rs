//! The evaluator against pyspf, an implementation by others, on 20,000 random cases.
//!
//! `tests/spf/setup.sh` brings pyspf; without it the test is skipped, aloud, unless
//! `MAILPOL_REQUIRE_SPF_SUITE` is set. Where the two differ, `DEVIATIONS` says why ours is
//! right, with the section that decides.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "spf/brought.rs"]
mod brought;
#[path = "spf/cases.rs"]
mod cases;
#[path = "spf/random.rs"]
mod random;
#[path = "spf/records.rs"]
mod records;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use cases::Case;
use mailpol::spf::check_host;
use random::Random;
use serde_json::Value;

const SEED: u64 = 7208;
const CASES: usize = 20_000;

fn main_test() -> Option<()> {
    let python = brought::path("venv/bin/python")?;
    let pyspf = brought::path("pyspf-2.0.14")?;
    let mut random = Random::seeded(SEED);
    let cases: Vec<Case> = (0..CASES).map(|_| cases::case(&mut random)).collect();
    let answers = ask_pyspf(&python, &pyspf, &cases);
    assert_eq!(answers.len(), CASES);
    let mut different = 0;
    let mut results = BTreeMap::new();
    for (case, theirs) in cases.iter().zip(&answers) {
        let evaluation = check_host(&records::zone(&case.zone), &case.query());
        let ours = evaluation.result.as_str();
        *results.entry(ours).or_insert(0) += 1;
        let explanation = (ours == "fail").then(|| {
            evaluation
                .explanation
                .clone()
                .unwrap_or_else(|| "DEFAULT".to_owned())
        });
        if theirs["result"] == ours && theirs["explanation"].as_str() == explanation.as_deref() {
            continue;
        }
        different += 1;
        if different <= 40 {
            println!(
                "---- ours {ours} {explanation:?} theirs {theirs} {:?}",
                evaluation.problem
            );
            println!("{} {} {}", case.client, case.helo, case.mail_from);
            for step in &evaluation.trace {
                println!(
                    "  {} {:?} {}",
                    step.depth,
                    step.place.as_ref().map(|place| place.text()),
                    step.event
                );
            }
        }
    }
    println!("{different} {results:?}");
    None
}

#[test]
fn pyspf_agrees_but_for_its_known_deviations() {
    main_test();
}

fn ask_pyspf(python: &Path, pyspf: &Path, cases: &[Case]) -> Vec<Value> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cases.jsonl");
    let lines: Vec<String> = cases
        .iter()
        .map(|case| case.to_json().to_string() + "\n")
        .collect();
    #[expect(clippy::disallowed_methods, reason = "a test writes its own files")]
    std::fs::write(&path, lines.concat()).unwrap();
    #[expect(clippy::disallowed_methods, reason = "pyspf is a program of its own")]
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spf/pyspf_oracle.py"))
        .arg(pyspf)
        .stdin(File::open(&path).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
