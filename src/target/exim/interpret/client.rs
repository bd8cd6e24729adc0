//! Authenticators as a client uses them (spec 4.96, section 34.5): what is given to other hosts,
//! and where it comes from.
//!
//! The name and the password are looked up in a file of lines `KEY: NAME:PASSWORD`, which is never
//! read. What is sent has to have one of two shapes, to the letter: another would be refused by the
//! host, and mail would wait.

use super::list::items;
use super::reader::Reader;
use super::section::{Instance, Setting};
use super::shape::Shape;
use super::text::Text;
use crate::diagnostic::Reported;
use crate::source::Loc;

/// What stands for a password that is written into the configuration itself.
const ITSELF: &str = "the configuration itself";

/// What an authenticator sends as a client: `client_send`, divided into items, as Exim divides it
/// before it expands any (`auth_plaintext_client`).
#[derive(Debug, Clone)]
pub(super) struct Sent {
    items: Vec<String>,
    at: Loc,
}

/// Where a name and a password come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// A file of lines `KEY: NAME:PASSWORD`, or what stands for the configuration.
    pub(super) file: String,
    /// The name of the line; none for the configuration.
    key: Option<String>,
}

impl Given {
    /// Returns where they come from when a host of this name is spoken to: a line of another name
    /// is that of another host.
    pub(super) fn to(&self, host: &str) -> String {
        match self.key.as_deref() {
            // `lsearch` looks for names without regard to case (section 9.3).
            Some(key) if key != HOST && !key.eq_ignore_ascii_case(host) => {
                format!("{} for {key}", self.file)
            }
            Some(_) | None => self.file.clone(),
        }
    }
}

/// The key of the host that the transport speaks to.
const HOST: &str = "$host";

impl Reader<'_> {
    /// Notes where an authenticator takes a name and a password from, if it gives any.
    pub(super) fn as_client(&mut self, instance: &Instance, driver: &str) -> Result<(), Reported> {
        let before = self.diagnostics.errors();
        for setting in &instance.settings {
            if let Some(reason) = self.client_fault(setting, driver) {
                self.refuse(&setting.name, reason, &setting.at);
            }
        }
        self.diagnostics.failed_since(before)?;
        let Some(setting) = instance.get("client_send") else {
            return Ok(());
        };
        let text = setting.text(self.diagnostics)?;
        let sent = Sent {
            items: items(&text, ':')
                .iter()
                .map(|item| item.as_str().to_owned())
                .collect(),
            at: setting.at.clone(),
        };
        // Exim uses it where a host offers a mechanism of this name (section 33.9).
        let name = match instance.get("public_name") {
            Some(setting) => setting.text(self.diagnostics)?.as_str().to_owned(),
            None => instance.name.clone(),
        };
        let mechanism = sent.mechanism();
        if !name.eq_ignore_ascii_case(mechanism) {
            let reason =
                format!("what it sends is of the mechanism {mechanism}, and not of {name}");
            return Err(self.refuse("client_send", &reason, &setting.at));
        }
        // What no transport comes to is read all the same.
        self.given_from(&sent, "")?;
        self.client_sends.push(sent);
        Ok(())
    }

    /// Says what is wrong with an option of a client (sections 33.2 and 34.5).
    fn client_fault(&self, setting: &Setting, driver: &str) -> Option<&'static str> {
        match setting.name.as_str() {
            // Read as a whole.
            "client_send" if driver == "plaintext" => None,
            // Whether a prompt has to be base64 before it is answered.
            "client_ignore_invalid_base64" => self.misshapen(Shape::Switch, setting),
            // The log names it, and nothing else does (`try_authenticator`).
            "client_set_id" => self.misshapen(Shape::Text, setting),
            "client_condition" => {
                let value = setting.value.as_ref().map(Text::as_str).unwrap_or_default();
                (!["true", "yes"].contains(&value.trim()))
                    .then_some("mail would wait where nobody authenticates as a client")
            }
            _ => None,
        }
    }

    /// Returns where names and passwords come from where a transport speaks, each once.
    pub(super) fn given_by(&mut self, transport: &str) -> Result<Vec<Given>, Reported> {
        let mut all = Vec::new();
        for sent in self.client_sends.clone() {
            let from = self.given_from(&sent, transport)?;
            all.extend(from.filter(|from| !all.contains(from)));
        }
        Ok(all)
    }

    /// Returns where a name and a password come from where a transport speaks; none if the
    /// expansion is forced to fail there, so that neither is sent (section 34.5).
    fn given_from(&mut self, sent: &Sent, transport: &str) -> Result<Option<Given>, Reported> {
        let mut spoken = Vec::new();
        for item in &sent.items {
            match of_transport(item, transport) {
                Spoken::Text(text) => spoken.push(text),
                Spoken::Nothing => return Ok(None),
                Spoken::Unknown => {
                    let reason = "mailpol follows `${if eq{$transport_name}{NAME}{...}fail}` \
                                  here, or with another such in the place of `fail`";
                    return Err(self.refuse("client_send", reason, &sent.at));
                }
            }
        }
        given(&spoken)
            .map(Some)
            .map_err(|reason| self.refuse("client_send", reason, &sent.at))
    }
}

