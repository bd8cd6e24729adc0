//! Mail of a route whose host cannot take it, for whatever reason that is none of the mail's: it
//! waits in the queue and does not come back.

use libtest_mimic::Failed;

use crate::machine::{self, message};
use crate::routes::{Host, ISP, NAME, arrivals, expect, scene};
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Mta, Record};
use crate::support::namespace;
use crate::support::report::Report;
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    (
        "mail waits for a route's host that DNS does not know",
        unknown,
    ),
    (
        "mail waits for a route's host without an address",
        without_address,
    ),
    (
        "mail waits for a route's host that starts no TLS for good",
        without_tls,
    ),
];

pub(crate) const OF_POSTFIX: &[Test] = &[
    ("mail waits for a route's host that talks to nobody", silent),
    ("mail waits for a route's host that is this one", itself),
    (
        "mail waits for a route's host that answers AUTH with nonsense",
        babbling,
    ),
    ("mail that a route's host refuses comes back", refused),
];

const STRANGER: &str = "a@pass.spf-results.example";

/// Returns a policy by which everything that leaves goes to one host.
fn policy(to: &str) -> String {
    format!(
        "\
mailpol version=1
host \"mx.acme.test\" {{
    address \"198.51.100.25\"
    listen \"smtp\"
}}
network \"office\" {{ cidr \"192.168.10.0/24\"; may-send }}
domain \"acme.test\" {{
    mailbox \"jane\"
    alias \"postmaster\" \"jane\"
    forward \"aunt\" \"aunt@far.test\"
    publish {{ spf \"+a:{NAME}\" \"+a:nx.{NAME}\" \"+a:text.{NAME}\" \"+a:self.{NAME}\" \"-all\" }}
}}
route \"isp\" {{ to {to} }}
outbound via=\"isp\"
"
    )
}

fn unknown(mta: Mta) -> Result<(), Failed> {
    let to = "\"nx.smtp.isp.test\" port=587 tls=\"required\"";
    waits(&run(mta, to, &ISP, Vec::new())?)
}

/// The name is there, but not as one of a host.
fn without_address(mta: Mta) -> Result<(), Failed> {
    let to = "\"text.smtp.isp.test\" port=587 tls=\"required\"";
    let text = Record::Txt {
        name: "text.smtp.isp.test".to_owned(),
        strings: vec!["nothing".to_owned()],
    };
    waits(&run(mta, to, &ISP, vec![text])?)
}

/// STARTTLS is offered, and refused with 500.
fn without_tls(mta: Mta) -> Result<(), Failed> {
    let mode = "refuses-tls";
    waits(&run(mta, REQUIRED, &Host { mode, ..ISP }, Vec::new())?)
}

/// EHLO and HELO are refused with 550.
fn silent() -> Result<(), Failed> {
    let mode = "refuses-helo";
    let host = Host { mode, ..ISP };
    waits(&run(Mta::Postfix, REQUIRED, &host, Vec::new())?)
}

/// The name leads back here.
fn itself() -> Result<(), Failed> {
    let to = "\"self.smtp.isp.test\" port=25 tls=\"required\"";
    let here = Record::Address {
        name: "self.smtp.isp.test".to_owned(),
        address: [198, 51, 100, 25].into(),
    };
    waits(&run(Mta::Postfix, to, &ISP, vec![here])?)
}

/// AUTH is answered with a code that there is none of.
fn babbling() -> Result<(), Failed> {
    let to = "\"smtp.isp.test\" port=587 credentials=\"/etc/mail/isp\"";
    let mode = "babbles";
    waits(&run(Mta::Postfix, to, &Host { mode, ..ISP }, Vec::new())?)
}

/// What the host says of a message, whatever its words, is as final as it was.
fn refused() -> Result<(), Failed> {
    let mode = "refuses-mail";
    let host = Host { mode, ..ISP };
    let report = run(Mta::Postfix, REQUIRED, &host, Vec::new())?;
    let queue = report.queue.join("\n");
    expect(
        &queue.contains("bob@far.test").to_string(),
        "false",
        &report,
    )?;
    let jane = report.mailboxes.get("/var/mail/acme.test/jane");
    let told = jane.map_or(0, Vec::len);
    // Two that came back, and word of the stranger's, which found nobody.
    expect(&told.to_string(), "3", &report)
}

const REQUIRED: &str = "\"smtp.isp.test\" port=587 tls=\"required\"";

/// Hands over three messages that leave, the second for the same host as the first.
fn run(mta: Mta, to: &str, host: &Host, more: Vec<Record>) -> Result<Report, Failed> {
    let (_tree, mut job) = machine::job(&machine::subject(&policy(to), mta)?)?;
    assert_eq!(host.name, NAME);
    scene(&mut job, host);
    job.scene.zone.extend(more);
    let office = Client::new([192, 168, 10, 7], Smtp);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    job.envelopes = vec![
        message(&office, "jane@acme.test", "bob@far.test", "x"),
        message(&office, "jane@acme.test", "bob@other.test", "x"),
        message(&stranger, STRANGER, "aunt@acme.test", "x"),
    ];
    let report = namespace::run(&job)?;
    let taken = |one: &String| one.starts_with("message 250");
    let outcomes: Vec<String> = report.outcomes.iter().map(ToString::to_string).collect();
    if outcomes.iter().all(taken) {
        Ok(report)
    } else {
        Err(format!("{}\n{}", outcomes.join("\n"), report.log.join("\n")).into())
    }
}

/// Nothing has come to the host, nobody was told anything, and all three messages wait.
fn waits(report: &Report) -> Result<(), Failed> {
    expect(&arrivals(report).join("\n"), "", report)?;
    let queue = report.queue.join("\n");
    // Exim names whom the mail came for, Postfix whom it goes to.
    for names in [
        &["aunt@far.test", "aunt@acme.test"][..],
        &["bob@far.test"],
        &["bob@other.test"],
    ] {
        let waits = names.iter().any(|name| queue.contains(name));
        expect(&waits.to_string(), "true", report)?;
    }
    let jane = report.mailboxes.get("/var/mail/acme.test/jane");
    expect(&jane.map_or(0, Vec::len).to_string(), "0", report)
}
