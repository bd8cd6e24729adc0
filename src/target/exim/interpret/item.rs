//! Items of expansions that look something up or take it apart (spec 4.96, section 11.5).

use std::sync::Arc;

use super::expand::{Cursor, choice};
use super::lookup::{FileRow, Key, Lookup, Matching, Rows};
use super::reader::{Place, Reader};
use super::text::Text;
use super::value::{self, Atom, Bool, Part, Piece, Value};
use crate::diagnostic::Reported;
use crate::mail::is_char_of_word;
use crate::source::Loc;

impl Reader<'_> {
    /// Reads `${lookup{key} type {file} {yes}{no}}` or `${lookup type {query} {yes}{no}}`.
    pub(super) fn lookup(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        cursor.blanks();
        if cursor.peek() != Some('{') {
            return self.query(cursor);
        }
        let key = self.braced(cursor)?;
        cursor.blanks();
        let kind = cursor.until('{').trim();
        let start = cursor.position();
        let file = self.braced(cursor)?;
        let at = cursor.since(start);
        let Some(file) = file.as_text() else {
            return Err(self.refuse("lookup", "mailpol does not follow which file it is", &at));
        };
        if file.trim() != file {
            let reason = "to Exim a blank there is a part of the file's name";
            return Err(self.refuse("lookup", reason, &at));
        }
        let file = Text::made(file, &at);
        let template = cursor.clone();
        self.lookup_key(&key, kind.as_str(), &file, &template, cursor)
    }

    /// Makes the lookup of a key. The branches are read for each way that the key comes out.
    fn lookup_key(
        &mut self,
        key: &Value,
        kind: &str,
        file: &Text,
        template: &Cursor<'_>,
        cursor: &mut Cursor<'_>,
    ) -> Result<Value, Reported> {
        let pieces = match key {
            Value::Choice(condition, yes, no) => {
                let mut again = template.clone();
                let yes = self.lookup_key(yes, kind, file, template, &mut again)?;
                let no = self.lookup_key(no, kind, file, template, &mut again)?;
                cursor.go_to(again.position());
                return Ok(choice(condition.as_ref().clone(), yes, no));
            }
            Value::Fail | Value::Defer => &Vec::new(),
            Value::Pieces(pieces) => pieces,
        };
        let mut again = template.clone();
        let passwd = file.as_str() == "/etc/passwd" && self.artifacts.get("etc/passwd").is_none();
        let (found, value) = if passwd && matches!(self.place, Place::Router | Place::Transport) {
            // Which accounts the host has is not in the files: those that they name exist.
            self.known_key_of_accounts(key, &file.at())?;
            let row = Piece::PasswdRow(Arc::new(key.clone()));
            (Bool::Const(true), Value::piece(row))
        } else {
            let key = match value::as_text(pieces) {
                Some(text) => Key::Text(text),
                None => self.key(pieces, &file.at())?,
            };
            let rows = self.open(kind, file)?;
            let is_address = matches!(key, Key::Client);
            if rows.matching == Matching::Network && !is_address || key.is_empty() {
                let reason = "Exim looks nothing else than an address up there, and nothing empty";
                return Err(self.refuse_table(&rows.name, reason, &file.at()));
            }
            if matches!(key, Key::Client) && rows.matching != Matching::Network {
                self.by_text.get_or_insert_with(|| file.at());
            }
            let rows = match pieces.as_slice() {
                [Piece::Text(prefix), _] => self.behind(prefix, &rows)?,
                _ => rows,
            };
            let lookup = Lookup { key, rows };
            // Of a login it is only asked whether it is what was found. Elsewhere there may be
            // none: then nothing is found either, and both are empty.
            let checks = matches!(self.place, Place::Authenticator(_));
            if checks && matches!(lookup.key, Key::Login) && template.is_at_the_end() {
                cursor.go_to(template.position());
                return Ok(Value::piece(Piece::LoginRow(Arc::new(lookup))));
            }
            let found = self.finds(&lookup, "", &|_| true)?;
            let value = match &lookup.key {
                Key::Text(text) => {
                    Value::text(lookup.rows.find(text).map_or("", |row| &*row.value))
                }
                Key::Path(_) | Key::Client | Key::Login | Key::Helo(_) => {
                    Value::piece(Piece::Row(Arc::new(lookup)))
                }
            };
            (found, value)
        };
        let outer = self.value.replace(value.clone());
        let branches = self.branches(&mut again, &value);
        self.value = outer;
        let (yes, no) = branches?;
        cursor.go_to(again.position());
        Ok(match key {
            Value::Defer => Value::Defer,
            Value::Fail => Value::Fail,
            Value::Pieces(_) | Value::Choice(..) => choice(found, yes, no),
        })
    }

    fn key(&mut self, pieces: &[Piece], at: &Loc) -> Result<Key, Reported> {
        match pieces {
            [Piece::Atom(Atom::Path(atom))] => Ok(Key::Path(*atom)),
            // `*@domain`: among the rows whose keys begin so.
            [Piece::Text(prefix), Piece::Atom(Atom::Path(atom))]
                if prefix == "*@" && atom.part == Part::Domain =>
            {
                Ok(Key::Path(*atom))
            }
            [Piece::Atom(Atom::Client)] => Ok(Key::Client),
            [Piece::Atom(Atom::Login)] => Ok(Key::Login),
            [Piece::Atom(Atom::Helo(case))] => Ok(Key::Helo(*case)),
            _ => Err(self.refuse("lookup", "mailpol does not follow this key", at)),
        }
    }

    /// Returns the rows whose keys begin so, by what stands behind it.
    fn behind(&mut self, prefix: &str, rows: &Rows) -> Result<Arc<Rows>, Reported> {
        if !matches!(rows.matching, Matching::Folded | Matching::Exact) || rows.star.is_some() {
            let reason = "mailpol looks such a key up in `lsearch` and `cdb` only";
            return Err(self.refuse_table(&rows.name, reason, &rows.at));
        }
        // The null reverse-path has an empty domain.
        if let Some(row) = rows.list.iter().find(|row| &*row.key == prefix) {
            let reason = "it is found where nothing stands behind it";
            return Err(self.refuse_table(&rows.name, reason, &row.at));
        }
        let list = rows.list.iter().filter_map(|row| {
            Some(FileRow {
                key: row.key.strip_prefix(prefix)?.into(),
                ..row.clone()
            })
        });
        let name = format!("{} behind {prefix:?}", rows.name);
        let at = rows.at.clone();
        Ok(Arc::new(Rows::new(
            name,
            rows.matching,
            list.collect(),
            false,
            at,
        )))
    }

    /// Reads `${extract{number}{separators}{string}{yes}{no}}`.
    pub(super) fn extract(&mut self, cursor: &mut Cursor<'_>, at: &Loc) -> Result<Value, Reported> {
        let number = self.braced(cursor)?.as_text();
        // Of another form it is the name of a field, or too large for Exim.
        let is_plain =
            |text: &String| text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.filter(is_plain);
        let number = number.and_then(|number| number.parse::<usize>().ok());
        let Some(number) = number.filter(|number| *number > 0) else {
            let reason = "mailpol reads it with a number of a field only";
            return Err(self.refuse("${extract", reason, at));
        };
        let Some(separators) = self.braced(cursor)?.as_text() else {
            return Err(self.refuse("${extract", "mailpol does not follow its separators", at));
        };
        let subject = self.braced(cursor)?;
        let template = cursor.clone();
        self.field(&subject, number, &separators, &template, cursor, at)
    }

    fn field(
        &mut self,
        subject: &Value,
        number: usize,
        separators: &str,
        template: &Cursor<'_>,
        cursor: &mut Cursor<'_>,
        at: &Loc,
    ) -> Result<Value, Reported> {
        let field = |text: &str| {
            let mut fields = text.split(|c| separators.contains(c));
            fields.nth(number - 1).unwrap_or_default().to_owned()
        };
        // An empty field is one (`expand_gettokened` in expand.c of 4.96).
        let has = |text: &str| text.split(|c| separators.contains(c)).count() >= number;
        let (found, value) = match subject {
            Value::Choice(condition, yes, no) => {
                let mut again = template.clone();
                let yes = self.field(yes, number, separators, template, &mut again, at)?;
                let no = self.field(no, number, separators, template, &mut again, at)?;
                cursor.go_to(again.position());
                return Ok(choice(condition.as_ref().clone(), yes, no));
            }
            Value::Fail | Value::Defer => (Bool::Const(true), subject.clone()),
            Value::Pieces(pieces) => match (value::as_text(pieces), pieces.as_slice()) {
                (Some(text), _) => (Bool::Const(has(&text)), Value::text(field(&text))),
                // SOUNDNESS: as of `sg`, a name is not taken apart.
                (None, [Piece::Row(lookup)]) if !separators.contains(is_char_of_word) => {
                    let name = format!("field {number} by {separators:?}");
                    let found = format!(" with {name}");
                    let found = self.finds(lookup, &found, &|row| has(&row.value))?;
                    let lookup = Lookup {
                        key: lookup.key.clone(),
                        rows: Arc::new(lookup.rows.map(&name, field)),
                    };
                    (found, Value::piece(Piece::Row(Arc::new(lookup))))
                }
                (None, [Piece::PasswdRow(name)]) if number == 5 && separators == ":" => {
                    let home = Piece::Home(Arc::clone(name));
                    (Bool::Const(true), Value::piece(home))
                }
                _ => {
                    let reason = "mailpol does not follow the string it takes apart";
                    return Err(self.refuse("${extract", reason, at));
                }
            },
        };
        let outer = self.value.replace(value.clone());
        let mut again = template.clone();
        let branches = self.branches(&mut again, &value);
        self.value = outer;
        let (yes, no) = branches?;
        cursor.go_to(again.position());
        Ok(match subject {
            Value::Fail | Value::Defer => subject.clone(),
            Value::Pieces(_) | Value::Choice(..) => choice(found, yes, no),
        })
    }
}