impl Sent {
    /// Returns the mechanism that so many items are of.
    fn mechanism(&self) -> &'static str {
        match self.items.len() {
            0 | 1 => "PLAIN",
            _ => "LOGIN",
        }
    }
}

/// Returns where the name and the password come from that items of a known shape send: that of
/// PLAIN (RFC 4616 section 2), `^NAME^PASSWORD`, where `^` stands for a null character; or those of
/// LOGIN, nothing with AUTH, and then the answers to two prompts.
fn given(items: &[String]) -> Result<Given, &'static str> {
    let (name, password) = match items {
        [one] => one
            .strip_prefix('^')
            .and_then(|rest| rest.split_once('^'))
            .ok_or("PLAIN sends `^NAME^PASSWORD`")?,
        [first, name, password] if first.is_empty() => (name.as_str(), password.as_str()),
        _ => return Err("mailpol follows `^NAME^PASSWORD` of PLAIN, and `; NAME ; PASSWORD`"),
    };
    let shape = "the name and the password are texts, or what is before and behind the colon in a \
                 line that `lsearch` finds, as mailpol writes it";
    let name = of_name(name).ok_or(shape)?;
    let password = of_password(password).ok_or(shape)?;
    if name == password {
        Ok(name)
    } else {
        Err("the name and the password come from several places")
    }
}

/// Returns where a name comes from: what stands before the first colon.
fn of_name(text: &str) -> Option<Given> {
    let found = text
        .strip_prefix("${extract{1}{:}{")
        .and_then(|rest| rest.strip_suffix("}}"));
    found.map_or_else(|| of_text(text), of_lookup)
}

/// Returns where a password comes from: what stands behind the first colon, each `^` doubled.
fn of_password(text: &str) -> Option<Given> {
    let found = text
        .strip_prefix("${sg{${sg{")
        .and_then(|rest| rest.strip_suffix(r"}{\N^[^:]*:\N}{}}}{\N\^\N}{^^}}"));
    found.map_or_else(|| of_text(text), of_lookup)
}

/// Returns what stands for the configuration, if a text says itself.
fn of_text(text: &str) -> Option<Given> {
    let is_plain = !text.is_empty() && !text.contains(['$', '\\', '^']);
    is_plain.then(|| Given {
        file: ITSELF.to_owned(),
        key: None,
    })
}

/// Reads `${lookup{KEY}lsearch{FILE}{$value}fail}`.
fn of_lookup(text: &str) -> Option<Given> {
    let inside = text
        .strip_prefix("${lookup{")?
        .strip_suffix("}{$value}fail}")?;
    let (key, file) = inside.split_once("}lsearch{")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let is_key = key == HOST || (!key.is_empty() && key.chars().all(is_name));
    let is_path = |c: char| !c.is_whitespace() && !"{}$\\^".contains(c);
    (is_key && file.starts_with('/') && file.chars().all(is_path)).then(|| Given {
        file: file.to_owned(),
        key: Some(key.to_owned()),
    })
}

/// What is asked of the transport.
const CHOICE: &str = "${if eq{$transport_name}{";

