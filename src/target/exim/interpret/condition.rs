//! Conditions of expansions (spec 4.96, section 11.7), and what a string is as a condition.

use std::sync::Arc;

use super::expand::{CONDITION_DEPTH_MAX, CONDITIONS_MAX, Cursor};
use super::list::{ListKind, Subject};
use super::passed_over::is_sound;
use super::reader::{Place, Reader};
use super::text::Text;
use super::value::{self, Atom, Bool, Case, Leaf, Part, Piece, Value};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// Which strings are a condition that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Of an ACL (section 44.26; `ACLC_CONDITION`): what is neither yes nor no is an error.
    Acl,
    /// Of `bool` (section 11.7): the same, with blanks at the ends.
    Bool,
    /// Of `bool_lax`: what is not no is yes, and so is every number of several digits.
    Lax,
    /// Of a router (chapter 15) and of `server_advertise_condition` (`expand_check_condition`):
    /// what is not no, letter by letter, is yes; a forced failure is no.
    Router,
    /// Of an authenticator (chapter 34; `auth_check_some_cond`): what is neither is an error; a
    /// forced failure is no.
    Authenticator,
}

/// How many digits a number may have to be the same to `atoi` (32 bits).
const DIGITS_MAX: usize = 9;

impl Reader<'_> {
    /// Reads a condition.
    pub(super) fn condition(&mut self, cursor: &mut Cursor<'_>) -> Result<Bool, Reported> {
        cursor.blanks();
        cursor.depth += 1;
        if cursor.depth > CONDITION_DEPTH_MAX {
            return Err(self.refuse("${if", "it is nested too deeply", &cursor.here()));
        }
        let start = cursor.position();
        if cursor.eat("!") {
            let inner = self.condition(cursor);
            cursor.depth -= 1;
            return inner.map(Bool::negate);
        }
        let name = match cursor.peek() {
            Some('=') => {
                cursor.next();
                cursor.eat("=");
                "="
            }
            _ => cursor.name(),
        };
        let at = cursor.since(start);
        let done = self.named_condition(name, cursor, &at);
        cursor.depth -= 1;
        done
    }

    fn named_condition(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let case = if name.ends_with('i') {
            Case::Folded
        } else {
            Case::Kept
        };
        match name {
            "def" if cursor.eat(":") => {
                let variable = cursor.name();
                if let Some(chooser) = self.chooser(variable, cursor, at)? {
                    return Ok(Bool::Leaf(Leaf::Given(chooser)));
                }
                self.defined(variable, at)
            }
            "and" | "or" => {
                let all = self.conditions(cursor)?;
                Ok(if name == "and" {
                    Bool::All(all)
                } else {
                    Bool::Any(all)
                })
            }
            "eq" | "eqi" => {
                let (a, b) = (self.braced(cursor)?, self.braced(cursor)?);
                self.equal(&a, &b, case, at)
            }
            "=" => {
                let (a, b) = (self.braced(cursor)?, self.braced(cursor)?);
                self.number_is(&a, &b, at)
            }
            // They leave `$value` as what they have matched (section 11.7).
            "inlist" | "inlisti" | "match_ip" | "match_domain" | "match_address"
            | "match_local_part"
                if self.value.is_some() =>
            {
                let reason = "behind it `$value` is another, which mailpol does not follow";
                Err(self.refuse(&format!("${{if {name}"), reason, at))
            }
            "inlist" | "inlisti" => {
                let (subject, items) = (self.braced(cursor)?, self.braced(cursor)?);
                self.in_list(&subject, &items, case, at)
            }
            "bool" | "bool_lax" => {
                let words = if name == "bool" {
                    Words::Bool
                } else {
                    Words::Lax
                };
                let start = cursor.position();
                let value = self.braced(cursor)?;
                if name == "bool" && !is_sound(cursor.written(start)) {
                    let reason = "where Exim only passes over it, less is left of it, which may be \
                                  neither yes nor no";
                    return Err(self.refuse(&format!("${{if {name}"), reason, at));
                }
                self.holds(&value, words, at)
            }
            "match_ip" | "match_domain" | "match_address" | "match_local_part" => {
                self.match_list(name, cursor, at)
            }
            "match" => {
                let (subject, pattern) = (self.braced(cursor)?, self.braced(cursor)?);
                self.matches(&subject, &pattern, at)
            }
            "saslauthd" | "pam" | "crypteq" => self.password(name, cursor, at),
            _ => {
                let reason = "mailpol does not follow this condition";
                Err(self.refuse(&format!("${{if {name}"), reason, at))
            }
        }
    }

    /// Reads `{{one}{two}}`.
    fn conditions(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Bool>, Reported> {
        cursor.blanks();
        if !cursor.eat("{") {
            return Err(self.syntax("`{` is missing", &cursor.here()));
        }
        let mut all = Vec::new();
        loop {
            cursor.blanks();
            if cursor.eat("}") {
                return Ok(all);
            }
            if !cursor.eat("{") {
                return Err(self.syntax("`{` is missing", &cursor.here()));
            }
            if all.len() == CONDITIONS_MAX {
                let reason = "it has too many conditions";
                return Err(self.refuse("${if", reason, &cursor.here()));
            }
            all.push(self.condition(cursor)?);
            cursor.blanks();
            self.close(cursor)?;
        }
    }

    /// Returns the condition that a variable is not empty.
    fn defined(&mut self, name: &str, at: &Loc) -> Result<Bool, Reported> {
        match name {
            "spf_result" => {
                self.variable(name, at)?;
                return Ok(Bool::Leaf(Leaf::SpfRan));
            }
            "spf_received" => {
                self.variable(name, at)?;
                return Ok(Bool::Leaf(Leaf::SpfReceived));
            }
            "sender_host_authenticated" => {
                self.variable("authenticated_id", at)?;
                return Ok(Bool::Leaf(Leaf::Authenticated));
            }
            // Of mail that comes by SMTP both are known, also while it is routed (section 11.9).
            "sender_host_address" if matches!(self.place, Place::Router | Place::Transport) => {
                self.asks_for_client |= !self.is_closed;
                return Ok(Bool::Const(!self.is_closed));
            }
            "sender_host_address" => {
                self.variable(name, at)?;
                return Ok(Bool::Const(true));
            }
            _ => {}
        }
        let value = self.variable(name, at)?;
        let empty = self.equal(&value, &Value::text(""), Case::Kept, at)?;
        Ok(empty.negate())
    }

    /// Reads `match_ip{address}{list}` and its like. The list is not expanded.
    fn match_list(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let subject = self.braced(cursor)?;
        cursor.blanks();
        if !cursor.eat("{") {
            return Err(self.syntax("`{` is missing", &cursor.here()));
        }
        let list = cursor.until('}').trim();
        self.close(cursor)?;
        if list.as_str().contains(['$', '\\', '{']) {
            let reason = "the list of such a condition is not expanded";
            return Err(self.refuse(name, reason, &list.at()));
        }
        let (kind, part) = match name {
            "match_ip" => (ListKind::Host, Part::Whole),
            "match_domain" => (ListKind::Domain, Part::Domain),
            "match_address" => (ListKind::Address, Part::Whole),
            _ => (ListKind::LocalPart, Part::Local),
        };
        self.match_value(kind, part, &subject, &list, at)
    }

    fn match_value(
        &mut self,
        kind: ListKind,
        part: Part,
        subject: &Value,
        list: &Text,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        match subject {
            Value::Fail => Ok(Bool::Forced),
            Value::Defer => Ok(Bool::Defer),
            Value::Choice(condition, yes, no) => {
                let yes = self.match_value(kind, part, yes, list, at)?;
                let no = self.match_value(kind, part, no, list, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            Value::Pieces(pieces) => match pieces.as_slice() {
                [Piece::Atom(Atom::Client)] if kind == ListKind::Host => {
                    self.list(kind, Subject::Client, list)
                }
                [Piece::Atom(Atom::Path(atom))] if atom.part == part && kind != ListKind::Host => {
                    self.list(kind, Subject::Path(*atom), list)
                }
                _ => {
                    let reason = "mailpol does not follow what is matched";
                    Err(self.refuse("match", reason, at))
                }
            },
        }
    }

    /// Returns the condition that a string is as such.
    pub(super) fn holds(
        &mut self,
        value: &Value,
        words: Words,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let pieces = match value {
            Value::Fail => {
                let is_no = matches!(words, Words::Router | Words::Authenticator);
                return Ok(if is_no {
                    Bool::Const(false)
                } else {
                    Bool::Forced
                });
            }
            Value::Defer => return Ok(Bool::Defer),
            Value::Choice(condition, yes, no) => {
                let yes = self.holds(yes, words, at)?;
                let no = self.holds(no, words, at)?;
                return Ok(condition.as_ref().clone().choose(yes, no));
            }
            Value::Pieces(pieces) => pieces,
        };
        if let Some(text) = value::as_text(pieces) {
            self.no_long_number(&text, at)?;
            return match is_yes(&text, words) {
                Some(holds) => Ok(Bool::Const(holds)),
                None => Err(self.neither(&text, at)),
            };
        }
        match pieces.as_slice() {
            [Piece::Row(lookup)] => {
                for row in &lookup.rows.list {
                    self.no_long_number(&row.value, &row.at)?;
                }
                let odd = |text: &str| is_yes(text, words).is_none();
                let odd = lookup.rows.list.iter().find(|row| odd(&row.value));
                if let Some(row) = odd {
                    return Err(self.neither(&row.value, &row.at));
                }
                let yes = |row: &super::lookup::FileRow| is_yes(&row.value, words) == Some(true);
                self.finds(lookup, " with yes", &yes)
            }
            [Piece::Variable(name)] => self.variable_holds(name, words, at),
            _ => Err(self.refuse("condition", "mailpol does not follow this string", at)),
        }
    }

    /// Returns the condition that a variable of the ACLs is a string that holds, of those that it
    /// is set to.
    fn variable_holds(
        &mut self,
        name: &Arc<str>,
        words: Words,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let texts = self.texts.get(name.as_ref()).cloned().unwrap_or_default();
        let mut yes = Vec::new();
        for text in texts {
            self.no_long_number(&text, at)?;
            match is_yes(&text, words) {
                Some(true) => yes.push(text),
                Some(false) => {}
                None => {
                    let reason = format!("it may be {text:?}, which is neither yes nor no");
                    return Err(self.refuse(name, reason, at));
                }
            }
        }
        Ok(Bool::Leaf(Leaf::Variable(Arc::clone(name), yes)))
    }

    /// Says that a text is no condition. In a condition of an expansion that is an error of the
    /// whole string, also where the condition is passed over (`eval_condition` in expand.c of
    /// 4.96); in an ACL Exim answers 451.
    fn neither(&mut self, text: &str, at: &Loc) -> Reported {
        let reason = "this is neither yes nor no: it puts off all mail that meets it";
        self.refuse(text, reason, at)
    }

    /// Refuses a number that Exim's own numbers may not hold: it takes `4294967296` for 0.
    fn no_long_number(&mut self, text: &str, at: &Loc) -> Result<(), Reported> {
        let digits = text.trim_ascii().trim_start_matches('-');
        if digits.len() > DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let reason = "so long a number may be another one to Exim";
            return Err(self.refuse(digits, reason, at));
        }
        Ok(())
    }
}

/// Returns whether a string is a condition that holds; none if it is an error.
pub(super) fn is_yes(text: &str, words: Words) -> Option<bool> {
    let text = match words {
        Words::Bool | Words::Lax => text.trim_ascii(),
        Words::Acl | Words::Router | Words::Authenticator => text,
    };
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_null = digits.bytes().all(|byte| byte == b'0');
    match (words, text.to_ascii_lowercase().as_str()) {
        (_, "" | "no" | "false") | (Words::Authenticator, "0") => Some(false),
        (_, "yes" | "true") | (Words::Authenticator, "1") => Some(true),
        (Words::Acl | Words::Bool, _) => is_number.then_some(!is_null),
        (Words::Lax, text) => Some(!is_number || text.len() > 1 || !is_null),
        (Words::Router, text) => Some(text != "0"),
        (Words::Authenticator, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_conditions_as_the_chapters_say() {
        let (yes, no) = (Some(true), Some(false));
        // In an ACL, for `bool`, for `bool_lax`, of a router, of an authenticator.
        for (text, expected) in [
            ("", [no, no, no, no, no]),
            ("0", [no, no, no, no, no]),
            ("1", [yes, yes, yes, yes, yes]),
            ("00", [no, no, yes, yes, None]),
            ("7", [yes, yes, yes, yes, None]),
            ("-", [no, no, no, yes, None]),
            ("-0", [no, no, yes, yes, None]),
            ("-1", [yes, yes, yes, yes, None]),
            ("YES", [yes, yes, yes, yes, yes]),
            ("false", [no, no, no, no, no]),
            (" no", [None, no, no, yes, None]),
            ("yes ", [None, yes, yes, yes, None]),
            (" ", [None, no, no, yes, None]),
            ("x", [None, None, yes, yes, None]),
        ] {
            let all = [
                Words::Acl,
                Words::Bool,
                Words::Lax,
                Words::Router,
                Words::Authenticator,
            ];
            assert_eq!(all.map(|words| is_yes(text, words)), expected, "{text:?}");
        }
    }
}
