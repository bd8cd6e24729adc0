//! `mailpol dns`: the records that the policy needs, and whether they are published.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns::{self, Arithmetic, Finding, Record, RecordData, Standing};
use mailpol::policy::Policy;
use mailpol::spf::Dns;
use serde_json::{Value, json};

use super::resolve::{self, ServerArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, Format, input};

const NOTES: &str = "\
`--check` looks at each record that is wanted, at what is there besides (addresses and exchangers
where mail arrives too, a second SPF record, an alias), at the names of the host's addresses, and
at what others must publish. Whether an answer was validated with DNSSEC is said as the resolver
says it.

`--format nsupdate` compares too, and prints the commands for nsupdate(1) that make the difference
good: each record by its data, so nothing else in the zone is touched.

Examples:
  mailpol dns policy.kdl > records.zone
  mailpol dns policy.kdl --check --nameserver 192.0.2.53:53
  mailpol dns policy.kdl --format nsupdate | nsupdate -k key

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
    format: Format,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let asks = args.check || format == Format::Nsupdate;
    if args.server.is_given() && !asks {
        let why = "`--nameserver` goes with `--check` or `--format nsupdate`";
        return Err(Failure::Unable(why.to_owned()));
    }
    if args.check && matches!(format, Format::Zone | Format::Nsupdate) {
        let why = "`--check` prints a table, or JSON; `--format nsupdate` compares by itself";
        return Err(Failure::Unable(why.to_owned()));
    }
    let policy = input::policy(args.policy.as_deref())?.load_to_the_end(diagnostics)?;
    let records = resolve::records(&policy)?;
    let requests = dns::requests(&policy);
    if !asks {
        let costs = costs(&policy, &records, None, diagnostics);
        let rows = records
            .iter()
            .map(|one| record(one, None, costs.get(&one.name)));
        let asked = requests
            .iter()
            .map(|one| record(&one.record, Some(&one.whom), None));
        output.result(rows.chain(asked).collect::<Vec<Value>>());
        output.print(&dns::zone(&with_costs(records, &costs), &requests))?;
        return Ok(Exit::Yes);
    }
    let live = args.server.live()?;
    costs(&policy, &records, Some(&live), diagnostics);
    let findings = dns::published(&policy, &records, &requests, &live);
    let all = |wanted: fn(Standing) -> bool| findings.iter().all(|one| wanted(one.standing));
    let known = all(|standing| standing != Standing::Undetermined);
    if format == Format::Nsupdate {
        if !known {
            let why = "what is published is not known in full, so nothing is said of changes";
            return Err(Failure::Unable(why.to_owned()));
        }
        output.print(&dns::update(&findings, &requests))?;
        return Ok(Exit::Yes);
    }
    output.result(findings.iter().map(row).collect::<Vec<Value>>());
    output.success(match findings.len() {
        1 => "1 record is as wanted".to_owned(),
        many => format!("{many} records are as wanted"),
    });
    let exit = if !known {
        Exit::Unable
    } else if !all(|standing| standing == Standing::Present) {
        Exit::No
    } else {
        Exit::Yes
    };
    output.print_outcome(&table(&findings), exit)?;
    Ok(exit)
}

/// Counts what checks of each domain cost, and tells where it is too much.
fn costs(
    policy: &Policy,
    records: &[Record],
    others: Option<&dyn Dns>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Arithmetic> {
    let zone = dns::in_memory(records);
    let costs = policy.domains.iter().map(|(domain, hosted)| {
        let cost = dns::arithmetic(domain.as_str(), &zone, others);
        diagnostics.under(&mut policy.acknowledged.clone(), |diagnostics| {
            dns::tell_cost(&cost, domain.as_str(), hosted, diagnostics);
        });
        (domain.to_string(), cost)
    });
    costs.collect()
}

/// Returns the records, with what checks cost in the comments of SPF records.
fn with_costs(mut records: Vec<Record>, costs: &BTreeMap<String, Arithmetic>) -> Vec<Record> {
    for record in &mut records {
        let is_spf = matches!(&record.data, RecordData::Txt(text) if text.starts_with("v=spf1"));
        if let (true, Some(cost)) = (is_spf, costs.get(&record.name)) {
            record.purpose = format!("{} ({cost})", record.purpose);
        }
    }
    records
}

fn record(record: &Record, whom: Option<&str>, cost: Option<&Arithmetic>) -> Value {
    let is_spf = matches!(&record.data, RecordData::Txt(text) if text.starts_with("v=spf1"));
    let cost = cost.filter(|_| is_spf).map(|cost| {
        json!({
            "lookups": cost.lookups,
            "voids": cost.voids,
            "answer_octets": cost.answer_octets,
            "supposed": cost.supposed,
        })
    });
    json!({
        "name": record.name,
        "type": record.data.kind(),
        "data": record.data.to_string(),
        "purpose": record.purpose,
        "ask": whom,
        "spf": cost,
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
        "validated": finding.validated,
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
        if finding.validated == Some(true) {
            let _ = writeln!(
                text,
                "{:indent$}(validated with DNSSEC, says the resolver)",
                ""
            );
        }
        if let Some(note) = &finding.note {
            let _ = writeln!(text, "{:indent$}({note})", "");
        }
    }
    text
}
