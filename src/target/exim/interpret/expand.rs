//! String expansions (spec 4.96, chapter 11): text, escapes, variables and items.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::given;
use super::lookup::{Matching, Rows};
use super::pattern;
use super::reader::Reader;
use super::text::Text;
use super::value::{Atom, Bool, Case, Piece, Value};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// How deep expansions may stand in one another.
const DEPTH_MAX: usize = 30;
/// How deep conditions may be in each other, and in items.
pub(super) const CONDITION_DEPTH_MAX: usize = 60;
/// How many conditions one may hold.
pub(super) const CONDITIONS_MAX: usize = 200;

/// How many expansions a configuration may have, each counted once for every way it is reached.
const EXPANSIONS_MAX: usize = 100_000;

/// How many ways an expansion may come out.
const LEAVES_MAX: usize = 64;

/// Where the reading of an expansion is.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    text: &'t Text,
    at: usize,
    pub(super) depth: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t Text) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.as_str().get(self.at..).unwrap_or_default()
    }

    /// Returns what was not read.
    pub(super) fn remainder(&self) -> Text {
        self.text.slice(self.at, self.text.as_str().len())
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn eat(&mut self, words: &str) -> bool {
        let found = self.rest().starts_with(words);
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Reads a name of letters, digits and underscores.
    pub(super) fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Reads up to a character, which stays.
    pub(super) fn until(&mut self, c: char) -> Text {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(c).unwrap_or(rest.len());
        self.text.slice(start, self.at)
    }

    /// Returns whether nothing but the closing brace follows.
    pub(super) fn is_at_the_end(&self) -> bool {
        self.rest().trim_start().starts_with('}')
    }

    pub(super) fn here(&self) -> Loc {
        self.text.at_range(self.at, self.at + 1)
    }

    pub(super) fn since(&self, start: usize) -> Loc {
        self.text.at_range(start, self.at)
    }

    /// Returns what was read since, as it is written.
    pub(super) fn written(&self, start: usize) -> &'t str {
        let text = self.text.as_str();
        text.get(start..self.at).unwrap_or_default()
    }

    /// Goes to where another reading of the same text is.
    pub(super) fn go_to(&mut self, position: usize) {
        self.at = position;
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }
}

