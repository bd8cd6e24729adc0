//! What a stranger writes to have a taken message come back to whoever he says he is.

use libtest_mimic::Failed;
use mailpol::mail::Listener::Smtp as Incoming;

use crate::machine::{doe, expect, job, outcomes, serve, stranger, subject, subjects};
use crate::played::{Session, play};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Mta, Until};
use crate::support::namespace;
use crate::support::report::Report;
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("a forged mark of a delivery brings nothing back", marks),
    ("nobody asks for a report of a delivery", reports),
];

pub(crate) const OF_POSTFIX: &[Test] = &[("without the header check a mark does", unchecked)];

pub(crate) const OF_EXIM: &[Test] = &[
    ("what is too old comes back", too_old),
    ("what was never tried does not, however old", untried),
];

const JOHN: &str = "john.doe@doe-family.com";

/// Marks as local(8) would read them: the first is what it writes itself.
const MARKS: [&str; 4] = [
    "Delivered-To: john@unix.invalid",
    "DELIVERED-TO :\tJohn@UNIX.invalid",
    "Delivered-To:\n john@unix.invalid",
    "X: y\nDelivered-To: john@unix.invalid",
];

fn marked(client: &Client) -> Vec<Envelope> {
    let message = |mark: &&str| Envelope {
        until: Until::Message(format!("{mark}\nSubject: marked\n\nx\n")),
        ..Envelope::new(client, "victim@elsewhere.example", JOHN)
    };
    MARKS.iter().map(message).collect()
}

/// Returns whether something is on its way to the victim.
fn is_back(report: &Report) -> bool {
    let mut waiting = report.queue.iter().chain(&report.log);
    waiting.any(|line| {
        line.contains("to=<victim@elsewhere.example>")
            || line.contains("victim@elsewhere.example\"")
    })
}

fn marks(mta: Mta) -> Result<(), Failed> {
    let report = serve(mta, &doe()?, marked(&stranger(Smtp)))?;
    let log = report.log.join("\n");
    outcomes(mta, &report, &["message 250 2.0.0"; MARKS.len()])?;
    let wanted = ["marked"; MARKS.len()].join(" ");
    expect(
        subjects(&report, "/home/john/Maildir", "john")?,
        wanted,
        &log,
    )?;
    expect(is_back(&report), false, &log)?;
    expect(report.queue.len(), 0, &log)
}

/// That a mark does harm, and that what is asked above would show it.
fn unchecked() -> Result<(), Failed> {
    const MAIN: &str = "etc/postfix/main.cf";
    let mut subject = subject(&doe()?, Mta::Postfix)?;
    let main = subject.text(MAIN)?.to_owned();
    let check = "header_checks = regexp:/etc/postfix/header-checks";
    expect(main.contains(check), true, &main)?;
    subject.replace(&[(MAIN, main.replace(check, "header_checks ="))])?;
    let (_tree, mut job) = job(&subject)?;
    job.envelopes = marked(&stranger(Smtp));
    let report = namespace::run(&job)?;
    let log = report.log.join("\n");
    // A folded mark has no address on its first line, and local(8) reads no further.
    let kept = subjects(&report, "/home/john/Maildir", "john")?;
    expect(kept.matches("marked").count(), 1, &log)?;
    expect(
        log.matches("mail forwarding loop for john@unix.invalid")
            .count(),
        3,
        &log,
    )?;
    expect(is_back(&report), true, &log)
}

/// As if the message were five days old when it comes, and had been tried: it is taken, and given
/// up.
fn too_old() -> Result<(), Failed> {
    let (kept, log) = aged("s/{!first_delivery}/{first_delivery}/")?;
    let given_up = "R=too_old: not delivered within five days";
    expect(log.contains(given_up), true, &log)?;
    expect(kept, String::new(), &log)
}

/// The same of one that was never tried, as where the clock was behind when it came.
fn untried() -> Result<(), Failed> {
    let (kept, log) = aged("")?;
    expect(log.contains("R=too_old"), false, &log)?;
    expect(kept, "old".to_owned(), &log)
}

/// Returns what John has of a message that is too old when it comes, and the log. The reader
/// follows no such age, and Exim reads it all the same.
fn aged(more: &str) -> Result<(String, String), Failed> {
    const CONF: &str = "etc/exim4/exim4.conf";
    let subject = subject(&doe()?, Mta::Exim)?;
    let conf = subject.text(CONF)?;
    let age = ">{$message_age}{432000}";
    expect(conf.matches(age).count(), 1, conf)?;
    expect(conf.matches("{!first_delivery}").count(), 1, conf)?;
    let (_tree, mut job) = job(&subject)?;
    let edit = format!("sed -i 's/{age}/>={{$message_age}}{{0}}/;{more}' /{CONF}");
    job.scene.commands.push(edit);
    let message = Until::Message("Subject: old\n\nx\n".to_owned());
    job.envelopes = vec![Envelope {
        until: message,
        ..Envelope::new(&stranger(Smtp), "a@pass.spf-results.example", JOHN)
    }];
    let report = namespace::run(&job)?;
    let log = report.log.join("\n");
    outcomes(Mta::Exim, &report, &["message 250 2.0.0"])?;
    Ok((subjects(&report, "/home/john/Maildir", "john")?, log))
}

fn reports(mta: Mta) -> Result<(), Failed> {
    let doe = subject(&doe()?, mta)?;
    let mut one = Session::new(&doe, [203, 0, 113, 9], Incoming);
    let notify = format!("RCPT TO:<{JOHN}> NOTIFY=SUCCESS");
    one.say("EHLO c.example", "250")
        .say("MAIL FROM:<victim@elsewhere.example>", "250")
        .say(&notify, "501");
    one.say("QUIT", "221");
    let report = play(&doe, &[one])?;
    let mut replies = report
        .transcripts
        .iter()
        .flat_map(|one| &one.replies)
        .flatten();
    let ehlo =
        replies.find(|reply| reply.text.contains("PIPELINING") || reply.text.contains("SIZE"));
    let ehlo = ehlo.map(|reply| reply.text.clone()).unwrap_or_default();
    expect(ehlo.contains("SIZE") && !ehlo.contains("DSN"), true, &ehlo)
}
