//! Messages without Message-ID, Date and From: they get them where somebody sends through us, and
//! stay as they came where a stranger wrote them.

use libtest_mimic::Failed;

use crate::TestOfBoth;
use crate::machine::{expect, find, job, outcomes, stranger, subject, user};
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, Envelope, Mta, Until};
use crate::support::namespace;
use crate::support::report::{Message, Report};

pub(crate) const TESTS: &[TestOfBoth] = &[
    (
        "what is sent through us gets the headers that it lacks",
        lacking,
    ),
    ("headers that are there stay", kept),
];

/// A network for everything, one for something, a hole in that, and a login.
pub(crate) const POLICY: &str = r#"
mailpol version=1
host "mx.box.example" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/doe/fullchain.pem" key="/etc/ssl/doe/privkey.pem"
}
network "office" { cidr "192.168.0.0/24"; may-send; }
network "scanners" {
    cidr "10.20.30.0/24"
    may-send { from "scanner@box.example"; to "local"; }
    otherwise "refuse"
}
network "guests" { cidr "10.20.30.64/26"; }
network "friend" { cidr "10.9.0.7/32"; may-hand-over; }
auth "saslauthd" mechanism="shadow"
domain "box.example" {
    mailbox "tom"
    mailbox "john" login="john"
    alias "scanner" "tom"
    alias "postmaster" "tom"
}
"#;

pub(crate) const TOM: &str = "/var/mail/box.example/tom";
pub(crate) const MENDED: [&str; 3] = ["Message-ID", "Date", "From"];

fn sent(client: &Client, from: &str, text: String) -> Envelope {
    Envelope {
        until: Until::Message(text),
        ..Envelope::new(client, from, "tom@box.example")
    }
}

fn bare(client: &Client, from: &str, subject: &str) -> Envelope {
    sent(client, from, format!("Subject: {subject}\n\nx\n"))
}

fn got(report: &Report, subject: &str) -> Result<String, Failed> {
    let message = find(report, TOM, subject)?;
    let has = |name: &&&str| !message.headers(name).is_empty();
    let got: Vec<&str> = MENDED.iter().filter(has).copied().collect();
    Ok(got.join(" "))
}

fn lacking(mta: Mta) -> Result<(), Failed> {
    let subject = subject(POLICY, mta)?;
    let (_tree, mut job) = job(&subject)?;
    let client = |address: [u8; 4]| Client::new(address, Smtp);
    let john = "john@box.example";
    let scanner = "scanner@box.example";
    job.envelopes = vec![
        bare(&user("john", Submission), john, "login"),
        bare(&client([192, 168, 0, 7]), "a@b.example", "office"),
        bare(&client([10, 20, 30, 7]), scanner, "scanner"),
        bare(&client([192, 168, 0, 7]), "", "null"),
        bare(&stranger(Smtp), "a@b.example", "stranger"),
        bare(&client([10, 20, 30, 65]), "a@b.example", "guest"),
        bare(&client([10, 9, 0, 7]), "a@b.example", "friend"),
        bare(&client([127, 0, 0, 1]), "a@b.example", "loopback"),
    ];
    let report = namespace::run(&job)?;
    outcomes(mta, &report, &["message 250 2.0.0"; 8])?;
    for name in ["login", "office", "scanner"] {
        expect(got(&report, name)?, MENDED.join(" "), name)?;
    }
    for (name, from) in [
        ("login", john),
        ("office", "a@b.example"),
        ("scanner", scanner),
    ] {
        let message = find(&report, TOM, name)?;
        expect(message.headers("From").concat(), from, &message.text)?;
    }
    // A message with the null reverse-path is from nobody; Postfix says from whom bounces are.
    let null = got(&report, "null")?;
    expect(null.starts_with("Message-ID Date"), true, null)?;
    for name in ["stranger", "guest", "friend", "loopback"] {
        expect(got(&report, name)?, "", name)?;
    }
    Ok(())
}

/// Returns the fields that somebody wrote, without those of the way.
fn written(message: &Message) -> String {
    let names = [
        "From",
        "Sender",
        "Date",
        "Message-ID",
        "Subject",
        "To",
        "Reply-To",
    ];
    let fields = names.iter().flat_map(|name| {
        let found = message.headers(name);
        found
            .into_iter()
            .map(move |value| format!("{name}: {value}"))
    });
    fields.collect::<Vec<_>>().join("\n")
}

/// Sender is not taken out, and From may be another address than the reverse-path, which stays.
fn kept(mta: Mta) -> Result<(), Failed> {
    let fields = "From: Tom <tom@box.example>\nSender: who@else.example\n\
                  Date: Thu, 26 Nov 2026 10:00:00 +0000\nMessage-ID: <1@box.example>\n\
                  Subject: whole\nTo: tom@box.example\nReply-To: x@y.example";
    let subject = subject(POLICY, mta)?;
    let (_tree, mut job) = job(&subject)?;
    let john = "john@box.example";
    job.envelopes = vec![sent(
        &user("john", Submission),
        john,
        format!("{fields}\n\nx\n"),
    )];
    let report = namespace::run(&job)?;
    outcomes(mta, &report, &["message 250 2.0.0"])?;
    let message = find(&report, TOM, "whole")?;
    expect(written(message), fields, &message.text)?;
    expect(
        message.headers("Return-Path").concat(),
        "<john@box.example>",
        &message.text,
    )
}
