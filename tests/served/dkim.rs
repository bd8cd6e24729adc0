//! DKIM: whose mail is signed, and that another reads the signatures as good.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::Failed;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{
    AuthenticatedMessage, DkimResult, MessageAuthenticator, Parameters, ResolverCache, Txt,
};

use crate::Test;
use crate::machine::{doe_with, expect, find, internal, job, outcomes, stranger, subject, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Until};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[
    (
        "internal clients and logins are signed for, nobody else",
        signed,
    ),
    ("without the signer nothing is taken", signer_is_away),
];

const KEY: &str = "/etc/dkimkeys/2026a.pem";
const JANE: &str = "jane.doe@doe-family.com";
const MAILDIR: &str = "/home/jane/Maildir";

/// A policy whose mail is signed, the private key, and what is published.
fn policy() -> Result<(String, String, String), Failed> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("key.pem");
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["dkim", "new", "2026a", "--key", KEY])
        .arg(&file)
        .output()?;
    let node = String::from_utf8(output.stdout)?;
    let published = "publish { spf \"+mx -all\" }";
    let text = doe_with(
        published,
        &published.replace('}', &format!("; {} }}", node.trim())),
    )?;
    let private = std::fs::read_to_string(&file)?;
    let policy = folder.path().join("policy.kdl");
    std::fs::write(&policy, &text)?;
    Ok((text, private, record(&policy)?))
}

/// Returns the key as `mailpol dns` publishes it.
fn record(policy: &Path) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_mailpol"))
        .args(["dns", "--format", "zone"])
        .arg(policy)
        .output()?;
    let zone = String::from_utf8(output.stdout)?;
    let mut lines = zone.lines();
    let line = lines.find(|line| line.starts_with("2026a._domainkey.doe-family.com. TXT "));
    let strings = line
        .ok_or("the key is not published")?
        .split('"')
        .skip(1)
        .step_by(2);
    Ok(strings.collect())
}

fn message(client: &Client, from: &str, header: &str, subject: &str) -> Envelope {
    let text = format!(
        "From: Somebody <{header}>\nTo: {JANE}\nSubject: {subject}\n\
         Date: Thu, 26 Nov 2026 10:00:00 +0000\nMessage-ID: <{subject}@doe-family.com>\n\n\
         .dot\nlast line\n"
    );
    Envelope {
        until: Until::Message(text),
        ..Envelope::new(client, from, JANE)
    }
}

fn signed() -> Result<(), Failed> {
    let (text, private, record) = policy()?;
    let subject = subject(&text)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.insert(KEY.into(), private);
    let by_six = Client::new(Ipv6Addr::new(0xfd00, 0xd0e, 0, 0, 0, 0, 0, 7), Smtp);
    let loopback = Client::new(Ipv4Addr::LOCALHOST, Smtp);
    let john = "john.doe@doe-family.com";
    job.envelopes = vec![
        message(&internal(Smtp), "meter@b.example", JANE, "internal"),
        message(&by_six, JANE, JANE, "internal-by-six"),
        message(&internal(Submission), JANE, JANE, "internal-at-submission"),
        message(&user("john", Submission), john, john, "login"),
        message(&internal(Smtp), JANE, "x@b.example", "of-another-domain"),
        message(&stranger(Smtp), "x@b.example", JANE, "stranger"),
        message(&loopback, "x@b.example", JANE, "loopback"),
    ];
    let report = namespace::run(&job)?;
    outcomes(&report, &["message 250 2.0.0"; 7])?;
    for name in [
        "internal",
        "internal-by-six",
        "internal-at-submission",
        "login",
    ] {
        let found = find(&report, MAILDIR, name)?;
        expect(found.headers("DKIM-Signature").len(), 1, &found.text)?;
        expect(verified(&found.text, &record)?, "pass", &found.text)?;
        let spoilt = found.text.replace("last line", "lost line");
        expect(verified(&spoilt, &record)?, "fail", &spoilt)?;
    }
    for name in ["of-another-domain", "stranger", "loopback"] {
        let found = find(&report, MAILDIR, name)?;
        expect(found.headers("DKIM-Signature").len(), 0, &found.text)?;
    }
    Ok(())
}

/// Nothing leaves unsigned because OpenDKIM is not there.
fn signer_is_away() -> Result<(), Failed> {
    let (text, private, _) = policy()?;
    let subject = subject(&text)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.insert(KEY.into(), private);
    // Postfix looks for it elsewhere.
    let elsewhere = "s/8891/8899/";
    job.scene
        .commands
        .push(format!("sed -i {elsewhere} /etc/postfix/main.cf"));
    let john = "john.doe@doe-family.com";
    job.envelopes = vec![
        message(&internal(Smtp), JANE, JANE, "internal"),
        message(&user("john", Submission), john, john, "login"),
    ];
    let report = namespace::run(&job)?;
    for outcome in &report.outcomes {
        let told = outcome.to_string();
        expect(told.contains(" 45"), true, &told)?;
    }
    let found = report.mailboxes.get(MAILDIR).map_or(0, Vec::len);
    expect(found, 0, "messages")
}

/// Knows one key, whatever it is asked for, and that there is nothing else.
struct One(Arc<DomainKey>);

impl ResolverCache<Box<str>, Txt> for One {
    fn get<Q: std::hash::Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: std::borrow::Borrow<Q>,
    {
        Some(Txt::DomainKey(Arc::clone(&self.0)))
    }

    fn remove<Q: std::hash::Hash + Eq + ?Sized>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: std::borrow::Borrow<Q>,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// Has mail-auth look at the signature of a delivered message.
fn verified(text: &str, record: &str) -> Result<&'static str, Failed> {
    let wire = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let message = AuthenticatedMessage::parse(wire.as_bytes()).ok_or("no message")?;
    let key = One(Arc::new(DomainKey::parse(record.as_bytes())?));
    let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    let authenticator = MessageAuthenticator::new(config, ResolverOpts::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let asked = Parameters::new(&message).with_txt_cache(&key);
    let outputs = runtime.block_on(authenticator.verify_dkim(asked));
    let good = |result: &DkimResult| matches!(result, DkimResult::Pass);
    let all_good = !outputs.is_empty() && outputs.iter().all(|output| good(output.result()));
    Ok(if all_good { "pass" } else { "fail" })
}
