//! Mail that goes on to others, followed to where it lands; of every MTA alike.

use libtest_mimic::Failed;

use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Job, Record, Until};
use crate::support::namespace;
use crate::support::report::{Message, Report};

/// The policy with forwards of every kind.
pub(crate) const POLICY: &str = include_str!("../corpus/accept/judge/forwards/policy.kdl");

/// Where the mail of others lands.
pub(crate) const FAR: &str = "/home/far.example/Maildir";
const SENDER: &str = "a@pass.spf-results.example";

/// Sends mail to each recipient of a machine whose mail to others leaves for port 2525, and looks
/// where it lands. `port` is the command that makes it leave for there: port 25 of every address
/// is the MTA's own.
pub(crate) fn lands(mut job: Job, port: &str) -> Result<(), Failed> {
    others(&mut job, port);
    send(&mut job);
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        let taken = outcome.to_string().starts_with("message 250");
        expect(&taken.to_string(), "true", &report)?;
    }
    kept(&report)?;
    gone_on(&report)
}

/// Adds the rest of the world.
pub(crate) fn others(job: &mut Job, port: &str) {
    for name in ["isp.test", "vault.test", "lab.test", "far.example"] {
        job.scene.zone.push(Record::Mx {
            name: name.to_owned(),
            preference: 10,
            exchange: "mx.far.example".to_owned(),
        });
    }
    job.scene.zone.push(Record::Address {
        name: "mx.far.example".to_owned(),
        address: [203, 0, 113, 77].into(),
    });
    job.scene.commands.extend([
        port.to_owned(),
        format!("mkdir -p {FAR}/new {FAR}/cur; chown mail {FAR}/new"),
        format!("smtp-sink -u mail -d {FAR}/new/%Y. 0.0.0.0:2525 10 >/dev/null 2>&1 & sleep 0.5"),
    ]);
}

/// Has a stranger write to recipients of each kind.
fn send(job: &mut Job) {
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    let to = [
        "grandma@smith.test",
        "aunt@smith.test",
        "archive@smith.test",
        "family@smith.test",
        "prints@photos.test",
        "lab@photos.test",
        "any@photos.test",
    ];
    let message = |to: &&str| {
        let subject = to.split('@').next().unwrap_or_default();
        Envelope {
            until: Until::Message(format!("Subject: {subject}\n\nlast line\n")),
            ..Envelope::new(&stranger, SENDER, to)
        }
    };
    job.envelopes = to.iter().map(message).collect();
}

/// Has a stranger send lines of these lengths to somebody whose mail goes on, as a victim who is
/// somewhere else; returns the verdicts, and what has landed with others.
///
/// A bounce would land there as well: the victim's mail goes there.
pub(crate) fn long_lines(
    mut job: Job,
    port: &str,
    lengths: &[usize],
) -> Result<(Vec<bool>, Vec<String>), Failed> {
    others(&mut job, port);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    let message = |length: &usize| {
        let line = "x".repeat(*length);
        Envelope {
            until: Until::Message(format!("Subject: {length}\n\n{line}\nlast line\n")),
            ..Envelope::new(&stranger, "victim@lab.test", "aunt@smith.test")
        }
    };
    job.envelopes = lengths.iter().map(message).collect();
    let report = namespace::run(&job)?;
    let told = report.outcomes.iter().map(ToString::to_string);
    let taken = told.map(|told| told.starts_with("message 250"));
    Ok((taken.collect(), left(&report)))
}

/// A copy stays where a copy is kept, and where an alias leads to one.
fn kept(report: &Report) -> Result<(), Failed> {
    for (maildir, subjects) in [
        ("/home/grandma/Maildir", "family grandma"),
        ("/home/dad/Maildir", "any family"),
        ("/var/mail/smith.test/archive", "archive"),
        ("/var/mail/photos.test/prints", "prints"),
    ] {
        let kept = report.mailboxes.get(maildir).map(Vec::as_slice);
        let mut found: Vec<String> = kept.unwrap_or_default().iter().flat_map(subject).collect();
        found.sort();
        expect(&found.join(" "), subjects, report)?;
    }
    Ok(())
}

/// What leaves keeps its sender, and goes to whom the policy names.
fn gone_on(report: &Report) -> Result<(), Failed> {
    let far = report.mailboxes.get(FAR).map(Vec::as_slice);
    for message in far.unwrap_or_default() {
        let sender = message.headers("X-Mail-Args").concat();
        expect(&sender, &format!("<{SENDER}>"), report).map_err(|_| message.text.clone())?;
    }
    let wanted = [
        "archive copies@vault.test",
        "archive smith@vault.test",
        "aunt aunt@isp.test",
        "family aunt@isp.test",
        "family grandma@isp.test",
        "grandma grandma@isp.test",
        "lab orders@lab.test",
        "prints orders@lab.test",
    ];
    expect(&left(report).join("\n"), &wanted.join("\n"), report)
}

/// Returns what has landed with others: each message's subject and its recipient, sorted.
pub(crate) fn left(report: &Report) -> Vec<String> {
    let far = report.mailboxes.get(FAR).map(Vec::as_slice);
    let mut found = Vec::new();
    for message in far.unwrap_or_default() {
        for to in message.headers("X-Rcpt-Args") {
            let to = to.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            found.push(format!("{} {to}", subject(message).concat()));
        }
    }
    found.sort();
    found
}

fn subject(message: &Message) -> Vec<String> {
    let subjects = message.headers("Subject").into_iter();
    subjects.map(|subject| subject.trim().to_owned()).collect()
}

fn expect(found: &str, wanted: &str, report: &Report) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    let log = report.log.join("\n");
    Err(format!("wanted {wanted:?}, found {found:?}:\n{log}").into())
}
