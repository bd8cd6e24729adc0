//! How fast each answers the same envelopes: the real MTA, with its sessions, and `simulate`.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use mailpol::decision::Envelope;
use mailpol::mail::Listener;
use mailpol::simulate::{Answerer, Results, answer_lines};
use serde_json::json;

use crate::subject::Subject;

/// How often `simulate` answers them, so that starting counts little.
const ROUNDS: usize = 20;

/// Prints what the real MTA took for envelopes, and what mailpol takes for their lines: the ratio
/// says more than either, since both ran on the machine as it was.
pub(crate) fn tell(subject: &Subject, asked: &[Envelope], real: Duration) -> Result<(), Failed> {
    let mut lines = Vec::new();
    for _ in 0..ROUNDS {
        for envelope in asked {
            serde_json::to_writer(&mut lines, &line(envelope))?;
            lines.push(b'\n');
        }
    }
    let host = &subject.policy.host;
    let own: Vec<IpAddr> = host.addresses.iter().map(|one| one.value).collect();
    let listeners: Vec<Listener> = host.listeners.iter().map(|one| one.value).collect();
    let answerer = Answerer {
        decider: subject.reading.decider.as_ref(),
        own: &own,
        listeners: &listeners,
        results: &Results::new(&[], host.name.value.as_str()),
    };
    let start = Instant::now();
    let answers = answer_lines(&answerer, &lines);
    let took = start.elapsed();
    let lines = |part: &Vec<u8>| part.split(|octet| *octet == b'\n').count() - 1;
    let count: usize = answers.parts.iter().map(lines).sum();
    if count != asked.len() * ROUNDS {
        return Err(format!("{count} answers to {} lines", asked.len() * ROUNDS).into());
    }
    let each = |took: Duration, count: usize| took.as_nanos() / count.max(1) as u128;
    let (theirs, ours) = (each(real, asked.len()), each(took, count).max(1));
    println!(
        "{} on {}: {} microseconds an envelope; `simulate --target` answers {} in that time\n",
        host.name.value.as_str(),
        subject.mta.name(),
        theirs / 1_000,
        theirs / ours
    );
    Ok(())
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
