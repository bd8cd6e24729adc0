//! The values of parameters as one service of master.cf sees them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::diagnostics::{Syntax, UnjudgedParameter};
use super::super::text::{self, Text};
use super::among::is_among;
use super::everywhere::Said;
use super::expand::{self, Fault, Lookup};
use super::kind::Kind;
use super::{Class, class, default, fixed, names, shape};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};
use crate::target::digits::digits;

/// What main.cf sets.
#[derive(Debug)]
pub(in super::super) struct Main {
    values: BTreeMap<String, Text>,
    /// Where the names stand.
    names: BTreeMap<String, Loc>,
    /// The place of what the file does not say.
    start: Loc,
}

impl Main {
    /// Reads main.cf (postconf(5)), or the output of `postconf -n`: of two definitions the last
    /// wins (dict_load_fp(3) of 3.7.11).
    pub(in super::super) fn read(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Self {
        let mut main = Self {
            values: BTreeMap::new(),
            names: BTreeMap::new(),
            start: Loc::new(source, 0, 0),
        };
        for line in text::logical_lines(source) {
            if line.as_str().starts_with(text::is_space) {
                diagnostics.error(Syntax::new("the first line continues none", &line.at()));
                continue;
            }
            match line.name_and_value() {
                Ok((name, value)) => {
                    main.names.insert(name.as_str().to_owned(), name.at());
                    main.values.insert(name.as_str().to_owned(), value);
                }
                Err(reason) => {
                    diagnostics.error(Syntax::new(reason, &line.at()));
                }
            }
        }
        main
    }

    /// Returns the place of what the file does not say.
    pub(in super::super) fn start(&self) -> &Loc {
        &self.start
    }
}

/// The values of parameters as one service sees them: its `-o`, then main.cf, then the defaults.
#[derive(Debug)]
pub(in super::super) struct Settings<'m> {
    main: &'m Main,
    overrides: BTreeMap<String, Text>,
    /// The names that `$name` named, for the question which of the own names are in use.
    used: RefCell<BTreeSet<String>>,
}

impl<'m> Settings<'m> {
    /// Returns the values as a service with these `-o` sees them.
    pub(in super::super) fn new(main: &'m Main, overrides: BTreeMap<String, Text>) -> Self {
        Self {
            main,
            overrides,
            used: RefCell::new(BTreeSet::new()),
        }
    }

    /// Returns the values of the same main.cf as another service sees them.
    pub(in super::super) fn with(&self, overrides: BTreeMap<String, Text>) -> Self {
        Self::new(self.main, overrides)
    }

    /// Returns where a parameter is set, else where it could be.
    pub(in super::super) fn place(&self, name: &str) -> Loc {
        let over = self.overrides.get(name).map(Text::at);
        over.or_else(|| self.main.names.get(name).cloned())
            .unwrap_or_else(|| self.main.start.clone())
    }

    /// Returns whether a parameter is set anywhere, even to nothing.
    pub(in super::super) fn is_set(&self, name: &str) -> bool {
        self.overrides.contains_key(name) || self.main.values.contains_key(name)
    }

    /// Returns whether a value is empty before `$name` is expanded.
    pub(in super::super) fn is_empty(&self, name: &str) -> bool {
        self.raw(name).is_none_or(|raw| raw.as_str().is_empty())
    }

    /// Returns a value with `$name` expanded; the default if it is not set.
    pub(in super::super) fn text(&self, name: &str, diagnostics: &mut Diagnostics) -> Text {
        let Some(raw) = self.raw(name) else {
            return Text::empty(&self.main.start);
        };
        let text = self.expand(name, &raw, diagnostics);
        let trimmed = text.trim();
        if trimmed.as_str().len() < text.as_str().len() {
            // Postfix takes the blanks off what is written, and none off what comes of a name.
            let reason = "what it comes to has a blank at its end, which Postfix would keep";
            diagnostics.error(UnjudgedParameter::new(name, reason, &raw.at()));
        }
        trimmed
    }

