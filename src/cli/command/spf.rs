//! `mailpol spf`: what SPF says about a client, and why.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use mailpol::diagnostic::Diagnostics;
use mailpol::dns;
use mailpol::spf::{Dns, Evaluation, Place, Query, check_host};
use serde_json::{Value, json};

use super::resolve::{self, Records, ResolveArgs};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure, input};

const NOTES: &str = "\
Without `--zone` and `--resolve` the policy's own records are asked, and no others exist.
The identity is MAIL FROM; with the null reverse-path it is HELO.

Exit status: 0 whatever the result, 1 if the policy has errors, 2 if there is no result.

Examples:
  mailpol spf 203.0.113.9 --helo mail.example --from a@doe-family.com
  mailpol spf 203.0.113.9 --from a@example.org --zone example.org.zone
  mailpol spf 203.0.113.9 --helo mail.example --resolve --nameserver 127.0.0.1:53";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES, override_usage = "mailpol spf [OPTIONS] <CLIENT> [POLICY]")]
pub(in crate::cli) struct Args {
    /// The client's address; and a policy (ends in `.kdl`, or `-`), whose own records are asked
    #[arg(required = true, num_args = 1..=2, value_names = ["CLIENT", "POLICY"])]
    client_and_policy: Vec<String>,
    /// The name that the client gives with HELO; with `--from`, by default its address literal
    #[arg(long, required_unless_present = "from")]
    helo: Option<String>,
    /// The reverse-path; empty, or left out beside `--helo`, for the null one
    #[arg(long)]
    from: Option<String>,
    #[command(flatten)]
    resolve: ResolveArgs,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let (client, named) = arguments(&args.client_and_policy)?;
    let records = args.resolve.records(diagnostics)?;
    let policy = match (&records, named) {
        (Some(_), None) => None,
        (_, named) => Some(input::policy(named)?.load(diagnostics)?),
    };
    let helo = args.helo.clone().unwrap_or_else(|| literal(client));
    let receiver = policy
        .as_ref()
        .map_or("unknown", |policy| policy.host.name.value.as_str());
    let query = Query {
        client,
        helo: &helo,
        mail_from: args.from.as_deref(),
        receiver,
        time_seconds: now_seconds(),
    };
    let check = |dns: &dyn Dns| check_host(dns, &query);
    let (source, evaluation) = match (&records, &policy) {
        (Some(Records::Zone(zone)), _) => ("zone", check(zone)),
        (Some(Records::Live(live)), _) => ("dns", check(live.as_ref())),
        (None, Some(policy)) => {
            let own = dns::in_memory(&resolve::records(policy)?);
            ("policy", check(&own))
        }
        // Without records there is a policy.
        (None, None) => return Err(Failure::Unable("there are no records to ask".to_owned())),
    };
    output.result(document(&query, source, &evaluation));
    let of = records
        .is_none()
        .then_some("In the policy's own records: no others were asked; `--resolve` asks DNS.\n");
    output.print(&text(&query, of, &evaluation))?;
    Ok(Exit::Yes)
}

/// Returns the client and the policy; whichever comes first.
fn arguments(given: &[String]) -> Result<(IpAddr, Option<&Path>), Failure> {
    let (policies, others): (Vec<&str>, Vec<&str>) = given
        .iter()
        .map(String::as_str)
        .partition(|text| input::is_policy(text));
    let (client, policy) = match (others.as_slice(), policies.as_slice()) {
        ([client], []) => (client, None),
        ([client], [policy]) => (client, Some(Path::new(*policy))),
        _ => {
            let why = "give one client, and at most one policy (`*.kdl`)";
            return Err(Failure::Unable(why.to_owned()));
        }
    };
    let address = client
        .parse()
        .map_err(|_| Failure::Unable(format!("`{client}` is not an IP address")))?;
    Ok((address, policy))
}

/// Returns the address literal of a client that says no name (RFC 5321 section 4.1.3).
fn literal(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(v4) => format!("[{v4}]"),
        IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
    }
}

