//! SPF: what each result does, and which headers say so.

use libtest_mimic::Failed;
use mailpol::spf::SpfResult;

use crate::machine::{
    doe, doe_with, expect, find, internal, is_short_of, job, message, outcomes, serve, stranger,
    subject, user,
};
use crate::scene::name_of;
use crate::support::job::Listener::{Smtp, Submission};
use crate::support::job::{Client, DnsFailure, Envelope, Mta, Record};
use crate::support::namespace;
use crate::support::report::{Message, Report};
use crate::{Test, TestOfBoth};

pub(crate) const TESTS: &[TestOfBoth] = &[
    ("soft: each result, both headers", soft),
    ("strict: softfail is refused too", strict),
    ("off: nothing is asked, nothing is written", off),
    ("one header, or none", headers),
    ("who is not asked", not_asked),
    ("what HELO says does not go on in a header", forged),
    ("a name server that never answers", silent),
];

pub(crate) const OF_EXIM: &[Test] = &[("literals are no values of a header", literals)];

/// Seconds in which the answers about a silent name server are there.
const SILENCE: u64 = 240;

const JOHN: &str = "john.doe@doe-family.com";
const MAILDIR: &str = "/home/john/Maildir";

/// What SPF refuses, at RCPT.
fn refusal(result: SpfResult, is_strict: bool) -> Option<&'static str> {
    match result {
        SpfResult::Fail => Some("rcpt 550 5.7.23"),
        SpfResult::Softfail if is_strict => Some("rcpt 550 5.7.23"),
        SpfResult::Temperror => Some("rcpt 451 4.7.24"),
        SpfResult::Permerror => Some("rcpt 550 5.7.24"),
        SpfResult::Softfail | SpfResult::None | SpfResult::Neutral | SpfResult::Pass => None,
    }
}

/// A message of each result by MAIL FROM, and of each by HELO with the null reverse-path. The
/// identity that is not asked has a result of its own, which must not show.
fn each() -> Vec<(Envelope, SpfResult, &'static str)> {
    let mut all = Vec::new();
    for result in SpfResult::ALL {
        let name = name_of(result);
        let misleading = Client {
            helo: name_of(SpfResult::Fail),
            ..stranger(Smtp)
        };
        let sender = format!("sender@{name}");
        let by_sender = format!("mailfrom-{}", result.as_str());
        all.push((
            message(&misleading, &sender, JOHN, &by_sender),
            result,
            "mailfrom",
        ));
        let named = Client {
            helo: name,
            ..stranger(Smtp)
        };
        let by_helo = format!("helo-{}", result.as_str());
        all.push((message(&named, "", JOHN, &by_helo), result, "helo"));
    }
    all
}

/// Asks for each result, and looks at replies and headers.
fn check(
    mta: Mta,
    text: &str,
    is_strict: bool,
    received: usize,
    results: usize,
) -> Result<(), Failed> {
    let each = each();
    let asked = each.iter().map(|(envelope, ..)| envelope.clone()).collect();
    let report = serve(mta, text, asked)?;
    for ((envelope, result, identity), outcome) in each.iter().zip(&report.outcomes) {
        let refused = refusal(*result, is_strict);
        let wanted = refused.unwrap_or("message 250 2.0.0");
        let told = outcome.to_string();
        if !is_short_of(mta, &told, wanted) {
            expect(told, wanted, format!("{envelope:?}"))?;
        }
        if refused.is_none() {
            let subject = format!("{identity}-{}", result.as_str());
            let message = find(&report, MAILDIR, &subject)?;
            says(mta, message, *result, identity, received, results)?;
        }
    }
    Ok(())
}

/// Whether the headers are so many, and say this result of this identity.
fn says(
    mta: Mta,
    message: &Message,
    result: SpfResult,
    identity: &str,
    received: usize,
    results: usize,
) -> Result<(), Failed> {
    let word = result.as_str();
    let found = message.headers("Received-SPF");
    expect(found.len(), received, &message.text)?;
    for header in found {
        let first = header.split(' ').next().unwrap_or_default();
        expect(first.to_ascii_lowercase(), word, &message.text)?;
        // libspf2 does not name the identity; `envelope-from` and `helo` stand there in any case.
        let named = mta == Mta::Exim || header.contains(&format!("identity={identity};"));
        let client = header.contains("client-ip=203.0.113.9;");
        expect(named && client, true, &message.text)?;
    }
    let found = message.headers("Authentication-Results");
    expect(found.len(), results, &message.text)?;
    for header in found {
        let ours = header.starts_with("mx.doe-family.com;");
        let named = header.contains(&format!("spf={word} "));
        let identity = header.contains(&format!("smtp.{identity}={}", name_of(result)));
        expect(ours && named && identity, true, &message.text)?;
    }
    Ok(())
}

