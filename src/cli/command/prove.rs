//! `mailpol prove`: the obligations one by one.

use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::diagnostic::{Diagnostics, count, grouped};
use mailpol::prove::{
    Answer, Counterexample, Files, Finding, Report, WayOut, check_agreement, check_files_over,
    check_policy_and_leaves, question_names, tell, ways_out,
};

use super::FilesArgs;
use super::resolve::WorldArgs;
use crate::cli::output::{Output, Paint};
use crate::cli::{Exit, Failure, input, report};

const NOTES: &str = "\
Examples:
  mailpol prove
  mailpol prove --target postfix
  mailpol prove --target postfix --files /
  mailpol prove --target postfix,exim --files build --verbose

Exit status: 0 all is proved, 1 something is not, a scenario comes out otherwise, or the policy has
errors, 2 it could not be done.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
    #[command(flatten)]
    files: FilesArgs,
    #[command(flatten)]
    world: WorldArgs,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let text = input::policy(args.policy.as_deref())?;
    output.policy(&text.source);
    let policy = text.load_to_the_end(diagnostics)?;
    let readings = args.files.readings(&policy, diagnostics)?;
    let given = args.world.given(diagnostics)?;
    let given = given.borrow();
    let files: Vec<Files<'_>> = readings
        .iter()
        .map(|(target, reading)| mailpol::compile::files(*target, reading))
        .collect();
    let mut reports: Vec<Report> = files
        .iter()
        .map(|one| check_files_over(&policy, *one, given))
        .collect();
    for (number, one) in (1..).zip(&files) {
        let others = files.iter().skip(number);
        reports.extend(others.map(|other| check_agreement(&policy, *one, *other)));
    }
    // Of each target; what is said of two together says nothing more of it.
    let mut leaves: Vec<Vec<WayOut>> = files
        .iter()
        .map(|one| ways_out(&policy, Some(one.decider)))
        .collect();
    if files.is_empty() {
        let (report, ways) = check_policy_and_leaves(&policy, given);
        reports.push(report);
        leaves.push(ways);
    }
    let json = |(number, report): (usize, _)| match leaves.get(number) {
        Some(leaves) => report::proof_with(report, leaves),
        None => report::proof(report),
    };
    let mut documents: Vec<_> = reports.iter().enumerate().map(json).collect();
    match documents.len() {
        1 => output.result(documents.pop()),
        _ => output.result(documents),
    }
    if output.is_sarif() {
        let mut made = readings.iter().map(|(target, _)| target.name());
        for report in &reports {
            let mut told = Diagnostics::new();
            // What is not proved is a finding there, with its place.
            let failed = tell(&policy, report, &mut told).is_err();
            match made.next().filter(|_| failed && args.files.files.is_none()) {
                Some(target) => {
                    let by_hand = |told| mailpol::compile::by_hand(&policy, target, told);
                    diagnostics.append_errors(told, by_hand);
                }
                None => diagnostics.append(told),
            }
        }
    }
    let text = |(number, report): (usize, _)| {
        let leaves = leaves.get(number).map(Vec::as_slice);
        words(report, leaves, output)
    };
    let texts: Vec<String> = reports.iter().enumerate().map(text).collect();
    let played = mailpol::compile::scenarios(&policy, diagnostics).is_ok();
    let exit = if played && reports.iter().all(Report::is_proved) {
        Exit::Yes
    } else {
        Exit::No
    };
    output.print_outcome(&texts.join("\n"), exit)?;
    Ok(exit)
}

/// Returns the refutation whose dialogue says most. One hole refutes many things, and the first in
/// the order of the proof says it best.
fn most_telling(report: &Report) -> Option<&Finding> {
    let names = question_names();
    let refuted = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.answer, Answer::Refuted(_)));
    let rank = |finding: &&Finding| {
        let of = |name: &&str| finding.name.starts_with(*name);
        names.iter().position(of).unwrap_or(usize::MAX)
    };
    refuted.min_by_key(rank)
}

/// Returns a report as an administrator reads it: of many refutations the most telling in full,
/// and of the others a line each, unless every dialogue is asked for.
pub(super) fn words(report: &Report, leaves: Option<&[WayOut]>, output: &Output) -> String {
    let (verbose, paint) = (output.is_verbose(), output.paint());
    let heading = format!("Proof of {}", report.subject);
    let mut text = format!("{}\n\n", paint.bold(&heading));
    let width = report
        .findings
        .iter()
        .map(|finding| finding.name.len())
        .max()
        .unwrap_or(0);
    let telling = most_telling(report);
    let mut shortened = false;
    for finding in &report.findings {
        let told = telling.is_some_and(|telling| std::ptr::eq(telling, finding));
        let short = !verbose && !told && matches!(finding.answer, Answer::Refuted(_));
        shortened |= short;
        one(finding, width, short, paint, &mut text);
    }
    if shortened {
        text.push_str("\nThe most telling refutation has its dialogue; `--verbose` shows all.\n");
    }
    let envelopes = report
        .findings
        .iter()
        .find_map(|finding| match &finding.answer {
            Answer::Proved(visited) => Some(visited.envelopes),
            Answer::Follows { .. }
            | Answer::Refuted(_)
            | Answer::Listener(_)
            | Answer::Undecided(_)
            | Answer::Incomplete(_)
            | Answer::Records(_)
            | Answer::Places(_)
            | Answer::Open(_) => None,
        });
    if envelopes == Some(0) {
        text.push_str("\nNothing listens, so there is no envelope.\n");
    } else if let Some(envelopes) = envelopes {
        let _ = writeln!(
            text,
            "\nEvery class of {} envelopes was visited: all that the names, prefixes and \
             logins\nof the policy and of the files can tell apart.",
            grouped(envelopes)
        );
    }
    if let Some(left) = report.left_out {
        let _ = writeln!(text, "{left}, by\nall that is said of them.");
    }
    if let Some(leaves) = leaves {
        what_leaves(leaves, verbose, &mut text);
    }
    text.push_str("\nAssumed:\n");
    for assumption in &report.assumptions {
        let _ = writeln!(text, "  - {assumption}");
    }
    text
}

