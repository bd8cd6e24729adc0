//! Copies of accepted mail, followed to the mailboxes that get them; of every MTA alike.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use mailpol::decision::{self, Destination};
use mailpol::mail::Path;
use mailpol::prove::destinations;
use mailpol::spf::SpfResult;

use crate::TestOfBoth;
use crate::machine::{FAR, expect, internal, job, message, outcomes, stranger, subject, subjects};
use crate::subject::Subject;
use crate::support::job::Listener::Smtp;
use crate::support::job::{Envelope, Mta, Script, Step, Until};
use crate::support::namespace;
use crate::support::report::Report;

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("a copy goes by the sender and by the recipient", by_domain),
    ("a copy of all mail", of_all),
    ("a copy goes where the reader says", as_read),
    ("a copy is made of what MAILER-DAEMON sends", by_daemon),
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

/// Of what is sent in the domain that Postfix takes for its own (`myorigin`).
const OF_THE_HOST: &str = "archive \"sent@other.example\" { from \"@box.example\"; }\n";

fn serve(mta: Mta, archives: &str, envelopes: Vec<Envelope>) -> Result<Report, Failed> {
    let subject = subject(&policy(archives), mta)?;
    let (_tree, mut job) = job(&subject)?;
    job.envelopes = envelopes;
    job.scene.commands.push(MADE_HERE.to_owned());
    job.scripts.push(several());
    Ok(namespace::run(&job)?)
}

const MADE_HERE: &str = "printf 'Subject: made-here\\n\\nx\\n' \
     | /usr/sbin/sendmail -f tom@box.example jane@box.example";

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

/// cleanup(8) would take that reverse-path for the null one, of which no copy is made.
fn by_daemon(mta: Mta) -> Result<(), Failed> {
    let inside = internal(Smtp);
    let to = "plain@other.example";
    let sent = vec![
        message(&inside, "Mailer-Daemon@Box.example", to, "daemon"),
        message(&inside, "\"mailer\\-daemon\"@box.example", to, "quoted"),
        message(&inside, "", to, "null"),
        message(&inside, "tom@box.example", to, "tom"),
    ];
    let report = serve(mta, OF_THE_HOST, sent)?;
    outcomes(mta, &report, &["message 250 2.0.0"; 4])?;
    let log = report.log.join("\n");
    expect(named(&report, SENT)?, "daemon made-here quoted tom", &log)
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

/// Somebody's own tables or routers: who gets copies is what the reader makes of them.
fn as_read(mta: Mta) -> Result<(), Failed> {
    let mut subject = subject(&policy(""), mta)?;
    let (path, before, after) = match mta {
        Mta::Postfix => ("etc/postfix/main.cf", BCC, BY_TABLES),
        Mta::Exim => ("etc/exim4/exim4.conf", "begin routers\n", BY_ROUTERS),
    };
    let text = subject.text(path)?;
    expect(text.contains(before), true, text)?;
    let text = text.replacen(before, &after.replace("ONCE", ONCE), 1);
    let mut changed = vec![(path, text)];
    if mta == Mta::Postfix {
        // Where something is asked of senders, MAILER-DAEMON is renamed.
        let filter = "etc/postfix/command-filter";
        let asks_senders = self::subject(&policy(OF_THE_HOST), mta)?;
        changed.push((filter, asks_senders.text(filter)?.to_owned()));
    }
    subject.replace(&changed)?;
    let (_tree, mut job) = job(&subject)?;
    job.envelopes = envelopes();
    let report = namespace::run(&job)?;
    outcomes(mta, &report, &["message 250 2.0.0"; 12])?;
    let log = report.log.join("\n");
    let mut said = Said::default();
    for envelope in &job.envelopes {
        said.add(&subject, envelope)?;
    }
    // Each table, or each router, copies some of it.
    expect(said.copies > 8, true, &log)?;
    for (mailbox, subjects) in &said.wanted {
        let (local, domain) = mailbox.split_once('@').ok_or("no address")?;
        let maildir = format!("/var/mail/{domain}/{local}");
        expect(
            named(&report, &maildir)?,
            subjects.join(" "),
            format!("{mailbox}: {log}"),
        )?;
    }
    Ok(())
}

/// What the emitted main.cf says of copies.
const BCC: &str = "always_bcc =\nsender_bcc_maps =\nrecipient_bcc_maps =\n";
/// Keys of every kind, in any case.
const BY_TABLES: &str = "\
always_bcc =
sender_bcc_maps = inline:{{jane@box.example=sent@other.example} {@Other.example=archive@box.example}
  {plain+x@other.example=tom@box.example}}
recipient_bcc_maps = inline:{{Jane@box.example=Archive@Box.example}
  {jane+x@box.example=plain@other.example}
  {tom=sent@other.example} {@far.example=archive@box.example} {both@box.example=sent@other.example}
  {postmaster@box.example=sent@other.example}}
";
/// Of the address that was named, and not of bounces.
const ONCE: &str = "${if and{\
     {eqi{$original_local_part@$original_domain}{$local_part@$domain}}\
     {or{{def:sender_host_address}{def:sender_address}}}}}";
/// Lists of every kind.
const BY_ROUTERS: &str = "\
begin routers

first:
  driver = redirect
  senders = : jane@box.example
  condition = ONCE
  data = Archive@Box.example
  unseen
  hide_child_in_errmsg
  no_verify

second:
  driver = redirect
  domains = ! box.example
  senders = ! *@b.example
  condition = ONCE
  data = sent@other.example
  unseen
  hide_child_in_errmsg
  no_verify

third:
  driver = redirect
  domains = +local_domains
  senders = *@other.example : *@b.example
  condition = ONCE
  data = plain@other.example
  unseen
  hide_child_in_errmsg
  no_verify

";

/// What lands where, by the reader.
#[derive(Default)]
struct Said {
    /// The subjects in each mailbox, sorted.
    wanted: BTreeMap<String, Vec<String>>,
    copies: usize,
}

impl Said {
    fn add(&mut self, subject: &Subject, envelope: &Envelope) -> Result<(), Failed> {
        let Until::Message(text) = &envelope.until else {
            return Err("it is no message".into());
        };
        let name = text.lines().next().unwrap_or_default();
        let name = name.trim_start_matches("Subject: ");
        let own = subject.policy.host.own_addresses();
        let asked = decision::Envelope {
            client: envelope.client.address,
            listener: mailpol::mail::Listener::Smtp,
            tls: false,
            login: None,
            helo: "client.example".to_owned(),
            from: Path::parse(&envelope.from, &own),
            to: Path::parse(&envelope.to, &own),
            spf: SpfResult::None,
            spf_helo: SpfResult::None,
        };
        let decider = subject.reading.decider.as_ref();
        let (decided, _) = decision::run(decider, &asked).map_err(|_| "it asks what is no test")?;
        let mut places: BTreeSet<String> = decided
            .copies
            .addresses()
            .map(ToString::to_string)
            .collect();
        self.copies += places.len();
        for destination in destinations(decider, &decided, &asked) {
            if let Destination::Mailbox { mailbox, .. } = destination {
                places.insert(mailbox.to_string());
            }
        }
        for place in places {
            let subjects = self.wanted.entry(place).or_default();
            subjects.push(name.to_owned());
            subjects.sort();
        }
        Ok(())
    }
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
