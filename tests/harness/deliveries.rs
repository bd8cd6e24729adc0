//! Where messages land, and what was written into them.

use std::fmt::Display;

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, internal, stranger, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Until};
use crate::support::namespace;
use crate::support::report::Report;

pub(crate) const TESTS: &[Test] = &[("messages land with their headers", messages)];

const FRIDGE: &str = "/var/mail/doe-family.com/iot-fridge";

fn messages() -> Result<(), Failed> {
    let john = "john.doe@doe-family.com";
    let family = "family@doe-family.com";
    let fridge = "iot-fridge@doe-family.com";
    let mut job = doe::job();
    job.envelopes = vec![
        message(&stranger(Smtp), "a@pass.example", john, "outside"),
        message(&internal(Smtp), "a@pass.example", john, "inside"),
        message(
            &user("jane", Submission),
            "jane.doe@doe-family.com",
            family,
            "all",
        ),
        message(&stranger(Smtp), "a@pass.example", fridge, "milk"),
    ];
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        expect(outcome, "message 250 2.0.0", outcome.text())?;
    }
    let log = report.log.join("\n");
    expect(report.queue.len(), 0, &log)?;
    let maildirs = report
        .mailboxes
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    let homes = "/home/jane/Maildir /home/jenny/Maildir /home/jimmy/Maildir /home/john/Maildir";
    expect(maildirs, format!("{homes} {FRIDGE}"), &log)?;
    holds(&report, "/home/john/Maildir", "john", "all inside outside")?;
    holds(&report, "/home/jane/Maildir", "jane", "all")?;
    holds(&report, FRIDGE, "mail", "milk")
}

fn message(client: &Client, from: &str, to: &str, subject: &str) -> Envelope {
    let text = format!("Subject: {subject}\n\n.dot\nlast line\n");
    let until = Until::Message(text);
    Envelope {
        until,
        ..Envelope::new(client, from, to)
    }
}

/// Whether a Maildir holds the messages of these subjects, whole, with SPF headers where due.
fn holds(report: &Report, maildir: &str, owner: &str, subjects: &str) -> Result<(), Failed> {
    let messages = report.mailboxes.get(maildir).ok_or("no such Maildir")?;
    let mut found: Vec<String> = messages
        .iter()
        .flat_map(|one| one.headers("subject"))
        .collect();
    found.sort();
    expect(found.join(" "), subjects, maildir)?;
    for message in messages {
        expect(&message.owner, owner, &message.text)?;
        expect(
            message.text.contains("\n.dot\nlast line\n"),
            true,
            &message.text,
        )?;
        let subject = message.headers("Subject").concat();
        let from_stranger = subject == "outside" || subject == "milk";
        for header in ["Received-SPF", "Authentication-Results"] {
            let count = message.headers(header).len();
            expect(count, usize::from(from_stranger), &message.text)?;
        }
    }
    Ok(())
}

fn expect(found: impl Display, wanted: impl Display, about: &str) -> Result<(), Failed> {
    let (found, wanted) = (found.to_string(), wanted.to_string());
    if found == wanted {
        return Ok(());
    }
    Err(format!("wanted {wanted:?}, found {found:?}:\n{about}").into())
}
