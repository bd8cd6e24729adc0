//! `mailpol simulate`: scenarios, attacks and given envelopes.

mod stream;

use std::fmt::Write as _;
use std::path::PathBuf;

use mailpol::decision::Decider;
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::Listener;
use mailpol::policy::{Policy, PolicyDecider, Scenario};
use mailpol::prove::{check_files, check_policy};
use mailpol::simulate::{Answerer, CATALOGUE, attack, play};
use serde_json::json;

use super::FilesArgs;
use super::resolve::ResolveArgs;
use crate::cli::output::{Output, Paint};
use crate::cli::{Exit, Failure, input, report};

const NOTES: &str = "\
A line of `--envelopes` is a JSON object, such as

  {\"client\":\"203.0.113.9\",\"from\":\"a@b.example\",\"to\":\"victim@c.example\"}

with `listener`, `tls`, `login`, `helo`, `spf` and `spf_helo` where they count. A file of scenarios
begins with `mailpol version=1`, and holds `scenario` nodes. docs/simulate.md says more.

Examples:
  mailpol simulate
  mailpol simulate --scenario tests.kdl --target postfix
  mailpol simulate --envelopes envelopes.jsonl > answers.jsonl

Exit status: 0 all came out as expected, 1 something did not, a line is no envelope, or the policy
has errors, 2 it could not be done.";

#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(in crate::cli) struct Args {
    /// The policy; `-` is standard input
    policy: Option<PathBuf>,
    /// Play the scenarios of this file, and nothing else; may be given several times
    #[arg(long, value_name = "FILE")]
    scenario: Vec<PathBuf>,
    /// Answer these envelopes: JSON lines, one answer a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    envelopes: Option<PathBuf>,
    #[command(flatten)]
    files: FilesArgs,
    #[command(flatten)]
    resolve: ResolveArgs,
}

pub(in crate::cli) fn run(
    args: &Args,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let policy = input::policy(args.policy.as_deref())?.load(diagnostics)?;
    let reading = args.files.reading(&policy, diagnostics)?;
    let reference = PolicyDecider::new(&policy);
    let decider: &dyn Decider = match &reading {
        Some((_, reading)) => reading.decider.as_ref(),
        None => &reference,
    };
    let own = policy.host.own_addresses();
    let listeners: Vec<Listener> = policy.host.listeners.iter().map(|one| one.value).collect();
    let results = args.resolve.results(&policy, diagnostics)?;
    let answerer = Answerer {
        decider,
        own: &own,
        listeners: &listeners,
        results: &results,
    };
    if let Some(file) = &args.envelopes {
        return stream::answer(file, &answerer);
    }
    if !args.scenario.is_empty() {
        return given(&args.scenario, &answerer, output, diagnostics);
    }
    let report = match &reading {
        Some((target, reading)) => check_files(&policy, mailpol::compile::files(*target, reading)),
        None => check_policy(&policy),
    };
    let paint = output.paint();
    let (scenarios, played) = scenarios(&policy.scenarios, &answerer, paint)?;
    let (attacks, refused) = attacks(&policy, &answerer, paint)?;
    let exit = if played && refused && report.is_proved() {
        Exit::Yes
    } else {
        Exit::No
    };
    // Who simulates asks what becomes of envelopes. What is not proved is told all the same.
    let proof = if report.is_proved() && !output.is_verbose() {
        let proved = super::build::proved(&report);
        format!(
            "Proof\n\n  {}: {proved} (`prove` tells each)\n",
            report.subject
        )
    } else {
        super::prove::words(&report, None, output)
    };
    output.print_outcome(&[scenarios.0, attacks.0, proof].concat(), exit)?;
    output.result(json!({
        "scenarios": scenarios.1,
        "attacks": attacks.1,
        "proof": report::proof(&report),
    }));
    Ok(exit)
}

type Table = (String, Vec<serde_json::Value>);

fn bug() -> Failure {
    Failure::Unable("a decider asked a test that it does not have; this is a bug of mailpol".into())
}

/// Plays the scenarios of files. All files are read before one is played.
fn given(
    files: &[PathBuf],
    answerer: &Answerer<'_>,
    output: &mut Output,
    diagnostics: &mut Diagnostics,
) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    let mut failure = None;
    for file in files {
        match input::scenarios(file, diagnostics) {
            Ok(scenarios) => all.extend(scenarios),
            Err(Failure::Reported) => failure = Some(Failure::Reported),
            Err(other) => return Err(other),
        }
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let ((text, rows), good) = scenarios(&all, answerer, output.paint())?;
    let exit = if good { Exit::Yes } else { Exit::No };
    output.print_outcome(&text, exit)?;
    output.result(json!({ "scenarios": rows, "attacks": [], "proof": null }));
    Ok(exit)
}

/// Plays scenarios: their table, and whether all came out as expected.
fn scenarios(
    scenarios: &[Scenario],
    answerer: &Answerer<'_>,
    paint: Paint,
) -> Result<(Table, bool), Failure> {
    let mut text = String::new();
    let mut rows = Vec::new();
    let mut good = true;
    for scenario in scenarios {
        let played = play(scenario, answerer).map_err(|_| bug())?;
        good &= played.as_expected;
        let answered = &played.answered;
        let word = if played.as_expected {
            paint.green("as expected")
        } else {
            paint.red("UNEXPECTED ")
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "  {word}  {}: {} {} {} ({})",
            scenario.name.value, answered.verdict, answered.code, answered.status, answered.because
        );
        if !played.as_expected {
            let expect = &scenario.expect;
            let because = expect.because.map(|because| format!(" ({because})"));
            let because = because.unwrap_or_default();
            let verdict = expect.verdict;
            let _ = writeln!(
                text,
                "               expected {verdict}{because}, {}",
                expect.at
            );
        }
        rows.push(json!({
            "name": scenario.name.value,
            "at": scenario.at.to_string(),
            "as_expected": played.as_expected,
            "expected": scenario.expect.verdict.name(),
            "answer": answered,
        }));
    }
    if !text.is_empty() {
        text.insert_str(0, &format!("{}\n\n", paint.bold("Scenarios")));
        text.push('\n');
    }
    Ok(((text, rows), good))
}

/// Asks the attack catalogue: its table, and whether nothing leaves this host.
fn attacks(
    policy: &Policy,
    answerer: &Answerer<'_>,
    paint: Paint,
) -> Result<(Table, bool), Failure> {
    let mut rows = Vec::new();
    if answerer.listeners.is_empty() {
        let text = "Nothing listens, so there is nothing to attack from outside.\n\n".to_owned();
        return Ok(((text, rows), true));
    }
    let heading = paint.bold("Attacks from outside, and where they lead");
    let mut text = format!("{heading}\n\n");
    let mut good = true;
    for one in CATALOGUE {
        let (envelope, answered, relays) = attack(one, policy, answerer).map_err(|_| bug())?;
        good &= !relays;
        let word = match (relays, answered.verdict) {
            (true, _) => paint.red("RELAYED  "),
            (false, "accept") => "delivered".to_owned(),
            (false, _) => paint.green("refused  "),
        };
        let _ = writeln!(
            text,
            "  {word}  {} {} {:14} {:32} RCPT TO:<{}>",
            answered.code,
            answered.status,
            answered.because,
            one.name,
            envelope.to.text()
        );
        rows.push(json!({
            "name": one.name,
            "from": envelope.from.text(),
            "to": envelope.to.text(),
            "relayed": relays,
            "answer": answered,
        }));
    }
    text.push('\n');
    Ok(((text, rows), good))
}