impl Reader<'_> {
    /// Expands a string that hangs neither on a pattern of a part of a path nor on DNS.
    pub(super) fn expand(&mut self, text: &Text) -> Result<Value, Reported> {
        let value = self.expand_for_condition(text)?;
        match pattern::of_parts(&value).or_else(|| pattern::of_records(&value)) {
            Some(reason) => Err(self.refuse("expansion", reason, &text.at())),
            None => Ok(value),
        }
    }

    /// Expands a condition of an ACL, which may. Who calls this has to judge it.
    pub(super) fn expand_for_condition(&mut self, text: &Text) -> Result<Value, Reported> {
        let mut cursor = Cursor::new(text);
        self.string(&mut cursor, false)
    }

    /// Reads a string up to its end, or up to the brace that closes it.
    fn string(&mut self, cursor: &mut Cursor<'_>, inside: bool) -> Result<Value, Reported> {
        cursor.depth += 1;
        if cursor.depth > DEPTH_MAX {
            return Err(self.refuse("expansion", "it is nested too deeply", &cursor.here()));
        }
        let mut whole = Value::Pieces(Vec::new());
        let mut plain = String::new();
        while let Some(c) = cursor.peek() {
            if inside && c == '}' {
                break;
            }
            cursor.next();
            match c {
                '\\' => self.escape(cursor, &mut plain)?,
                '$' => {
                    let text = std::mem::take(&mut plain);
                    let value = self.dollar(cursor)?;
                    if whole.leaves().saturating_mul(value.leaves()) > LEAVES_MAX {
                        let reason = "it comes out in too many ways";
                        return Err(self.refuse("expansion", reason, &cursor.here()));
                    }
                    whole = whole.then(&Value::text(text)).then(&value);
                }
                c => plain.push(c),
            }
        }
        cursor.depth -= 1;
        Ok(whole.then(&Value::text(plain)))
    }

    /// Reads what follows a backslash (section 11.1).
    fn escape(&mut self, cursor: &mut Cursor<'_>, plain: &mut String) -> Result<(), Reported> {
        match cursor.next() {
            None => {
                let reason = "a backslash stands at the end of a string";
                return Err(self.syntax(reason, &cursor.here()));
            }
            Some('N') => loop {
                if cursor.eat("\\N") {
                    break;
                }
                match cursor.next() {
                    Some(c) => plain.push(c),
                    None => break,
                }
            },
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            // Some of these are control characters (`string_interpret_escape` of 4.96).
            Some(c) if c.is_ascii_alphanumeric() => {
                let reason = "mailpol reads no such escapes";
                return Err(self.refuse(&format!("\\{c}"), reason, &cursor.here()));
            }
            Some(c) => plain.push(c),
        }
        Ok(())
    }

    /// Reads what follows a dollar (section 11.5).
    fn dollar(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        let start = cursor.position().saturating_sub(1);
        self.expansions += 1;
        if self.expansions > EXPANSIONS_MAX {
            let reason = "there are too many expansions";
            return Err(self.refuse("expansion", reason, &cursor.here()));
        }
        if !cursor.eat("{") {
            let name = cursor.name();
            if name.is_empty() {
                return Err(self.syntax("`$` is followed by no name", &cursor.here()));
            }
            let at = cursor.since(start);
            return match self.chooser(name, cursor, &at)? {
                Some(chooser) => Ok(given::value(chooser)),
                None => self.variable(name, &at),
            };
        }
        let name = cursor.name();
        let at = cursor.since(start);
        if let Some(chooser) = self.chooser(name, cursor, &at)? {
            self.close(cursor)?;
            return Ok(given::value(chooser));
        }
        match cursor.peek() {
            Some('}') => {
                cursor.next();
                self.variable(name, &at)
            }
            Some(':') => {
                cursor.next();
                let value = self.string(cursor, true)?;
                self.close(cursor)?;
                self.operator(name, &value, &at)
            }
            _ => {
                let value = match name {
                    "if" => self.if_item(cursor)?,
                    "lookup" => self.lookup(cursor)?,
                    "extract" => self.extract(cursor, &at)?,
                    "sg" => self.sg(cursor, &at)?,
                    "authresults" => self.authresults(cursor, &at)?,
                    _ => {
                        let reason = "mailpol does not follow this expansion item";
                        return Err(self.refuse(&format!("${{{name}"), reason, &at));
                    }
                };
                cursor.blanks();
                self.close(cursor)?;
                Ok(value)
            }
        }
    }

    /// Reads `{id}`: who looked is this host, or goes by the name of a domain around it.
    fn authresults(&mut self, cursor: &mut Cursor<'_>, at: &Loc) -> Result<Value, Reported> {
        let id = self.braced(cursor)?.as_text();
        let host = self.primary_hostname.as_deref().unwrap_or_default();
        if !id.is_some_and(|id| is_name_of(host, &id)) {
            let reason = "it would say that another host has looked (RFC 8601 section 2.5)";
            return Err(self.refuse("${authresults", reason, at));
        }
        Ok(Value::piece(Piece::AuthenticationResults))
    }

    /// Reads the brace that closes.
    pub(super) fn close(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Reported> {
        if cursor.eat("}") {
            Ok(())
        } else {
            Err(self.syntax("`}` is missing", &cursor.here()))
        }
    }

    /// Reads `{string}`, with blanks before it.
    pub(super) fn braced(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        cursor.blanks();
        if !cursor.eat("{") {
            return Err(self.syntax("`{` is missing", &cursor.here()));
        }
        let value = self.string(cursor, true)?;
        self.close(cursor)?;
        Ok(value)
    }

    /// Reads `${if condition {yes}{no}}`.
    fn if_item(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        cursor.blanks();
        let condition = self.condition(cursor)?;
        let (yes, no) = self.branches(cursor, &Value::text("true"))?;
        Ok(choice(condition, yes, no))
    }

    /// Reads `{yes}{no}`, `{yes}fail`, `{yes}` or nothing (section 11.5).
    pub(super) fn branches(
        &mut self,
        cursor: &mut Cursor<'_>,
        otherwise: &Value,
    ) -> Result<(Value, Value), Reported> {
        cursor.blanks();
        let nothing = Value::Pieces(Vec::new());
        if cursor.eat("fail") {
            let reason = "`fail` stands only where the second text may";
            return Err(self.syntax(reason, &cursor.here()));
        }
        if cursor.peek() != Some('{') {
            return Ok((otherwise.clone(), nothing));
        }
        let yes = self.braced(cursor)?;
        cursor.blanks();
        if cursor.eat("fail") {
            return Ok((yes, Value::Fail));
        }
        if cursor.peek() == Some('{') {
            let value = self.value.take();
            let no = self.braced(cursor);
            self.value = value;
            return Ok((yes, no?));
        }
        Ok((yes, nothing))
    }
}

/// Returns a choice, or the one way that it can come out.
pub(super) fn choice(condition: Bool, yes: Value, no: Value) -> Value {
    match condition {
        Bool::Const(true) => yes,
        Bool::Const(false) => no,
        Bool::Defer => Value::Defer,
        Bool::Forced => Value::Fail,
        condition @ (Bool::Not(_) | Bool::All(_) | Bool::Any(_) | Bool::If(..) | Bool::Leaf(_)) => {
            Value::Choice(Arc::new(condition), Arc::new(yes), Arc::new(no))
        }
    }
}

/// Returns whether a name is that of the host, or of a domain around it.
pub(super) fn is_name_of(host: &str, name: &str) -> bool {
    let (host, name) = (host.to_ascii_lowercase(), name.to_ascii_lowercase());
    let front = host.strip_suffix(&name);
    let is_around = name.contains('.') && front.is_some_and(|front| front.ends_with('.'));
    host == name || is_around
}

/// Returns the rows of a text that is no file: one key.
pub(super) fn one_row(key: &str, matching: Matching, at: &Loc) -> Rows {
    let row = super::lookup::FileRow {
        key: key.into(),
        value: "".into(),
        at: at.clone(),
    };
    Rows::new(format!("{key:?}"), matching, vec![row], false, at.clone())
}

/// Returns an atom in lower case, if its letters have a case that does not matter.
pub(super) fn folded(atom: Atom) -> Option<Atom> {
    match atom {
        Atom::Path(path) => Some(Atom::Path(super::value::PathAtom {
            case: Case::Folded,
            ..path
        })),
        Atom::Helo(_) => Some(Atom::Helo(Case::Folded)),
        Atom::Client | Atom::Port | Atom::SpfResult => Some(atom),
        Atom::Login | Atom::Cipher => None,
    }
}
