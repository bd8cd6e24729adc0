//! Authenticators as a client uses them (spec 4.96, section 34.5): what is given to other hosts,
//! and where it comes from.
//!
//! The name and the password are looked up in a file of lines `KEY VALUE`, which is never read.
//! A text that does more than look there up, take apart and replace is not followed.

use super::reader::Reader;
use super::section::Instance;
use crate::diagnostic::Reported;
use crate::source::Loc;

/// What stands for a password that is written into the configuration itself.
const ITSELF: &str = "the configuration itself";
/// Operations on what a lookup has found: they read nothing, and change nothing.
const INERT: [&str; 2] = ["extract", "sg"];

impl Reader<'_> {
    /// Notes where an authenticator takes a name and a password from, if it gives any.
    pub(super) fn as_client(&mut self, instance: &Instance, driver: &str) -> Result<(), Reported> {
        for setting in &instance.settings {
            if !setting.name.starts_with("client_") {
                continue;
            }
            let Some(value) = &setting.value else {
                continue;
            };
            if driver != "plaintext" || setting.name != "client_send" {
                if let Some(reason) = self.active(value) {
                    return Err(self.refuse(&setting.name, reason, &setting.at));
                }
                continue;
            }
            let text = value.as_str().to_owned();
            // What no transport comes to is read all the same.
            self.given_from(&setting.at, &text, "")?;
            self.client_sends.push((text, setting.at.clone()));
        }
        Ok(())
    }

    /// Returns where names and passwords come from where a transport speaks, each once.
    pub(super) fn given_by(&mut self, transport: &str) -> Result<Vec<String>, Reported> {
        let mut all = Vec::new();
        for (text, at) in self.client_sends.clone() {
            let from = self.given_from(&at, &text, transport)?;
            all.extend(from.filter(|from| !all.contains(from)));
        }
        Ok(all)
    }

    /// Returns the one file that all lookups of `client_send` ask where a transport speaks; none if
    /// the expansion is forced to fail there, so that nothing is sent (section 34.5).
    fn given_from(
        &mut self,
        at: &Loc,
        text: &str,
        transport: &str,
    ) -> Result<Option<String>, Reported> {
        let text = match of_transport(text, transport) {
            Spoken::Text(text) => text,
            Spoken::Nothing => return Ok(None),
            Spoken::Unknown => {
                let reason = "mailpol follows `${if eq{$transport_name}{NAME}{...}fail}` here, or \
                              with another such in the place of `fail`";
                return Err(self.refuse("client_send", reason, at));
            }
        };
        let text = text.as_str();
        let mut files: Vec<&str> = Vec::new();
        for behind in text.split('$').skip(1) {
            match operation(behind) {
                Operation::Inert => {}
                Operation::File(path) if files.contains(&path) => {}
                Operation::File(path) => files.push(path),
                Operation::Unknown => {
                    let reason = "mailpol follows texts, and lookups in one file by `lsearch`";
                    return Err(self.refuse("client_send", reason, at));
                }
            }
        }
        match files.as_slice() {
            [] => Ok(Some(ITSELF.to_owned())),
            [file] => Ok(Some((*file).to_owned())),
            _ => {
                let reason = "the name and the password come from several files";
                Err(self.refuse("client_send", reason, at))
            }
        }
    }
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

/// What stands behind a `$`.
#[derive(Debug, PartialEq, Eq)]
enum Operation<'t> {
    /// What a lookup has found, or an operation on it.
    Inert,
    /// A lookup in this file.
    File(&'t str),
    Unknown,
}

fn operation(behind: &str) -> Operation<'_> {
    if let Some(rest) = behind.strip_prefix("value") {
        let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        return if ends {
            Operation::Inert
        } else {
            Operation::Unknown
        };
    }
    // The host that the transport speaks to: the key of a lookup.
    if behind.starts_with("host}") {
        return Operation::Inert;
    }
    let Some((name, rest)) = behind
        .strip_prefix('{')
        .and_then(|inside| inside.split_once('{'))
    else {
        return Operation::Unknown;
    };
    if INERT.contains(&name) {
        return Operation::Inert;
    }
    let file = || {
        let (key, rest) = rest.split_once('}')?;
        let (path, _) = rest.strip_prefix("lsearch{")?.split_once('}')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let is_key = key.chars().all(plain) || key.is_empty();
        (name == "lookup" && is_key && path.starts_with('/')).then_some(path)
    };
    file().map_or(Operation::Unknown, Operation::File)
}

#[cfg(test)]
mod tests {
    use super::{Operation, Spoken, of_transport, operation};

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
    fn only_lookups_in_files_are_followed() {
        let check = |text: &str, wanted: Operation<'_>| assert_eq!(operation(text), wanted);
        check(
            "{lookup{a.example}lsearch{/etc/x}{",
            Operation::File("/etc/x"),
        );
        check("{sg{", Operation::Inert);
        check("{extract{1}{:}{", Operation::Inert);
        check("value}fail}", Operation::Inert);
        check("values}", Operation::Unknown);
        check("{lookup{a.example}lsearch{x}{", Operation::Unknown);
        check("{lookup{a.example}dnsdb{/x}{", Operation::Unknown);
        check("{lookup{a b}lsearch{/x}{", Operation::Unknown);
        check("{run{/bin/true}}", Operation::Unknown);
        check("{readfile{/etc/x}}", Operation::Unknown);
        check("h_subject:", Operation::Unknown);
        check("", Operation::Unknown);
    }
}
