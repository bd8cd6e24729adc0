//! What one message may have, as both servers say and do it.

use libtest_mimic::Failed;
use mailpol::mail::Listener::Smtp;

use crate::TestOfBoth;
use crate::machine::{expect, subject};
use crate::played::{Session, play};
use crate::support::job::Mta;

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("a message over its size is refused", sizes),
    ("a recipient too many is told to come again", recipients),
];

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
