//! Authenticators as a client uses them (spec 4.96, section 34.5): what is given to other hosts,
//! and where it comes from.
//!
//! The name and the password are looked up in a file of lines `KEY VALUE`, which is never read.
//! A text that does more than look there up, take apart and replace is not followed.

use super::reader::Reader;
use super::section::{Instance, Setting};
use crate::diagnostic::Reported;

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
            let from = self.given_from(setting, value.as_str())?;
            if !self.client_credentials.contains(&from) {
                self.client_credentials.push(from);
            }
        }
        Ok(())
    }

    /// Returns the one file that all lookups of `client_send` ask.
    fn given_from(&mut self, setting: &Setting, text: &str) -> Result<String, Reported> {
        let mut files: Vec<&str> = Vec::new();
        for behind in text.split('$').skip(1) {
            match operation(behind) {
                Operation::Inert => {}
                Operation::File(path) if files.contains(&path) => {}
                Operation::File(path) => files.push(path),
                Operation::Unknown => {
                    let reason = "mailpol follows texts, and lookups in one file by `lsearch`";
                    return Err(self.refuse("client_send", reason, &setting.at));
                }
            }
        }
        match files.as_slice() {
            [] => Ok(ITSELF.to_owned()),
            [file] => Ok((*file).to_owned()),
            _ => {
                let reason = "the name and the password come from several files";
                Err(self.refuse("client_send", reason, &setting.at))
            }
        }
    }
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
    use super::{Operation, operation};

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
