//! `mailpol dns`: the records that the policy needs.

use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns;
use serde_json::json;

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
    let policy = input::policy(args.policy.as_deref())?.load(diagnostics)?;
    let records = dns::records(&policy).map_err(|error| Failure::Unable(error.to_string()))?;
    let rows: Vec<_> = records
        .iter()
        .map(|record| {
            json!({
                "name": record.name,
                "type": record.data.kind(),
                "data": record.data.to_string(),
                "purpose": record.purpose,
            })
        })
        .collect();
    output.result(rows);
    output.print(&dns::zone(&records))?;
    Ok(Exit::Yes)
}
