//! What is not given as a flag is asked for, if somebody is there to answer.
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::IpAddr;

use clap::ValueEnum as _;

use super::{Answers, Args, Kind};
use crate::cli::Failure;

/// Returns what the flags say, and what is answered.
pub(super) fn answers(args: &Args) -> Result<Answers, Failure> {
    let kind = match args.kind {
        Some(kind) => kind,
        None => kind()?,
    };
    let host = match &args.host {
        Some(host) => host.clone(),
        None => one("--host", "The host's name, such as mx.example.org", None)?,
    };
    let addresses = if args.address.is_empty() {
        let question = "Its public addresses, with blanks between";
        let address = |word: String| {
            word.parse::<IpAddr>()
                .map_err(|_| Failure::Unable(format!("`{word}` is no IP address")))
        };
        let words = words("--address", question, None)?;
        words.into_iter().map(address).collect::<Result<_, _>>()?
    } else {
        args.address.clone()
    };
    let own = host.split_once('.').map_or(host.as_str(), |(_, rest)| rest);
    let domains = if args.domain.is_empty() {
        match kind {
            Kind::Company => words("--domain", "The domains, the main one first", Some(own))?,
            Kind::Family | Kind::Null => {
                vec![optional("The domain", own)?]
            }
        }
    } else {
        args.domain.clone()
    };
    let logins = if args.login.is_empty() {
        words("--login", "The Unix accounts that have a mailbox", None)?
    } else {
        args.login.clone()
    };
    let internal = if args.internal.is_empty() && kind != Kind::Null {
        let question = "Prefixes whose hosts may send without logging in, or nothing";
        optional(question, "")?
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    } else {
        args.internal.clone()
    };
    let file = |given: &Option<String>, name: &str| {
        let usual = format!("/etc/letsencrypt/live/{host}/{name}");
        given.clone().unwrap_or(usual)
    };
    Ok(Answers {
        certificate: file(&args.certificate, "fullchain.pem"),
        key: file(&args.key, "privkey.pem"),
        kind,
        host,
        addresses,
        domains,
        logins,
        internal,
    })
}

fn kind() -> Result<Kind, Failure> {
    let question = "What kind of server: family, company or null (nobody sends unless logged in)";
    let answer = one("KIND", question, Some("family"))?;
    Kind::from_str(&answer, true)
        .map_err(|_| Failure::Unable(format!("`{answer}` is no kind: family, company or null")))
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for one thing that must be said.
fn one(flag: &str, question: &str, usual: Option<&str>) -> Result<String, Failure> {
    if !is_terminal() {
        let why = format!("{flag} is missing, and there is no terminal to ask for it");
        return Err(Failure::Unable(why));
    }
    let answer = asked(question, usual.unwrap_or_default())?;
    if answer.is_empty() {
        return Err(Failure::Unable(format!("{flag} is needed")));
    }
    Ok(answer)
}

/// Asks for several things, at least one.
fn words(flag: &str, question: &str, usual: Option<&str>) -> Result<Vec<String>, Failure> {
    let answer = one(flag, question, usual)?;
    Ok(answer.split_whitespace().map(str::to_owned).collect())
}

/// Asks for what has a usual answer; without a terminal that is it.
fn optional(question: &str, usual: &str) -> Result<String, Failure> {
    if is_terminal() {
        asked(question, usual)
    } else {
        Ok(usual.to_owned())
    }
}

fn asked(question: &str, usual: &str) -> Result<String, Failure> {
    let mut stderr = std::io::stderr().lock();
    if usual.is_empty() {
        write!(stderr, "{question}: ")?;
    } else {
        write!(stderr, "{question} [{usual}]: ")?;
    }
    stderr.flush()?;
    let mut line = String::new();
    if std::io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(Failure::Unable("nothing more was answered".to_owned()));
    }
    let answer = line.trim();
    Ok(if answer.is_empty() { usual } else { answer }.to_owned())
}
