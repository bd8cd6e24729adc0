//! Where messages land, and which never do.

use libtest_mimic::Failed;

use crate::machine::{
    FAR, doe, expect, find, internal, job, message, outcomes, serve, stranger, subject, subjects,
    user,
};
use crate::support::job::Listener::{Smtp, Submission, Submissions};
use crate::support::job::{Client, Envelope, Login, Mechanism, Mta};
use crate::support::namespace;
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("mail lands where the policy says", lands),
    ("mailboxes without a login are kept by the host", boxes),
    ("an extension leads nowhere else", extended),
    (
        "logins that the policy does not list send nothing",
        unlisted,
    ),
    (
        "mail waits for a home that cannot be written to today",
        away,
    ),
];

/// Jane's folder is somebody else's, like one that is not mounted; John's is his.
fn away(mta: Mta) -> Result<(), Failed> {
    let doe = subject(&doe()?, mta)?;
    let (_tree, mut job) = job(&doe)?;
    job.scene.commands.push(
        "mkdir -p /home/jane/Maildir; chown root:root /home/jane/Maildir; chmod 700 \
         /home/jane/Maildir"
            .to_owned(),
    );
    let client = stranger(Smtp);
    job.envelopes = [JANE, JOHN]
        .map(|to| message(&client, "a@b.example", to, "here"))
        .into();
    let report = namespace::run(&job)?;
    outcomes(mta, &report, &["message 250 2.0.0", "message 250 2.0.0"])?;
    let kept = subjects(&report, "/home/john/Maildir", "john")?;
    expect(kept.as_str(), "here", "John's mail")?;
    let waiting = report.queue.join("\n");
    let is_jane = waiting.contains(JANE) || waiting.contains("jane@unix.invalid");
    expect(
        is_jane,
        true,
        format!("{waiting}\n{}", report.log.join("\n")),
    )
}

/// It speaks of the queue in Postfix's words.
pub(crate) const OF_POSTFIX: &[Test] =
    &[("mail to others waits in the queue, or comes back", leaves)];

const JOHN: &str = "john.doe@doe-family.com";
const JANE: &str = "jane.doe@doe-family.com";

fn lands(mta: Mta) -> Result<(), Failed> {
    let by_login = Client {
        login: Some(Login {
            mechanism: Mechanism::Login,
            ..Login::plain("john", crate::scene::PASSWORD)
        }),
        ..user("john", Submission)
    };
    let outside = stranger(Smtp);
    let report = serve(
        mta,
        &doe()?,
        vec![
            message(&user("john", Submission), JOHN, JOHN, "starttls"),
            message(&user("john", Submissions), JOHN, JOHN, "wrapped"),
            message(&by_login, JOHN, JOHN, "by-login"),
            message(&outside, "a@b.example", JOHN, "outside"),
            message(
                &outside,
                "a@b.example",
                "John.DOE@Doe-Family.COM",
                "capitals",
            ),
            message(&outside, "a@b.example", "family@doe-family.com", "family"),
            message(&outside, "a@b.example", "postmaster", "bare"),
            message(
                &outside,
                "a@b.example",
                "PostMaster@doe-family.com",
                "postmaster",
            ),
            message(&outside, "a@b.example", "IOT-fridge@doe-family.com", "milk"),
            message(&outside, "a@b.example", "iot-FRIDGE@DOE-family.com", "eggs"),
            message(&outside, "", "iot-fridge@doe-family.com", "null"),
            message(
                &internal(Smtp),
                "a@b.example",
                "jane.doe@doe-family.com",
                "inside",
            ),
            Envelope::new(&outside, "a@b.example", "john.doe@b.example"),
            Envelope::new(&outside, "a@b.example", "john.doe@sub.doe-family.com"),
            Envelope::new(&outside, "a@b.example", "john@doe-family.com"),
            Envelope::new(&outside, "a@b.example", "john@unix.invalid"),
            Envelope::new(&outside, "a@b.example", "john@localhost"),
        ],
    )?;
    let mut wanted = vec!["message 250 2.0.0"; 12];
    wanted.extend(["rcpt 554 5.7.1", "rcpt 554 5.7.1", "rcpt 550 5.1.1"]);
    wanted.extend(["rcpt 554 5.7.1"; 2]);
    outcomes(mta, &report, &wanted)?;
    let log = report.log.join("\n");
    let john = "bare by-login capitals family outside postmaster starttls wrapped";
    for (login, wanted) in [
        ("john", john),
        ("jane", "family inside"),
        ("jimmy", "family"),
        ("jenny", "family"),
        ("fridge", "eggs milk null"),
    ] {
        let maildir = format!("/home/{login}/Maildir");
        expect(subjects(&report, &maildir, login)?, wanted, &log)?;
    }
    expect(report.mailboxes.len(), 5, &log)?;
    expect(report.queue.len(), 0, &log)?;
    let text = &find(&report, "/home/john/Maildir", "outside")?.text;
    expect(text.ends_with("\n\n.dot\nlast line\n"), true, text)
}

