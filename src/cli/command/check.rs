//! `mailpol check`: every error and warning, with places; of raw text too, for every target that
//! has some; and of what a target cannot be told, for those that the policy names.

use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input};

#[derive(Debug, clap::Args)]
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
    let policy = text.load(diagnostics)?;
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
