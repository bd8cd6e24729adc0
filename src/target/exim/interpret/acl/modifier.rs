//! Modifiers of ACLs (spec 4.96, sections 44.21 to 44.25).

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::read::RawLine;
use super::{Step, Verb};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::inert::unknown;
use crate::target::exim::interpret::reader::{Place, Reader};
use crate::target::exim::interpret::section::NAME_OCTETS_MAX;
use crate::target::exim::interpret::shape::time;
use crate::target::exim::interpret::value::Value;

/// Where a control may stand, in the order of the commands.
type Places = RangeInclusive<Place>;
const ANYWHERE: Places = Place::Connect..=Place::Data;
const NOT_DATA: Places = Place::Connect..=Place::Predata;
const FROM_MAIL: Places = Place::Mail..=Place::Data;
const BEFORE_DATA: Places = Place::Mail..=Place::Predata;

/// Controls that touch neither what is accepted nor where it goes (section 44.22), why, and where
/// they may stand: elsewhere, and with other options, Exim answers 451 (`controls_list` in acl.c).
/// Debian's Exim knows none of DMARC.
const CONTROLS: [(&str, &str, Places); 10] = [
    ("dkim_disable_verify", "no DKIM condition is read", NOT_DATA),
    ("enforce_sync", "only ends sessions", ANYWHERE),
    ("no_callout_flush", "no callout is read", ANYWHERE),
    (
        "no_multiline_responses",
        "only the layout of replies",
        ANYWHERE,
    ),
    ("no_pipelining", "only what EHLO offers", ANYWHERE),
    ("queue", "delivery happens later", FROM_MAIL),
    (
        "queue/first_pass_route",
        "delivery happens later",
        FROM_MAIL,
    ),
    ("queue/only", "delivery happens later", FROM_MAIL),
    ("queue_only", "delivery happens later", FROM_MAIL),
    (
        "suppress_local_fixups",
        "leaves headers of the message alone",
        BEFORE_DATA,
    ),
];

/// For how long replies may be held back in all, in seconds.
const DELAY_MAX: u64 = 180;

pub(super) type Done = Result<Option<Step>, Reported>;