const BOXES: &str = r#"
mailpol version=1
host "mx.box.example" {
    address "198.51.100.25"
    listen "smtp"
}
domain "box.example" {
    mailbox "Plain"
    mailbox "with.dots+and-more"
    alias "both" "plain" "with.dots+and-more"
}
domain "other.example" {
    mailbox "plain"
    catch-all "plain"
}
"#;

fn boxes(mta: Mta) -> Result<(), Failed> {
    let outside = stranger(Smtp);
    let send = |to, subject| message(&outside, "a@b.example", to, subject);
    let report = serve(
        mta,
        BOXES,
        vec![
            send("plain@box.example", "one"),
            send("PLAIN@Box.Example", "two"),
            send("with.dots+and-more@box.example", "three"),
            send("both@box.example", "four"),
            send("plain@other.example", "five"),
            send("anything@other.example", "six"),
            send("postmaster", "seven"),
            Envelope::new(&outside, "a@b.example", "anything@box.example"),
        ],
    )?;
    let mut wanted = vec!["message 250 2.0.0"; 7];
    wanted.push("rcpt 550 5.1.1");
    outcomes(mta, &report, &wanted)?;
    let log = report.log.join("\n");
    for (folder, wanted) in [
        ("box.example/plain", "four one two"),
        ("box.example/with.dots+and-more", "four three"),
        ("other.example/plain", "five six"),
        ("box.example/postmaster", "seven"),
    ] {
        let maildir = format!("/var/mail/{folder}");
        expect(subjects(&report, &maildir, "mail")?, wanted, &log)?;
    }
    expect(report.queue.len(), 0, &log)
}

/// Whatever the extension, mail lands where it lands without.
fn extended(mta: Mta) -> Result<(), Failed> {
    let listens = "    listen ";
    let policy = doe()?.replace(listens, "    plus-addressing\n    listen ");
    let policy = policy.replace(
        "alias \"postmaster\"",
        "mailbox \"den\"\n    alias \"postmaster\"",
    );
    let outside = stranger(Smtp);
    let john = user("john", Submission);
    let send = |to, subject| message(&outside, "bounce+x=y.example@b.example", to, subject);
    let report = serve(
        mta,
        &policy,
        vec![
            send("john.doe+shop@doe-family.com", "shop"),
            send("John.Doe+A+B@doe-family.com", "two"),
            send("family+trip@doe-family.com", "trip"),
            send("den+film@doe-family.com", "film"),
            send("\"john.doe+q\"@doe-family.com", "quoted"),
            message(&john, "john.doe+me@doe-family.com", JOHN, "own"),
            Envelope::new(&outside, "a@b.example", "+john.doe@doe-family.com"),
            Envelope::new(&outside, "a@b.example", "nobody+x@doe-family.com"),
            Envelope::new(
                &outside,
                "a@b.example",
                "john.doe+x%c.example@doe-family.com",
            ),
            Envelope::new(&john, "jane.doe+me@doe-family.com", JOHN),
        ],
    )?;
    let mut wanted = vec!["message 250 2.0.0"; 6];
    wanted.extend(["rcpt 550 5.1.1", "rcpt 550 5.1.1"]);
    wanted.extend(["rcpt 554 5.7.1", "rcpt 553 5.7.1"]);
    outcomes(mta, &report, &wanted)?;
    let log = report.log.join("\n");
    let maildir = "/home/john/Maildir";
    expect(
        subjects(&report, maildir, "john")?,
        "own quoted shop trip two",
        &log,
    )?;
    expect(
        subjects(&report, "/home/jane/Maildir", "jane")?,
        "trip",
        &log,
    )?;
    let den = "/var/mail/doe-family.com/den";
    expect(subjects(&report, den, "mail")?, "film", &log)?;
    expect(report.mailboxes.len(), 5, &log)?;
    expect(report.queue.len(), 0, &log)
}

