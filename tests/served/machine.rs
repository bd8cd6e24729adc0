//! Policies as text, compiled, on a machine; and who writes to it.

use std::fmt::Display;
use std::fs;
use std::sync::Arc;

use libtest_mimic::Failed;
use mailpol::diagnostic::Diagnostics;
use mailpol::source::{Files, Source};
use tempfile::TempDir;

use crate::policies::told;
use crate::real;
use crate::scene::PASSWORD;
use crate::subject::Subject;
use crate::support::job::{Client, DnsFailure, Envelope, Job, Listener, Mta, Record, Until};
use crate::support::namespace;
use crate::support::report::{Message, Outcome, Report};

/// A domain of others that cannot be reached today: mail to it stays in the queue.
pub(crate) const FAR: &str = "far.example";

/// These policies have no files beside them.
struct Alone;

impl Files for Alone {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        Err(format!("{name} is not here"))
    }
}

/// Returns the text of the reference example.
pub(crate) fn doe() -> Result<String, Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");
    Ok(fs::read_to_string(path)?)
}

/// Returns the reference example with some words replaced.
pub(crate) fn doe_with(words: &str, by: &str) -> Result<String, Failed> {
    let text = doe()?;
    if !text.contains(words) {
        return Err(format!("the example has no {words:?}").into());
    }
    Ok(text.replace(words, by))
}

/// Compiles the text of a policy for an MTA.
pub(crate) fn subject(text: &str, mta: Mta) -> Result<Subject, Failed> {
    let mut diagnostics = Diagnostics::new();
    let source = Source::new("policy.kdl", text);
    let policy = mailpol::compile::load(&source, &Alone, &mut diagnostics)
        .map_err(|_| told(&diagnostics))?;
    Subject::of(policy, mta)
}

/// Returns a job on a policy's files, with nothing to ask yet; the files live with the folder.
pub(crate) fn job(subject: &Subject) -> Result<(TempDir, Job), Failed> {
    let (tree, mut job) = real::job(subject)?;
    job.scene.zone.push(Record::Fails {
        name: FAR.to_owned(),
        how: DnsFailure::ServFail,
    });
    Ok((tree, job))
}

/// Compiles the text of a policy, and asks its server.
pub(crate) fn serve(mta: Mta, text: &str, envelopes: Vec<Envelope>) -> Result<Report, Failed> {
    let subject = subject(text, mta)?;
    let (_tree, mut job) = job(&subject)?;
    job.envelopes = envelopes;
    Ok(namespace::run(&job)?)
}

/// Somebody on the Internet.
pub(crate) fn stranger(listener: Listener) -> Client {
    Client::new([203, 0, 113, 9], listener)
}

/// A machine of the Doe family's network.
pub(crate) fn internal(listener: Listener) -> Client {
    Client::new([192, 168, 0, 7], listener)
}

/// A user out in the world.
pub(crate) fn user(login: &str, listener: Listener) -> Client {
    Client::authenticated(listener, login, PASSWORD)
}

/// A whole message; its subject is its name.
pub(crate) fn message(client: &Client, from: &str, to: &str, subject: &str) -> Envelope {
    let text = format!("Subject: {subject}\n\n.dot\nlast line\n");
    Envelope {
        until: Until::Message(text),
        ..Envelope::new(client, from, to)
    }
}

/// Fails unless two things read alike.
pub(crate) fn expect(
    found: impl Display,
    wanted: impl Display,
    about: impl Display,
) -> Result<(), Failed> {
    let (found, wanted) = (found.to_string(), wanted.to_string());
    if found == wanted {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}, found {found:?}:\n{about}").into())
}

/// Fails unless every outcome reads as wanted, in order.
pub(crate) fn outcomes(mta: Mta, report: &Report, wanted: &[&str]) -> Result<(), Failed> {
    let told = report.outcomes.iter().map(Outcome::to_string);
    let told: Vec<String> = told
        .zip(wanted)
        .map(|(told, wanted)| {
            if is_short_of(mta, &told, wanted) {
                (*wanted).to_owned()
            } else {
                told
            }
        })
        .collect();
    expect(report.outcomes.len(), wanted.len(), "outcomes")?;
    let texts: Vec<&str> = report.outcomes.iter().map(Outcome::text).collect();
    expect(told.join("\n"), wanted.join("\n"), texts.join("\n"))
}

/// Whether this is what is wanted but for the enhanced status: Exim says one only where its file
/// does.
pub(crate) fn is_short_of(mta: Mta, told: &str, wanted: &str) -> bool {
    let rest = wanted.strip_prefix(told);
    mta == Mta::Exim && rest.is_some_and(|rest| rest.starts_with(' '))
}

/// Returns the subjects in a Maildir, sorted; fails if a message is not whole or not its owner's.
pub(crate) fn subjects(report: &Report, maildir: &str, owner: &str) -> Result<String, Failed> {
    let Some(messages) = report.mailboxes.get(maildir) else {
        return Ok(String::new());
    };
    let mut subjects = Vec::new();
    for message in messages {
        expect(&message.owner, owner, &message.text)?;
        subjects.extend(message.headers("Subject"));
    }
    subjects.sort();
    Ok(subjects.join(" "))
}

/// Returns the one message of a subject in a Maildir.
pub(crate) fn find<'r>(
    report: &'r Report,
    maildir: &str,
    subject: &str,
) -> Result<&'r Message, Failed> {
    let all = report.mailboxes.get(maildir).map_or(&[][..], Vec::as_slice);
    let mut found = all
        .iter()
        .filter(|message| message.headers("Subject").concat() == subject);
    match (found.next(), found.next()) {
        (Some(message), None) => Ok(message),
        (None, _) => Err(format!("{maildir} has no {subject}:\n{}", report.log.join("\n")).into()),
        (Some(_), Some(_)) => Err(format!("{maildir} has {subject} twice").into()),
    }
}