impl Reader<'_> {
    /// Reads a modifier; none if the line is a condition.
    pub(super) fn modifier(&mut self, verb: Verb, line: &RawLine) -> Option<Done> {
        let argument = &line.argument;
        let done = match line.name.as_str() {
            "endpass" => self.end_pass(verb, line),
            "message" => match (verb, self.message(argument)) {
                (_, Err(reported)) => Err(reported),
                (Verb::Warn, Ok(Some(_))) => {
                    let reason = "with `warn` it adds a header: use `add_header`";
                    Err(self.refuse("message", reason, &line.at))
                }
                (Verb::Accept, Ok(Some(_)))
                    if matches!(self.place, Place::Connect | Place::Helo) =>
                {
                    let reason = "it stands in place of the host's name in the greeting";
                    Err(self.refuse("message", reason, &line.at))
                }
                (_, Ok(message)) => Ok(message.map(Step::Message)),
            },
            // It is not expanded before the outcome is known; a failure is ignored.
            "log_message" => match self.active(argument) {
                Some(reason) => Err(self.refuse(&line.name, reason, &line.at)),
                None => Ok(None),
            },
            // Expanded at once: an error, or a question to DNS that nobody answers, puts all mail
            // off, or ends a `warn` before what it sets (`acl_check_condition` in acl.c of 4.96).
            "logwrite" => match self.active(argument).or_else(|| unknown(argument.as_str())) {
                Some(reason) => Err(self.refuse("logwrite", reason, &line.at)),
                None => Ok(None),
            },
            "delay" => self.delay(line),
            "set" => self.set(line),
            "add_header" => self.add_header(line),
            "remove_header" => self.remove_header(line),
            "control" => self.control(line),
            _ => return None,
        };
        if line.negated {
            let reason = format!("`{}` cannot be negated", line.name);
            return Some(Err(self.syntax(reason, &line.at)));
        }
        Some(done)
    }

    fn end_pass(&mut self, verb: Verb, line: &RawLine) -> Done {
        if verb != Verb::Accept {
            let reason = "`endpass` stands in `accept` only";
            return Err(self.syntax(reason, &line.at));
        }
        Ok(Some(Step::EndPass))
    }

    fn set(&mut self, line: &RawLine) -> Done {
        let name = line.variable.clone().unwrap_or_default();
        let known = ["acl_m", "acl_c"].iter().any(|prefix| {
            // With a letter there Exim does not start (`acl_read` in acl.c of 4.96).
            let rest = name.strip_prefix(prefix);
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '_'))
        });
        if !known {
            let reason = format!("`{name}` is no variable that an ACL can set");
            return Err(self.syntax(reason, &line.at));
        }
        if name.len() > NAME_OCTETS_MAX {
            // Expansions read 255 octets of a name (`read_name` in expand.c of 4.96), and `set`
            // takes all.
            let reason = format!("a name has at most {NAME_OCTETS_MAX} characters");
            return Err(self.syntax(reason, &line.at));
        }
        let value = self.expand(&line.argument)?;
        if !is_constant(&value) {
            let reason = "mailpol follows variables that are set to one of a few texts only";
            return Err(self.refuse(&name, reason, &line.argument.at()));
        }
        let texts = self.texts.entry(name.clone()).or_default();
        collect(&value, texts);
        Ok(Some(Step::Set(Arc::from(name), value)))
    }

    /// Reads how long a reply is held back: a client waits for five minutes (RFC 5321 section
    /// 4.5.3.2). All delays of the configuration are added up, since each may meet a client.
    fn delay(&mut self, line: &RawLine) -> Done {
        let Some(seconds) = time(line.argument.as_str()) else {
            let reason = "mailpol reads a time only; with what is none Exim answers 451";
            return Err(self.refuse("delay", reason, &line.argument.at()));
        };
        self.delays = self.delays.saturating_add(seconds);
        if self.delays > DELAY_MAX {
            let reason = "clients would not wait so long";
            return Err(self.refuse("delay", reason, &line.argument.at()));
        }
        Ok(None)
    }

    fn control(&mut self, line: &RawLine) -> Done {
        let text = self.expand(&line.argument)?.as_text().unwrap_or_default();
        let name = text.split('/').next().unwrap_or_default();
        if name == "submission" {
            return self.submission(&text, line);
        }
        let mut known = CONTROLS.iter();
        let reason = match known.find(|(known, ..)| *known == text) {
            Some((.., places)) if places.contains(&self.place) => return Ok(None),
            Some(_) => "in this ACL Exim answers 451 (section 44.22)",
            None if CONTROLS.iter().any(|(known, ..)| *known == name) => {
                "with such an option Exim answers 451 (section 44.22)"
            }
            None if name == "debug" => "what clients say is written to a file, passwords too",
            None if name.starts_with("dmarc_") => "Debian's Exim has no DMARC, and answers 451",
            None => "it changes what becomes of the message",
        };
        Err(self.refuse(&format!("control = {text}"), reason, &line.at))
    }
}

impl Reader<'_> {
    /// Reads `control = submission`: Message-ID, Date and From are added where they are missing
    /// (section 48.1). Without `sender_retain` a login's message gets another reverse-path where
    /// its From is not the login's address (`receive_msg` in receive.c).
    fn submission(&mut self, text: &str, line: &RawLine) -> Done {
        if !BEFORE_DATA.contains(&self.place) {
            let reason = "in this ACL Exim answers 451 (section 44.22)";
            return Err(self.refuse("control = submission", reason, &line.at));
        }
        // A domain goes into From as it is, ends of lines too (`receive_msg`).
        let reason = match text {
            "submission/sender_retain" => return Ok(Some(Step::Complete)),
            "submission" => {
                "without `/sender_retain` the reverse-path of a login's message would become the \
                 address that Exim makes of the login"
            }
            _ => "mailpol reads the option `sender_retain` alone",
        };
        Err(self.refuse(&format!("control = {text}"), reason, &line.at))
    }
}

/// Returns whether a value is one of some texts.
fn is_constant(value: &Value) -> bool {
    match value {
        Value::Choice(condition, yes, no) => {
            !condition.may_fail() && is_constant(yes) && is_constant(no)
        }
        Value::Pieces(_) => value.as_text().is_some(),
        Value::Fail | Value::Defer => false,
    }
}

/// Collects the texts that a value may be.
fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::Choice(_, yes, no) => {
            collect(yes, texts);
            collect(no, texts);
        }
        Value::Pieces(_) => texts.extend(value.as_text()),
        Value::Fail | Value::Defer => {}
    }
}