fn leaves() -> Result<(), Failed> {
    let far = format!("c@{FAR}");
    let john = user("john", Submission);
    let report = serve(
        Mta::Postfix,
        &doe()?,
        vec![
            message(&john, JOHN, &far, "far"),
            message(&internal(Smtp), "any@where.example", &far, "near"),
            message(&john, JOHN, "c@nowhere.example", "lost"),
            message(&john, "", &far, "bounce-by-hand"),
        ],
    )?;
    outcomes(Mta::Postfix, &report, &["message 250 2.0.0"; 4])?;
    let log = report.log.join("\n");
    expect(report.queue.len(), 3, &log)?;
    let waits = |entry: &&String| entry.contains(&far) && entry.contains("\"deferred\"");
    expect(report.queue.iter().filter(waits).count(), 3, &log)?;
    // Nothing was sent: what has left the queue has landed here.
    let sent = "status=sent";
    let away = |line: &&String| line.contains(sent) && line.contains("postfix/smtp[");
    expect(report.log.iter().filter(away).count(), 0, &log)?;
    // To nowhere.example there is no way, and John is told.
    let subject = "Undelivered Mail Returned to Sender";
    let bounce = find(&report, "/home/john/Maildir", subject)?;
    expect(&bounce.owner, "john", &bounce.text)?;
    expect(bounce.headers("Return-Path").concat(), "<>", &bounce.text)?;
    let told = bounce.text.contains("<c@nowhere.example>") && bounce.text.contains("lost");
    expect(told, true, &bounce.text)?;
    for header in ["Received-SPF", "Authentication-Results"] {
        expect(bounce.headers(header).len(), 0, &bounce.text)?;
    }
    Ok(())
}

/// They know their passwords; saslauthd lets them in, and nothing else does.
fn unlisted(mta: Mta) -> Result<(), Failed> {
    let mut asked = Vec::new();
    let mut wanted = Vec::new();
    for login in ["www-data", "john@evil.example", "john@doe-family.com"] {
        for listener in [Submission, Submissions] {
            let client = user(login, listener);
            for from in [JOHN, "", "www-data@doe-family.com", "a@b.example"] {
                asked.push(Envelope::new(&client, from, "c@d.example"));
                asked.push(Envelope::new(&client, from, JOHN));
                wanted.extend(["rcpt 530 5.7.0"; 2]);
            }
        }
    }
    let report = serve(mta, &doe()?, asked)?;
    outcomes(mta, &report, &wanted)?;
    // Exim's authenticators know the listed ones only.
    let told = match mta {
        Mta::Postfix => 235,
        Mta::Exim => 535,
    };
    for outcome in &report.outcomes {
        let auth = outcome.auth.as_ref().map(|reply| reply.code);
        expect(auth.unwrap_or_default(), told, outcome)?;
    }
    Ok(())
}
