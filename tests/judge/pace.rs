//! How fast each answers the same envelopes: the real MTA, with its sessions, and `simulate`.
//!
//! Only when asked, by `benches/throughput.sh`: the tests have no clock.

use std::process::Command;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailpol::decision::Envelope;
use serde_json::json;

use crate::policies::Case;
use crate::subject::Subject;

/// The variable that names the program whose pace is asked for.
const PROGRAM: &str = "MAILPOL_PACE";

/// How often `simulate` answers the envelopes, so that starting counts little.
const ROUNDS: u32 = 100;

/// How many the real MTA is asked beforehand, so that its starting does not count.
const FEW: usize = 20;

/// Asks a real MTA. If `MAILPOL_PACE` names the program, prints what each took: the ratio says more
/// than either, since both ran on the machine as it was.
pub(crate) fn told<T>(
    case: &Case,
    subject: &Subject,
    asked: &[Envelope],
    ask: impl Fn(&[Envelope]) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let Ok(program) = std::env::var(PROGRAM) else {
        return ask(asked);
    };
    let few = asked.get(..FEW).ok_or("hardly an envelope is asked")?;
    let start = Instant::now();
    ask(few)?;
    let starting = start.elapsed();
    let start = Instant::now();
    let outcomes = ask(asked)?;
    let answering = start.elapsed().checked_sub(starting);
    let answering = answering.ok_or("a few envelopes took longer than all: nothing is measured")?;
    let ours = simulate(&program, case, subject, asked)?;
    let each = |took: Duration, count: usize| took.as_nanos() / count.max(1) as u128;
    let real = each(answering, asked.len() - FEW);
    let ours = each(ours, asked.len()) / u128::from(ROUNDS);
    println!(
        "{} on {}: {} microseconds an envelope, in which `simulate` answers {} of them\n",
        case.name,
        subject.mta.name(),
        real / 1_000,
        real / ours.max(1)
    );
    Ok(outcomes)
}

/// Returns how long the program takes to answer the envelopes, as often as [`ROUNDS`] says.
fn simulate(
    program: &str,
    case: &Case,
    subject: &Subject,
    asked: &[Envelope],
) -> Result<Duration, Failed> {
    let folder = tempfile::tempdir()?;
    let (lines, answers) = (folder.path().join("lines"), folder.path().join("answers"));
    let mut text = String::new();
    for envelope in asked {
        text += &line(envelope).to_string();
        text.push('\n');
    }
    let count = asked.len() * ROUNDS as usize;
    std::fs::write(&lines, text.repeat(ROUNDS as usize))?;
    let start = Instant::now();
    let status = Command::new(program)
        .arg("simulate")
        .arg(case.folder.join("policy.kdl"))
        .args(["--target", subject.target.name(), "--envelopes"])
        .arg(&lines)
        .stdout(std::fs::File::create(&answers)?)
        .status()?;
    let took = start.elapsed();
    let answered = std::fs::read_to_string(&answers)?.lines().count();
    if answered != count {
        return Err(format!("{status}: {answered} answers to {count} envelopes").into());
    }
    Ok(took)
}

fn line(envelope: &Envelope) -> serde_json::Value {
    json!({
        "client": envelope.client,
        "listener": envelope.listener.name(),
        "tls": envelope.tls,
        "login": envelope.login,
        "helo": envelope.helo,
        "from": envelope.from.text(),
        "to": envelope.to.text(),
        "spf": envelope.spf.as_str(),
        "spf_helo": envelope.spf_helo.as_str(),
    })
}
