//! The main options (spec 4.96, chapter 14): each is modelled, must have its default, or cannot
//! touch a decision.

mod fixed;
mod harmless;
mod shape;

use std::collections::BTreeMap;

use super::diagnostics::UnjudgedParameter;
use super::list::ListKind;
use super::reader::{NamedList, Reader};
use super::section::{self, Setting};
use super::text::Text;
use crate::diagnostic::Reported;

/// The options that are read; everything else is on one of the two lists.
const MODELLED: [&str; 22] = [
    "acl_smtp_connect",
    "acl_smtp_data",
    "acl_smtp_helo",
    "acl_smtp_mail",
    "acl_smtp_predata",
    "acl_smtp_rcpt",
    "allow_domain_literals",
    "auth_advertise_hosts",
    "daemon_smtp_port",
    "daemon_smtp_ports",
    "disable_ipv6",
    "dns_ipv4_lookup",
    "local_interfaces",
    "primary_hostname",
    "qualify_domain",
    "qualify_recipient",
    "sender_unqualified_hosts",
    "recipient_unqualified_hosts",
    "strip_trailing_dot",
    "tls_advertise_hosts",
    "tls_on_connect_ports",
    "tls_require_ciphers",
];

/// The main options of a configuration.
#[derive(Debug, Default)]
pub(super) struct Options {
    settings: BTreeMap<String, Setting>,
}

impl Options {
    /// Returns the value of a string option, if it is set.
    pub(super) fn text(&self, name: &str) -> Option<Text> {
        self.settings.get(name)?.value.clone()
    }

    /// Returns a setting.
    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }
}

impl Reader<'_> {
    /// Reads the main section: options and named lists (section 10.6).
    pub(super) fn options(&mut self, lines: &[Text]) -> Options {
        let mut options = Options::default();
        for line in lines {
            let words = line.as_str();
            let visible = words.strip_prefix("hide ").unwrap_or(words).trim_start();
            let word = visible.split_whitespace().next().unwrap_or_default();
            let kind = [
                ListKind::Domain,
                ListKind::Host,
                ListKind::Address,
                ListKind::LocalPart,
            ]
            .into_iter()
            .find(|kind| kind.word() == word.strip_suffix("_cache").unwrap_or(word));
            if let Some(kind) = kind {
                if word.ends_with("_cache") {
                    let reason = "what it came to once is kept, whatever its expansion is later";
                    self.refuse(word, reason, &line.at());
                }
                let start = words.len() - visible.len() + word.len();
                self.named_list(kind, &line.slice(start, words.len()).trim());
                continue;
            }
            let Ok(setting) = section::setting(line, self.diagnostics) else {
                continue;
            };
            if let Err(reason) = judge(&setting) {
                let name = &setting.name;
                self.diagnostics
                    .error(UnjudgedParameter::new(name, reason, &setting.at));
            }
            if options.settings.contains_key(&setting.name) {
                let reason = format!("`{}` is set twice", setting.name);
                self.syntax(reason, &setting.at);
            }
            options.settings.insert(setting.name.clone(), setting);
        }
        // Lists may be defined behind what names them.
        for setting in options.settings.values() {
            let value = setting
                .value
                .as_ref()
                .filter(|_| is_harmless(&setting.name));
            if let Some(reason) = value.and_then(|value| self.active(value)) {
                self.diagnostics
                    .error(UnjudgedParameter::new(&setting.name, reason, &setting.at));
            }
        }
        options
    }

    fn named_list(&mut self, kind: ListKind, definition: &Text) {
        let read = |reader: &mut Self| -> Result<(), Reported> {
            let setting = section::setting(definition, reader.diagnostics)?;
            let text = setting.text(reader.diagnostics)?;
            let list = NamedList { kind, text };
            let name = (kind, setting.name.clone());
            if reader.lists.insert(name, list).is_some() {
                let reason = format!("there are two lists `{}`", setting.name);
                return Err(reader.syntax(reason, &setting.at));
            }
            Ok(())
        };
        // An error was told; the list stays unknown.
        let _told = read(self);
    }

    /// Returns a Boolean option, or its default.
    pub(super) fn boolean(&mut self, options: &Options, name: &str, default: bool) -> bool {
        match options.get(name) {
            Some(setting) => setting.boolean(self.diagnostics).unwrap_or(default),
            None => default,
        }
    }
}

