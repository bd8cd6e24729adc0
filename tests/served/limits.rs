//! What one message may have, as both servers say and do it.

use libtest_mimic::Failed;
use mailpol::mail::Listener::Smtp;

use crate::machine::{expect, job, message, outcomes, stranger, subject};
use crate::played::{Session, play};
use crate::support::job::{Listener, Mta};
use crate::support::namespace;
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("a message over its size is refused", sizes),
    ("a recipient too many is told to come again", recipients),
    ("an alias of 1,001 recipients leads to each", list),
];

pub(crate) const OF_POSTFIX: &[Test] = &[(
    "cleanup(8) makes as many recipients as it is told to, and puts off what has more",
    expansion,
)];

const POLICY: &str = r#"
mailpol version=1
host "mx.sized.test" {
    address "198.51.100.25"
    listen "smtp"
    limits size="100KiB" recipients=100
}
domain "sized.test" {
    mailbox "box"
    catch-all "box"
}
"#;

const OUTSIDE: [u8; 4] = [203, 0, 113, 9];
const OCTETS: usize = 100 << 10;

fn sizes(mta: Mta) -> Result<(), Failed> {
    let sized = subject(POLICY, mta)?;
    let mut one = Session::new(&sized, OUTSIDE, Smtp);
    let mail = |size: usize| format!("MAIL FROM:<a@b.example> SIZE={size}");
    one.say("EHLO c.example", "250");
    one.say(&mail(OCTETS), "250 2.1.0").say("RSET", "250");
    // Postfix keeps the size of a MAIL that it refused for the next one.
    one.say_of(&mail(OCTETS + 1), "552 5.3.4", "552")
        .say("RSET", "250");
    // What does not say its size is counted.
    let line = "x".repeat(78);
    let lines = |octets: usize| format!("{line}\n").repeat(octets / 80);
    for (octets, answer) in [(OCTETS - 2_000, "250 2.0.0"), (OCTETS + 2_000, "552")] {
        one.say("MAIL FROM:<a@b.example>", "250")
            .say("RCPT TO:<box@sized.test>", "250");
        one.send(&lines(octets), answer);
    }
    one.say("QUIT", "221");
    let report = play(&sized, &[one])?;
    let replies = report
        .transcripts
        .iter()
        .flat_map(|one| &one.replies)
        .flatten();
    let ehlo: Vec<&str> = replies.take(1).map(|reply| reply.text.as_str()).collect();
    let says = ehlo.concat().contains(&format!("SIZE {OCTETS}"));
    expect(says, true, format!("{ehlo:?}"))
}

fn recipients(mta: Mta) -> Result<(), Failed> {
    let sized = subject(POLICY, mta)?;
    let mut one = Session::new(&sized, OUTSIDE, Smtp);
    one.say("EHLO c.example", "250")
        .say("MAIL FROM:<a@b.example>", "250");
    for number in 0..100 {
        one.say(&format!("RCPT TO:<r{number}@sized.test>"), "250");
    }
    for _ in 0..2 {
        one.say_of("RCPT TO:<late@sized.test>", "452 4.5.3", "452");
    }
    // Those that were taken get the message.
    one.send("Subject: x\n\nx\n", "250 2.0.0")
        .say("QUIT", "221");
    play(&sized, &[one]).map(|_| ())
}

/// How many of a list there are: one more than Postfix makes of one recipient by itself.
const MEMBERS: usize = 1_001;

/// A policy with a list, half of it behind another one.
fn with_a_list() -> String {
    let boxes = (0..MEMBERS).map(|number| format!("    mailbox \"m{number}\"\n"));
    let boxes: String = boxes.collect();
    let names = |from: usize, to: usize| {
        let names: Vec<String> = (from..to).map(|number| format!("\"m{number}\"")).collect();
        names.join(" ")
    };
    // Together their names have more octets than a message may.
    let small = POLICY.replace("100KiB", "64KiB");
    format!(
        "{small}domain \"list.test\" {{\n{boxes}    alias \"postmaster\" \"m0\"\n    \
         alias \"half\" {}\n    alias \"all\" \"half\" {}\n}}\n",
        names(0, 500),
        names(500, MEMBERS)
    )
}

fn list(mta: Mta) -> Result<(), Failed> {
    let subject = subject(&with_a_list(), mta)?;
    let (_tree, mut job) = job(&subject)?;
    let client = stranger(Listener::Smtp);
    job.envelopes = vec![message(&client, "a@b.example", "all@list.test", "all")];
    let report = namespace::run(&job)?;
    outcomes(mta, &report, &["message 250 2.0.0"])?;
    for number in 0..MEMBERS {
        let path = format!("/var/mail/list.test/m{number}");
        let got = report.mailboxes.get(&path).map_or(0, Vec::len);
        expect(got, 1, path)?;
    }
    Ok(())
}

fn expansion() -> Result<(), Failed> {
    const MAIN: &str = "etc/postfix/main.cf";
    let mut short = subject(&with_a_list(), Mta::Postfix)?;
    let setting = |most: usize| format!("virtual_alias_expansion_limit = {most}\n");
    let text = short
        .text(MAIN)?
        .replace(&setting(MEMBERS), &setting(MEMBERS - 1));
    short.replace(&[(MAIN, text)])?;
    let mut one = Session::new(&short, OUTSIDE, Smtp);
    one.say("EHLO c.example", "250");
    for (name, answer) in [("half", "250 2.0.0"), ("all", "451 4.6.0")] {
        one.say("MAIL FROM:<a@b.example>", "250")
            .say(&format!("RCPT TO:<{name}@list.test>"), "250");
        one.send("Subject: x\n\nx\n", answer);
    }
    one.say("QUIT", "221");
    play(&short, &[one]).map(|_| ())
}
