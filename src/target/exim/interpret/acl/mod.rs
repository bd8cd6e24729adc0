//! Access control lists (spec 4.96, chapter 44): read, understood, run.

mod above;
mod condition;
mod dns;
mod domain;
mod gate;
mod header;
mod helo;
mod hops;
mod long_lines;
mod long_names;
mod message;
mod modifier;
mod named;
mod odd;
mod read;
mod run;
mod spf;
mod unused;

pub(super) use long_lines::LINE_MAX;
use read::RawStatement;
pub(super) use read::{RawAcl, read};
pub(super) use run::{Ran, Refusal};
pub(super) use spf::SpfUses;

use std::sync::Arc;

use super::pattern::GATE;
use super::reader::{About, Place, Reader};
use super::text::Text;
use super::value::{Bool, Leaf, Piece, Value};
use crate::diagnostic::Reported;
use crate::source::Loc;
use gate::Gates;
use message::Message;
use named::Named;
use odd::Odd;
use spf::OfStatement;

/// How deep ACLs may run one another (section 44.26, `acl`).
const DEPTH_MAX: usize = 20;
const TOO_DEEP: &str = "ACLs run one another too deeply";

/// An ACL for one command.
#[derive(Debug)]
pub(super) struct Acl {
    statements: Vec<Statement>,
    odd: Odd,
    /// Where it stands: the place of its implicit deny.
    at: Loc,
}

/// A verb with its conditions and modifiers.
#[derive(Debug)]
struct Statement {
    verb: Verb,
    steps: Vec<Step>,
    at: Loc,
}

/// What a statement does (section 44.18). `discard` is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Accept,
    Defer,
    Deny,
    Drop,
    Require,
    Warn,
}

/// A condition or a modifier, in their order (section 44.20).
#[derive(Debug)]
enum Step {
    /// A condition.
    Test {
        negated: bool,
        test: Test,
        kind: Kind,
    },
    /// From here on, a condition that fails denies.
    EndPass,
    /// The text of the reply, from here on.
    Message(Message),
    /// A variable gets a value.
    Set(Arc<str>, Value),
    /// A header is added.
    Header(Value),
    /// Message-ID, Date and From are added where the message has none.
    Complete,
}

impl Step {
    /// Returns the one question that a condition asks, and the answer with which a statement goes
    /// on here.
    fn question(&self) -> Option<(&Leaf, bool)> {
        let Self::Test {
            negated,
            test: Test::Bool(condition),
            ..
        } = self
        else {
            return None;
        };
        if let Bool::Leaf(leaf) = condition {
            return Some((leaf, !negated));
        }
        let Bool::Not(inner) = condition else {
            return None;
        };
        let Bool::Leaf(leaf) = &**inner else {
            return None;
        };
        Some((leaf, *negated))
    }
}

/// What is tested.
#[derive(Debug)]
enum Test {
    /// This.
    Bool(Bool),
    /// The result of SPF: words, and whether each is negated. It is evaluated now.
    Spf(Vec<(bool, String)>),
    /// Another ACL.
    Acl(AclUse),
    /// The routers take the recipient.
    Recipient,
    /// A line of the message has more than 998 octets.
    LongLine,
    /// The HELO name is longer than a domain.
    LongName,
    /// A message has come over more hosts than these.
    Hops(u64),
}

/// What a condition is about: from it follows why a statement decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `hosts` or `authenticated`: who the client is.
    Client,
    /// `verify = recipient`.
    Recipient,
    /// `spf`.
    Spf,
    /// Anything else.
    Other,
}

/// Which ACL runs (section 44.12).
#[derive(Debug, Clone)]
pub(super) enum AclUse {
    /// This one.
    One(Arc<Acl>),
    /// One or the other.
    Choice(Arc<Bool>, Arc<AclUse>, Arc<AclUse>),
    /// The one that the row of a client or a login names.
    Named(Arc<Named>),
    /// None is set: everything is accepted.
    Accept,
    /// None is set, or none is found: everything is denied or deferred.
    Deny,
}

