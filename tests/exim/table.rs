//! Tables of envelopes with the outcome that each has to have.

use libtest_mimic::Failed;
use mailpol::policy::Policy;

use crate::run;
use crate::scene::PASSWORD;
use crate::support::job::{Client, Envelope, Listener, Record};
use crate::support::namespace;

/// Somebody on the Internet.
pub(crate) fn stranger(listener: Listener) -> Client {
    Client::new([203, 0, 113, 9], listener)
}

/// A machine of the internal network.
pub(crate) fn internal(listener: Listener) -> Client {
    Client::new([192, 168, 0, 7], listener)
}

/// A user out in the world.
pub(crate) fn user(login: &str, listener: Listener) -> Client {
    Client::authenticated(listener, login, PASSWORD)
}

/// An envelope, and the outcome that it has to have.
pub(crate) type Case = (Envelope, String);

/// Reads cases of one client, one a line: `<from> <to> outcome`.
pub(crate) fn asks(client: &Client, table: &str) -> Vec<Case> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let case = |line: &str| {
        let (from, rest) = line.strip_prefix('<')?.split_once("> <")?;
        let (to, outcome) = rest.rsplit_once("> ")?;
        Some((Envelope::new(client, from, to), outcome.to_owned()))
    };
    // A line that cannot be read is a case that fails.
    let unread = |line: &str| (Envelope::new(client, line, ""), format!("no case: {line}"));
    lines
        .map(|line| case(line).unwrap_or_else(|| unread(line)))
        .collect()
}

/// Asks about all cases on one machine, and tells those that are answered otherwise.
pub(crate) fn check(policy: &Policy, cases: Vec<Case>, more: Vec<Record>) -> Result<(), Failed> {
    let (_tree, mut job) = run::job(policy)?;
    job.scene.zone.extend(more);
    let (envelopes, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    job.envelopes = envelopes;
    let report = namespace::run(&job)?;
    let mut wrong = Vec::new();
    for ((envelope, outcome), expected) in job.envelopes.iter().zip(&report.outcomes).zip(expected)
    {
        if outcome.to_string() != expected {
            let (client, text) = (&envelope.client, outcome.text());
            wrong.push(format!(
                "{client:?}\n  <{}> to <{}>: wanted {expected}, got {outcome}: {text}",
                envelope.from, envelope.to
            ));
        }
    }
    if wrong.is_empty() && report.outcomes.len() == job.envelopes.len() {
        return Ok(());
    }
    Err(format!("{}\n{}", wrong.join("\n"), report.log.join("\n")).into())
}
