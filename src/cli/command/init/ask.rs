//! What is not given as a flag is asked for, if somebody is there to answer.
//!
//! An answer that cannot be is asked for again: the answers before it are kept.
use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::IpAddr;

use clap::ValueEnum as _;
use ipnet::IpNet;
use mailpol::mail::Domain;
use mailpol::policy::is_everybodys;

use super::{Answers, Args, Auth, Kind};
use crate::cli::Failure;

/// Returns what the flags say, and what is answered.
pub(super) fn answers(args: &Args) -> Result<Answers, Failure> {
    let kind = match args.kind {
        Some(kind) => kind,
        None => kind()?,
    };
    if kind == Kind::Null && !args.internal.is_empty() {
        let why = "`null` has no internal network: leave `--internal` out, or say `company`";
        return Err(Failure::Unable(why.to_owned()));
    }
    let host = match &args.host {
        Some(host) => given("--host", host, &host_name)?,
        None => one(
            "--host",
            "The host's name, such as mx.example.org",
            None,
            &host_name,
        )?,
    };
    let addresses = if args.address.is_empty() {
        let question = "Its public addresses, with blanks between";
        one("--address", question, None, &each(address))?
    } else {
        once("--address", &args.address)?
    };
    let own = domain_of(&host);
    let domains = if args.domain.is_empty() {
        match kind {
            Kind::Company => optional(
                "The domains, with blanks between, the main one first",
                own,
                &each(domain),
            )?,
            Kind::Family | Kind::Null => vec![optional("The domain", own, &domain)?],
        }
    } else {
        once("--domain", &all("--domain", &args.domain, &domain)?)?
    };
    let logins = if args.login.is_empty() {
        let question = "The Unix accounts that have a mailbox, with blanks between";
        one("--login", question, None, &each(login))?
    } else {
        once("--login", &all("--login", &args.login, &login)?)?
    };
    let internal = if args.internal.is_empty() && kind != Kind::Null {
        let question =
            "Prefixes whose hosts may send without logging in, with blanks between, or nothing";
        optional(question, "", &each(prefix))?
    } else {
        once("--internal", &all("--internal", &args.internal, &prefix)?)?
    };
    // Certbot names its folder by the A-label.
    let folder = Domain::parse(&host).map_or_else(|_| host.clone(), |name| name.to_string());
    let file = |given: &Option<String>, name: &str| {
        let usual = format!("/etc/letsencrypt/live/{folder}/{name}");
        given.clone().unwrap_or(usual)
    };
    let auth = match &args.auth {
        Some(auth) => auth.clone(),
        None => optional(AUTH, "shadow", &Auth::parse)?,
    };
    Ok(Answers {
        auth,
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

const AUTH: &str = "What checks passwords: pam, ldap or shadow of saslauthd, or Dovecot's socket";

fn kind() -> Result<Kind, Failure> {
    let question = "What kind of server: family, company or null (nobody sends unless logged in)";
    one("KIND", question, Some("family"), &|answer: &str| {
        Kind::from_str(answer, true)
            .map_err(|_| format!("`{answer}` is no kind: family, company or null"))
    })
}

/// What stands before a country where domains are registered below it.
const BELOW_COUNTRIES: [&str; 7] = ["ac", "co", "com", "edu", "gov", "net", "org"];

/// Returns the domain that a host's name ends in. Of `mx.example.org` that is the rest behind the
/// first label; a name that has no rest in which anybody has recipients is the domain itself.
fn domain_of(host: &str) -> &str {
    let Some((_, rest)) = host.split_once('.') else {
        return host;
    };
    match rest.split_once('.') {
        None => host,
        Some((below, country)) if country.len() == 2 && BELOW_COUNTRIES.contains(&below) => host,
        Some(_) => rest,
    }
}

fn host_name(answer: &str) -> Result<String, String> {
    if answer.contains('.') {
        domain(answer)
    } else {
        Err(format!(
            "`{answer}` has no dot: a host's name ends in its domain"
        ))
    }
}

fn domain(answer: &str) -> Result<String, String> {
    match Domain::parse(answer) {
        Ok(_) => Ok(answer.to_owned()),
        Err(error) => Err(format!("`{answer}` is no domain: {error}")),
    }
}

fn address(word: &str) -> Result<IpAddr, String> {
    word.parse()
        .map_err(|_| format!("`{word}` is no IP address"))
}

fn login(word: &str) -> Result<String, String> {
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\\' | ',' | ';');
    if word.contains(odd) {
        return Err(format!("`{}` is no account's name", word.escape_debug()));
    }
    Ok(word.to_owned())
}

fn prefix(word: &str) -> Result<String, String> {
    match word.parse::<IpNet>() {
        Ok(net) if is_everybodys(net) => Err(format!(
            "`{word}` is no network of anybody's: part of the Internet is in it"
        )),
        Ok(net) if net.trunc() == net => Ok(word.to_owned()),
        Ok(net) => Err(format!(
            "`{word}` names a host in its prefix: `{}`?",
            net.trunc()
        )),
        Err(_) => Err(format!("`{word}` is no prefix, such as 192.0.2.0/24")),
    }
}

/// Returns what reads several words, with blanks between; commas are no part of any.
fn each<T>(read: fn(&str) -> Result<T, String>) -> impl Fn(&str) -> Result<Vec<T>, String> {
    move |answer: &str| {
        let words = answer.split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty()).map(read).collect()
    }
}

/// Reads what a flag gives.
fn given<T>(flag: &str, text: &str, read: Read<'_, T>) -> Result<T, Failure> {
    read(text).map_err(|why| Failure::Unable(format!("{flag}: {why}")))
}

fn all<T>(flag: &str, texts: &[String], read: Read<'_, T>) -> Result<Vec<T>, Failure> {
    let texts = texts.iter();
    texts.map(|text| given(flag, text, read)).collect()
}

/// Refuses what a flag gives twice; case does not tell names apart.
fn once<T: Clone + ToString>(flag: &str, all: &[T]) -> Result<Vec<T>, Failure> {
    let mut seen = BTreeSet::new();
    for one in all {
        let text = one.to_string();
        if !seen.insert(text.to_lowercase()) {
            return Err(Failure::Unable(format!("`{flag} {text}` is given twice")));
        }
    }
    Ok(all.to_vec())
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What makes of an answer what it says, or says why it says nothing.
type Read<'r, T> = &'r dyn Fn(&str) -> Result<T, String>;

/// Asks for what must be said.
fn one<T>(
    flag: &str,
    question: &str,
    usual: Option<&str>,
    read: Read<'_, T>,
) -> Result<T, Failure> {
    if !is_terminal() {
        let why = format!("{flag} is missing, and there is no terminal to ask for it");
        return Err(Failure::Unable(why));
    }
    until(question, usual.unwrap_or_default(), &|answer: &str| {
        if answer.is_empty() {
            return Err(format!("an answer is needed (`{flag}` gives it, too)"));
        }
        read(answer)
    })
}

/// Asks for what has a usual answer; without a terminal that is it.
fn optional<T>(question: &str, usual: &str, read: Read<'_, T>) -> Result<T, Failure> {
    if is_terminal() {
        until(question, usual, read)
    } else {
        read(usual).map_err(Failure::Unable)
    }
}

/// Asks until there is an answer.
fn until<T>(question: &str, usual: &str, read: Read<'_, T>) -> Result<T, Failure> {
    loop {
        match read(&asked(question, usual)?) {
            Ok(answer) => return Ok(answer),
            Err(why) => writeln!(std::io::stderr(), "  {why}")?,
        }
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

#[cfg(test)]
mod tests {
    use super::domain_of;

    #[test]
    fn a_host_is_in_its_domain() {
        for (host, domain) in [
            ("mx.example.org", "example.org"),
            ("example.org", "example.org"),
            ("mx.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("mx", "mx"),
        ] {
            assert_eq!(domain_of(host), domain);
        }
    }
}