    /// Expands `$name` in a value.
    fn expand(&self, name: &str, raw: &Text, diagnostics: &mut Diagnostics) -> Text {
        let expanded = if self.is_set(name) {
            expand::expand(raw, &Said(self, name))
        } else {
            expand::expand(raw, self)
        };
        match expanded {
            Ok(text) => text,
            Err(fault) => {
                let at = raw.at();
                match fault {
                    Fault::Syntax(reason) => {
                        diagnostics.error(Syntax::new(reason, &at));
                    }
                    Fault::Unknown(reason) | Fault::Unread(reason) => {
                        diagnostics.error(UnjudgedParameter::new(name, reason, &at));
                    }
                }
                Text::empty(&at)
            }
        }
    }

    /// Returns a value of `yes` or `no` (get_mail_conf_bool(3): in any case).
    pub(in super::super) fn boolean(&self, name: &str, diagnostics: &mut Diagnostics) -> bool {
        let text = self.text(name, diagnostics);
        match text.as_str().to_ascii_lowercase().as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                let reason = format!("`{name}` is neither `yes` nor `no`");
                diagnostics.error(Syntax::new(reason, &text.at()));
                false
            }
        }
    }

    /// Returns a reply code.
    pub(in super::super) fn code(&self, name: &str, diagnostics: &mut Diagnostics) -> u16 {
        let text = self.text(name, diagnostics);
        match digits::<u16>(text.as_str()) {
            // Behind them smtpd(8) ends the session, and with it the message for others.
            Some(421 | 521) => {
                let reason = format!("with `{name}` the session ends, amid a message perhaps");
                diagnostics.error(Syntax::new(reason, &text.at()));
                550
            }
            Some(code) if (200..600).contains(&code) => code,
            _ => {
                let reason = format!("`{name}` is no reply code");
                diagnostics.error(Syntax::new(reason, &text.at()));
                550
            }
        }
    }

    /// Reports the parameters that main.cf sets and the model does not judge.
    ///
    /// Own names must be used: by `$name`, or by what `is_class` says.
    pub(in super::super) fn judge_main(
        &self,
        used: &BTreeSet<String>,
        version: (u16, u16, u16),
        diagnostics: &mut Diagnostics,
    ) {
        for name in self.main.values.keys() {
            let at = self.place(name);
            let _ = self.judge(name, &at, used, diagnostics);
        }
        // A parameter that is held fixed is so by its default too.
        for (name, values, reason) in super::fixed() {
            let of_version = default::of_version(name, version);
            let is_among = of_version.is_none_or(|value| is_among(value, values))
                && self.default_is_among(name, values, diagnostics);
            if !self.is_set(name) && !is_among {
                let at = self.main.start.clone();
                diagnostics.error(UnjudgedParameter::new(name, *reason, &at));
            }
        }
    }

    /// Reports a parameter that is set and not judged.
    pub(in super::super) fn judge(
        &self,
        name: &str,
        at: &Loc,
        used: &BTreeSet<String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if let Some(reason) = self.shape_fault(name, diagnostics) {
            return Err(diagnostics.error(UnjudgedParameter::new(name, reason, at)));
        }
        match class(name) {
            Class::Modelled => {
                let default = default::default_value(name).unwrap_or_default();
                let Some(kind) = Kind::of(name, default) else {
                    return Ok(());
                };
                match kind.fault(self.text(name, diagnostics).as_str()) {
                    Some(reason) => {
                        Err(diagnostics.error(UnjudgedParameter::new(name, reason, at)))
                    }
                    None => Ok(()),
                }
            }
            // It may name what only the service knows, as `$service_name`. What cannot be parsed
            // at all ends whichever program expands it.
            Class::Harmless => match self.raw(name) {
                Some(raw) if !shape::is_usual(name, &raw) => match expand::expand(&raw, self) {
                    Err(Fault::Syntax(reason)) => Err(diagnostics.error(Syntax::new(reason, at))),
                    Err(Fault::Unread(reason)) => {
                        Err(diagnostics.error(UnjudgedParameter::new(name, reason, at)))
                    }
                    Ok(_) | Err(Fault::Unknown(_)) => Ok(()),
                },
                _ => Ok(()),
            },
            Class::Fixed(values, reason) => {
                let text = self.text(name, diagnostics);
                let is_literal = !fixed::is_raw(name)
                    || self.raw(name).is_none_or(|raw| !raw.as_str().contains('$'));
                if is_literal && is_among(text.as_str(), values) {
                    return Ok(());
                }
                Err(diagnostics.error(UnjudgedParameter::new(name, reason, at)))
            }
            Class::Own if used.contains(name) => Ok(()),
            Class::Own => {
                let known: Vec<&str> = names::all().collect();
                Err(diagnostics.error(UnjudgedParameter::unknown(name, &known, at)))
            }
            Class::Unjudged => {
                let reason = "it is on no list of the model";
                Err(diagnostics.error(UnjudgedParameter::new(name, reason, at)))
            }
        }
    }

    /// Says what is wrong with a value that its program ends with, however the model takes it.
    fn shape_fault(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<&'static str> {
        let raw = self.raw(name)?;
        if !shape::is_held(name) || shape::is_usual(name, &raw) {
            return None;
        }
        shape::fault(name, self.text(name, diagnostics).as_str())
    }

    /// Returns the names that `$name` named so far.
    pub(in super::super) fn used(&self) -> BTreeSet<String> {
        self.used.borrow().clone()
    }

    /// Expands every value that is set, for the names that they name.
    pub(in super::super) fn touch_all(&self) {
        let set = self.main.values.iter().chain(&self.overrides);
        for (_, value) in set {
            // A value that cannot be expanded is reported where it is used.
            let _ = expand::expand(value, self);
        }
    }

    /// Returns each parameter that is set and names others, and which, through others too.
    pub(in super::super) fn naming(&self) -> Vec<(&str, BTreeSet<String>)> {
        let is_said = |name: &str| !self.overrides.contains_key(name);
        let main = self.main.values.iter().filter(|(name, _)| is_said(name));
        let set = main.chain(&self.overrides);
        set.filter(|(_, value)| value.as_str().contains('$'))
            .map(|(name, value)| {
                let fresh = self.with(self.overrides.clone());
                // A value that cannot be expanded is reported where it is used.
                let _ = expand::expand(value, &fresh);
                (name.as_str(), fresh.used())
            })
            .collect()
    }

    fn default_is_among(&self, name: &str, values: &[&str], diagnostics: &mut Diagnostics) -> bool {
        if default::default_value(name).is_none() {
            return true;
        }
        is_among(self.text(name, diagnostics).as_str(), values)
    }

    /// Returns a value as it is written, or the default.
    pub(in super::super) fn raw(&self, name: &str) -> Option<Text> {
        let set = self
            .overrides
            .get(name)
            .or_else(|| self.main.values.get(name));
        set.cloned().or_else(|| {
            let value = default::default_value(name)?;
            Some(Text::made(value, &self.main.start))
        })
    }
}

