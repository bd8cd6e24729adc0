//! What the reader of Exim's configuration makes of trees that were written by hand.
//!
//! A case is a folder of `tests/corpus/read/exim`: a tree that mirrors a server's root, and
//! `envelopes.jsonl`, whose lines say what the real Exim answers. A case with `refused.txt` has to
//! be refused instead, with the messages in that file, one a line; `MAILPOL_BLESS` writes them.

#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file; its tests have to"
)]

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::decision::{Decision, Destination, Envelope, Store, Verdict, run};
use mailpol::diagnostic::Diagnostics;
use mailpol::mail::{Listener, canonical_client};
use mailpol::simulate::EnvelopeLine;
use mailpol::spf::SpfResult;
use mailpol::target::exim::Exim;
use mailpol::target::{Artifacts, Reading, Target};

/// The addresses of the host that every case is for.
const OWN: [&str; 2] = ["198.51.100.25", "2001:db8:d0e::25"];

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/read/exim");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(corpus)
        .expect("the corpus is there")
        .map(|entry| entry.expect("its entries can be read").path())
        .collect();
    cases.sort();
    let spoilt = cases.clone();
    let mut trials = vec![Trial::test("exim, spoilt", move || spoil(&spoilt))];
    trials.extend(cases.into_iter().map(|case| {
        let name = case.file_name().unwrap_or_default().to_string_lossy();
        Trial::test(format!("exim/{name}"), move || check(&case))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn own() -> Vec<IpAddr> {
    OWN.iter()
        .map(|ip| ip.parse().expect("an address"))
        .collect()
}

fn check(case: &Path) -> Result<(), Failed> {
    let mut artifacts = Artifacts::new();
    artifacts.host_addresses = own();
    artifacts.version = (4, 96, 0);
    add(&mut artifacts, case, case)?;
    let mut diagnostics = Diagnostics::new();
    let reading = Exim.interpret(&artifacts, &mut diagnostics);
    let told: Vec<String> = diagnostics
        .sorted()
        .iter()
        .map(ToString::to_string)
        .collect();
    let refused = std::fs::read_to_string(case.join("refused.txt"));
    match (reading, refused) {
        (Err(_), Ok(_)) if std::env::var_os("MAILPOL_BLESS").is_some() => {
            let text = format!("{}\n", told.join("\n"));
            std::fs::write(case.join("refused.txt"), text).map_err(|error| error.to_string().into())
        }
        (Err(_), Ok(expected)) => {
            let expected: Vec<&str> = expected.lines().collect();
            if told == expected {
                Ok(())
            } else {
                Err(format!("it told\n{}\nnot\n{}", told.join("\n"), expected.join("\n")).into())
            }
        }
        (Ok(_), Ok(_)) => Err("it was to be refused".into()),
        (Err(_), Err(_)) => Err(format!("it was refused:\n{}", told.join("\n")).into()),
        (Ok(reading), Err(_)) => envelopes(case, &reading),
    }
}

/// Reads every case with a piece taken out, doubled or replaced, in many places: whatever it makes
/// of that, it comes to an end.
fn spoil(cases: &[PathBuf]) -> Result<(), Failed> {
    const WORDS: [&str; 12] = [
        "{",
        "}",
        "${if ",
        "$",
        "\\",
        "!",
        ":",
        "<;",
        "\"",
        "${lookup{",
        "+internal",
        "\u{fc}",
    ];
    for case in cases {
        let mut artifacts = Artifacts::new();
        add(&mut artifacts, case, case)?;
        let Some(whole) = artifacts.get("etc/exim4/exim4.conf") else {
            continue;
        };
        let text = whole.source.text().to_owned();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        // A long tree holds much of the same.
        let step = 11.max(places.len() / 300);
        for (turn, at) in places.iter().enumerate().step_by(step) {
            let (head, tail) = text.split_at(*at);
            let behind = places
                .get(turn + 1 + turn % 40)
                .copied()
                .unwrap_or(text.len());
            let spoilt = match turn % 3 {
                0 => format!("{head}{}", &text[behind..]),
                1 => format!("{head}{}{tail}", &text[*at..behind]),
                _ => format!("{head}{}{tail}", WORDS[turn % WORDS.len()]),
            };
            artifacts.add("etc/exim4/exim4.conf", 0o644, spoilt);
            let mut diagnostics = Diagnostics::new();
            let reading = Exim.interpret(&artifacts, &mut diagnostics);
            if reading.is_err() == (diagnostics.errors() == 0) {
                return Err(format!("{}: refused without a reason", case.display()).into());
            }
            for told in diagnostics.sorted() {
                let told: &(dyn miette::Diagnostic + Send + Sync) = told.as_ref();
                mailpol::diagnostic::render(told, mailpol::diagnostic::Style::PLAIN);
            }
        }
    }
    Ok(())
}

fn add(artifacts: &mut Artifacts, root: &Path, folder: &Path) -> Result<(), Failed> {
    for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            add(artifacts, root, &path)?;
        } else if folder != root {
            let name = path.strip_prefix(root).map_err(|error| error.to_string())?;
            let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
            artifacts.add(&name.to_string_lossy(), 0o644, text);
        }
    }
    Ok(())
}

fn envelopes(case: &Path, reading: &Reading) -> Result<(), Failed> {
    let lines =
        std::fs::read_to_string(case.join("envelopes.jsonl")).map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        let mut json: serde_json::Value =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        let mut take = |key| json.as_object_mut().and_then(|object| object.remove(key));
        let expect = take("expect").unwrap_or_default();
        // By which proxy the client came, and how that says so, is the harness's matter.
        let _by = (take("by"), take("says"));
        let json = json.to_string();
        let envelope: EnvelopeLine<'_> =
            serde_json::from_str(&json).map_err(|error| error.to_string())?;
        let envelope = given(&envelope)?;
        let (decision, _) = run(reading.decider.as_ref(), &envelope)
            .map_err(|unanswered| format!("{unanswered:?}"))?;
        for (key, found) in answers(reading, &decision, &envelope) {
            if let Some(expected) = expect.get(key)
                && *expected != found
            {
                let to = envelope.to.text();
                wrong.push(format!(
                    "line {}: {to}: {key} {found}, not {expected}",
                    number + 1
                ));
            }
        }
        if expect.get("verdict").is_none() {
            wrong.push(format!("line {}: nothing is expected", number + 1));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

/// Returns the envelope of a line; what it leaves out is nothing special.
fn given(line: &EnvelopeLine<'_>) -> Result<Envelope, Failed> {
    let client: IpAddr = line.client.parse().map_err(|_| "client")?;
    let listener = line.listener.as_deref().unwrap_or("smtp");
    let listener = Listener::from_name(listener).ok_or("listener")?;
    let spf = |word: Option<&str>| SpfResult::parse(word.unwrap_or("none"));
    Ok(Envelope {
        client: canonical_client(client),
        listener,
        tls: line.tls.unwrap_or(listener == Listener::Submissions),
        login: line.login.as_deref().map(str::to_owned),
        helo: line.helo.as_deref().unwrap_or("mail.example").to_owned(),
        from: mailpol::mail::Path::parse(&line.from, &own()),
        to: mailpol::mail::Path::parse(&line.to, &own()),
        spf: spf(line.spf.as_deref()).ok_or("spf")?,
        spf_helo: spf(line.spf_helo.as_deref()).ok_or("spf_helo")?,
    })
}

/// Returns what a line may expect.
fn answers(
    reading: &Reading,
    decision: &Decision,
    envelope: &Envelope,
) -> Vec<(&'static str, serde_json::Value)> {
    let headers: Vec<&str> = decision
        .headers
        .iter()
        .map(|header| header.name())
        .collect();
    let destinations = mailpol::prove::destinations(reading.decider.as_ref(), decision, envelope);
    let route: Vec<String> = destinations.iter().map(words).collect();
    let copies: Vec<String> = decision
        .copies
        .addresses()
        .map(ToString::to_string)
        .collect();
    vec![
        ("verdict", decision.verdict.name().into()),
        ("code", decision.reply.code.into()),
        ("status", decision.reply.status.to_string().into()),
        ("because", decision.because.name().into()),
        ("headers", headers.into()),
        ("copies", copies.into()),
        ("completes", decision.completes.into()),
        (
            "route",
            if decision.verdict == Verdict::Accept {
                route.into()
            } else {
                Vec::<String>::new().into()
            },
        ),
    ]
}

fn words(destination: &Destination) -> String {
    match destination {
        Destination::Mailbox { mailbox, store } => match store {
            Store::Account(login) => format!("{mailbox} in ~{login}"),
            Store::Directory(path) | Store::File(path) => format!("{mailbox} in {path}"),
        },
        Destination::Forward { to, via: None } => format!("on to {to}"),
        Destination::Forward { to, via: Some(hop) } => format!("on to {to} by {hop}"),
        Destination::Exchangers(domain) => format!("exchangers of {domain}"),
        Destination::Hop(hop) => format!("hop {hop}"),
        Destination::Chosen(by) => format!("chosen by {by}"),
        Destination::Discard => "discard".to_owned(),
        Destination::Undeliverable => "undeliverable".to_owned(),
    }
}
