//! `mailpol fmt`: the canonical layout, comments kept.

use std::path::PathBuf;

use mailpol::compare::{Difference, Places};
use mailpol::diagnostic::Diagnostics;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input, painted, tree};

const NOTES: &str = "\
Comments are kept, and nothing means anything else.

Examples:
  mailpol fmt
  mailpol fmt --check mail/policy.kdl
  mailpol fmt - < policy.kdl

Exit status: 0 it is formatted, 1 it has errors, or with `--check` is not formatted, 2 it could not
be read or written.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input, and then the result goes to standard output
    policy: Option<PathBuf>,
    /// Change nothing: show what would change as a unified diff, and end with status 1 if anything
    /// would
    #[arg(long)]
    check: bool,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let text = input::policy(args.policy.as_deref())?;
    let formatted = mailpol::syntax::format(&text.source, diagnostics)?;
    let same = formatted == text.source.text();
    let name = text.source.path();
    if args.check {
        let diff = Difference::of(text.source.text(), &formatted, &Places::default());
        output.print(&painted::unified(&diff, [name, name], output.paint()))?;
        let diff = diff.unified([name, name]);
        output.result(serde_json::json!({ "formatted": same, "diff": diff }));
        output.success(format!("{name}: formatted"));
        return Ok(if same { Exit::Yes } else { Exit::No });
    }
    match &text.path {
        None => {
            output.print(&formatted)?;
            output.result(serde_json::json!({ "formatted": same, "text": formatted }));
        }
        Some(path) if !same => {
            tree::write_one(path, &formatted)?;
            output.success(format!("{name}: formatted"));
        }
        Some(_) => output.success(format!("{name}: formatted already")),
    }
    Ok(Exit::Yes)
}