impl Lookup for Settings<'_> {
    fn lookup(&self, name: &str) -> Result<Option<Text>, Fault> {
        self.used.borrow_mut().insert(name.to_owned());
        if name == "stress" {
            // master(8) sets it when all processes of a service are busy: who opens connections
            // enough chooses the value.
            let reason = "`$stress` is another one while the server is busy";
            return Err(Fault::Unknown(reason.to_owned()));
        }
        match self.raw(name) {
            Some(text) => Ok(Some(text)),
            None if name == "mydomain" && self.is_set("myhostname") => Ok(self.mydomain()),
            None if matches!(name, "mydomain" | "myhostname") => Err(Fault::Unknown(
                "`$myhostname` is not set: Postfix would take the machine's name".to_owned(),
            )),
            None if names::is_built_in(name) => Err(Fault::Unknown(format!(
                "`${name}` is not set, and the model does not hold its default"
            ))),
            None => Ok(None),
        }
    }
}

impl Settings<'_> {
    /// Returns `$mydomain`, which is `$myhostname` without its first label (postconf(5)).
    fn mydomain(&self) -> Option<Text> {
        let host = self.raw("myhostname")?;
        let host = expand::expand(&host, self).ok()?;
        let dot = host.as_str().find('.')?;
        Some(host.slice(dot + 1, host.as_str().len()))
    }
}
