//! DKIM: whose mail leaves signed, and that another reads the signatures as good.

use std::net::{Ipv4Addr, Ipv6Addr};

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{self, others};
use crate::keys::{self, Signed};
use crate::run;
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Job, Until, Warnings};
use crate::support::namespace;
use crate::support::report::{Message, Report};
use crate::table::{internal, stranger, user};

pub(crate) const TESTS: &[Test] = &[
    ("what leaves for others is signed, nothing else", signed),
    (
        "what is forwarded is signed for those who may send only",
        forwarded_on,
    ),
    ("without a key nothing leaves", key_is_away),
    (
        "a selector without a key spoils every signature",
        selector_without_key,
    ),
];

const JANE: &str = "jane.doe@doe-family.com";
const JOHN: &str = "john.doe@doe-family.com";
const FAR: &str = "victor@far.example";
/// What signs: two keys, as RFC 8463 section 5 advises.
const KEYS: &keys::Selectors<'_> = &[("2026a", "rsa"), ("2026b", "ed25519")];

/// Returns a machine whose mail is signed, and the rest of the world beside it. The folder goes
/// with it.
fn machine() -> Result<(tempfile::TempDir, Job, Signed), Failed> {
    machine_of(&policy()?)
}

fn machine_of(policy: &str) -> Result<(tempfile::TempDir, Job, Signed), Failed> {
    let signed = keys::signed(policy, "/etc/ssl/dkim", KEYS)?;
    let (tree, mut job) = run::job(&run::read(&signed.policy)?)?;
    job.scene.files.extend(signed.files.clone());
    others(&mut job, crate::forwards::PORT);
    Ok((tree, job, signed))
}

fn policy() -> Result<String, Failed> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/doe/policy.kdl");
    Ok(std::fs::read_to_string(path)?)
}

fn signed() -> Result<(), Failed> {
    let (_tree, mut job, signed) = machine()?;
    job.envelopes = vec![
        message(&user("john", Submission), JOHN, FAR, JOHN, "login"),
        message(&internal(Smtp), "meter@b.example", FAR, JANE, "internal"),
        message(&internal(Smtp), "", FAR, "Jane@DOE-Family.com", "capitals"),
        message(&internal(Smtp), JANE, FAR, "x@b.example", "another domain"),
        message(&internal(Smtp), JANE, FAR, "x@sub.doe-family.com", "below"),
        message(
            &internal(Smtp),
            JANE,
            FAR,
            &format!("{JANE}, x@b.example"),
            "two",
        ),
        message(&internal(Smtp), JANE, JOHN, JANE, "inside"),
        // Nobody is there, so Exim writes back: as the host's own domain.
        message(
            &internal(Smtp),
            FAR,
            "x@nowhere.example",
            JANE,
            "no such host",
        ),
        message(
            &stranger(Smtp),
            "a@pass.spf-results.example",
            JOHN,
            JANE,
            "stranger",
        ),
    ];
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        expect(outcome.to_string().starts_with("message 250"), &report)?;
    }
    let bounce = "Mail delivery failed: returning message to sender";
    for name in ["login", "internal", "capitals", bounce] {
        let text = &find(&report, forwarded::FAR, name)?.text;
        let good = |text: &str| signed.verified(text);
        expect(good(text)? == KEYS.len(), &report).map_err(|_| text.clone())?;
        // Each of these is covered.
        for (covered, other) in [
            ("last line", "lost line"),
            ("Subject: ", "Subject: not "),
            ("\nFrom:", "\nFrom: x@b.example\nFrom:"),
        ] {
            let spoilt = text.replacen(covered, other, 1);
            expect(spoilt != *text && good(&spoilt)? == 0, &report).map_err(|_| spoilt)?;
        }
    }
    let john = "/home/john/Maildir";
    for (maildir, name) in [
        (forwarded::FAR, "another domain"),
        (forwarded::FAR, "below"),
        (forwarded::FAR, "two"),
        (john, "inside"),
        (john, "stranger"),
    ] {
        let found = find(&report, maildir, name)?;
        let unsigned = found.headers("DKIM-Signature").is_empty();
        expect(unsigned, &report).map_err(|_| found.text.clone())?;
    }
    Ok(())
}

