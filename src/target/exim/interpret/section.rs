//! Sections and settings (spec 4.96, sections 6.1, 6.7 to 6.10): which line belongs where, and what
//! `name = value` says.

use std::collections::BTreeMap;

use super::diagnostics::Syntax;
use super::text::Text;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;

/// The lines of a configuration, by section.
#[derive(Debug, Default)]
pub(super) struct Sections {
    /// What stands before the first `begin`.
    pub(super) main: Vec<Text>,
    /// The others, by name.
    pub(super) others: BTreeMap<String, Vec<Text>>,
    /// Where each begins.
    pub(super) places: BTreeMap<String, Loc>,
}

/// The names that `begin` knows (section 6.1). Debian's Exim is built without `local_scan`.
const NAMES: [&str; 6] = [
    "acl",
    "authenticators",
    "retry",
    "rewrite",
    "routers",
    "transports",
];

/// Options that may stand several times: all of them count (section 15, `condition`).
const REPEATED: [&str; 4] = ["condition", "headers_add", "headers_remove", "set"];

/// How long the name of an ACL or a driver may be: Exim does not start with a longer one
/// (`EXIM_DRIVERNAME_MAX`, and readconf.c of 4.96).
pub(super) const NAME_OCTETS_MAX: usize = 63;

/// Refuses a name that Exim does not take (`readconf_readname`).
pub(super) fn check_name(name: &str, line: &Text, diagnostics: &mut Diagnostics) {
    if name.len() > NAME_OCTETS_MAX {
        let reason = format!("a name has at most {NAME_OCTETS_MAX} characters");
        diagnostics.error(Syntax::new(reason, &line.at()));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let reason = "a name begins with a letter";
        diagnostics.error(Syntax::new(reason, &line.at()));
    }
}

/// Divides lines into sections.
pub(super) fn divide(lines: Vec<Text>, diagnostics: &mut Diagnostics) -> Sections {
    let mut sections = Sections::default();
    let mut current: Option<String> = None;
    for line in lines {
        let head = line.as_str().get(..6).unwrap_or_default();
        if head.eq_ignore_ascii_case("begin ") {
            let name = line.as_str().get(6..).unwrap_or_default().trim();
            let name = name.to_ascii_lowercase();
            if !NAMES.contains(&name.as_str()) {
                let reason = format!("there is no section `{name}`");
                diagnostics.error(Syntax::new(reason, &line.at()));
            } else if sections.places.insert(name.clone(), line.at()).is_some() {
                let reason = format!("the section `{name}` stands twice");
                diagnostics.error(Syntax::new(reason, &line.at()));
            }
            sections.others.entry(name.clone()).or_default();
            current = Some(name);
        } else if let Some(name) = &current {
            sections.others.entry(name.clone()).or_default().push(line);
        } else {
            sections.main.push(line);
        }
    }
    sections
}

/// Why quotes are refused.
pub(super) const NO_QUOTES: &str = "Exim takes no quotes around a value of this kind";

/// What an option is set to.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// Its name, without `hide`, `no_` and `not_`.
    pub(super) name: String,
    /// Its value; none for a bare name.
    pub(super) value: Option<Text>,
    /// Whether the value stood in double quotes.
    pub(super) quoted: bool,
    /// Whether `no_` or `not_` stood before the name.
    pub(super) negated: bool,
    /// The place of the name.
    pub(super) at: Loc,
}

/// Reads `name = value`, `name`, `no_name`, `hide name = value` (sections 6.8 to 6.10).
pub(super) fn setting(line: &Text, diagnostics: &mut Diagnostics) -> Result<Setting, Reported> {
    let mut line = line.clone();
    let words = line.as_str();
    if let Some(rest) = words.strip_prefix("hide")
        && rest.starts_with([' ', '\t'])
    {
        line = line.slice(words.len() - rest.len(), words.len()).trim();
    }
    let words = line.as_str();
    let end = words
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(words.len());
    let (name, rest) = words.split_at(end);
    let rest = rest.trim_start();
    let at = line.at_range(0, end);
    if name.is_empty() {
        return Err(diagnostics.error(Syntax::new("this is no option setting", &line.at())));
    }
    let value = match rest.strip_prefix('=') {
        Some(value) => Some(line.slice(words.len() - value.len(), words.len()).trim()),
        None if rest.is_empty() => None,
        None => {
            return Err(diagnostics.error(Syntax::new("`=` is missing", &line.at())));
        }
    };
    let is_quoted = value
        .as_ref()
        .is_some_and(|value| value.as_str().starts_with('"'));
    let value = match value {
        Some(value) if is_quoted => Some(quoted(&value, diagnostics)?),
        other => other,
    };
    let bare = name.strip_prefix("no_").or(name.strip_prefix("not_"));
    let negated = bare.is_some() && value.is_none();
    let name = if negated { bare.unwrap_or(name) } else { name };
    Ok(Setting {
        name: name.to_owned(),
        value,
        quoted: is_quoted,
        negated,
        at,
    })
}

/// Reads a value in double quotes (section 6.16; `string_dequote`). Of the escapes only three
/// letters are read, and signs that stand for themselves: other letters and digits are control
/// characters, or are taken away from the expansion (`string_interpret_escape` in string.c of
/// 4.96).
fn quoted(value: &Text, diagnostics: &mut Diagnostics) -> Result<Text, Reported> {
    let mut out = value.slice(0, 0);
    let mut chars = value.as_str().char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let origin = value.origin(at);
        match c {
            '"' if chars.peek().is_none() && out.trim().as_str() == out.as_str() => return Ok(out),
            '"' if chars.peek().is_none() => {
                let reason = "a blank inside of the quotes is a part of the value";
                return Err(diagnostics.error(Syntax::new(reason, &value.at())));
            }
            '"' => break,
            '\\' => {
                let Some((_, escaped)) = chars.next() else {
                    break;
                };
                match escaped {
                    'n' => out.push('\n', origin),
                    'r' => out.push('\r', origin),
                    't' => out.push('\t', origin),
                    c if c.is_ascii_punctuation() => out.push(c, origin),
                    _ => {
                        let reason =
                            "mailpol reads `\\n`, `\\r`, `\\t` and signs behind a backslash";
                        return Err(diagnostics.error(Syntax::new(reason, &value.at())));
                    }
                }
            }
            c => out.push(c, origin),
        }
    }
    let reason = "this quoted string is not one that mailpol reads to its end";
    Err(diagnostics.error(Syntax::new(reason, &value.at())))
}

