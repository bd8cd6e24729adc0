//! `mailpol prove`: the obligations one by one.

use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;
use mailpol::prove::{
    ASSUMPTIONS, Answer, Files, Finding, Report, check_agreement, check_files_over,
    check_policy_over, tell,
};

use super::FilesArgs;
use super::resolve::{Records, ResolveArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input, report};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
    #[command(flatten)]
    files: FilesArgs,
    #[command(flatten)]
    records: ResolveArgs,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let text = input::policy(args.policy.as_deref())?;
    output.folder(text.path.as_deref());
    let policy = text.load(diagnostics)?;
    let readings = args.files.readings(&policy, diagnostics)?;
    let published = args.records.records(diagnostics)?;
    let published = published.as_ref().map(Records::dns);
    let files: Vec<Files<'_>> = readings
        .iter()
        .map(|(target, reading)| mailpol::compile::files(*target, reading))
        .collect();
    let mut reports: Vec<Report> = files
        .iter()
        .map(|one| check_files_over(&policy, *one, published))
        .collect();
    for (number, one) in (1..).zip(&files) {
        let others = files.iter().skip(number);
        reports.extend(others.map(|other| check_agreement(&policy, *one, *other)));
    }
    if reports.is_empty() {
        reports.push(check_policy_over(&policy, published));
    }
    match reports.as_slice() {
        [report] => output.result(report::proof(report)),
        several => output.result(several.iter().map(report::proof).collect::<Vec<_>>()),
    }
    if output.is_sarif() {
        for report in &reports {
            // What is not proved is a finding there, with its place.
            let _ = tell(&policy, report, diagnostics);
        }
    }
    let texts: Vec<String> = reports.iter().map(words).collect();
    output.print(&texts.join("\n"))?;
    Ok(if reports.iter().all(Report::is_proved) {
        Exit::Yes
    } else {
        Exit::No
    })
}

/// Returns a report as an administrator reads it.
pub(super) fn words(report: &Report) -> String {
    let mut text = format!("Proof of {}\n\n", report.subject);
    let width = report
        .findings
        .iter()
        .map(|finding| finding.name.len())
        .max()
        .unwrap_or(0);
    for finding in &report.findings {
        one(finding, width, &mut text);
    }
    let envelopes = report
        .findings
        .iter()
        .find_map(|finding| match &finding.answer {
            Answer::Proved(visited) => Some(visited.envelopes),
            Answer::Refuted(_)
            | Answer::Listener(_)
            | Answer::Undecided(_)
            | Answer::Incomplete(_)
            | Answer::Records(_)
            | Answer::Open(_) => None,
        });
    if let Some(envelopes) = envelopes {
        let _ = writeln!(
            text,
            "\nEvery class of {envelopes} envelopes was visited: all that the names, prefixes and \
             logins\nof the policy and of the files can tell apart."
        );
    }
    text.push_str("\nAssumed:\n");
    for assumption in ASSUMPTIONS {
        let _ = writeln!(text, "  - {assumption}");
    }
    text
}

/// Adds how one question came out.
fn one(finding: &Finding, width: usize, text: &mut String) {
    let (word, rest) = match &finding.answer {
        Answer::Proved(visited) => ("proved", visited.to_string()),
        Answer::Refuted(_) | Answer::Listener(_) | Answer::Records(Err(_)) => {
            ("REFUTED", String::new())
        }
        Answer::Undecided(_) => ("UNDECIDED", "an alarm did not replay".to_owned()),
        Answer::Incomplete(_) => ("UNDECIDED", "not every class was visited".to_owned()),
        Answer::Records(Ok(pairs)) => ("proved", format!("{pairs} pairs of records")),
        Answer::Open(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            (
                "open",
                format!("hangs on {}: see `--resolve`", names.join(", ")),
            )
        }
    };
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "  {word:9} {:width$}  {}",
        finding.name, finding.sentence
    );
    if !rest.is_empty() {
        let _ = writeln!(text, "  {:9} {:width$}  {rest}", "", "");
    }
    match &finding.answer {
        Answer::Refuted(example) | Answer::Undecided(Some(example)) => {
            for line in example.dialogue().lines() {
                let _ = writeln!(text, "      {line}");
            }
        }
        Answer::Listener(found) => {
            let _ = writeln!(text, "      {}  {}", found.name, found.at);
        }
        Answer::Records(Err(evidence)) => {
            for line in evidence.text.lines() {
                let _ = writeln!(text, "      {line}");
            }
            let _ = writeln!(text, "      {}", evidence.at);
        }
        Answer::Proved(_)
        | Answer::Undecided(None)
        | Answer::Incomplete(_)
        | Answer::Records(Ok(_))
        | Answer::Open(_) => {}
    }
}