/// The ACLs of a configuration, as written and as understood so far.
#[derive(Debug, Default)]
pub(super) struct Acls {
    /// As written.
    raw: Vec<RawAcl>,
    /// Those being understood, and how many each runs in one another so far, itself included: none
    /// may run itself.
    open: Vec<(String, usize)>,
    /// Understood: by name and command, and how many each runs in one another.
    known: Vec<(String, Place, Arc<Acl>, usize)>,
    /// The names of the authenticators that a client may use.
    authenticators: Vec<String>,
}

impl Acls {
    /// Returns ACLs of which none was understood yet.
    pub(super) fn new(raw: Vec<RawAcl>, authenticators: Vec<String>) -> Self {
        Self {
            raw,
            authenticators,
            ..Self::default()
        }
    }
}

impl Reader<'_> {
    /// Returns the ACL that an option names (section 44.12).
    pub(super) fn acl(&mut self, text: &Text, acls: &mut Acls) -> Result<AclUse, Reported> {
        let value = self.expand(text)?;
        if !std::mem::take(&mut self.forms.gates).is_empty() {
            return Err(self.refuse("acl", GATE, &text.at()));
        }
        self.acl_of(&value, text, acls)
    }

    fn acl_of(&mut self, value: &Value, text: &Text, acls: &mut Acls) -> Result<AclUse, Reported> {
        match value {
            Value::Choice(condition, ..) if condition.may_fail() => {
                let reason = "mailpol does not follow a condition that is neither true nor false";
                Err(self.refuse("acl", reason, &text.at()))
            }
            Value::Choice(condition, yes, no) => {
                let yes = self.acl_of(yes, text, acls)?;
                let no = self.acl_of(no, text, acls)?;
                Ok(AclUse::Choice(
                    Arc::clone(condition),
                    Arc::new(yes),
                    Arc::new(no),
                ))
            }
            Value::Fail => Err(self.refuse("acl", "it is forced to fail", &text.at())),
            Value::Defer => Ok(AclUse::Deny),
            Value::Pieces(pieces) => {
                if let Some(name) = value.as_text() {
                    return self.acl_named(name.trim_start(), text, acls);
                }
                if let [Piece::Row(lookup)] = pieces.as_slice() {
                    return self.acl_of_row(lookup, text, acls);
                }
                let reason = "mailpol does not follow which ACL it is";
                Err(self.refuse("acl", reason, &text.at()))
            }
        }
    }

    fn acl_named(&mut self, name: &str, text: &Text, acls: &mut Acls) -> Result<AclUse, Reported> {
        if name.is_empty() {
            // Set to nothing it is set, to an ACL without a statement, at whose end is a refusal
            // (`acl_check_internal` in `acl.c` of 4.96).
            return Ok(AclUse::Deny);
        }
        let place = self.place;
        if let Some((.., acl, height)) = acls
            .known
            .iter()
            .find(|(one, at, ..)| one == name && *at == place)
        {
            let (acl, height) = (Arc::clone(acl), *height);
            if self.delays > 0 {
                let reason = "it runs more than once, and so may the delays of this configuration";
                return Err(self.refuse(name, reason, &text.at()));
            }
            return self.stands(acl, height, text, acls);
        }
        if name.starts_with('/') {
            return Err(self.refuse(name, "mailpol reads no ACLs from other files", &text.at()));
        }
        let raw = match acls.raw.iter().find(|raw| raw.name == name) {
            Some(raw) => raw.clone(),
            None if read::is_verb(name.split_whitespace().next().unwrap_or_default()) => {
                let inline = Text::made(name, &text.at());
                let lines = [Text::made(format!("{name}:"), &text.at()), inline];
                // The name of an inline ACL is its text: it cannot be one of the section's.
                read::inline(&lines, self.diagnostics)?
            }
            None => {
                let reason = "there is no such ACL: Exim answers 451 whenever it is to run";
                return Err(self.refuse(name, reason, &text.at()));
            }
        };
        if acls.open.iter().any(|(open, _)| open == name) {
            return Err(self.refuse(name, "the ACL runs itself", &text.at()));
        }
        if acls.open.len() >= DEPTH_MAX {
            return Err(self.refuse(name, TOO_DEEP, &text.at()));
        }
        acls.open.push((name.to_owned(), 1));
        let acl = self.understand(&raw, acls);
        let height = acls.open.pop().map_or(1, |(_, height)| height);
        let acl = Arc::new(acl?);
        let known = (name.to_owned(), place, Arc::clone(&acl), height);
        acls.known.push(known);
        self.stands(acl, height, text, acls)
    }

    /// Takes an ACL that runs so many in one another, itself included, where it is run: Exim goes
    /// no deeper than it says (`acl_check_internal` in acl.c of 4.96).
    fn stands(
        &mut self,
        acl: Arc<Acl>,
        height: usize,
        text: &Text,
        acls: &mut Acls,
    ) -> Result<AclUse, Reported> {
        if acls.open.len() + height > DEPTH_MAX {
            return Err(self.refuse("acl", TOO_DEEP, &text.at()));
        }
        if let Some((_, outer)) = acls.open.last_mut() {
            *outer = (*outer).max(height + 1);
        }
        Ok(AclUse::One(acl))
    }

    fn understand(&mut self, raw: &RawAcl, acls: &mut Acls) -> Result<Acl, Reported> {
        let before = self.diagnostics.errors();
        let mut odd = Odd::default();
        let mut statements = Vec::new();
        // A variable of the session keeps its value from one command to the next, and an ACL may
        // be run from several places: only what this one sets itself is known.
        let outer = std::mem::take(&mut self.assigned);
        let about = std::mem::take(&mut self.about);
        // What named this ACL may hang on SPF itself.
        let spf = std::mem::take(&mut self.spf.now);
        let mut gates = Gates::default();
        for raw in &raw.statements {
            let verb = match raw.verb.as_str() {
                "accept" => Verb::Accept,
                "defer" => Verb::Defer,
                "deny" => Verb::Deny,
                "drop" if self.place == Place::Rcpt => {
                    let reason = "the session ends, and recipients that were taken get nothing";
                    self.refuse("drop", reason, &raw.at);
                    continue;
                }
                "drop" => Verb::Drop,
                "require" => Verb::Require,
                "warn" => Verb::Warn,
                other => {
                    let reason = "what it throws away is not what it accepts";
                    self.refuse(other, reason, &raw.at);
                    continue;
                }
            };
            let (steps, of_statement) = self.steps(verb, raw, acls, &mut gates);
            odd = odd.and(of_statement);
            self.pass_gates(raw, &steps, &mut gates);
            statements.push(Statement {
                verb,
                steps,
                at: raw.at.clone(),
            });
        }
        self.end_gates(&gates);
        self.assigned = outer;
        self.about = about;
        self.spf.now = spf;
        self.diagnostics.failed_since(before)?;
        Ok(Acl {
            statements,
            odd,
            at: raw.at.clone(),
        })
    }

    /// Reads the lines of a statement. What it sets behind a condition is set for the rest of the
    /// statement; what it sets before any, for the rest of the ACL.
    fn steps(
        &mut self,
        verb: Verb,
        raw: &RawStatement,
        acls: &mut Acls,
        gates: &mut Gates,
    ) -> (Vec<Step>, Odd) {
        let mut steps = Vec::new();
        let mut lasting = self.assigned.clone();
        let mut is_tested = false;
        let mut of_spf = OfStatement::default();
        let mut odd = Odd::default();
        for (number, line) in raw.lines.iter().enumerate() {
            self.spf.now.clear();
            self.forms.gates.clear();
            // An error was told; the line stays out.
            let Ok(step) = self.step(verb, line, acls) else {
                continue;
            };
            self.judge_odd((verb, raw), line, step.as_ref(), &mut odd);
            let is_main = acls.open.len() == 1;
            self.judge_gate((verb, is_main), line, step.as_ref(), gates);
            let name = acls.open.last().map_or("", |(name, _)| name.as_str());
            self.look_at_spf((verb, raw, number), name, step.as_ref(), &mut of_spf);
            is_tested |= matches!(step, Some(Step::Test { .. }));
            self.look_at_records(line, step.as_ref());
            if let Some(Step::Set(name, _)) = &step {
                self.assigned.insert(name.to_string());
                if !is_tested {
                    lasting.insert(name.to_string());
                }
            }
            steps.extend(step);
        }
        self.assigned = lasting;
        self.about = About::All;
        self.hold_helo(verb, &steps, &raw.at);
        self.hold_domains(&steps, &raw.at);
        (steps, odd)
    }
}
