//! Comparisons of strings: `eq`, `eqi`, `inlist`, `inlisti`, `=` (spec 4.96, section 11.7).

use std::sync::Arc;

use super::catalogue::Side;
use super::expand::one_row;
use super::keys;
use super::list;
use super::lookup::{FileRow, Key, Lookup, Matching};
use super::reader::{Place, Reader};
use super::rows::has_letters;
use super::text::Text;
use super::value::{self, Atom, Bool, Case, Leaf, Part, PathAtom, Piece, Value};
use crate::diagnostic::Reported;
use crate::mail::{Listener, PathForm};
use crate::source::Loc;

impl Reader<'_> {
    /// Returns the condition that two strings are equal; with [`Case::Folded`], whatever the case
    /// of their letters.
    pub(super) fn equal(
        &mut self,
        a: &Value,
        b: &Value,
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        match (a, b) {
            (Value::Fail, _) | (_, Value::Fail) => Ok(Bool::Forced),
            (Value::Defer, _) | (_, Value::Defer) => Ok(Bool::Defer),
            (Value::Choice(condition, yes, no), other)
            | (other, Value::Choice(condition, yes, no)) => {
                let yes = self.equal(yes, other, case, at)?;
                let no = self.equal(no, other, case, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            (Value::Pieces(a), Value::Pieces(b)) => self.equal_pieces(a, b, case, at),
        }
    }

    fn equal_pieces(
        &mut self,
        a: &[Piece],
        b: &[Piece],
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let (pieces, text) = match (value::as_text(a), value::as_text(b)) {
            (Some(a), Some(b)) => return Ok(Bool::Const(same(&a, &b, case))),
            (Some(text), None) => (b, text),
            (None, Some(text)) => (a, text),
            (None, None) => return self.equal_unknowns(a, b, case, at),
        };
        match pieces {
            [Piece::Atom(atom)] => self.atom_is(*atom, &text, case, at),
            [Piece::Row(lookup)] => {
                let what = format!(" with {text:?}");
                self.finds(lookup, &what, &|row| same(&row.value, &text, case))
            }
            [Piece::Variable(name)] if case == Case::Kept => {
                Ok(Bool::Leaf(Leaf::Variable(Arc::clone(name), vec![text])))
            }
            [Piece::Password] if text.is_empty() => Ok(Bool::Leaf(Leaf::IsGiven).negate()),
            [Piece::Password] => {
                let reason = "a password in the files lets in whoever knows it";
                Err(self.refuse("eq", reason, at))
            }
            [Piece::Claimed] if text.is_empty() => Ok(Bool::Leaf(Leaf::ClaimsNothing)),
            [Piece::ReceivedSpf] if text.is_empty() => Ok(Bool::Leaf(Leaf::SpfReceived).negate()),
            _ => Err(self.refuse("eq", "mailpol does not follow this string", at)),
        }
    }

    fn equal_unknowns(
        &mut self,
        a: &[Piece],
        b: &[Piece],
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        match (a, b) {
            ([Piece::Atom(a)], [Piece::Atom(b)]) if a == b => Ok(Bool::Const(true)),
            ([Piece::Claimed], [Piece::Atom(Atom::Login)])
            | ([Piece::Atom(Atom::Login)], [Piece::Claimed])
                if case == Case::Kept =>
            {
                Ok(Bool::Leaf(Leaf::ClaimsItself))
            }
            ([Piece::Row(lookup) | Piece::LoginRow(lookup)], [Piece::Atom(Atom::Login)])
            | ([Piece::Atom(Atom::Login)], [Piece::Row(lookup) | Piece::LoginRow(lookup)])
                if case == Case::Kept =>
            {
                self.login_in_row(
                    lookup,
                    " is the word",
                    &|row| vec![row.value.to_string()],
                    at,
                )
            }
            _ => {
                let reason = "mailpol does not compare these two with each other";
                Err(self.refuse("eq", reason, at))
            }
        }
    }

    /// Returns the condition that a string is an item of a list (`inlist`, `inlisti`).
    pub(super) fn in_list(
        &mut self,
        subject: &Value,
        items: &Value,
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        match (subject, items) {
            (Value::Fail, _) | (_, Value::Fail) => Ok(Bool::Forced),
            (Value::Defer, _) | (_, Value::Defer) => Ok(Bool::Defer),
            (subject, Value::Choice(condition, yes, no)) => {
                let yes = self.in_list(subject, yes, case, at)?;
                let no = self.in_list(subject, no, case, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            (Value::Choice(condition, yes, no), items) => {
                let yes = self.in_list(yes, items, case, at)?;
                let no = self.in_list(no, items, case, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            (Value::Pieces(pieces), Value::Pieces(items)) => {
                if let Some(text) = value::as_text(items) {
                    return self.in_items(subject, pieces, &text, case, at);
                }
                let [Piece::Row(lookup) | Piece::LoginRow(lookup)] = items.as_slice() else {
                    return Err(self.refuse("inlist", "mailpol does not follow this list", at));
                };
                let words = |row: &FileRow| words(&row.value);
                if let Some(text) = value::as_text(pieces) {
                    let what = format!(" with {text:?} in its list");
                    return self.finds(lookup, &what, &|row| {
                        words(row).iter().any(|word| same(word, &text, case))
                    });
                }
                match pieces.as_slice() {
                    [Piece::Atom(Atom::Login)] if case == Case::Kept => {
                        self.login_in_row(lookup, " in the list", &words, at)
                    }
                    _ => Err(self.refuse("inlist", "mailpol does not follow this string", at)),
                }
            }
        }
    }

    fn in_items(
        &mut self,
        subject: &Value,
        pieces: &[Piece],
        items: &str,
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let words = words(items);
        if let [Piece::Atom(Atom::Login)] = pieces {
            return self.login_is_one_of(&words, case, at);
        }
        if let [Piece::Atom(Atom::SpfResult)] = pieces {
            let words = words.into_iter().map(|word| cased(&word, case)).collect();
            return Ok(Bool::Leaf(Leaf::SpfSeen(words)));
        }
        let mut any = Vec::new();
        for word in words {
            any.push(self.equal(subject, &Value::text(word), case, at)?);
        }
        Ok(match any.len() {
            0 => Bool::Const(false),
            1 => any.remove(0),
            _ => Bool::Any(any),
        })
    }

    /// Returns the condition that a variable is a text.
    fn atom_is(&mut self, atom: Atom, text: &str, case: Case, at: &Loc) -> Result<Bool, Reported> {
        match atom {
            Atom::Path(path) => self.path_is(path, text, case, at),
            Atom::Login if text.is_empty() && matches!(self.place, Place::Authenticator(_)) => {
                Ok(Bool::Leaf(Leaf::IsGiven).negate())
            }
            Atom::Login if text.is_empty() => Ok(Bool::Leaf(Leaf::Authenticated).negate()),
            Atom::Login => self.login_is_one_of(&[text.to_owned()], case, at),
            Atom::Cipher if text.is_empty() => Ok(Bool::Leaf(Leaf::Tls).negate()),
            Atom::Cipher => {
                let reason = "which cipher a session has is no part of an envelope";
                Err(self.refuse("$tls_in_cipher", reason, at))
            }
            Atom::SpfResult => Ok(Bool::Leaf(Leaf::SpfSeen(vec![cased(text, case)]))),
            Atom::Port => Ok(port_is(text)),
            Atom::Client | Atom::Helo(_) => {
                let key = if let Atom::Helo(helo) = atom {
                    Key::Helo(helo.max(case))
                } else {
                    self.by_text.get_or_insert_with(|| at.clone());
                    Key::Client
                };
                let matching = if matches!(atom, Atom::Helo(_)) && case == Case::Folded {
                    Matching::Folded
                } else {
                    Matching::Exact
                };
                let rows = one_row(&cased(text, case), matching, at);
                let lookup = Lookup {
                    key,
                    rows: Arc::new(rows),
                };
                self.finds(&lookup, "", &|_| true)
            }
        }
    }

    fn path_is(
        &mut self,
        atom: PathAtom,
        text: &str,
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        if text.is_empty() {
            return match (atom.side, atom.part) {
                (Side::From, _) => {
                    let forms: Arc<[PathForm]> = Arc::new([PathForm::Null]);
                    Ok(Bool::Leaf(Leaf::Form(Side::From, forms)))
                }
                (Side::To, Part::Domain | Part::Whole) => Ok(Bool::Const(false)),
                (Side::To, Part::Local) => {
                    let reason = "an empty local-part is no form that mailpol tells apart";
                    Err(self.refuse("$local_part", reason, at))
                }
            };
        }
        let minds = atom.case.max(case) == Case::Kept && has_letters(text);
        if minds {
            let reason = "it minds the case of letters, which mailpol cannot tell apart here: \
                          use `eqi`, or `lc:`";
            return Err(self.refuse("eq", reason, at));
        }
        if case == Case::Kept && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let reason = "what is compared with it is in lower case, and never equals it";
            return Err(self.refuse("eq", reason, at));
        }
        let name = match atom.part {
            Part::Whole => keys::address(text),
            Part::Domain => keys::domain(text),
            Part::Local => keys::local(text),
        };
        if let Err(reason) = name {
            return Err(self.refuse(text, reason, at));
        }
        let rows = one_row(text, Matching::Folded, at);
        let lookup = Lookup {
            key: Key::Path(atom),
            rows: Arc::new(rows),
        };
        self.finds(&lookup, "", &|_| true)
    }

    /// Returns the condition that a string is a number (`=`, `==`).
    pub(super) fn number_is(&mut self, a: &Value, b: &Value, at: &Loc) -> Result<Bool, Reported> {
        let port = |value: &Value| {
            matches!(value, Value::Pieces(pieces)
                if matches!(pieces.as_slice(), [Piece::Atom(Atom::Port)]))
        };
        let number = |value: &Value| value.as_text()?.trim().parse::<i64>().ok();
        match (number(a), number(b)) {
            (Some(a), Some(b)) => Ok(Bool::Const(a == b)),
            (Some(n), None) if port(b) => Ok(port_is(&n.to_string())),
            (None, Some(n)) if port(a) => Ok(port_is(&n.to_string())),
            _ => Err(self.refuse("=", "mailpol compares only the port with a number", at)),
        }
    }
}

/// Returns the words of a list in colons.
fn words(list: &str) -> Vec<String> {
    let at = Loc::new(&crate::source::Source::new("", ""), 0, 0);
    let items = list::items(&Text::made(list, &at), ':');
    items.iter().map(|item| item.as_str().to_owned()).collect()
}

/// Returns a text as it is compared with what Exim has in lower case.
fn cased(text: &str, case: Case) -> String {
    match case {
        Case::Kept => text.to_owned(),
        Case::Folded => text.to_ascii_lowercase(),
    }
}

/// Returns whether two texts are the same.
fn same(a: &str, b: &str, case: Case) -> bool {
    match case {
        Case::Kept => a == b,
        Case::Folded => a.eq_ignore_ascii_case(b),
    }
}

/// Returns the condition that the port which the client came to is written so.
fn port_is(text: &str) -> Bool {
    let listener = Listener::ALL
        .into_iter()
        .find(|listener| listener.port().to_string() == text);
    match listener {
        Some(listener) => Bool::Leaf(Leaf::Listener(vec![listener])),
        None => Bool::Const(false),
    }
}
