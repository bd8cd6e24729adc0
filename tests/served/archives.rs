//! Copies of accepted mail, followed to the mailboxes that get them; of every MTA alike.

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{FAR, expect, internal, job, message, outcomes, stranger, subject, subjects};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Envelope, Mta, Script, Step};
use crate::support::namespace;
use crate::support::report::Report;

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("a copy goes by the sender and by the recipient", by_domain),
    ("a copy of all mail", of_all),
];

const STRANGER: &str = "a@b.example";
const ARCHIVE: &str = "/var/mail/box.example/archive";
const SENT: &str = "/var/mail/other.example/sent";
const JANE: &str = "/var/mail/box.example/jane";

/// Returns a policy of two domains with some archives.
fn policy(archives: &str) -> String {
    format!(
        "\
mailpol version=1
host \"mx.box.example\" {{
    address \"198.51.100.25\"
    listen \"smtp\"
    plus-addressing
}}
network \"office\" {{ cidr \"192.168.0.0/24\"; may-send; }}
domain \"box.example\" {{
    mailbox \"jane\"
    mailbox \"tom\"
    mailbox \"archive\"
    alias \"both\" \"jane\" \"tom\"
    alias \"postmaster\" \"jane\"
}}
domain \"other.example\" {{
    mailbox \"plain\"
    mailbox \"sent\"
    alias \"jane\" \"jane@box.example\"
    alias \"postmaster\" \"plain\"
}}
{archives}
"
    )
}

const BY_DOMAIN: &str = "\
archive \"archive@box.example\" { to \"@box.example\"; }
archive \"sent@other.example\" { from \"@other.example\"; }
";

fn serve(mta: Mta, archives: &str, envelopes: Vec<Envelope>) -> Result<Report, Failed> {
    let subject = subject(&policy(archives), mta)?;
    let (_tree, mut job) = job(&subject)?;
    job.envelopes = envelopes;
    job.scene.commands.push(
        "printf 'Subject: made-here\\n\\nx\\n' | /usr/sbin/sendmail -f tom@box.example jane@box.example"
            .to_owned(),
    );
    job.scripts.push(several());
    Ok(namespace::run(&job)?)
}

/// One message for several recipients, one of them twice.
fn several() -> Script {
    let lines = [
        "EHLO pc.example",
        "MAIL FROM:<a@b.example>",
        "RCPT TO:<jane@box.example>",
        "RCPT TO:<tom@box.example>",
        "RCPT TO:<tom+x@box.example>",
        "RCPT TO:<plain@other.example>",
        "DATA",
    ];
    let mut steps: Vec<Step> = lines
        .iter()
        .map(|line| Step::Say((*line).to_owned()))
        .collect();
    steps.push(Step::Message("Subject: several\n\nx\n".to_owned()));
    Script {
        address: [192, 168, 0, 7].into(),
        listener: Smtp,
        steps,
    }
}

/// What is sent, and by its subject found again.
fn envelopes() -> Vec<Envelope> {
    let (outside, inside) = (stranger(Smtp), internal(Smtp));
    let far = format!("c@{FAR}");
    vec![
        message(&outside, STRANGER, "jane@box.example", "in"),
        message(&outside, STRANGER, "Jane+x@Box.Example", "spelt"),
        message(&outside, "", "jane@box.example", "null"),
        message(&outside, STRANGER, "both@box.example", "alias"),
        message(&outside, STRANGER, "jane@other.example", "aside"),
        message(&outside, STRANGER, "plain@other.example", "other"),
        message(&outside, STRANGER, "postmaster", "bare"),
        message(&inside, "plain@other.example", "jane@box.example", "own"),
        message(&inside, "plain@other.example", "TOM+x@Box.example", "odd"),
        message(&inside, "Plain+x@Other.Example", &far, "away"),
        message(&inside, "x@sub.other.example", &far, "below"),
        message(&inside, "jane@box.example", "c@nowhere.example", "lost"),
    ]
}

fn by_domain(mta: Mta) -> Result<(), Failed> {
    let report = serve(mta, BY_DOMAIN, envelopes())?;
    outcomes(mta, &report, &["message 250 2.0.0"; 12])?;
    let log = report.log.join("\n");
    let in_archive = "alias bare in made-here null odd own several spelt";
    expect(named(&report, ARCHIVE)?, in_archive, &log)?;
    expect(named(&report, SENT)?, "away odd own", &log)?;
    let for_jane = "alias aside bare in made-here null own several spelt";
    expect(named(&report, JANE)?, for_jane, &log)?;
    // What comes back for Jane is the server's own, and is not copied.
    expect(bounces(&report, JANE), 1, &log)?;
    expect(bounces(&report, ARCHIVE) + bounces(&report, SENT), 0, &log)
}

fn of_all(mta: Mta) -> Result<(), Failed> {
    let report = serve(mta, "archive \"archive@box.example\"\n", envelopes())?;
    outcomes(mta, &report, &["message 250 2.0.0"; 12])?;
    let log = report.log.join("\n");
    let all = "alias aside away bare below in lost made-here null odd other own several spelt";
    expect(named(&report, ARCHIVE)?, all, &log)?;
    expect(named(&report, SENT)?, "", &log)?;
    expect(bounces(&report, JANE), 1, &log)?;
    expect(bounces(&report, ARCHIVE), 0, &log)
}

/// Returns the subjects of one word in a Maildir.
fn named(report: &Report, maildir: &str) -> Result<String, Failed> {
    let all = subjects(report, maildir, "mail")?;
    let none = bounced(report, maildir).join(" ");
    let of_bounces: Vec<&str> = none.split_whitespace().collect();
    let named = all.split_whitespace();
    let named: Vec<&str> = named.filter(|word| !of_bounces.contains(word)).collect();
    Ok(named.join(" "))
}

/// Returns the subjects of what the server says by itself.
fn bounced(report: &Report, maildir: &str) -> Vec<String> {
    let all = report.mailboxes.get(maildir).map_or(&[][..], Vec::as_slice);
    let subjects = all
        .iter()
        .map(|message| message.headers("Subject").concat());
    subjects.filter(|subject| subject.contains(' ')).collect()
}

fn bounces(report: &Report, maildir: &str) -> usize {
    bounced(report, maildir).len()
}
