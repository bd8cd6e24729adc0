//! The evaluator against pyspf, an implementation by others, on 20,000 random cases.
//!
//! `tests/spf/setup.sh` brings pyspf; without it the test is skipped, aloud, unless
//! `MAILPOL_REQUIRE_SPF_SUITE` is set. Where the two differ, `DEVIATIONS` says why ours is
//! right, with the section that decides.

#[path = "spf/brought.rs"]
mod brought;
#[path = "spf/cases.rs"]
mod cases;
#[path = "spf/deviations.rs"]
mod deviations;
#[path = "spf/policies.rs"]
mod policies;
#[path = "spf/random.rs"]
mod random;
#[path = "spf/records.rs"]
mod records;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use cases::Case;
use deviations::{DEVIATIONS, Difference};
use mailpol::spf::{Evaluation, SpfResult, check_host};
use random::Random;
use serde_json::Value;

const SEED: u64 = 1;
const CASES: usize = 20_000;

/// Differences that may be excused. Were there more, the cases would not show much.
const EXCUSED_MAX: usize = CASES / 30;

#[test]
fn pyspf_agrees_but_for_its_known_deviations() {
    let Some((python, pyspf)) = brought::path("venv/bin/python").zip(brought::path("pyspf-2.0.14"))
    else {
        return;
    };
    let mut random = Random::seeded(SEED);
    let cases: Vec<Case> = (0..CASES).map(|_| cases::case(&mut random)).collect();
    let answers = ask_pyspf(&python, &pyspf, &cases);
    assert_eq!(answers.len(), CASES);
    let mut excused = vec![0; DEVIATIONS.len()];
    let mut unexplained = Vec::new();
    let mut results = BTreeSet::new();
    for (case, theirs) in cases.iter().zip(&answers) {
        let ours = check_host(&records::zone(&case.zone), &case.query());
        results.insert(ours.result);
        if agree(&ours, theirs) {
            continue;
        }
        let difference = Difference {
            case,
            ours: &ours,
            theirs,
        };
        match DEVIATIONS
            .iter()
            .position(|deviation| (deviation.explains)(&difference))
        {
            Some(index) => excused[index] += 1,
            None => unexplained.push(described(&difference)),
        }
    }
    let count = unexplained.len();
    unexplained.truncate(10);
    assert!(
        count == 0,
        "{count} differences, the first are:\n{}",
        unexplained.join("\n")
    );
    assert_eq!(results.len(), SpfResult::ALL.len());
    assert!(excused.iter().sum::<usize>() <= EXCUSED_MAX, "{excused:?}");
    for (deviation, count) in DEVIATIONS.iter().zip(excused) {
        assert!(count > 0, "no case shows that pyspf {}", deviation.what);
    }
}

fn agree(ours: &Evaluation, theirs: &Value) -> bool {
    let explanation = ours.explanation.as_deref().unwrap_or("DEFAULT");
    let explained = ours.result != SpfResult::Fail || theirs["explanation"] == explanation;
    theirs["result"] == ours.result.as_str() && explained
}

fn described(difference: &Difference<'_>) -> String {
    let Difference { case, ours, theirs } = difference;
    let steps: Vec<String> = ours
        .trace
        .iter()
        .map(|step| format!("  {}", step.event))
        .collect();
    let (result, explanation) = (ours.result, &ours.explanation);
    let asked = format!("{} {} {}", case.client, case.helo, case.mail_from);
    format!(
        "{asked}: {result} {explanation:?}, pyspf {theirs}\n{}",
        steps.join("\n")
    )
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