fn is_harmless(name: &str) -> bool {
    harmless::names().any(|known| known == name)
}

/// Says why an option cannot be judged.
fn judge(setting: &Setting) -> Result<(), &'static str> {
    let name = setting.name.as_str();
    if name == "tls_require_ciphers" {
        return ciphers(setting.value.as_ref().map_or("", Text::as_str));
    }
    if MODELLED.contains(&name) {
        return Ok(());
    }
    if is_harmless(name) {
        return shape::fault(setting).map_or(Ok(()), Err);
    }
    let Some((_, default, reason)) = fixed::FIXED.iter().find(|(known, ..)| *known == name) else {
        return Err("mailpol does not know this option");
    };
    let value = match &setting.value {
        Some(value) => value.as_str().trim().to_owned(),
        None if setting.negated => "false".to_owned(),
        None => "true".to_owned(),
    };
    let value = match value.to_ascii_lowercase().as_str() {
        "no" => "false".to_owned(),
        "yes" => "true".to_owned(),
        _ => value,
    };
    // What is empty is not set; Exim then denies VRFY, EXPN and ETRN (section 44.2).
    if value == *default || (value.is_empty() && name.starts_with("acl_")) {
        Ok(())
    } else {
        Err(reason)
    }
}

/// Judges a priority string of GnuTLS, as Debian builds Exim (gnutls_priority_init(3) of 3.7): a
/// known set, less whatever is taken out; only versions of TLS are put in.
fn ciphers(value: &str) -> Result<(), &'static str> {
    let sets = ["", "NORMAL", "PFS", "SECURE128", "SECURE192", "SECURE256"];
    let mut words = value.trim().split(':');
    let begins = words.next().is_some_and(|word| sets.contains(&word));
    let mut versions = vec!["TLS1.2", "TLS1.3"];
    let mut known = true;
    for word in words {
        let (adds, name) = match word.split_at_checked(1) {
            Some(("+", name)) => (true, name),
            Some(("-" | "!", name)) => (false, name),
            _ => return Err(WEAK),
        };
        match (adds, name.strip_prefix("VERS-")) {
            (true, Some("TLS-ALL")) => versions = vec!["TLS1.2", "TLS1.3"],
            (true, Some(version @ ("TLS1.2" | "TLS1.3"))) => versions.push(version),
            (true, _) => known = false,
            (false, Some("ALL" | "TLS-ALL")) => versions.clear(),
            (false, Some(version)) => versions.retain(|one| *one != version),
            // The ciphers, and the ways to agree on a key, that every client has stay.
            (false, None) => known &= !NEEDED.iter().any(|needed| name.contains(needed)),
        }
    }
    if versions.is_empty() || !known {
        return Err(WEAK);
    }
    if begins { Ok(()) } else { Err(WEAK) }
}

/// Why a priority string is not judged.
const WEAK: &str = "TLS could come about without encryption worth the name, or not at all";

/// What may not be taken out: classes, authenticated ciphers, and how keys are agreed on.
const NEEDED: [&str; 9] = [
    "ALL", "GCM", "CHACHA", "AEAD", "ECDHE", "SIGN-", "GROUP-", "CTYPE-", "CURVE-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphers_are_not_put_in() {
        assert!(ciphers("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2").is_ok());
        assert!(ciphers("SECURE256:!AES-128-CBC").is_ok());
        assert!(ciphers("NORMAL:-VERS-ALL").is_err());
        assert!(ciphers("NORMAL:-CIPHER-ALL").is_err());
        assert!(ciphers("NORMAL:!VERS-TLS1.3:!VERS-TLS1.2").is_err());
        assert!(ciphers("NORMAL:-VERS-ALL:+VERS-TLS-ALL").is_ok());
        assert!(ciphers("NORMAL:+NULL").is_err());
        assert!(ciphers("NONE:+VERS-TLS1.2").is_err());
        assert!(ciphers("$acl_m0").is_err());
    }

    #[test]
    fn no_option_is_on_two_lists() {
        let mut names: Vec<&str> = MODELLED.to_vec();
        names.extend(harmless::names());
        names.extend(fixed::FIXED.iter().map(|(name, ..)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
