//! `mailpol build`: prove, emit, read back, compare; then write all files or none.

use std::fmt::Write as _;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

use mailpol::diagnostic::{Diagnostics, count};
use mailpol::prove::{Answer, Report};
use serde_json::json;

use super::listed::Listed;
use super::resolve::WorldArgs;
use super::targets;
use crate::cli::output::Output;
use crate::cli::tree::{self, Edited};
use crate::cli::{Exit, Failure, input, report};

const NOTES: &str = "\
All files are written, or none; a second run changes nothing. The `MANIFEST` beside them lists what
was written, the packages that are needed, and the commands that make a fresh host serve the files.

Examples:
  mailpol build --target postfix
  mailpol build mail/policy.kdl --target postfix,exim --out build
  mailpol build --target exim --zone example.org.zone

Exit status: 0 the files are as the policy makes them, 1 the policy has errors, or its files are
refuted, 2 it could not be done, as where files were edited since the last build.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
    /// The MTA, or several with commas
    #[arg(long, value_parser = Listed::TARGETS)]
    target: String,
    /// Where the files go; with several targets, a folder for each below [default: build/TARGET]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Overwrite files that were edited since the last build
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    world: WorldArgs,
}

/// What is said of the files of two targets.
const AGREE: &str =
    "proved to decide every class of envelopes alike, but for the latitude of odd paths";

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let text = input::policy(args.policy.as_deref())?;
    let policy = text.load_to_the_end(diagnostics)?;
    let targets = targets(&args.target)?;
    let given = args.world.given(diagnostics)?;
    let given = given.borrow();
    let mut compiled = Vec::new();
    for target in &targets {
        compiled.push(mailpol::compile::compile_over(
            &policy,
            *target,
            given,
            diagnostics,
        )?);
    }
    // To the end of the process, as the policy: to give a million rows back takes time as well.
    let compiled = &*ManuallyDrop::new(compiled);
    let mut agreements = Vec::new();
    for (number, (one, first)) in (1..).zip(targets.iter().zip(compiled)) {
        for (other, second) in targets.iter().zip(compiled).skip(number) {
            let sides = ((*one, first), (*other, second));
            let report = mailpol::compile::agree(&policy, sides.0, sides.1, diagnostics)?;
            agreements.push((number - 1, report));
        }
    }
    output.admit(diagnostics)?;
    let edited = if args.force {
        Edited::Overwrite
    } else {
        Edited::Keep
    };
    let plans = targets.iter().zip(compiled).map(|(target, compiled)| {
        let out = folder(args, target.name(), targets.len());
        let plan = tree::plan(&out, target.name(), &compiled.artifacts, edited)?;
        Ok((out, plan))
    });
    // All or none.
    let plans: Vec<_> = plans.collect::<Result<_, Failure>>()?;
    let mut lines = Vec::new();
    let mut results = Vec::new();
    for ((target, compiled), (out, plan)) in targets.iter().zip(compiled).zip(plans) {
        let written = plan.write()?;
        tree::tell_strays(&out, diagnostics)?;
        let proved = proved(&compiled.files_report);
        let removed = match written.removed {
            0 => String::new(),
            removed => format!(", {removed} removed"),
        };
        lines.push(format!(
            "{}: {proved}; {} written, {}{removed}, in {}",
            target.name(),
            count(written.changed as u128, "file", "files"),
            count(written.same as u128, "as it was", "as they were"),
            out.display()
        ));
        results.push(json!({
            "target": target.name(),
            "files": compiled.artifacts.files().map(|(path, _)| path).collect::<Vec<_>>(),
            "proof": report::proof(&compiled.files_report),
            "agreements": agreements.iter()
                .filter(|(number, _)| *number == results.len())
                .map(|(_, report)| report::proof(report))
                .collect::<Vec<_>>(),
        }));
    }
    lines.extend(
        agreements
            .iter()
            .map(|(_, report)| format!("{}: {AGREE}", report.subject)),
    );
    output.result(results);
    output.success(lines.join("\n"));
    Ok(Exit::Yes)
}

/// Returns the folder that a target's files are written to.
fn folder(args: &Args, target: &str, targets: usize) -> PathBuf {
    match &args.out {
        Some(out) if targets == 1 => out.clone(),
        Some(out) => out.join(target),
        None => PathBuf::from("build").join(target),
    }
}

/// Says how many obligations are proved, and how many of these speak of nothing; and names those
/// that hang on what nobody gave.
pub(super) fn proved(report: &Report) -> String {
    let open = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.answer, Answer::Open(_)));
    let open: Vec<&str> = open.map(|finding| finding.name.as_str()).collect();
    let empty = report.findings.iter();
    let empty = empty.filter(|finding| finding.answer.is_empty()).count();
    let proved = report.findings.len() - open.len();
    let mut text = count(proved as u128, "obligation", "obligations") + " proved";
    match empty {
        0 => {}
        1 => text.push_str(" (one speaks of nothing here)"),
        _ => {
            let _ = write!(text, " ({empty} speak of nothing here)");
        }
    }
    if !open.is_empty() {
        let _ = write!(text, ", open: {}", open.join(", "));
    }
    text
}
