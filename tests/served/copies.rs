//! Copies that meet the archive's own mail, and copies that cannot be kept: what becomes of them
//! and of the mail itself; of every MTA alike.

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{expect, internal, job, message, outcomes, stranger, subject, subjects};
use crate::routes::{ISP, NAME, scene};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Mta, Record, Script, Step};
use crate::support::namespace;
use crate::support::report::{Message, Report};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("mail for the archive itself", itself),
    ("a message to very many is copied once", many),
    ("a mailbox that takes no copy keeps no mail back", closed),
    ("an archive's host that is away keeps no mail back", away),
    ("a copy that is refused", refused),
];

const ARCHIVE: &str = "/var/mail/box.example/archive";
const JANE: &str = "/var/mail/box.example/jane";
const TOM: &str = "/var/mail/box.example/tom";

const HERE: &str = "mailbox \"archive\"";
const BEHIND: &str = "mailbox \"archive\" via=\"inner\"";
/// The name that the host there refuses.
const REFUSED: &str = "mailbox \"refused\" via=\"inner\"";

/// Returns a policy with an archive.
fn policy(mailbox: &str, archive: &str) -> String {
    let route = if mailbox == HERE { "/- route" } else { "route" };
    format!(
        "\
mailpol version=1
host \"mx.box.example\" {{
    address \"198.51.100.25\"
    listen \"smtp\"
}}
network \"office\" {{ cidr \"192.168.0.0/24\"; may-send; }}
domain \"box.example\" {{
    mailbox \"jane\"
    mailbox \"tom\"
    {mailbox}
    alias \"both\" \"jane\" \"archive\"
    alias \"postmaster\" \"jane\"
}}
{route} \"inner\" {{ to \"{NAME}\" port=587 tls=\"required\" }}
{archive}
"
    )
}

const ALL: &str = "archive \"archive@box.example\"";
const FROM: &str = "archive \"archive@box.example\" { from \"@box.example\"; }";
const TO: &str = "archive \"archive@box.example\" { to \"@box.example\"; }";

/// Whoever writes to the archive is copied into it, and it has the message once; twice of Exim, if
/// it is for somebody else too.
fn itself(mta: Mta) -> Result<(), Failed> {
    let together = match mta {
        Mta::Postfix => 1,
        Mta::Exim => 2,
    };
    for archive in [ALL, FROM, TO] {
        let subject = subject(&policy(HERE, archive), mta)?;
        let (_tree, mut job) = job(&subject)?;
        let inside = internal(Smtp);
        let tom = "tom@box.example";
        job.envelopes = vec![
            message(&stranger(Smtp), "a@b.example", "archive@box.example", "in"),
            message(&inside, tom, "archive@box.example", "own"),
            message(&inside, tom, "both@box.example", "both"),
        ];
        job.scripts.push(several());
        let report = namespace::run(&job)?;
        outcomes(mta, &report, &["message 250 2.0.0"; 3])?;
        let all = subjects(&report, ARCHIVE, "mail")?;
        let times = |name: &str| all.split(' ').filter(|word| *word == name).count();
        let log = report.log.join("\n");
        expect(times("in"), 1, &log)?;
        expect(times("own"), 1, &log)?;
        expect(times("both"), 1, &log)?;
        expect(times("several"), together, &log)?;
        expect(subjects(&report, JANE, "mail")?, "both several", &log)?;
    }
    Ok(())
}

/// One message for the archive and for somebody else.
fn several() -> Script {
    let lines = [
        "EHLO pc.example",
        "MAIL FROM:<tom@box.example>",
        "RCPT TO:<jane@box.example>",
        "RCPT TO:<archive@box.example>",
        "DATA",
    ];
    let steps = lines.iter().map(|line| Step::Say((*line).to_owned()));
    let mut steps: Vec<Step> = steps.collect();
    steps.push(Step::Message("Subject: several\n\nx\n".to_owned()));
    Script {
        address: [192, 168, 0, 7].into(),
        listener: Smtp,
        steps,
    }
}

