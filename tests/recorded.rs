//! What the trees of `tests/corpus/read/` are said to answer, asked again of the real MTA.
//!
//! `tests/read.rs` holds the reader against the recorded verdicts; here the recording is held
//! against the program. Where they differ the program is right.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file and says nothing by itself; its judge has to"
)]

#[expect(dead_code, reason = "the harness's own tests use the rest")]
mod support;

#[path = "recorded/case.rs"]
mod case;
#[expect(dead_code, reason = "no policy is compiled here")]
#[path = "judge/scene.rs"]
mod scene;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use case::Case;
use support::namespace;
use support::report::{Answer, Outcome, Stage};

/// Fewer trees than this, and the corpus was not found.
const TREES_MIN: usize = 60;

fn main() -> ExitCode {
    if let Some(code) = support::inside::run_if_asked() {
        return code;
    }
    let mut arguments = Arguments::from_args();
    // Most of a run is waiting for daemons to start.
    arguments.test_threads = arguments.test_threads.or(Some(4));
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/read/postfix");
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|folder| folder.join("envelopes.jsonl").exists())
        .collect();
    folders.sort();
    assert!(
        folders.len() >= TREES_MIN,
        "only {} trees: the corpus is not there",
        folders.len()
    );
    let trials = folders.into_iter().map(|folder| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Trial::test(format!("postfix/{name}"), move || check(&folder))
    });
    let trials = support::probes::gate(trials.collect());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Asks about all envelopes of a tree, up to DATA.
fn check(folder: &std::path::Path) -> Result<(), Failed> {
    let case = Case::read(folder)?;
    let report = namespace::run(&case.job)?;
    if report.outcomes.len() != case.expected.len() {
        return Err("the harness did not answer every envelope".into());
    }
    let mut wrong = Vec::new();
    for ((number, expected), outcome) in case.expected.iter().zip(&report.outcomes) {
        if let Err(reason) = expected.fits(outcome) {
            wrong.push(format!("line {number}: {reason}"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(wrong.join("\n").into())
}

/// What a tree is said to answer.
struct Expected {
    line: String,
    verdict: Option<String>,
    code: Option<u16>,
    status: Option<String>,
}

impl Expected {
    fn fits(&self, outcome: &Outcome) -> Result<(), String> {
        let Answer::Replied { stage, reply } = &outcome.answer else {
            // Whoever says 421 hangs up, which the harness calls broken.
            let hangs_up = self.code == Some(421) && outcome.text().contains(": 421 ");
            return hangs_up
                .then_some(())
                .ok_or_else(|| format!("{outcome}\n  {}", self.line));
        };
        // 354 to DATA is the acceptance of all before it; what RCPT said to it is gone.
        let is_taken = *stage == Stage::Data && reply.code == 354;
        let verdict = if is_taken || reply.code < 400 {
            "accept"
        } else if reply.code < 500 {
            "defer"
        } else {
            "reject"
        };
        let said = (if is_taken { 250 } else { reply.code }, &reply.status);
        let is_verdict = self.verdict.as_ref().is_none_or(|said| said == verdict);
        let is_code = self.code.is_none_or(|code| code == said.0);
        let is_status = is_taken || self.status.is_none() || self.status == *said.1;
        if is_verdict && is_code && is_status {
            return Ok(());
        }
        Err(format!(
            "the real one says {outcome}: {}\n  {}",
            outcome.text(),
            self.line
        ))
    }
}