/// What a text is where a transport speaks.
#[derive(Debug, PartialEq, Eq)]
enum Spoken {
    /// This, every choice by its name made.
    Text(String),
    /// Nothing: it is forced to fail.
    Nothing,
    /// A choice in it is of another shape.
    Unknown,
}

/// Returns what a text is where a transport speaks.
fn of_transport(text: &str, transport: &str) -> Spoken {
    let Some((before, choice)) = text.split_once(CHOICE) else {
        return Spoken::Text(text.to_owned());
    };
    let Some((chosen, behind)) = chosen(choice, transport) else {
        return Spoken::Unknown;
    };
    match chosen {
        Some(chosen) => of_transport(&format!("{before}{chosen}{behind}"), transport),
        None => Spoken::Nothing,
    }
}

/// Returns what a choice comes to, if it is not forced to fail, and what is behind it.
fn chosen<'t>(choice: &'t str, transport: &str) -> Option<(Option<&'t str>, &'t str)> {
    let (name, rest) = choice.split_once('}')?;
    let (yes, rest) = braces(rest)?;
    let (no, rest) = if let Some(rest) = rest.strip_prefix("fail") {
        (None, rest)
    } else {
        let (no, rest) = braces(rest)?;
        (Some(no), rest)
    };
    let behind = rest.strip_prefix('}')?;
    Some((if name == transport { Some(yes) } else { no }, behind))
}

/// Divides a text into what its first pair of braces holds, and what is behind them.
fn braces(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((inside.get(..at)?, inside.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{ITSELF, Spoken, given, of_transport};

    #[test]
    fn choices_by_transport_are_made() {
        let check = |text: &str, transport: &str, wanted: Spoken| {
            assert_eq!(
                of_transport(text, transport),
                wanted,
                "{text} for {transport}"
            );
        };
        let is = |text: &str| Spoken::Text(text.to_owned());
        let two = "^${if eq{$transport_name}{a}{x{y}}{${if eq{$transport_name}{b}{z}fail}}}^";
        check(two, "a", is("^x{y}^"));
        check(two, "b", is("^z^"));
        check(two, "c", Spoken::Nothing);
        check("^plain", "a", is("^plain"));
        check("${if eq{$transport_name}{a}{x}", "a", Spoken::Unknown);
        check("${if eq{$transport_name}{a}{x}{y} }", "a", Spoken::Unknown);
    }

    #[test]
    fn only_known_shapes_are_sent() {
        let held = "${lookup{a.example}lsearch{/etc/x}{$value}fail}";
        let name = format!("${{extract{{1}}{{:}}{{{held}}}}}");
        let sent = r"}{\N^[^:]*:\N}{}}}{\N\^\N}{^^}}";
        let password = format!("${{sg{{${{sg{{{held}{sent}");
        let made = |items: &[&str]| {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            given(&items).ok()
        };
        let plain = format!("^{name}^{password}");
        let found = made(&[&plain]).expect("it is that of PLAIN");
        assert_eq!(found.to("A.example"), "/etc/x");
        assert_eq!(found.to("b.example"), "/etc/x for a.example");
        assert_eq!(made(&["", &name, &password]), Some(found));
        assert_eq!(made(&["^a^b"]).expect("texts").to("x"), ITSELF);
        let host = plain.replace("{a.example}", "{$host}");
        assert_eq!(made(&[&host]).expect("the host's").to("x"), "/etc/x");
        for odd in [
            plain.replacen('^', "", 1),
            plain.replacen('^', "^^", 1),
            format!("{plain}x"),
            plain.replacen("{1}", "{2}", 1),
            plain.replacen("/etc/x", "/etc/y", 1),
            plain.replace("/etc/x", "x"),
            plain.replace("lsearch", "dbm"),
            plain.replace("{a.example}", "{$domain}"),
            plain.replacen("}fail}", "}}", 1),
            "^a".to_owned(),
            "^^b".to_owned(),
            "^a^".to_owned(),
            "^a^${run{/bin/true}}".to_owned(),
        ] {
            assert_eq!(made(&[&odd]), None, "{odd}");
        }
        for odd in [
            vec![],
            vec!["a", "b", "c"],
            vec!["", "a"],
            vec!["", "a", "b", "c"],
        ] {
            assert_eq!(made(&odd), None, "{odd:?}");
        }
    }
}
