//! `mailpol check`: every error and warning, with places; of raw text too, for every target that
//! has some; and of what a target cannot be told, for those that the policy names.

use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input};

const NOTES: &str = "\
Examples:
  mailpol check
  mailpol check mail/policy.kdl --deny warnings
  mailpol check mail/policy.kdl --format sarif > mailpol.sarif

Exit status: 0 there is no error, 1 there is one, or a warning that is denied, 2 the policy could
not be read.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let text = input::policy(args.policy.as_deref())?;
    output.policy(&text.source);
    let policy = text.load_to_the_end(diagnostics)?;
    let proved = mailpol::prove::prove(&policy, diagnostics);
    let proved = proved.and_then(|(proven, _)| mailpol::compile::check_raw(&proven, diagnostics));
    let meant = mailpol::compile::check_targets(&policy, diagnostics);
    mailpol::compile::scenarios(&policy, diagnostics)
        .and(proved)
        .and(meant)?;
    let aside = match diagnostics.acknowledged() {
        0 => String::new(),
        1 => "; 1 warning is acknowledged".to_owned(),
        many => format!("; {many} warnings are acknowledged"),
    };
    output.success(format!("{}: no errors{aside}", text.source.path()));
    Ok(Exit::Yes)
}
