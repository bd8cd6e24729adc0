//! The main options (spec 4.96, chapter 14): each is modelled, must have its default, or cannot
//! touch a decision.

mod fixed;
mod harmless;

use std::collections::BTreeMap;

use super::diagnostics::UnjudgedParameter;
use super::list::ListKind;
use super::reader::{NamedList, Reader};
use super::section::{self, NO_QUOTES, Setting};
use super::shape::{Shape, Table, find};
use super::text::Text;
use crate::diagnostic::Reported;
use crate::syntax::suggest;

/// The options that are read; everything else is on one of the two lists.
const MODELLED: &Table = &[
    (
        Shape::Read,
        "acl_smtp_connect acl_smtp_data acl_smtp_helo acl_smtp_mail acl_smtp_predata \
         acl_smtp_rcpt auth_advertise_hosts daemon_smtp_port daemon_smtp_ports \
         extra_local_interfaces hosts_proxy local_interfaces primary_hostname qualify_domain \
         qualify_recipient recipient_unqualified_hosts sender_unqualified_hosts \
         tls_advertise_hosts tls_on_connect_ports",
    ),
    (
        Shape::Flag,
        "allow_domain_literals disable_ipv6 strip_trailing_dot",
    ),
];

/// Returns every option that is read.
fn modelled() -> impl Iterator<Item = &'static str> {
    let rows = MODELLED.iter();
    rows.flat_map(|(_, names)| names.split_whitespace())
}

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
            if options.settings.contains_key(&setting.name) {
                let reason = format!("`{}` is set twice", setting.name);
                self.syntax(reason, &setting.at);
            }
            options.settings.insert(setting.name.clone(), setting);
        }
        // Lists may be defined behind what names them.
        for setting in options.settings.values() {
            let fault = match shape(&setting.name) {
                Some(shape) => self.misshapen(shape, setting),
                None => judge(setting).err(),
            };
            if let Some(reason) = fault {
                let told = UnjudgedParameter::new(&setting.name, reason, &setting.at);
                let told = match meant(&setting.name) {
                    Some(meant) if reason == UNKNOWN => told.meant(meant),
                    _ => told,
                };
                self.diagnostics.error(told);
            }
        }
        self.combined(&options);
        options
    }

    /// Refuses options that Exim does not start with together (`readconf_main`).
    fn combined(&mut self, options: &Options) {
        let is_zero = |name: &str| options.text(name).is_some_and(|text| text.as_str() == "0");
        if !is_zero("smtp_accept_max") {
            return;
        }
        for name in ["smtp_accept_max_per_host", "smtp_accept_queue"] {
            let is_queue = name == "smtp_accept_queue";
            if let Some(setting) = options.get(name)
                && !(is_queue && is_zero(name))
            {
                let reason = "Exim does not start with it where `smtp_accept_max` is 0";
                self.diagnostics
                    .error(UnjudgedParameter::new(name, reason, &setting.at));
            }
        }
    }

    fn named_list(&mut self, kind: ListKind, definition: &Text) {
        let read = |reader: &mut Self| -> Result<(), Reported> {
            let setting = section::setting(definition, reader.diagnostics)?;
            let text = setting.text(reader.diagnostics)?;
            section::check_name(&setting.name, definition, reader.diagnostics);
            let list = NamedList { kind, text };
            let name = (kind, setting.name.clone());
            let of_kind = reader.lists.keys().filter(|(one, _)| *one == kind);
            if of_kind.count() >= LISTS_MAX {
                let reason = format!("there are more than {LISTS_MAX} lists of its kind");
                return Err(reader.syntax(reason, &setting.at));
            }
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

/// Returns what the value of an option that is not followed must look like.
fn shape(name: &str) -> Option<Shape> {
    if name == "tls_require_ciphers" {
        return Some(Shape::Ciphers);
    }
    find(&[MODELLED], name).or_else(|| harmless::shape(name))
}

/// How many named lists there may be of each kind (`MAX_NAMED_LIST`, which Debian makes 32).
const LISTS_MAX: usize = 16;

/// Why an empty ACL is refused.
const EMPTY: &str = "an ACL without a statement denies everything";

/// Options that are something else where they are set to nothing, and what (tried with 4.96).
const SET_TO_NOTHING: &Table = &[
    (
        Shape::Nothing("Exim does not start with an empty limit"),
        "smtp_ratelimit_mail smtp_ratelimit_rcpt",
    ),
    (
        Shape::Nothing("all mail would wait for a filter without a name"),
        "system_filter",
    ),
];

const UNKNOWN: &str = "mailpol does not know this option";

/// Returns the option that a name which is none may be meant for.
fn meant(name: &str) -> Option<&'static str> {
    let fixed = fixed::FIXED.iter().map(|(known, ..)| *known);
    let known: Vec<&str> = harmless::names().chain(modelled()).chain(fixed).collect();
    suggest::nearest(name, &known)
}

/// Says why an option that is not harmless cannot be judged.
fn judge(setting: &Setting) -> Result<(), &'static str> {
    let name = setting.name.as_str();
    let Some((_, default, reason)) = fixed::FIXED.iter().find(|(known, ..)| *known == name) else {
        return Err(UNKNOWN);
    };
    let is_string = !["true", "false", "0"].contains(default);
    if setting.quoted && !is_string {
        return Err(NO_QUOTES);
    }
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
    if value.is_empty() && name.starts_with("acl_") {
        // An ACL without a statement denies (`acl_check_internal` in acl.c of 4.96; tried).
        return if *default == "deny" {
            Ok(())
        } else {
            Err(EMPTY)
        };
    }
    let nothing = find(&[SET_TO_NOTHING], name).filter(|_| value.is_empty());
    if let Some(Shape::Nothing(reason)) = nothing {
        return Err(reason);
    }
    if value == *default {
        Ok(())
    } else {
        Err(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree that the real Exim starts with.
    const TREE: &str = include_str!(
        "../../../../../tests/corpus/read/exim/options-of-every-kind/etc/exim4/exim4.conf"
    );

    #[test]
    fn every_harmless_option_stands_in_a_tree_that_runs() {
        // Files that the machine of the tests has not, and what the harness lifts.
        let others = [
            "tls_certificate",
            "tls_privatekey",
            "smtp_accept_max_per_host",
        ];
        for name in harmless::names().filter(|name| !others.contains(name)) {
            assert!(TREE.contains(&format!("\n{name} =")), "{name}");
        }
    }

    #[test]
    fn no_option_is_on_two_lists() {
        let mut names: Vec<&str> = modelled().collect();
        names.extend(harmless::names());
        names.extend(fixed::FIXED.iter().map(|(name, ..)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
