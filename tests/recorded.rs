//! What the trees of `tests/corpus/read/` are said to answer, asked again of the real MTA.
//!
//! `tests/read.rs` holds the reader against the recorded verdicts; here the recording is held
//! against the program. Where they differ the program is right.
//!
//! With `by` a line is about a client that comes by a proxy at that address, which says who it is
//! in the form of `says`.

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
use support::job::Mta;
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
    let mut trials = Vec::new();
    for mta in [Mta::Postfix, Mta::Exim] {
        let name = mta.name();
        let of_target = trees(name).into_iter().map(|folder| {
            let tree = folder.file_name().unwrap_or_default().to_string_lossy();
            Trial::test(format!("{name}/{tree}"), move || check(mta, &folder))
        });
        trials.extend(support::probes::gate_for(mta, of_target.collect()));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Returns the trees of a target that have recorded answers.
fn trees(target: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/read");
    let entries = fs::read_dir(root.join(target))
        .into_iter()
        .flatten()
        .flatten();
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|folder| folder.join("envelopes.jsonl").exists())
        .collect();
    folders.sort();
    assert!(
        folders.len() >= TREES_MIN,
        "only {} trees of {target}: the corpus is not there",
        folders.len()
    );
    folders
}

/// Asks about all envelopes of a tree: Postfix up to DATA, Exim up to the end of the message.
fn check(mta: Mta, folder: &std::path::Path) -> Result<(), Failed> {
    let case = Case::read(mta, folder)?;
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
    is_exim: bool,
}

impl Expected {
    fn fits(&self, outcome: &Outcome) -> Result<(), String> {
        let Answer::Replied { stage, reply } = &outcome.answer else {
            // Whoever says 421 hangs up, which the harness calls broken.
            // So does who drops the connection, and what it says comes too late to be read.
            let text = outcome.text();
            let hangs_up = self.code == Some(421) && text.contains(": 421 ")
                || self.code == Some(521) && text.contains("closed the connection");
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
        // Exim says an enhanced status only where its file does.
        let is_bare = said.1.is_none() && self.is_exim;
        let is_status = is_taken || self.status.is_none() || self.status == *said.1 || is_bare;
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
