//! What clients say besides envelopes: other commands, odd AUTH, injected and smuggled text.

use std::net::Ipv4Addr;

use libtest_mimic::Failed;

use crate::Test;
use crate::run;
use crate::support::job::Listener::{self, Smtp, Submission};
use crate::support::job::{Script, Step};
use crate::support::namespace;
use crate::support::report::Report;

pub(crate) const TESTS: &[Test] = &[
    ("other commands do nothing", commands),
    ("AUTH is for one's own listed login, under TLS", auth),
    ("nothing said before STARTTLS counts after it", injected),
    ("a message ends where everybody sees it end", smuggled),
];

fn say(line: &str) -> Step {
    Step::Say(line.to_owned())
}

/// Plays scripts of a stranger; returns the codes of each one's replies besides the report.
fn play(scripts: Vec<(Listener, Vec<Step>)>) -> Result<(Vec<String>, Report), Failed> {
    let (_tree, mut job) = run::job(&run::doe()?)?;
    let script = |(listener, steps)| Script {
        address: Ipv4Addr::new(203, 0, 113, 9).into(),
        listener,
        steps,
    };
    job.scripts = scripts.into_iter().map(script).collect();
    let report = namespace::run(&job)?;
    let codes = |transcript: &crate::support::report::Transcript| {
        let replies = transcript.replies.iter().flatten();
        let codes: Vec<String> = replies.map(|reply| reply.code.to_string()).collect();
        codes.join(" ")
    };
    let codes = report.transcripts.iter().map(codes).collect();
    Ok((codes, report))
}

fn check(scripts: Vec<(Listener, Vec<Step>)>, expected: &[&str]) -> Result<Report, Failed> {
    let (codes, report) = play(scripts)?;
    if codes == expected {
        return Ok(report);
    }
    let (replies, log) = (&report.transcripts, report.log.join("\n"));
    Err(format!("wanted {expected:?}, got {codes:?}:\n{replies:#?}\n{log}").into())
}

fn commands() -> Result<(), Failed> {
    let lines = [
        "EHLO client.example",
        "VRFY john.doe@doe-family.com",
        "EXPN family",
        "ETRN doe-family.com",
        "TURN",
        "XCLIENT ADDR=192.168.0.7",
        "PROXY TCP4 192.168.0.7 198.51.100.25 1 25",
        "BDAT 3 LAST",
        "DATA",
        "RCPT TO:<john.doe@doe-family.com>",
        "MAIL FROM:<a@pass.spf-results.example> AUTH=<john.doe@doe-family.com>",
        "RCPT TO:<b@victim.example>",
        "RCPT TO:<john.doe@doe-family.com> NOTIFY=SUCCESS",
        "MAIL FROM:<john.doe@doe-family.com>",
    ];
    let steps = lines.map(say).into();
    check(
        vec![(Smtp, steps)],
        &["250 252 550 458 500 500 500 503 503 503 250 554 501 503"],
    )?;
    Ok(())
}

fn auth() -> Result<(), Failed> {
    let john_as_jane = say("AUTH PLAIN amFuZQBqb2huAHMzY3JldCBwYXNz");
    let john_as_john = say("AUTH PLAIN am9obgBqb2huAHMzY3JldCBwYXNz");
    let nobody = say("AUTH PLAIN AABzM2NyZXQgcGFzcw==");
    let hello = || say("EHLO client.example");
    let secure = |step: Step| vec![hello(), Step::StartTls, hello(), step];
    check(
        vec![
            (Submission, secure(john_as_jane)),
            (Submission, secure(nobody)),
            (Submission, secure(john_as_john.clone())),
            (Submission, vec![hello(), john_as_john.clone()]),
            (Smtp, secure(john_as_john)),
        ],
        &[
            "250 220 250 535",
            "250 220 250 535",
            "250 220 250 235",
            "250 503",
            "250 220 250 503",
        ],
    )?;
    Ok(())
}

fn injected() -> Result<(), Failed> {
    let steps = vec![
        say("EHLO client.example"),
        Step::Raw {
            text: "STARTTLS\r\nMAIL FROM:<a@pass.spf-results.example>\r\n".to_owned(),
            replies: 1,
        },
    ];
    // What came too early ends the session.
    check(vec![(Smtp, steps)], &["250 554"])?;
    Ok(())
}

fn smuggled() -> Result<(), Failed> {
    let message = "Subject: one\r\n\r\nfirst\n.\r\nMAIL FROM:<john.doe@doe-family.com>\r\n\
                   RCPT TO:<jane.doe@doe-family.com>\r\nDATA\r\nSubject: two\r\n\r\nx\r\n.\n\
                   second\r\n\n.\n\r\nthird\r\n.\r\n";
    let steps = vec![
        say("EHLO client.example"),
        say("MAIL FROM:<a@pass.spf-results.example>"),
        say("RCPT TO:<john.doe@doe-family.com>"),
        say("DATA"),
        Step::Raw {
            text: message.to_owned(),
            replies: 1,
        },
        say("NOOP"),
    ];
    let report = check(vec![(Smtp, steps)], &["250 250 250 354 250 250"])?;
    let found: Vec<(&String, usize)> = report
        .mailboxes
        .iter()
        .map(|(maildir, messages)| (maildir, messages.len()))
        .collect();
    if found == [(&"/home/john/Maildir".to_owned(), 1)] {
        return Ok(());
    }
    Err(format!("{found:?}").into())
}
