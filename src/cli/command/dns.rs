//! `mailpol dns`: the records that the policy needs, and whether they are published.

use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{self, Finding, Record, Standing};
use serde_json::{Value, json};

use super::resolve::{self, ServerArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input};

const NOTES: &str = "\
`--check` looks at each record that is wanted, at what is there besides (addresses and exchangers
where mail arrives too, a second SPF record, an alias), and at the names of the host's addresses.

Exit status with `--check`: 0 all is as wanted, 1 something is not, 2 something could not be
determined (no answer in time, or the name server failed).";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
    /// Compare with what is published
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    if args.server.is_given() && !args.check {
        let why = "`--nameserver` goes with `--check`";
        return Err(Failure::Unable(why.to_owned()));
    }
    let policy = input::policy(args.policy.as_deref())?.load(diagnostics)?;
    let records = resolve::records(&policy)?;
    if !args.check {
        output.result(records.iter().map(record).collect::<Vec<Value>>());
        output.print(&dns::zone(&records))?;
        return Ok(Exit::Yes);
    }
    let live = args.server.live()?;
    let findings = dns::published(&policy, &records, &live);
    output.result(findings.iter().map(row).collect::<Vec<Value>>());
    output.print(&table(&findings))?;
    output.success(format!("{} records are as wanted", findings.len()));
    let all = |wanted: fn(Standing) -> bool| findings.iter().all(|one| wanted(one.standing));
    Ok(if !all(|standing| standing != Standing::Undetermined) {
        Exit::Unable
    } else if !all(|standing| standing == Standing::Present) {
        Exit::No
    } else {
        Exit::Yes
    })
}

fn record(record: &Record) -> Value {
    json!({
        "name": record.name,
        "type": record.data.kind(),
        "data": record.data.to_string(),
        "purpose": record.purpose,
    })
}

fn row(finding: &Finding) -> Value {
    json!({
        "standing": finding.standing.name(),
        "name": finding.name,
        "type": finding.kind,
        "wanted": finding.wanted,
        "published": finding.published,
        "note": finding.note,
    })
}

/// Returns the findings as an administrator reads them: what is not as wanted in capitals, and
/// below it what is there instead.
fn table(findings: &[Finding]) -> String {
    let widest = |text: fn(&Finding) -> &str| findings.iter().map(|one| text(one).len()).max();
    let standing_width = widest(|one| one.standing.name()).unwrap_or(0);
    let name_width = widest(|one| &one.name).unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let mut standing = finding.standing.name().to_owned();
        if finding.standing != Standing::Present {
            standing.make_ascii_uppercase();
        }
        let there = finding.published.as_deref();
        let (first, second) = match (&finding.wanted, there) {
            (Some(wanted), Some(there)) if wanted != there => (wanted.as_str(), Some(there)),
            (Some(wanted), _) => (wanted.as_str(), None),
            (None, there) => (there.unwrap_or("-"), None),
        };
        let indent = standing_width + name_width + 11;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{standing:standing_width$}  {:name_width$}  {:5}  {first}",
            finding.name, finding.kind
        );
        if let Some(there) = second {
            let _ = writeln!(text, "{:indent$}is {there}", "");
        }
        if let Some(note) = &finding.note {
            let _ = writeln!(text, "{:indent$}({note})", "");
        }
    }
    text
}