/// More addresses than Postfix remembers by itself, and then ours, one of them by an alias besides.
fn many(mta: Mta) -> Result<(), Failed> {
    let policy = policy(HERE, TO);
    let listen = "listen \"smtp\"\n";
    let policy = policy.replacen(listen, &format!("{listen} limits recipients=2000\n"), 1);
    let subject = subject(&policy, mta)?;
    let (_tree, mut job) = job(&subject)?;
    let rcpt = |to: &str| format!("RCPT TO:<{to}>");
    let others = (0..1100).map(|number| rcpt(&format!("to{number}@elsewhere.example")));
    let ours = ["jane", "tom", "postmaster"].map(|name| rcpt(&format!("{name}@box.example")));
    let all: Vec<String> = others.chain(ours).collect();
    let mut steps = vec![
        Step::Say("EHLO pc.example".to_owned()),
        Step::Say("MAIL FROM:<tom@box.example>".to_owned()),
    ];
    steps.extend(all.chunks(50).map(|some| Step::Pipeline(some.to_vec())));
    steps.push(Step::Say("DATA".to_owned()));
    steps.push(Step::Message("Subject: many\n\nx\n".to_owned()));
    job.scripts.push(Script {
        address: [192, 168, 0, 7].into(),
        listener: Smtp,
        steps,
    });
    let report = namespace::run(&job)?;
    let log = report.log.join("\n");
    let replies = report.transcripts.iter().flat_map(|one| &one.replies);
    let refused = replies.flatten().filter(|reply| reply.code >= 400);
    expect(refused.count(), 0, &log)?;
    // Below a router with `unseen` an address is another one to Exim than that of an alias.
    let twice = if mta == Mta::Exim { 2 } else { 1 };
    for (folder, count) in [(ARCHIVE, 1), (JANE, twice), (TOM, 1)] {
        let all = subjects(&report, folder, "mail")?;
        let found = all.split(' ').filter(|word| *word == "many");
        expect(found.count(), count, &log)?;
    }
    Ok(())
}

/// What a program on the host sends to jane, and tom would be told of.
const SENT: &str = "printf 'Subject: own\\n\\nx\\n' \
     | /usr/sbin/sendmail -f tom@box.example jane@box.example; sleep 2";

/// The folder is somebody else's: the copy waits, and is tried again.
fn closed(mta: Mta) -> Result<(), Failed> {
    let subject = subject(&policy(HERE, ALL), mta)?;
    let (_tree, mut job) = job(&subject)?;
    let folder =
        format!("mkdir -p {ARCHIVE}; chmod 700 {ARCHIVE}; chown mail /var/mail/box.example");
    job.scene.commands.push(folder);
    job.programs.push(SENT.to_owned());
    kept_back(&namespace::run(&job)?)
}

/// Nobody answers there.
fn away(mta: Mta) -> Result<(), Failed> {
    let subject = subject(&policy(BEHIND, ALL), mta)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.zone.push(Record::Address {
        name: NAME.to_owned(),
        address: [203, 0, 113, 77].into(),
    });
    job.programs.push(SENT.to_owned());
    kept_back(&namespace::run(&job)?)
}

/// Jane has her mail, the copy is in the queue, and tom is told nothing.
fn kept_back(report: &Report) -> Result<(), Failed> {
    let log = report.log.join("\n");
    expect(subjects(report, JANE, "mail")?, "own", &log)?;
    expect(subjects(report, TOM, "mail")?, "", &log)?;
    expect(report.mailboxes.get(ARCHIVE).map_or(0, Vec::len), 0, &log)?;
    // Postfix names who has not got it, and Exim whom it came for.
    let queue = report.queue.join("\n");
    let waits = queue.contains("archive@box.example") || queue.contains("jane@box.example");
    expect(waits, true, &queue)
}

/// A copy that is refused for good is gone. Postfix tells nobody; Exim tells who sent the mail, and
/// does not name the archive.
fn refused(mta: Mta) -> Result<(), Failed> {
    let archive = "archive \"refused@box.example\"";
    let policy = policy(REFUSED, archive).replace("\"jane\" \"archive\"", "\"jane\" \"tom\"");
    let subject = subject(&policy, mta)?;
    let (_tree, mut job) = job(&subject)?;
    scene(&mut job, &ISP);
    job.programs.push(SENT.to_owned());
    let report = namespace::run(&job)?;
    let log = report.log.join("\n");
    expect(subjects(&report, JANE, "mail")?, "own", &log)?;
    expect(report.queue.len(), 0, &log)?;
    expect(log.contains("refused@box.example"), true, &log)?;
    let told = report.mailboxes.get(TOM).map_or(&[][..], Vec::as_slice);
    let names = |one: &&Message| one.text.contains("refused@box.example");
    let wanted = match mta {
        Mta::Postfix => 0,
        Mta::Exim => 1,
    };
    expect(told.len(), wanted, &log)?;
    expect(told.iter().filter(names).count(), 0, &log)
}