fn soft(mta: Mta) -> Result<(), Failed> {
    check(mta, &doe()?, false, 1, 1)
}

fn strict(mta: Mta) -> Result<(), Failed> {
    check(
        mta,
        &doe_with("spf \"soft\"", "spf \"strict\"")?,
        true,
        1,
        1,
    )
}

fn off(mta: Mta) -> Result<(), Failed> {
    let text = doe_with("spf \"soft\" header=\"both\"", "spf \"off\"")?;
    let each = each();
    let asked = each.iter().map(|(envelope, ..)| envelope.clone()).collect();
    let report = serve(mta, &text, asked)?;
    outcomes(mta, &report, &vec!["message 250 2.0.0"; each.len()])?;
    expect(
        report.mailboxes.get(MAILDIR).map_or(0, Vec::len),
        each.len(),
        "messages",
    )?;
    plain(&report, MAILDIR)
}

fn headers(mta: Mta) -> Result<(), Failed> {
    for (word, received, results) in [("spf", 1, 0), ("auth", 0, 1), ("none", 0, 0)] {
        let text = doe_with("header=\"both\"", &format!("header=\"{word}\""))?;
        check(mta, &text, false, received, results)?;
    }
    Ok(())
}

/// Whether no message of a Maildir has a header of ours.
fn plain(report: &Report, maildir: &str) -> Result<(), Failed> {
    for message in report.mailboxes.get(maildir).ok_or("no such Maildir")? {
        for header in ["Received-SPF", "Authentication-Results"] {
            expect(message.headers(header).len(), 0, &message.text)?;
        }
    }
    Ok(())
}

/// Returns a header without what is quoted in it.
fn bare(header: &str) -> String {
    header.split('"').step_by(2).collect()
}

/// Behind such a name a header would have results that nobody found.
fn forged(mta: Mta) -> Result<(), Failed> {
    let pass = format!("sender@{}", name_of(SpfResult::Pass));
    let mut asked = Vec::new();
    for (number, helo) in ["a; dkim=pass header.d=b.example", "a (b", "a\"b", "?", ""]
        .into_iter()
        .enumerate()
    {
        let client = Client {
            helo: helo.to_owned(),
            ..stranger(Smtp)
        };
        // smtpd(8) wants a word behind HELO (RFC 5321 section 4.1.1.1).
        if helo.is_empty() && mta == Mta::Postfix {
            continue;
        }
        asked.push(message(&client, "", JOHN, &format!("null-{number}")));
        asked.push(message(&client, &pass, JOHN, &format!("named-{number}")));
    }
    let total = asked.len();
    let report = serve(mta, &doe()?, asked)?;
    outcomes(mta, &report, &vec!["message 250 2.0.0"; total])?;
    let found = report.mailboxes.get(MAILDIR).ok_or("no such Maildir")?;
    expect(found.len(), total, "messages")?;
    for message in found {
        let subject = message.headers("Subject").concat();
        let word = if subject.contains("null") {
            "none"
        } else {
            "pass"
        };
        for (name, said) in [
            ("Received-SPF", word.to_owned()),
            (
                "Authentication-Results",
                format!("mx.doe-family.com; spf={word}"),
            ),
        ] {
            let all = message.headers(name);
            expect(all.len(), 1, &message.text)?;
            let all = bare(&all.concat());
            expect(
                all.to_ascii_lowercase().starts_with(&said),
                true,
                &message.text,
            )?;
            expect(all.contains("; dkim"), false, &message.text)?;
        }
    }
    Ok(())
}

const BACKUP: &str = r#"
network "backup" {
    cidr "192.0.2.7/32"
    may-hand-over
}

auth "#;