/// Returns the word for how a question came out, as wide as all are.
fn painted(word: &str, paint: Paint) -> String {
    let wide = format!("{word:9}");
    match word {
        "proved" => paint.green(&wide),
        "REFUTED" | "UNDECIDED" => paint.red(&wide),
        _ => paint.yellow(&wide),
    }
}

/// The recipients that are told one by one, unless all are asked for.
const RECIPIENTS_MAX: usize = 20;

/// Adds what strangers' mail can leave to.
fn what_leaves(leaves: &[WayOut], verbose: bool, text: &mut String) {
    if leaves.is_empty() {
        text.push_str(
            "\nNo alias, forward or route of a recipient of ours leads strangers' mail to another \
             host.\n",
        );
        return;
    }
    text.push_str("\nWhat strangers' mail can leave to:\n");
    let shown = if verbose {
        leaves.len()
    } else {
        RECIPIENTS_MAX
    };
    for way in leaves.iter().take(shown) {
        let at = way.at.as_ref().map(|at| format!("  {at}"));
        let _ = writeln!(text, "  {}{}", way.recipient, at.unwrap_or_default());
        for one in &way.leaves {
            let _ = writeln!(text, "      to {one}");
        }
        if way.keeps {
            text.push_str("      and a copy is kept here\n");
        }
    }
    let more = leaves.len().saturating_sub(shown);
    if more > 0 {
        let _ = writeln!(text, "  and {more} recipients more: `--verbose` names them");
    }
}

fn dialogue(example: &Counterexample, text: &mut String) {
    for line in example.dialogue().lines() {
        let _ = writeln!(text, "      {line}");
    }
}

/// Adds how one question came out; in short, without a dialogue.
fn one(finding: &Finding, width: usize, short: bool, paint: Paint, text: &mut String) {
    // What speaks of nobody holds, and is no reason to be at ease.
    let proved = if finding.answer.is_empty() {
        "empty"
    } else {
        "proved"
    };
    let (word, rest) = match &finding.answer {
        Answer::Proved(visited) => (proved, visited.to_string()),
        Answer::Follows { classes, .. } => {
            let classes = count(u128::from(*classes), "class", "classes");
            (proved, format!("{classes} of the policy's outcomes"))
        }
        Answer::Refuted(refutation) => ("REFUTED", refutation.broken.to_string()),
        Answer::Listener(_) | Answer::Records(Err(_)) | Answer::Places(Err(_)) => {
            ("REFUTED", String::new())
        }
        Answer::Undecided(_) => ("UNDECIDED", "an alarm did not replay".to_owned()),
        Answer::Incomplete(_) => ("UNDECIDED", "not every class was visited".to_owned()),
        Answer::Records(Ok(0)) => (proved, "speaks of no record here".to_owned()),
        Answer::Records(Ok(pairs)) => {
            let pairs = count(u128::from(*pairs), "pair", "pairs");
            (proved, format!("{pairs} of records"))
        }
        // Without one nobody can log in.
        Answer::Places(Ok(0)) if finding.name == "backend-as-declared" => {
            (proved, "nothing offers AUTH".to_owned())
        }
        Answer::Places(Ok(_)) => (proved, String::new()),
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
        "  {} {:width$}  {}",
        painted(word, paint),
        finding.name,
        finding.sentence
    );
    if !rest.is_empty() {
        let _ = writeln!(text, "  {:9} {:width$}  {rest}", "", "");
    }
    match &finding.answer {
        Answer::Refuted(_) if short => {}
        Answer::Refuted(refutation) => dialogue(&refutation.by, text),
        Answer::Undecided(Some(example)) => dialogue(example, text),
        Answer::Listener(found) => {
            let _ = writeln!(text, "      {}  {}", found.name, found.at);
        }
        Answer::Records(Err(evidence)) | Answer::Places(Err(evidence)) => {
            for line in evidence.text.lines() {
                let _ = writeln!(text, "      {line}");
            }
            let _ = writeln!(text, "      {}", evidence.at);
        }
        Answer::Proved(_)
        | Answer::Follows { .. }
        | Answer::Undecided(None)
        | Answer::Incomplete(_)
        | Answer::Records(Ok(_))
        | Answer::Places(Ok(_))
        | Answer::Open(_) => {}
    }
}