/// A forward lets strangers' mail leave, and a stranger can write any From. A network that may send
/// in some names only has one inside that may nothing.
fn forwarded_on() -> Result<(), Failed> {
    let forward = format!("    forward \"victor\" \"{FAR}\"\n    alias \"postmaster\"");
    let networks = "network \"office\" {\n    cidr \"10.9.0.0/24\" \"2001:db8:9::/48\"\n    \
                    may-send { from \"@doe-family.com\" }\n}\n\n\
                    network \"lab\" { cidr \"10.9.0.16/28\" \"2001:db8:9:1::/64\" }\n\n\
                    auth \"saslauthd\"";
    let text = policy()?.replace("    alias \"postmaster\"", &forward);
    let text = text.replace("auth \"saslauthd\"", networks);
    let (_tree, mut job, signed) = machine_of(&text)?;
    let victor = "victor@doe-family.com";
    let strangers = "a@pass.spf-results.example";
    let four = |last| Client::new(Ipv4Addr::new(10, 9, 0, last), Smtp);
    let six = |subnet| Client::new(Ipv6Addr::new(0x2001, 0xdb8, 9, subnet, 0, 0, 0, 7), Smtp);
    job.envelopes = vec![
        message(&user("john", Submission), JOHN, victor, JOHN, "login"),
        message(&internal(Smtp), strangers, victor, JANE, "internal"),
        message(&four(15), JANE, FAR, JANE, "before"),
        message(&four(32), JANE, victor, JANE, "behind"),
        message(&six(2), JANE, FAR, JANE, "behind-by-six"),
        message(&stranger(Smtp), strangers, victor, JANE, "stranger"),
        message(&four(16), strangers, victor, JANE, "first-inside"),
        message(&four(31), strangers, victor, JANE, "last-inside"),
        message(&six(1), strangers, victor, JANE, "inside-by-six"),
    ];
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        expect(outcome.to_string().starts_with("message 250"), &report)?;
    }
    for name in ["login", "internal", "before", "behind", "behind-by-six"] {
        let text = &find(&report, forwarded::FAR, name)?.text;
        expect(signed.verified(text)? == KEYS.len(), &report).map_err(|_| text.clone())?;
    }
    for name in ["stranger", "first-inside", "last-inside", "inside-by-six"] {
        let found = find(&report, forwarded::FAR, name)?;
        let unsigned = found.headers("DKIM-Signature").is_empty();
        expect(unsigned, &report).map_err(|_| found.text.clone())?;
    }
    Ok(())
}

/// A key that Exim may not read holds mail back; not what comes in the same moment without one.
fn key_is_away() -> Result<(), Failed> {
    let (_tree, mut job, _) = machine()?;
    // Exim says so where it panics.
    job.warnings = Warnings::Reported;
    job.scene
        .commands
        .push("chmod 600 /etc/ssl/dkim/2026b.pem".to_owned());
    job.envelopes = vec![
        message(&internal(Smtp), JANE, FAR, JANE, "ours"),
        message(&internal(Smtp), JANE, FAR, "x@b.example", "of others"),
    ];
    let report = namespace::run(&job)?;
    find(&report, forwarded::FAR, "of others")?;
    expect(report.mailboxes[forwarded::FAR].len() == 1, &report)?;
    expect(report.queue.iter().any(|line| line.contains(FAR)), &report)
}

/// The reader refuses such a table: Exim holds back all that is ours, or signs it with no key.
fn selector_without_key() -> Result<(), Failed> {
    let lost = "sed -i '/^doe-family.com/s/$/ : lost/' /etc/exim4/dkim-selectors";
    let lax = "sed -i 's/dkim_strict = true/dkim_strict = false/' /etc/exim4/exim4.conf";
    for (commands, leaves) in [(&[lost][..], false), (&[lost, lax], true)] {
        let (_tree, mut job, _) = machine()?;
        job.warnings = Warnings::Reported;
        let commands = commands.iter().map(|command| (*command).to_owned());
        job.scene.commands.extend(commands);
        job.envelopes = vec![
            message(&internal(Smtp), JANE, FAR, JANE, "ours"),
            message(&internal(Smtp), JANE, FAR, "x@b.example", "of others"),
        ];
        let report = namespace::run(&job)?;
        find(&report, forwarded::FAR, "of others")?;
        match find(&report, forwarded::FAR, "ours") {
            Ok(ours) => {
                let bare = ours.headers("DKIM-Signature").is_empty();
                expect(leaves && bare, &report)?;
            }
            Err(_) => expect(!leaves, &report)?,
        }
    }
    Ok(())
}

fn message(client: &Client, from: &str, to: &str, header: &str, subject: &str) -> Envelope {
    let text = format!(
        "From: {header}\nTo: {to}\nSubject: {subject}\n\
         Date: Thu, 26 Nov 2026 10:00:00 +0000\nMessage-ID: <1@doe-family.com>\n\n\
         .dot\nlast line\n"
    );
    Envelope {
        until: Until::Message(text),
        ..Envelope::new(client, from, to)
    }
}

fn find<'r>(report: &'r Report, maildir: &str, subject: &str) -> Result<&'r Message, Failed> {
    let all = report.mailboxes.get(maildir).map_or(&[][..], Vec::as_slice);
    let mut found = all
        .iter()
        .filter(|message| message.headers("Subject") == [subject]);
    found
        .next()
        .ok_or_else(|| format!("{maildir} has no {subject}:\n{}", report.log.join("\n")).into())
}

fn expect(holds: bool, report: &Report) -> Result<(), Failed> {
    if holds {
        return Ok(());
    }
    Err(report.log.join("\n").into())
}