fn not_asked(mta: Mta) -> Result<(), Failed> {
    let fails = format!("sender@{}", name_of(SpfResult::Fail));
    let backup = Client::new([192, 0, 2, 7], Smtp);
    let loopback = Client::new([127, 0, 0, 1], Smtp);
    let text = doe_with("auth ", BACKUP)?;
    let report = serve(
        mta,
        &text,
        vec![
            message(&backup, &fails, JOHN, "handed-over"),
            message(&loopback, &fails, JOHN, "loopback"),
            message(&internal(Smtp), &fails, JOHN, "internal"),
            message(&user("john", Submission), JOHN, JOHN, "login"),
            Envelope::new(&backup, &fails, "c@d.example"),
            Envelope::new(&backup, JOHN, JOHN),
            Envelope::new(&loopback, &fails, "c@d.example"),
            Envelope::new(&Client::new([192, 0, 2, 8], Smtp), &fails, JOHN),
        ],
    )?;
    let mut wanted = vec!["message 250 2.0.0"; 4];
    wanted.extend(["rcpt 554 5.7.1"; 3]);
    wanted.push("rcpt 550 5.7.23");
    outcomes(mta, &report, &wanted)?;
    expect(
        report.mailboxes.get(MAILDIR).map_or(0, Vec::len),
        4,
        "messages",
    )?;
    plain(&report, MAILDIR)
}

/// SPF cannot be had from there now, be it asked for itself or by another's record; and nobody
/// waits for it in vain.
fn silent(mta: Mta) -> Result<(), Failed> {
    let subject = subject(&doe()?, mta)?;
    let (_tree, mut job) = job(&subject)?;
    // policyd-spf gives each name twenty seconds, whatever resolv.conf(5) says.
    job.seconds = SILENCE;
    job.scene.zone.extend([
        Record::Fails {
            name: "silent.example".to_owned(),
            how: DnsFailure::Silent,
        },
        Record::Txt {
            name: "below.example".to_owned(),
            strings: vec!["v=spf1 include:silent.example -all".to_owned()],
        },
    ]);
    let named = Client {
        helo: "silent.example".to_owned(),
        ..Client::new([203, 0, 113, 10], Smtp)
    };
    let third = Client::new([203, 0, 113, 11], Smtp);
    let from = "a@silent.example";
    job.envelopes = vec![
        Envelope::new(&stranger(Smtp), from, JOHN),
        Envelope::new(&named, "", JOHN),
        Envelope::new(&third, "a@below.example", JOHN),
        Envelope::new(&stranger(Smtp), from, "nobody@doe-family.com"),
        Envelope::new(&stranger(Smtp), from, "c@victim.example"),
        Envelope::new(&internal(Smtp), from, JOHN),
    ];
    let report = namespace::run(&job)?;
    let later = "rcpt 451 4.7.24";
    let others = ["rcpt 550 5.1.1", "rcpt 554 5.7.1", "rcpt 250 2.1.5"];
    outcomes(mta, &report, &[&[later; 3][..], &others].concat())
}

/// A literal is no `value` of RFC 8601 section 2.2, so neither HELO nor MAIL FROM is named by one.
fn literals() -> Result<(), Failed> {
    let pass = format!("sender@{}", name_of(SpfResult::Pass));
    let sender = "sender@[203.0.113.9]";
    let named = format!("\tspf=pass smtp.mailfrom={}", name_of(SpfResult::Pass));
    let mut asked = Vec::new();
    let helos = ["[203.0.113.9]", "[IPv6:2001:db8::7]", "a:b", "mail.example"];
    for (number, helo) in helos.into_iter().enumerate() {
        let client = Client {
            helo: helo.to_owned(),
            ..stranger(Smtp)
        };
        asked.push(message(&client, "", JOHN, &format!("null-{number}")));
        asked.push(message(&client, sender, JOHN, &format!("literal-{number}")));
        asked.push(message(&client, &pass, JOHN, &format!("named-{number}")));
    }
    let total = asked.len();
    let report = serve(Mta::Exim, &doe()?, asked)?;
    outcomes(Mta::Exim, &report, &vec!["message 250 2.0.0"; total])?;
    let found = report.mailboxes.get(MAILDIR).ok_or("no such Maildir")?;
    expect(found.len(), total, "messages")?;
    for message in found {
        let all = message.headers("Authentication-Results");
        expect(all.len(), 1, &message.text)?;
        let all = all.concat();
        let subject = message.headers("Subject").concat();
        let result = all.split_once(';').map_or("", |(_, result)| result);
        expect(result.contains(['[', ']', ':']), false, &message.text)?;
        if subject.contains("literal") {
            expect(result, " spf=none", &message.text)?;
        }
        if subject.contains("named") {
            let is_named = result.trim() == named.trim();
            expect(is_named, true, &message.text)?;
        }
    }
    Ok(())
}
