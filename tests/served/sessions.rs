//! Envelopes of one session: each is decided alone, whatever came before it.

use libtest_mimic::Failed;
use mailpol::mail::Listener::{self, Smtp, Submission, Submissions};

use crate::machine::{FAR, doe, expect, subject, subjects};
use crate::played::{Session, play};
use crate::scene::name_of;
use crate::subject::Subject;
use crate::support::job::Mta;
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("one message after the other", many),
    (
        "AUTH in mid-session gives what it gives, from then on",
        authenticating,
    ),
    ("TLS in mid-session", securing),
    ("recipients of one message have fates of their own", fates),
    ("commands in one write", pipelined),
    ("an internal client keeps its right", internal),
];

/// The command filter, and what Exim does not offer.
pub(crate) const OF_POSTFIX: &[Test] = &[("commands in other words", words), ("BDAT", chunks)];

const OUTSIDE: [u8; 4] = [203, 0, 113, 9];
const INSIDE: [u8; 4] = [192, 168, 0, 7];
const JOHN: &str = "john.doe@doe-family.com";
const JANE: &str = "jane.doe@doe-family.com";

fn the_does(mta: Mta) -> Result<Subject, Failed> {
    subject(&doe()?, mta)
}

fn many(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let mut one = Session::new(&does, OUTSIDE, Smtp);
    one.say("MAIL FROM:<a@b.example>", "503 5.5.1")
        .ehlo("c.example");
    for subject in ["first", "second", "third"] {
        one.mail("a@b.example").rcpt(JANE)?.message(subject);
    }
    one.mail("a@b.example").rcpt(JANE)?.say("RSET", "250 2.0.0");
    one.say("RCPT TO:<jane.doe@doe-family.com>", "503 5.5.1");
    one.say("DATA", "503 5.5.1");
    one.mail("a@b.example").rcpt(JANE)?;
    one.say("MAIL FROM:<a@b.example>", "503 5.5.1")
        .rcpt(&format!("c@{FAR}"))?;
    // What was refused is forgotten with the message, and what was allowed too.
    one.say("RSET", "250 2.0.0")
        .mail(JOHN)
        .rcpt(JANE)?
        .say_of("DATA", "554 5.5.1", "503");
    one.say("RSET", "250 2.0.0")
        .mail("")
        .rcpt(JANE)?
        .rcpt(&format!("c@{FAR}"))?;
    one.say("RSET", "250 2.0.0")
        .ehlo(&name_of(mailpol::spf::SpfResult::Fail));
    one.mail("").rcpt(JANE)?.say("RSET", "250 2.0.0");
    one.mail("a@b.example").rcpt(JANE)?.message("fourth");
    one.say("QUIT", "221 2.0.0");
    let report = play(&does, &[one])?;
    let found = subjects(&report, "/home/jane/Maildir", "jane")?;
    expect(found, "first fourth second third", report.log.join("\n"))
}

fn authenticating(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let far = format!("c@{FAR}");
    let mut sessions = Vec::new();
    for listener in [Submission, Submissions] {
        let mut one = Session::new(&does, OUTSIDE, listener);
        one.ehlo("c.example");
        if listener == Submission {
            one.auth("john", "503 5.5.1")
                .mail(JOHN)
                .rcpt(&far)?
                .say("RSET", "250");
            one.starttls()
                .say("MAIL FROM:<>", "503 5.5.1")
                .ehlo("c.example");
        }
        one.mail(JOHN).rcpt(&far)?.rcpt(JANE)?.rcpt("postmaster")?;
        one.auth("john", "503 5.5.1").rcpt(&far)?.say("RSET", "250");
        one.guess("john", "535 5.7.8")
            .mail(JOHN)
            .rcpt(&far)?
            .say("RSET", "250");
        one.auth("john", "235 2.7.0")
            .mail(JOHN)
            .rcpt(&far)?
            .rcpt(JANE)?;
        one.rcpt("nobody@doe-family.com")?
            .rcpt("a%b@doe-family.com")?;
        one.message("by-john")
            .mail(JANE)
            .rcpt(&far)?
            .rcpt(JOHN)?
            .rcpt("postmaster")?;
        one.say("RSET", "250")
            .mail("")
            .rcpt(&far)?
            .say("RSET", "250");
        one.mail("family@doe-family.com")
            .rcpt(&far)?
            .say("RSET", "250");
        one.auth("jane", "503 5.5.1")
            .mail(JANE)
            .rcpt(&far)?
            .say("RSET", "250");
        // EHLO does not take the login back.
        one.ehlo("c.example")
            .mail(JOHN)
            .rcpt(&far)?
            .say("RSET", "250");
        one.mail("a@b.example").rcpt(JANE)?.say("QUIT", "221");
        sessions.push(one);
        sessions.push(as_nobody(&does, listener)?);
    }
    let mut third = Session::new(&does, OUTSIDE, Smtp);
    third
        .ehlo("c.example")
        .starttls()
        .ehlo("c.example")
        .auth("john", "503 5.5.1");
    third.mail(JOHN).rcpt(&far)?.rcpt(JANE)?.say("QUIT", "221");
    sessions.push(third);
    play(&does, &sessions)?;
    Ok(())
}

