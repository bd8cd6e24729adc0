//! What is not given as a flag is asked for, if somebody is there to answer.
//!
//! An answer that cannot be is asked for again, at once or when the whole is refused: the answers
//! beside it are kept.
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::net::IpAddr;

use clap::ValueEnum as _;
use ipnet::IpNet;
use mailpol::mail::Domain;
use mailpol::policy::is_everybodys;

use super::{Answers, Args, Auth, Kind};
use crate::cli::Failure;

/// What was answered so far, by the flags that would say it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    kept: BTreeMap<&'static str, String>,
    /// What was answered, and is asked for again.
    refused: BTreeMap<&'static str, String>,
}

impl Asked {
    /// Asks again for the answers that have words of a refusal, or for all if none has any.
    /// Returns whether there is something to ask for.
    pub(super) fn again(&mut self, refused: &[String]) -> bool {
        let words = |text: &str| {
            let words = text.split(|c: char| c.is_whitespace() || ",\"{}();".contains(c));
            words.map(str::to_lowercase).collect::<BTreeSet<String>>()
        };
        let mut refused: BTreeSet<String> = refused.iter().flat_map(|text| words(text)).collect();
        refused.remove("");
        let is_refused = |answer: &String| !words(answer).is_disjoint(&refused);
        let is_any = self.kept.values().any(is_refused);
        let kept = std::mem::take(&mut self.kept).into_iter();
        let (again, kept): (BTreeMap<_, _>, BTreeMap<_, _>) =
            kept.partition(|(_, answer)| !is_any || is_refused(answer));
        self.kept = kept;
        self.refused = again;
        !self.refused.is_empty()
    }
}

/// Returns what the flags say, and what is answered.
pub(super) fn answers(args: &Args, asked: &mut Asked) -> Result<Answers, Failure> {
    let kind = match args.kind {
        Some(kind) => kind,
        None => kind(asked)?,
    };
    if kind == Kind::Null && !args.internal.is_empty() {
        let why = "`null` has no internal network: leave `--internal` out, or say `company`";
        return Err(Failure::Unable(why.to_owned()));
    }
    let host = match &args.host {
        Some(host) => given("--host", host, &host_name)?,
        None => asked.one(
            "--host",
            "The host's name, such as mx.example.org",
            None,
            &host_name,
        )?,
    };
    let addresses = if args.address.is_empty() {
        let question = "Its public addresses, with blanks between";
        asked.one("--address", question, None, &each(address))?
    } else {
        once("--address", &args.address)?
    };
    let own = domain_of(&host);
    let domains = if args.domain.is_empty() {
        match kind {
            Kind::Company => asked.optional(
                "--domain",
                "The domains, with blanks between, the main one first",
                own,
                &each(domain),
            )?,
            Kind::Family | Kind::Null => {
                vec![asked.optional("--domain", "The domain", own, &domain)?]
            }
        }
    } else {
        once("--domain", &all("--domain", &args.domain, &domain)?)?
    };
    let logins = if args.login.is_empty() {
        let question = "The Unix accounts that have a mailbox, with blanks between";
        asked.one("--login", question, None, &each(login))?
    } else {
        once("--login", &all("--login", &args.login, &login)?)?
    };
    let internal = if args.internal.is_empty() && kind != Kind::Null {
        let question =
            "Prefixes whose hosts may send without logging in, with blanks between, or nothing";
        asked.optional("--internal", question, "", &each(prefix))?
    } else {
        once("--internal", &all("--internal", &args.internal, &prefix)?)?
    };
    let auth = match &args.auth {
        Some(auth) => auth.clone(),
        None => asked.optional("--auth", AUTH, "shadow", &Auth::parse)?,
    };
    Ok(Answers {
        auth,
        certificate: file_of(&host, args.certificate.as_ref(), "fullchain.pem"),
        key: file_of(&host, args.key.as_ref(), "privkey.pem"),
        kind,
        host,
        addresses,
        domains,
        logins,
        internal,
    })
}

/// Returns the path that is given, or where certbot keeps such a file: its folder has the name of
/// the host's A-label.
fn file_of(host: &str, given: Option<&String>, name: &str) -> String {
    let folder = Domain::parse(host).map_or_else(|_| host.to_owned(), |name| name.to_string());
    let usual = || format!("/etc/letsencrypt/live/{folder}/{name}");
    given.cloned().unwrap_or_else(usual)
}

const AUTH: &str = "What checks passwords: pam, ldap or shadow of saslauthd, or Dovecot's socket";

fn kind(asked: &mut Asked) -> Result<Kind, Failure> {
    let question = "What kind of server: family, company or null (nobody sends unless logged in)";
    asked.one("KIND", question, Some("family"), &|answer: &str| {
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

impl Asked {
    /// Asks for what must be said.
    fn one<T>(
        &mut self,
        flag: &'static str,
        question: &str,
        usual: Option<&str>,
        read: Read<'_, T>,
    ) -> Result<T, Failure> {
        if !is_terminal() {
            let why = format!("{flag} is missing, and there is no terminal to ask for it");
            return Err(Failure::Unable(why));
        }
        self.until(
            flag,
            question,
            usual.unwrap_or_default(),
            &|answer: &str| {
                if answer.is_empty() {
                    return Err(format!("an answer is needed (`{flag}` gives it, too)"));
                }
                read(answer)
            },
        )
    }

    /// Asks for what has a usual answer; without a terminal that is it.
    fn optional<T>(
        &mut self,
        flag: &'static str,
        question: &str,
        usual: &str,
        read: Read<'_, T>,
    ) -> Result<T, Failure> {
        if is_terminal() {
            self.until(flag, question, usual, read)
        } else {
            read(usual).map_err(Failure::Unable)
        }
    }

    /// Asks until there is an answer, unless there is one already.
    fn until<T>(
        &mut self,
        flag: &'static str,
        question: &str,
        usual: &str,
        read: Read<'_, T>,
    ) -> Result<T, Failure> {
        let usual = self.refused.get(flag).map_or(usual, String::as_str);
        loop {
            let answer = match self.kept.get(flag) {
                Some(answer) => answer.clone(),
                None => answered(question, usual)?,
            };
            match read(&answer) {
                Ok(said) => {
                    self.kept.insert(flag, answer);
                    return Ok(said);
                }
                Err(why) => writeln!(std::io::stderr(), "  {why}")?,
            }
        }
    }
}

fn answered(question: &str, usual: &str) -> Result<String, Failure> {
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
mod tests;
