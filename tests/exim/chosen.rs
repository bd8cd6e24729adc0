//! Routers that lead mail where the client chooses, on the real Exim: what
//! `tests/corpus/refute/no-open-relay/exim-header-redirects` and its neighbours refute, seen.

use libtest_mimic::Failed;

use crate::Test;
use crate::forwarded::{left, others};
use crate::run;
use crate::support::job::Listener::Smtp;
use crate::support::job::{Client, Envelope, Until};
use crate::support::namespace;
use crate::support::report::Report;

pub(crate) const TESTS: &[Test] = &[
    ("a header chooses where mail goes", header),
    (
        "a header chooses it behind a condition and an operator",
        condition,
    ),
    ("the sender chooses where mail goes", sender),
    ("the sender chooses it while it is verified", verified),
];

/// Sends a message with the header and one without through a tree with one router more.
fn sent(router: &[&str]) -> Result<Report, Failed> {
    let (_tree, mut job) = run::job(&run::doe()?)?;
    let router = ["driver = redirect", "domains = +local_domains"]
        .iter()
        .chain(router)
        .map(|line| format!("  {line}\\n"));
    let router = format!("elsewhere:\\n{}", router.collect::<String>());
    job.scene.commands.push(format!(
        "sed -i 's/^# Aliases lead to.*/{router}/' /etc/exim4/exim4.conf"
    ));
    others(&mut job, crate::forwards::PORT);
    let stranger = Client::new([203, 0, 113, 9], Smtp);
    let message = |headers: &str| Envelope {
        until: Until::Message(format!("{headers}\n\nlast line\n")),
        ..Envelope::new(&stranger, "sender@isp.test", "jane.doe@doe-family.com")
    };
    job.envelopes = vec![
        message("Subject: with\nX-Forward: <victim@vault.test>"),
        message("Subject: without"),
    ];
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        if !outcome.to_string().starts_with("message 250") {
            return Err(format!("{outcome}:\n{}", report.log.join("\n")).into());
        }
    }
    Ok(report)
}

/// Fails unless these left for others, and these were kept, by their subjects.
fn expect(report: &Report, gone: &[&str], kept: &[&str]) -> Result<(), Failed> {
    let maildir = report.mailboxes.get("/home/jane/Maildir");
    let maildir = maildir.map_or(&[][..], Vec::as_slice).iter();
    let mut found: Vec<String> = maildir
        .map(|message| message.headers("Subject").concat().trim().to_owned())
        .collect();
    found.sort();
    let left = left(report);
    if left == gone && found == kept {
        return Ok(());
    }
    Err(format!(
        "{left:?} left, {found:?} stayed:\n{}",
        report.log.join("\n")
    )
    .into())
}

fn header() -> Result<(), Failed> {
    let report = sent(&["data = $h_X-Forward:"])?;
    expect(&report, &["with victim@vault.test"], &["without"])
}

fn condition() -> Result<(), Failed> {
    let report = sent(&[
        "condition = ${if def:header_X-Forward: {yes}{no}}",
        "data = ${address:$header_X-Forward:}",
    ])?;
    expect(&report, &["with victim@vault.test"], &["without"])
}

fn sender() -> Result<(), Failed> {
    let report = sent(&["no_verify", "data = $sender_address"])?;
    expect(
        &report,
        &["with sender@isp.test", "without sender@isp.test"],
        &[],
    )
}

fn verified() -> Result<(), Failed> {
    let report = sent(&["data = ${lc:$sender_address}"])?;
    expect(
        &report,
        &["with sender@isp.test", "without sender@isp.test"],
        &[],
    )
}
