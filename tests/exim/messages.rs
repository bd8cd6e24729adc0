//! Where messages land, and what was written into them.

use libtest_mimic::Failed;

use crate::Test;
use crate::run;
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Until};
use crate::support::namespace;
use crate::support::report::{Message, Report};
use crate::table::{internal, stranger, user};

pub(crate) const TESTS: &[Test] = &[
    ("messages land with their headers", messages),
    ("forged results are removed", forged),
    ("mail made on the host is the postmaster's", host_mail),
    ("mailboxes without a login are below /var/mail", boxes),
];

const JOHN: &str = "/home/john/Maildir";
const PASSING: &str = "a@pass.spf-results.example";

fn messages() -> Result<(), Failed> {
    let john = "john.doe@doe-family.com";
    let (_tree, mut job) = run::job(&run::doe()?)?;
    let mut odd = stranger(Smtp);
    "a..b".clone_into(&mut odd.helo);
    job.envelopes = vec![
        message(&stranger(Smtp), PASSING, john, "outside"),
        message(&stranger(Smtp), "", john, "null"),
        message(&odd, "", john, "odd"),
        message(&stranger(Smtp), PASSING, "postmaster", "bare"),
        message(&internal(Smtp), PASSING, john, "inside"),
        message(
            &user("john", Submission),
            john,
            "family@doe-family.com",
            "all",
        ),
        message(
            &stranger(Smtp),
            PASSING,
            "IOT-fridge@doe-family.com",
            "milk",
        ),
    ];
    let report = namespace::run(&job)?;
    accepted(&report)?;
    let homes = [
        "/home/fridge/Maildir",
        "/home/jane/Maildir",
        "/home/jenny/Maildir",
    ];
    let homes = [&homes[..], &["/home/jimmy/Maildir", JOHN]].concat();
    let found: Vec<&str> = report.mailboxes.keys().map(String::as_str).collect();
    expect(&found, &homes, &report)?;
    holds(
        &report,
        JOHN,
        "john",
        &["all", "bare", "inside", "null", "odd", "outside"],
    )?;
    holds(&report, "/home/jane/Maildir", "jane", &["all"])?;
    holds(&report, "/home/fridge/Maildir", "fridge", &["milk"])
}

fn forged() -> Result<(), Failed> {
    let (_tree, mut job) = run::job(&run::doe()?)?;
    let john = "john.doe@doe-family.com";
    let mut envelope = Envelope::new(&stranger(Smtp), PASSING, john);
    let text = "Authentication-Results: mx.doe-family.com; spf=pass smtp.mailfrom=bank.example\n\
                authentication-results:\n \"mx.doe-family.com\"; dkim=pass\n\
                Subject: outside\n\n.dot\nlast line\n";
    envelope.until = Until::Message(text.to_owned());
    job.envelopes = vec![envelope];
    let report = namespace::run(&job)?;
    accepted(&report)?;
    holds(&report, JOHN, "john", &["outside"])?;
    let messages = report.mailboxes.get(JOHN).into_iter().flatten();
    let results: Vec<String> = messages
        .flat_map(|message| message.headers("Authentication-Results"))
        .collect();
    let ours = results
        .concat()
        .contains("smtp.mailfrom=pass.spf-results.example");
    expect(&ours, &true, &report)
}

/// What cron and the sendmail command send: for nobody, for somebody, and for the host's names.
fn host_mail() -> Result<(), Failed> {
    let (_tree, mut job) = run::job(&run::doe()?)?;
    job.scene.commands.push(
        "for to in root nobody@doe-family.com root@localhost root@mx.doe-family.com \
         jane.doe@doe-family.com; do \
         printf 'Subject: made here\\n\\n.dot\\nlast line\\n' | sendmail -i \"$to\"; done"
            .to_owned(),
    );
    let report = namespace::run(&job)?;
    expect(&report.queue.len(), &0, &report)?;
    holds(&report, JOHN, "john", &["made here"; 4])?;
    holds(&report, "/home/jane/Maildir", "jane", &["made here"])
}

fn boxes() -> Result<(), Failed> {
    let policy = run::read(
        r#"mailpol version=1
        host "mx.d.example" { address "198.51.100.25"; listen "smtp" }
        domain "d.example" {
            mailbox "o'neil"
            mailbox "a$b{c}"
            mailbox "$local_part"
            alias "postmaster" "o'neil"
            catch-all "a$b{c}"
            publish { spf "+mx -all" }
        }
        inbound { spf "off" }"#,
    )?;
    let (_tree, mut job) = run::job(&policy)?;
    let to = [
        "O'Neil",
        "a$b{c}",
        "$local_part",
        "postmaster",
        "any.body",
        "\"qu oted\"",
    ];
    let to = to.map(|local| format!("{local}@d.example"));
    job.envelopes = to
        .iter()
        .map(|to| message(&stranger(Smtp), "", to, "in"))
        .collect();
    let report = namespace::run(&job)?;
    accepted(&report)?;
    let box_of = |local: &str| format!("/var/mail/d.example/{local}");
    holds(&report, &box_of("o'neil"), "mail", &["in"; 2])?;
    holds(&report, &box_of("a$b{c}"), "mail", &["in"; 3])?;
    holds(&report, &box_of("$local_part"), "mail", &["in"])?;
    expect(&report.mailboxes.len(), &3, &report)
}

fn message(client: &Client, from: &str, to: &str, subject: &str) -> Envelope {
    let mut envelope = Envelope::new(client, from, to);
    let text = format!("Subject: {subject}\n\n.dot\nlast line\n");
    envelope.until = Until::Message(text);
    envelope
}

/// Whether every message was taken, and none is left in the queue.
fn accepted(report: &Report) -> Result<(), Failed> {
    for outcome in &report.outcomes {
        let accepted = outcome.to_string().starts_with("message 250");
        expect(&accepted, &true, report).map_err(|_| outcome.text().to_owned())?;
    }
    expect(&report.queue.len(), &0, report)
}

/// Whether a Maildir holds the messages of these subjects, whole, with SPF headers where due.
fn holds(report: &Report, maildir: &str, owner: &str, subjects: &[&str]) -> Result<(), Failed> {
    let messages = report.mailboxes.get(maildir);
    let messages = messages.ok_or_else(|| format!("no {maildir}:\n{}", report.log.join("\n")))?;
    let mut found: Vec<String> = messages
        .iter()
        .flat_map(|one| one.headers("subject"))
        .collect();
    found.sort();
    expect(
        &found,
        &subjects.iter().map(|one| (*one).to_owned()).collect(),
        report,
    )?;
    for message in messages {
        let whole = message.text.contains("\n.dot\nlast line\n");
        let subject = message.headers("Subject").concat();
        let checked = ["outside", "milk", "null", "odd", "bare"].contains(&subject.as_str());
        let good = whole && message.owner == owner && has_headers(message, checked);
        expect(&good, &true, report).map_err(|_| message.text.clone())?;
    }
    Ok(())
}

fn has_headers(message: &Message, checked: bool) -> bool {
    ["Received-SPF", "Authentication-Results"]
        .iter()
        .all(|header| message.headers(header).len() == usize::from(checked))
}

fn expect<T: std::fmt::Debug + PartialEq>(
    found: &T,
    wanted: &T,
    report: &Report,
) -> Result<(), Failed> {
    if found == wanted {
        return Ok(());
    }
    let log = report.log.join("\n");
    Err(format!("wanted {wanted:?}, found {found:?}:\n{log}").into())
}
