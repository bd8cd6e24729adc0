//! The Doe family's server: its tree, its machine, and who writes to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::support::job::{
    Account, Certificate, Client, DnsFailure, Envelope, Job, Listener, Record, Scene,
};
use crate::support::namespace;

const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/trees/doe");
/// The password of every account.
pub(crate) const PASSWORD: &str = "s3cret pass";

/// A job for the Doe tree, with nothing to ask yet.
pub(crate) fn job() -> Job {
    Job::new(TREE, scene())
}

fn scene() -> Scene {
    let accounts = ["john", "jane", "jimmy", "jenny", "www-data"];
    let account = |login: &str| Account {
        login: login.to_owned(),
        password: PASSWORD.to_owned(),
    };
    let spf = |name: &str, record: &str| Record::Txt {
        name: name.to_owned(),
        strings: vec![record.to_owned()],
    };
    let fails = |name: &str, how| Record::Fails {
        name: name.to_owned(),
        how,
    };
    Scene {
        hostname: "mx.doe-family.com".to_owned(),
        addresses: vec![
            [198, 51, 100, 25].into(),
            [0x2001, 0xdb8, 0xd0e, 0, 0, 0, 0, 0x25].into(),
        ],
        bound: BTreeMap::new(),
        proxies: Vec::new(),
        announced: BTreeMap::new(),
        accounts: accounts.into_iter().map(account).collect(),
        certificates: vec![Certificate {
            name: "mx.doe-family.com".to_owned(),
            chain: PathBuf::from("/etc/ssl/doe/fullchain.pem"),
            key: PathBuf::from("/etc/ssl/doe/privkey.pem"),
        }],
        zone: vec![
            spf(
                "pass.example",
                "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8:9::/48 -all",
            ),
            spf("fail.example", "v=spf1 -all"),
            spf("broken.example", "v=spf1 ip4:bogus -all"),
            spf("a.example", "v=spf1 a mx -all"),
            Record::Address {
                name: "a.example".to_owned(),
                address: [203, 0, 113, 7].into(),
            },
            Record::Mx {
                name: "a.example".to_owned(),
                preference: 10,
                exchange: "mx.a.example".to_owned(),
            },
            Record::Address {
                name: "mx.a.example".to_owned(),
                address: [203, 0, 113, 8].into(),
            },
            fails("servfail.example", DnsFailure::ServFail),
            fails("refused.example", DnsFailure::Refused),
            fails("silent.example", DnsFailure::Silent),
        ],
        commands: vec!["adduser --quiet postfix sasl".to_owned()],
        files: BTreeMap::new(),
    }
}

/// Somebody on the Internet.
pub(crate) fn stranger(listener: Listener) -> Client {
    Client::new([203, 0, 113, 9], listener)
}

/// A machine of the internal network.
pub(crate) fn internal(listener: Listener) -> Client {
    Client::new([192, 168, 0, 7], listener)
}

/// A user out in the world.
pub(crate) fn user(login: &str, listener: Listener) -> Client {
    Client::authenticated(listener, login, PASSWORD)
}

/// An envelope, and the outcome that it has to have; `*` ends one that goes on.
pub(crate) type Case = (Envelope, String);

/// Reads cases of one client, one a line: `<from> <to> outcome`.
pub(crate) fn asks(client: &Client, table: &str) -> Vec<Case> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let case = |line: &str| {
        let (from, rest) = line.strip_prefix('<')?.split_once("> <")?;
        let (to, outcome) = rest.rsplit_once("> ")?;
        Some((Envelope::new(client, from, to), outcome.to_owned()))
    };
    // A line that cannot be read is a case that fails.
    let unread = |line: &str| (Envelope::new(client, line, ""), format!("no case: {line}"));
    lines
        .map(|line| case(line).unwrap_or_else(|| unread(line)))
        .collect()
}

/// Asks about all cases on one machine, and tells those that are answered otherwise.
pub(crate) fn check(mut job: Job, cases: Vec<Case>) -> Result<(), Failed> {
    let (envelopes, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    job.envelopes = envelopes;
    let report = namespace::run(&job)?;
    let mut wrong = Vec::new();
    for ((envelope, outcome), expected) in job.envelopes.iter().zip(&report.outcomes).zip(expected)
    {
        let fits = match expected.strip_suffix('*') {
            Some(start) => outcome.to_string().starts_with(start),
            None => outcome.to_string() == expected,
        };
        if !fits {
            let text = outcome.text();
            wrong.push(format!(
                "{envelope:?}\n  wanted {expected}, got {outcome}: {text}"
            ));
        }
    }
    if wrong.is_empty() && report.outcomes.len() == job.envelopes.len() {
        return Ok(());
    }
    Err(format!("{}\n{}", wrong.join("\n"), report.log.join("\n")).into())
}

/// The Doe tree with some text of one file replaced.
pub(crate) fn spoilt(file: &str, text: &str, by: &str) -> Result<(TempDir, Job), Failed> {
    let directory = tempfile::tempdir()?;
    copy(Path::new(TREE), directory.path())?;
    let path = directory.path().join(file);
    let before = fs::read_to_string(&path)?;
    if !before.contains(text) {
        return Err(format!("{file} has no {text:?}").into());
    }
    fs::write(&path, before.replace(text, by))?;
    let job = Job {
        tree: directory.path().to_owned(),
        ..job()
    };
    Ok((directory, job))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