impl Setting {
    /// Returns the value of an option that takes one.
    pub(super) fn text(&self, diagnostics: &mut Diagnostics) -> Result<Text, Reported> {
        if let Some(value) = &self.value {
            return Ok(value.clone());
        }
        let reason = format!("`{}` has no value", self.name);
        Err(diagnostics.error(Syntax::new(reason, &self.at)))
    }

    /// Refuses quotes around a value that Exim does not read as a string: there they are a part of
    /// it (`readconf_handle_option` in readconf.c of 4.96).
    pub(super) fn no_quotes(&self, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
        if self.quoted {
            return Err(diagnostics.error(Syntax::new(NO_QUOTES, &self.at)));
        }
        Ok(())
    }

    /// Returns the value of a Boolean option (section 6.10).
    pub(super) fn boolean(&self, diagnostics: &mut Diagnostics) -> Result<bool, Reported> {
        self.no_quotes(diagnostics)?;
        match self
            .value
            .as_ref()
            .map(|value| value.as_str().to_ascii_lowercase())
        {
            None => Ok(!self.negated),
            Some(word) if word == "yes" || word == "true" => Ok(true),
            Some(word) if word == "no" || word == "false" => Ok(false),
            Some(word) => {
                let reason = format!("`{word}` is not one of `yes`, `no`, `true`, `false`");
                Err(diagnostics.error(Syntax::new(reason, &self.at)))
            }
        }
    }
}

/// A driver of a section: its name and its settings (chapters 15, 24 and 33).
#[derive(Debug)]
pub(super) struct Instance {
    /// Its name.
    pub(super) name: String,
    /// Its settings, in order.
    pub(super) settings: Vec<Setting>,
    /// The place of the name.
    pub(super) at: Loc,
}

/// Reads a section of drivers: `name:`, and their settings.
pub(super) fn instances(lines: &[Text], diagnostics: &mut Diagnostics) -> Vec<Instance> {
    let mut instances: Vec<Instance> = Vec::new();
    for line in lines {
        let words = line.as_str();
        let end = words
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(words.len());
        let rest = words.get(end..).unwrap_or_default().trim_start();
        if end > 0 && rest == ":" {
            let name = words.get(..end).unwrap_or_default();
            check_name(name, line, diagnostics);
            if instances.iter().any(|one| one.name == name) {
                let reason = format!("there are two drivers `{name}`");
                diagnostics.error(Syntax::new(reason, &line.at()));
            }
            instances.push(Instance {
                name: name.to_owned(),
                settings: Vec::new(),
                at: line.at(),
            });
        } else if let Some(instance) = instances.last_mut() {
            if let Ok(setting) = setting(line, diagnostics) {
                let again = instance.get(&setting.name).is_some();
                if again && !REPEATED.contains(&setting.name.as_str()) {
                    let reason = format!("`{}` is set twice", setting.name);
                    diagnostics.error(Syntax::new(reason, &setting.at));
                }
                instance.settings.push(setting);
            }
        } else {
            let reason = "a driver begins with its name and a colon";
            diagnostics.error(Syntax::new(reason, &line.at()));
        }
    }
    // Before it Exim knows the options only that every driver has (`readconf_driver_init`).
    for instance in &instances {
        if let Some(first) = instance.settings.first()
            && first.name != "driver"
            && instance.get("driver").is_some()
        {
            let reason = "mailpol reads an option only behind `driver`, which says what it means";
            diagnostics.error(Syntax::new(reason, &first.at));
        }
    }
    instances
}

impl Instance {
    /// Returns a setting by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[track_caller]
    fn check(line: &str, name: &str, value: Option<&str>, negated: bool) {
        let source = Source::new("exim4.conf", line);
        let mut text = Text::empty(&source, 0);
        text.push_source(line, 0);
        let setting = setting(&text, &mut Diagnostics::new()).unwrap();
        assert_eq!(setting.name, name);
        assert_eq!(setting.value.as_ref().map(Text::as_str), value);
        assert_eq!(setting.negated, negated);
    }

    #[test]
    fn escapes_of_letters_and_digits_are_refused() {
        for c in ('0'..='9').chain('a'..='z').chain('A'..='Z') {
            let line = format!("a = \"x\\{c}y\"");
            let source = Source::new("exim4.conf", &line);
            let mut text = Text::empty(&source, 0);
            text.push_source(&line, 0);
            let read = setting(&text, &mut Diagnostics::new());
            assert_eq!(read.is_ok(), "nrt".contains(c), "{line}");
        }
    }

    #[test]
    fn settings_are_read() {
        check("a = b c", "a", Some("b c"), false);
        check("hide a=b", "a", Some("b"), false);
        check(
            "no_split_spool_directory",
            "split_spool_directory",
            None,
            true,
        );
        check("not_a", "a", None, true);
        check("a = \"x\\ty \\\"z\\\\\"", "a", Some("x\ty \"z\\"), false);
        check("a =", "a", Some(""), false);
        check("a = b \"c\"", "a", Some("b \"c\""), false);
    }
}