/// What a login is told that is not listed: Exim's authenticators know the listed ones only.
fn unlisted(mta: Mta) -> &'static str {
    match mta {
        Mta::Postfix => "235 2.7.0",
        Mta::Exim => "535",
    }
}

/// Whoever logs in and is not listed may do nothing at all.
fn as_nobody(does: &Subject, listener: Listener) -> Result<Session<'_>, Failed> {
    let far = format!("c@{FAR}");
    let mut one = Session::new(does, OUTSIDE, listener);
    one.ehlo("c.example");
    if listener == Submission {
        one.starttls().ehlo("c.example");
    }
    one.auth("www-data", unlisted(does.mta))
        .mail(JOHN)
        .rcpt(&far)?
        .rcpt(JANE)?;
    one.say("RSET", "250").mail("").rcpt(&far)?.rcpt(JANE)?;
    one.say("QUIT", "221");
    Ok(one)
}

fn securing(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let far = format!("c@{FAR}");
    let mut one = Session::new(&does, OUTSIDE, Smtp);
    one.ehlo("c.example")
        .mail("a@b.example")
        .rcpt(JANE)?
        .rcpt(&far)?
        .say("RSET", "250");
    one.starttls()
        .say("MAIL FROM:<a@b.example>", "503 5.5.1")
        .ehlo("c.example");
    one.say_of("STARTTLS", "554 5.5.1", "503")
        .mail("a@b.example")
        .rcpt(JANE)?
        .rcpt(&far)?;
    one.message("in-tls")
        .mail(JOHN)
        .rcpt(JANE)?
        .say("QUIT", "221");
    play(&does, &[one])?;
    Ok(())
}

fn fates(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let far = format!("c@{FAR}");
    let all = [
        JANE,
        "nobody@doe-family.com",
        &far,
        "postmaster",
        "a%b.example@doe-family.com",
        "family@doe-family.com",
        "double-bounce@doe-family.com",
        "john@unix.invalid",
        "jane..doe@doe-family.com",
    ];
    let mut outside = Session::new(&does, OUTSIDE, Smtp);
    let mut user = Session::new(&does, OUTSIDE, Submissions);
    let mut inside = Session::new(&does, INSIDE, Smtp);
    outside.ehlo("c.example").mail("a@b.example");
    user.ehlo("c.example").auth("john", "235 2.7.0").mail(JOHN);
    inside.ehlo("c.example").mail("a@b.example");
    outside
        .rcpt("john.doe@[198.51.100.25]")?
        .rcpt("john.doe@[192.0.2.9]")?;
    for session in [&mut outside, &mut user, &mut inside] {
        for to in all {
            session.rcpt(to)?;
        }
        session.message("to-some").say("QUIT", "221");
    }
    let mut refused = Session::new(&does, OUTSIDE, Smtp);
    let fails = format!("a@{}", name_of(mailpol::spf::SpfResult::Fail));
    refused
        .ehlo("c.example")
        .mail(&fails)
        .rcpt(JANE)?
        .rcpt(JOHN)?
        .rcpt(&far)?;
    refused
        .rcpt("nobody@doe-family.com")?
        .say_of("DATA", "554 5.5.1", "503")
        .say("QUIT", "221");
    let report = play(&does, &[outside, user, inside, refused])?;
    // By name and by the alias, each of three messages comes once.
    let found = subjects(&report, "/home/jane/Maildir", "jane")?;
    expect(found, ["to-some"; 3].join(" "), report.log.join("\n"))
}

fn pipelined(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let far = format!("c@{FAR}");
    let mut one = Session::new(&does, OUTSIDE, Smtp);
    one.ehlo("c.example")
        .together()
        .mail("a@b.example")
        .rcpt(JANE)?
        .rcpt(&far)?;
    one.message("together")
        .together()
        .say("RSET", "250")
        .mail(JOHN)
        .rcpt(JANE)?;
    one.say("RSET", "250")
        .mail("")
        .rcpt(&far)?
        .rcpt(JANE)?
        .say("QUIT", "221");
    let mut two = Session::new(&does, OUTSIDE, Submissions);
    two.ehlo("c.example")
        .together()
        .mail(JOHN)
        .rcpt(&far)?
        .say("RSET", "250");
    two.apart()
        .auth("john", "235")
        .together()
        .mail(JOHN)
        .rcpt(&far)?
        .say("RSET", "250");
    two.mail(JANE)
        .rcpt(&far)?
        .say("RSET", "250")
        .say("QUIT", "221");
    play(&does, &[one, two])?;
    Ok(())
}