/// The time, for explanations that tell it (macro letter `t`).
#[expect(
    clippy::disallowed_methods,
    reason = "an explanation tells the time of the check"
)]
fn now_seconds() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// Returns the answer as an administrator reads it.
fn text(query: &Query<'_>, of: Option<&str>, evaluation: &Evaluation) -> String {
    let mut text = String::new();
    // Writing to a string does not fail, here and below.
    let _ = writeln!(
        text,
        "{}: {} as {} ({})",
        evaluation.result,
        query.client.to_canonical(),
        evaluation.sender.escape_debug(),
        evaluation.identity
    );
    text.push_str(of.unwrap_or_default());
    if let Some(place) = &evaluation.mechanism {
        let _ = writeln!(text, "\nDecided by {place}:");
        pointed(&mut text, place);
    }
    if let Some(problem) = &evaluation.problem {
        let _ = writeln!(text, "\nBecause: {}", problem.reason);
        if let Some(place) = &problem.place {
            pointed(&mut text, place);
        }
    }
    if let Some(explanation) = &evaluation.explanation {
        let _ = writeln!(text, "\nThe domain's own words: {explanation}");
    }
    text.push_str("\nStep by step:\n");
    for step in &evaluation.trace {
        let indent = "  ".repeat(step.depth + 1);
        let _ = match &step.place {
            Some(place) => writeln!(text, "{indent}{}: {}", place.text(), step.event),
            None => writeln!(text, "{indent}{}", step.event),
        };
    }
    let counts = evaluation.counts;
    let _ = writeln!(
        text,
        "\nTerms with lookups: {} of {}; lookups that found nothing: {} of {}.",
        counts.terms,
        mailpol::spf::LOOKUP_TERMS_MAX,
        counts.voids,
        mailpol::spf::VOIDS_MAX
    );
    text
}

/// Adds the record with a mark under the term. The record is as long as its characters.
fn pointed(text: &mut String, place: &Place) {
    let mark = "^".repeat(place.range.len().max(1));
    let _ = writeln!(text, "    {}", place.record);
    let _ = writeln!(text, "    {}{mark}", " ".repeat(place.range.start));
}

/// The longest record that each step about it repeats.
const REPEATED_OCTETS_MAX: usize = 1024;

/// Returns the answer as JSON prints it.
fn document(query: &Query<'_>, source: &str, evaluation: &Evaluation) -> Value {
    let place = |place: &Place, record: &str| {
        json!({
            "domain": place.domain.as_ref(),
            "record": record,
            "start": place.range.start,
            "end": place.range.end,
            "text": place.text(),
        })
    };
    let whole = |at: &Place| place(at, &at.record);
    let mut shown: Vec<&Place> = Vec::new();
    let mut in_trace = |at| {
        let again = is_repeated(at, &mut shown);
        place(at, if again { "" } else { &at.record })
    };
    let steps = evaluation.trace.iter().map(|step| {
        json!({
            "depth": step.depth,
            "place": step.place.as_ref().map(&mut in_trace),
            "event": step.event.to_string(),
        })
    });
    let trace: Vec<Value> = steps.collect();
    json!({
        "records": source,
        "client": query.client.to_canonical().to_string(),
        "helo": query.helo,
        "from": query.mail_from.unwrap_or_default(),
        "result": evaluation.result.as_str(),
        "identity": evaluation.identity.to_string(),
        "sender": evaluation.sender,
        "domain": evaluation.domain,
        "mechanism": evaluation.mechanism.as_ref().map(whole),
        "problem": evaluation.problem.as_ref().map(|problem| json!({
            "reason": problem.reason.to_string(),
            "place": problem.place.as_ref().map(whole),
        })),
        "explanation": evaluation.explanation,
        "counts": {
            "terms": evaluation.counts.terms,
            "voids": evaluation.counts.voids,
        },
        "trace": trace,
    })
}

/// Tells whether a long record was shown before. It has as many terms as it is long: were it shown
/// with each, the document would grow with the square of it.
fn is_repeated<'e>(at: &'e Place, shown: &mut Vec<&'e Place>) -> bool {
    if at.record.len() <= REPEATED_OCTETS_MAX {
        return false;
    }
    let same = |one: &&Place| one.domain == at.domain && one.record == at.record;
    let again = shown.iter().any(same);
    if !again {
        shown.push(at);
    }
    again
}
