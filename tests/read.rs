//! Trees that nobody of ours wrote, read and decided: one named test a case.
//!
//! A case is a folder of `tests/corpus/read/<target>/`: the files below `etc/`, and either
//! `envelopes.jsonl`, each line an envelope with what the real MTA answers (`expect`), or
//! `refused.txt`, each line a code and a word of a diagnostic that must be raised.
//! `tests/recorded.rs` asks the real MTA whether what it is said to answer is true.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use mailpol::decision::{Decider, Envelope, EnvelopeAsk, run};
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::mail::{Listener, Path as MailPath};
use mailpol::spf::SpfResult;
use mailpol::target::{Artifacts, TARGETS, Target};
use serde_json::Value;

/// The addresses of the host that every case is for.
const HOST: [&str; 2] = ["198.51.100.25", "2001:db8:d0e::25"];

/// Fewer cases than this, and the corpus was not found.
const CASES_MIN: usize = 40;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/read/postfix");
    let mut cases: Vec<PathBuf> = folders(&root);
    cases.sort();
    assert!(
        cases.len() >= CASES_MIN,
        "only {} cases: the corpus is not there",
        cases.len()
    );
    let trials = cases
        .into_iter()
        .map(|case| {
            let name = case
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Trial::test(format!("read/postfix/{name}"), move || check(&case))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = read_dir(root);
    entries.into_iter().filter(|path| path.is_dir()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the tests read their own corpus")]
fn read_dir(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else {
        return Vec::new();
    };
    entries.flatten().map(|entry| entry.path()).collect()
}

#[expect(clippy::disallowed_methods, reason = "the tests read their own corpus")]
fn read(path: &Path) -> Result<String, Failed> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn postfix() -> &'static dyn Target {
    let mut targets = TARGETS.iter().copied();
    targets
        .find(|target| target.name() == "postfix")
        .expect("postfix is a target")
}

fn check(case: &Path) -> Result<(), Failed> {
    let mut artifacts = Artifacts::new();
    artifacts.version = (3, 7, 11);
    artifacts.host_addresses = own();
    add(&mut artifacts, case, &case.join("etc"))?;
    let mut diagnostics = Diagnostics::new();
    let reading = postfix().interpret(&artifacts, &mut diagnostics);
    let refused = case.join("refused.txt");
    if refused.exists() {
        return check_refused(&read(&refused)?, reading.is_ok(), &diagnostics);
    }
    let Ok(reading) = reading else {
        return Err(told(&diagnostics).into());
    };
    let envelopes = read(&case.join("envelopes.jsonl"))?;
    let mut wrong = Vec::new();
    for (number, line) in envelopes
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
    {
        if let Err(reason) = check_envelope(line, reading.decider.as_ref()) {
            wrong.push(format!("line {}: {reason}\n  {line}", number + 1));
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}

fn own() -> Vec<IpAddr> {
    HOST.iter().filter_map(|ip| ip.parse().ok()).collect()
}

/// Adds the files below a folder.
fn add(artifacts: &mut Artifacts, case: &Path, folder: &Path) -> Result<(), Failed> {
    for path in read_dir(folder) {
        if path.is_dir() {
            add(artifacts, case, &path)?;
        } else {
            let name = path
                .strip_prefix(case)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            artifacts.add(&name, 0o644, read(&path)?);
        }
    }
    Ok(())
}

fn told(diagnostics: &Diagnostics) -> String {
    let told = diagnostics.sorted();
    let texts: Vec<String> = told
        .iter()
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect();
    texts.join("\n")
}

fn check_refused(wanted: &str, is_read: bool, diagnostics: &Diagnostics) -> Result<(), Failed> {
    if is_read {
        return Err("the tree was read, and should have been refused".into());
    }
    for line in wanted.lines().filter(|line| !line.is_empty()) {
        let (code, word) = line.split_once(' ').unwrap_or((line, ""));
        let is_told = diagnostics.sorted().iter().any(|one| {
            one.code().is_some_and(|told| told.to_string() == code)
                && one.to_string().contains(word)
        });
        if !is_told {
            return Err(format!("no `{code}` about `{word}`:\n{}", told(diagnostics)).into());
        }
    }
    Ok(())
}

fn check_envelope(line: &str, decider: &dyn Decider) -> Result<(), String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let envelope = envelope(&value)?;
    let (decision, ask) = run(decider, &envelope).map_err(|test| format!("{test:?}"))?;
    let place = ask
        .place(&decision.at)
        .map(ToString::to_string)
        .unwrap_or_default();
    let expect = value.get("expect").ok_or("no `expect`")?;
    for (key, expected) in expect.as_object().ok_or("`expect` is no object")? {
        let got = match key.as_str() {
            "verdict" => Value::from(decision.verdict.name()),
            "code" => Value::from(decision.reply.code),
            "status" => Value::from(decision.reply.status.to_string()),
            "because" => Value::from(decision.because.name()),
            "at" => Value::from(place.as_str()),
            "route" => Value::from(format!("{:?}", decision.route)),
            "headers" => Value::from(
                decision
                    .headers
                    .iter()
                    .map(|header| header.name())
                    .collect::<Vec<_>>(),
            ),
            "completes" => Value::from(decision.completes),
            "copies" => Value::from(
                decision
                    .copies
                    .addresses()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>(),
            ),
            "destinations" => {
                let address = envelope.to.address().ok_or("no address")?;
                let mut ask = EnvelopeAsk::new(decider.tests(), &envelope);
                let found = decider.destinations(&address, &mut ask);
                let found = found.map_err(|_| "it asks what is no test")?;
                Value::from(
                    found
                        .iter()
                        .map(|one| format!("{one:?}"))
                        .collect::<Vec<_>>(),
                )
            }
            _ => return Err(format!("`{key}` is nothing that is expected")),
        };
        if got != *expected {
            return Err(format!(
                "{key}: expected {expected}, got {got} ({} {} at {place})",
                decision.reply, decision.because
            ));
        }
    }
    Ok(())
}

fn envelope(value: &Value) -> Result<Envelope, String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let client: IpAddr = text("client")
        .ok_or("no `client`")?
        .parse()
        .map_err(|_| "`client` is no address")?;
    let listener = Listener::from_name(text("listener").unwrap_or("smtp")).ok_or("no listener")?;
    let tls = value.get("tls").and_then(Value::as_bool);
    let spf = |key: &str| match text(key) {
        None | Some("none") => Ok(SpfResult::None),
        Some("neutral") => Ok(SpfResult::Neutral),
        Some("pass") => Ok(SpfResult::Pass),
        Some("fail") => Ok(SpfResult::Fail),
        Some("softfail") => Ok(SpfResult::Softfail),
        Some("temperror") => Ok(SpfResult::Temperror),
        Some("permerror") => Ok(SpfResult::Permerror),
        Some(other) => Err(format!("`{other}` is no SPF result")),
    };
    Ok(Envelope {
        client,
        listener,
        tls: tls.unwrap_or(listener == Listener::Submissions),
        login: text("login").map(str::to_owned),
        helo: text("helo").map_or_else(|| format!("[{client}]"), str::to_owned),
        from: MailPath::parse(text("from").ok_or("no `from`")?, &own()),
        to: MailPath::parse(text("to").ok_or("no `to`")?, &own()),
        spf: spf("spf")?,
        spf_helo: spf("spf_helo")?,
    })
}