fn words() -> Result<(), Failed> {
    let does = the_does(Mta::Postfix)?;
    let far = format!("c@{FAR}");
    let mut sessions = Vec::new();
    for (client, listener) in [(OUTSIDE, Smtp), (INSIDE, Submission)] {
        let mut one = Session::new(&does, client, listener);
        one.say("ehlo c.example", "250");
        for (before, after) in [
            ("mail from:<", ">"),
            ("MAIL FROM: <", ">"),
            ("MaIl  FrOm:   <", ">"),
            ("MAIL FROM:<", "> SIZE=100"),
            ("MAIL FROM:<", "> BODY=8BITMIME"),
            ("MAIL FROM:<", "> AUTH=<>"),
            ("MAIL FROM:<", "> SIZE=100 BODY=8BITMIME"),
        ] {
            for from in ["a@b.example", JOHN, ""] {
                one.mail_as(&format!("{before}{from}{after}"), from);
                one.rcpt_as(&format!("rcpt to:<{JANE}>"), JANE)?;
                one.rcpt_as(&format!("RCPT TO: <{far}>"), &far)?;
                one.rcpt_as(&format!("RCPT  TO:<{JANE}>"), JANE)?;
                one.rcpt_as("rcpt to:<PostMaster>", "postmaster")?;
                one.say("rset", "250");
            }
        }
        for line in [
            "MAIL FROM:a@b.example",
            "MAIL FROM <a@b.example>",
            "MAIL FROM :<a@b.example>",
            "MAIL\tFROM:<a b@c.example>",
            "MAIL FROM:",
            // DSN is not offered.
            "MAIL FROM:<a@b.example> RET=HDRS",
            "MAIL FROM:<a@b.example> ENVID=x",
        ] {
            one.say(line, "501");
        }
        one.say("MAIL FROM:<a@b.example> SIZE=99999999999", "552 5.3.4");
        one.say("MAIL FROM:<a@b.example> NONSENSE=1", "555 5.5.4");
        one.say("VRFY john.doe@doe-family.com", "502 5.5.1");
        one.say("EXPN family", "500 5.5.2");
        one.say("ETRN doe-family.com", "554")
            .say("XCLIENT ADDR=192.168.0.1", "550");
        one.say("QUIT", "221");
        sessions.push(one);
    }
    play(&does, &sessions)?;
    Ok(())
}

fn chunks() -> Result<(), Failed> {
    let does = the_does(Mta::Postfix)?;
    let far = format!("c@{FAR}");
    let text = "Subject: chunk\r\n\r\nx\r\n";
    let whole = format!("BDAT {} LAST\r\n{text}", text.len());
    let halves = format!("BDAT {} \r\n{text}BDAT 3 LAST\r\ny\r\n", text.len());
    let mut one = Session::new(&does, OUTSIDE, Smtp);
    one.ehlo("c.example")
        .mail("a@b.example")
        .rcpt(JANE)?
        .raw(&whole, &["250 2.0.0"]);
    one.mail("a@b.example")
        .rcpt(JANE)?
        .rcpt(&far)?
        .raw(&halves, &["250", "250 2.0.0"]);
    one.mail("a@b.example")
        .rcpt(&far)?
        .raw(&whole, &["554 5.5.1"]);
    one.say("RSET", "250")
        .mail(JOHN)
        .rcpt(JANE)?
        .raw(&whole, &["554 5.5.1"]);
    one.say("QUIT", "221");
    let report = play(&does, &[one])?;
    let found = subjects(&report, "/home/jane/Maildir", "jane")?;
    expect(found, "chunk chunk", report.log.join("\n"))
}

fn internal(mta: Mta) -> Result<(), Failed> {
    let does = the_does(mta)?;
    let far = format!("c@{FAR}");
    let mut sessions = Vec::new();
    for listener in [Smtp, Submission, Submissions] {
        let mut one = Session::new(&does, INSIDE, listener);
        one.ehlo("c.example")
            .mail("a@b.example")
            .rcpt(&far)?
            .rcpt(JANE)?
            .say("RSET", "250");
        one.mail(JANE).rcpt(&far)?.say("RSET", "250");
        if listener == Submissions {
            one.auth("www-data", unlisted(mta))
                .mail(JANE)
                .rcpt(&far)?
                .say("RSET", "250");
        }
        if listener == Submission {
            one.starttls().ehlo("c.example").auth("john", "235 2.7.0");
            one.mail(JANE)
                .rcpt(&far)?
                .rcpt("nobody@doe-family.com")?
                .say("RSET", "250");
        }
        one.mail("")
            .rcpt(&far)?
            .rcpt("john@unix.invalid")?
            .say("QUIT", "221");
        sessions.push(one);
    }
    play(&does, &sessions)?;
    Ok(())
}
