//! Where messages land, and what was written into them.

use std::fmt::Display;

use libtest_mimic::Failed;

use crate::Test;
use crate::doe::{self, internal, stranger, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Until};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[("messages land with their headers", messages)];

fn messages() -> Result<(), Failed> {
    let send = |client: &Client, from: &str, to: &str, subject: &str| Envelope {
        until: Until::Message(format!("Subject: {subject}\n\n.dot\nlast line\n")),
        ..Envelope::new(client, from, to)
    };
    let mut job = doe::job();
    job.envelopes = vec![
        send(
            &stranger(Smtp),
            "a@pass.example",
            "john.doe@doe-family.com",
            "outside",
        ),
        send(
            &internal(Smtp),
            "a@pass.example",
            "john.doe@doe-family.com",
            "inside",
        ),
        send(
            &user("jane", Submission),
            "jane.doe@doe-family.com",
            "family@doe-family.com",
            "all",
        ),
        send(
            &stranger(Smtp),
            "a@pass.example",
            "iot-fridge@doe-family.com",
            "milk",
        ),
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
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let homes = "/home/jane/Maildir /home/jenny/Maildir /home/jimmy/Maildir /home/john/Maildir";
    let fridge = "/var/mail/doe-family.com/iot-fridge";
    expect(maildirs, format!("{homes} {fridge}"), &log)?;
    for (maildir, owner, subjects) in [
        (
            "/home/john/Maildir",
            "john",
            &["all", "inside", "outside"][..],
        ),
        ("/home/jane/Maildir", "jane", &["all"]),
        (fridge, "mail", &["milk"]),
    ] {
        let messages = report.mailboxes.get(maildir).ok_or("no Maildir")?;
        let mut found: Vec<String> = messages
            .iter()
            .flat_map(|one| one.headers("subject"))
            .collect();
        found.sort();
        expect(found.join(" "), subjects.join(" "), &log)?;
        for message in messages {
            expect(&message.owner, owner, &message.text)?;
            expect(
                message.text.contains("\n.dot\nlast line\n"),
                &true,
                &message.text,
            )?;
            let checked = ["outside", "milk"].map(|subject| vec![subject.to_owned()]);
            let count = usize::from(checked.contains(&message.headers("Subject")));
            for header in ["Received-SPF", "Authentication-Results"] {
                expect(message.headers(header).len(), count, &message.text)?;
            }
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
