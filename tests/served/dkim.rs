//! DKIM: whose mail is signed, and that another reads the signatures as good.

use std::net::{Ipv4Addr, Ipv6Addr};

use libtest_mimic::Failed;

use crate::Test;
use crate::keys;
use crate::machine::{
    doe, doe_with, expect, find, internal, job, outcomes, stranger, subject, user,
};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Mta, Until};
use crate::support::namespace;

pub(crate) const TESTS: &[Test] = &[
    (
        "internal clients and logins are signed for, nobody else",
        signed,
    ),
    (
        "clients of every network that may send are signed for",
        granted,
    ),
    (
        "the signer says nothing about mail that it does not read",
        unread,
    ),
    ("without the signer nothing is taken", signer_is_away),
];

const JANE: &str = "jane.doe@doe-family.com";
const MAILDIR: &str = "/home/jane/Maildir";
/// Where keys are.
const FOLDER: &str = "/etc/dkimkeys";
/// What signs.
const KEYS: &keys::Selectors<'_> = &[("2026a", "rsa")];

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
    let signed = keys::signed(&doe()?, FOLDER, KEYS)?;
    let subject = subject(&signed.policy, Mta::Postfix)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.extend(signed.files.clone());
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
    outcomes(Mta::Postfix, &report, &["message 250 2.0.0"; 7])?;
    for name in [
        "internal",
        "internal-by-six",
        "internal-at-submission",
        "login",
    ] {
        let found = find(&report, MAILDIR, name)?;
        expect(found.headers("DKIM-Signature").len(), 1, &found.text)?;
        expect(signed.verified(&found.text)?, 1, &found.text)?;
        let spoilt = found.text.replace("last line", "lost line");
        expect(signed.verified(&spoilt)?, 0, &spoilt)?;
    }
    for name in ["of-another-domain", "stranger", "loopback"] {
        let found = find(&report, MAILDIR, name)?;
        expect(found.headers("DKIM-Signature").len(), 0, &found.text)?;
    }
    Ok(())
}

/// Networks that may send in some names only, with one inside that may nothing.
fn granted() -> Result<(), Failed> {
    let networks = "network \"office\" {\n    cidr \"10.9.0.0/24\" \"2001:db8:9::/48\"\n    \
                    may-send { from \"@doe-family.com\" }\n}\n\n\
                    network \"lab\" { cidr \"10.9.0.16/28\" \"2001:db8:9:1::/64\" }\n\n";
    let policy = doe_with(
        "auth \"saslauthd\"",
        &format!("{networks}auth \"saslauthd\""),
    )?;
    let signed = keys::signed(&policy, FOLDER, KEYS)?;
    let subject = subject(&signed.policy, Mta::Postfix)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.extend(signed.files.clone());
    let four = |last| Client::new(Ipv4Addr::new(10, 9, 0, last), Smtp);
    let six = |subnet| Client::new(Ipv6Addr::new(0x2001, 0xdb8, 9, subnet, 0, 0, 0, 7), Smtp);
    let strangers = "x@b.example";
    job.envelopes = vec![
        message(&four(15), JANE, JANE, "before"),
        message(&four(32), JANE, JANE, "behind"),
        message(&six(0), JANE, JANE, "before-by-six"),
        message(&six(2), JANE, JANE, "behind-by-six"),
        message(&four(16), strangers, JANE, "first-inside"),
        message(&four(31), strangers, JANE, "last-inside"),
        message(&six(1), strangers, JANE, "inside-by-six"),
    ];
    let report = namespace::run(&job)?;
    outcomes(Mta::Postfix, &report, &["message 250 2.0.0"; 7])?;
    for envelope in ["before", "behind", "before-by-six", "behind-by-six"] {
        let found = find(&report, MAILDIR, envelope)?;
        expect(signed.verified(&found.text)?, 1, &found.text)?;
    }
    for envelope in ["first-inside", "last-inside", "inside-by-six"] {
        let found = find(&report, MAILDIR, envelope)?;
        expect(found.headers("DKIM-Signature").len(), 0, &found.text)?;
    }
    Ok(())
}

/// Mail whose From cannot be read is no less taken, and what the policy says of it is topmost.
fn unread() -> Result<(), Failed> {
    let signed = keys::signed(&doe()?, FOLDER, KEYS)?;
    let subject = subject(&signed.policy, Mta::Postfix)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.extend(signed.files.clone());
    let spoilt = |client: &Client, from: &str, header: &str, subject: &str| {
        let mut envelope = message(client, from, JANE, subject);
        if let Until::Message(text) = &mut envelope.until {
            *text = text.replacen(&format!("From: Somebody <{JANE}>\n"), header, 1);
        }
        envelope
    };
    let stranger = stranger(Smtp);
    let by_spf = "a@pass.spf-results.example";
    job.envelopes = vec![
        spoilt(&stranger, by_spf, "", "without"),
        spoilt(
            &stranger,
            by_spf,
            "From: nobody at all\n",
            "without-address",
        ),
        spoilt(&internal(Smtp), JANE, "From: <>\n", "internal"),
        message(&internal(Smtp), JANE, JANE, "as-it-should-be"),
    ];
    let report = namespace::run(&job)?;
    outcomes(Mta::Postfix, &report, &["message 250 2.0.0"; 4])?;
    for (name, results) in [("without", 1), ("without-address", 1), ("internal", 0)] {
        let found = find(&report, MAILDIR, name)?;
        let all = found.headers("Authentication-Results");
        expect(all.len(), results, &found.text)?;
        let is_ours = |value: &String| value.contains("spf=pass");
        expect(all.iter().all(is_ours), true, &found.text)?;
    }
    let found = find(&report, MAILDIR, "as-it-should-be")?;
    expect(signed.verified(&found.text)?, 1, &found.text)
}

/// Nothing leaves unsigned because OpenDKIM is not there.
fn signer_is_away() -> Result<(), Failed> {
    let signed = keys::signed(&doe()?, FOLDER, KEYS)?;
    let subject = subject(&signed.policy, Mta::Postfix)?;
    let (_tree, mut job) = job(&subject)?;
    job.scene.files.extend(signed.files);
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
