//! Operators of expansions (spec 4.96, section 11.6), `sg` and queries.

use std::sync::Arc;

use super::expand::{Cursor, choice, folded};
use super::lookup::Lookup;
use super::reader::{Place, Reader};
use super::value::{Atom, Part, PathAtom, Piece, SpfIdentity, Value, View};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// The pattern that takes the extension off an address.
const EXTENSION: &str = "^([^+]+)\\+[^@]*@";

impl Reader<'_> {
    /// Applies `${name:string}`.
    pub(super) fn operator(
        &mut self,
        name: &str,
        value: &Value,
        at: &Loc,
    ) -> Result<Value, Reported> {
        if !["lc", "address"].contains(&name) {
            let reason = "mailpol does not follow this operator";
            return Err(self.refuse(&format!("${{{name}:"), reason, at));
        }
        self.each(value, &mut |reader, piece| {
            let changed = match (name, piece) {
                ("lc", Piece::Text(text)) => Some(Piece::Text(text.to_ascii_lowercase())),
                ("lc", Piece::Row(lookup)) => {
                    let rows = lookup.rows.map("lc", str::to_ascii_lowercase);
                    let key = lookup.key.clone();
                    let rows = Arc::new(rows);
                    Some(Piece::Row(Arc::new(Lookup { key, rows })))
                }
                ("lc", Piece::Atom(atom)) => folded(*atom).map(Piece::Atom),
                // Of what the client writes it is not followed what it is.
                (_, Piece::Chosen(_) | Piece::Opaque) => Some(piece.clone()),
                _ => None,
            };
            changed.ok_or_else(|| {
                let reason = "mailpol does not follow what it is applied to";
                reader.refuse(&format!("${{{name}:"), reason, at)
            })
        })
    }

    /// Changes each piece of a value.
    fn each(
        &mut self,
        value: &Value,
        change: &mut dyn FnMut(&mut Self, &Piece) -> Result<Piece, Reported>,
    ) -> Result<Value, Reported> {
        match value {
            Value::Pieces(pieces) => {
                let mut whole = Value::Pieces(Vec::new());
                for piece in pieces {
                    let piece = change(self, piece)?;
                    whole = whole.then(&Value::piece(piece));
                }
                Ok(whole)
            }
            Value::Choice(condition, yes, no) => {
                let yes = self.each(yes, change)?;
                let no = self.each(no, change)?;
                Ok(choice(condition.as_ref().clone(), yes, no))
            }
            Value::Fail => Ok(Value::Fail),
            Value::Defer => Ok(Value::Defer),
        }
    }

    /// Reads `${sg{subject}{pattern}{replacement}}`: of patterns, only the one that takes quotes
    /// and backslashes off, and the one that takes an extension off.
    pub(super) fn sg(&mut self, cursor: &mut Cursor<'_>, at: &Loc) -> Result<Value, Reported> {
        let subject = self.braced(cursor)?;
        let start = cursor.position();
        let pattern = self.braced(cursor)?.as_text();
        // Of a `$` nothing is left where Exim only passes over it (see `passed_over`).
        let pattern = pattern.filter(|_| !cursor.written(start).contains('$'));
        let replacement = self.braced(cursor)?.as_text();
        let (Some(pattern), Some(replacement)) = (pattern, replacement) else {
            let reason = "mailpol does not follow its pattern";
            return Err(self.refuse("${sg", reason, at));
        };
        if (pattern.as_str(), replacement.as_str()) == ("\\\\(.)|\"", "$1") {
            return self.each(&subject, &mut |reader, piece| {
                if let Piece::Atom(Atom::Path(atom)) = piece {
                    let view = atom.view.max(View::Parsed);
                    return Ok(Piece::Atom(Atom::Path(PathAtom { view, ..*atom })));
                }
                let reason = "mailpol does not follow what it is applied to";
                Err(reader.refuse("${sg", reason, at))
            });
        }
        if (pattern.as_str(), replacement.as_str()) == (EXTENSION, "$1@") {
            return self.each(&subject, &mut |reader, piece| {
                if let Piece::Atom(Atom::Path(atom)) = piece
                    && atom.part == Part::Whole
                    && atom.view >= View::Parsed
                {
                    reader.forms.cut();
                    let view = View::Cut;
                    return Ok(Piece::Atom(Atom::Path(PathAtom { view, ..*atom })));
                }
                let reason = "mailpol reads it of a whole address without quotes only";
                Err(reader.refuse("${sg", reason, at))
            });
        }
        let reason = "mailpol reads it with the pattern of quotes, or that of an extension, only";
        Err(self.refuse("${sg", reason, at))
    }

    /// Reads a query: `${lookup passwd{account}}`, and `${lookup dnsdb{defer_never,txt=domain}}` as
    /// far as it asks whether the domain that SPF judges has a record at all.
    pub(super) fn query(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        let kind = cursor.until('{').trim();
        let at = kind.at();
        let place = self.place;
        match kind.as_str() {
            "dnsdb" if matches!(place, Place::Mail | Place::Rcpt | Place::Data) => {
                let query = self.braced(cursor)?;
                if !cursor.is_at_the_end() {
                    let reason = "mailpol reads it with nothing behind its question only";
                    return Err(self.refuse("dnsdb", reason, &cursor.here()));
                }
                self.records(&query, &at)
            }
            "passwd" if matches!(place, Place::Router | Place::Transport) => self.account(cursor),
            other => {
                let reason = "what a query answers is not in the files";
                Err(self.refuse_table(other, reason, &at))
            }
        }
    }

    /// Reads `passwd{account}{yes}{no}` (section 9.4). Which accounts the host has is not in the
    /// files: those that they name exist.
    fn account(&mut self, cursor: &mut Cursor<'_>) -> Result<Value, Reported> {
        let at = cursor.here();
        let name = self.braced(cursor)?;
        self.known_key_of_accounts(&name, &at)?;
        let row = Value::piece(Piece::PasswdRow(Arc::new(name)));
        let outer = self.value.replace(row.clone());
        let branches = self.branches(cursor, &row);
        self.value = outer;
        Ok(branches?.0)
    }

    /// Whoever else is looked up among the accounts may have none.
    pub(super) fn known_key_of_accounts(&mut self, key: &Value, at: &Loc) -> Result<(), Reported> {
        let is_named = self.place == Place::Transport
            && matches!(
                key,
                Value::Pieces(pieces) if matches!(
                    pieces.as_slice(),
                    [Piece::AddressData | Piece::RouterData(Part::Local)]
                )
            );
        if is_named {
            return Ok(());
        }
        let reason = "which accounts the host has is not in the files: a transport may look up \
                      the account that the files name";
        Err(self.refuse("passwd", reason, at))
    }

    fn records(&mut self, query: &Value, at: &Loc) -> Result<Value, Reported> {
        let pieces = match query {
            Value::Choice(condition, yes, no) => {
                let yes = self.records(yes, at)?;
                let no = self.records(no, at)?;
                return Ok(choice(condition.as_ref().clone(), yes, no));
            }
            Value::Fail => return Ok(Value::Fail),
            Value::Defer => return Ok(Value::Defer),
            Value::Pieces(pieces) => pieces,
        };
        // Without `defer_never` whoever has the domain puts the expansion off by not answering
        // (`dnsdb_find` in lookups/dnsdb.c of 4.96).
        let txt = |text: &str| text == "defer_never,txt=";
        match pieces.as_slice() {
            [Piece::Text(text), Piece::Atom(Atom::Helo(_))] if txt(text) => {
                Ok(Value::piece(Piece::TxtRecords(SpfIdentity::Helo)))
            }
            [Piece::Text(text), Piece::Atom(Atom::Path(atom))]
                if txt(text)
                    && atom.part == Part::Domain
                    && atom.side == super::catalogue::Side::From =>
            {
                Ok(Value::piece(Piece::TxtRecords(SpfIdentity::MailFrom)))
            }
            _ => {
                let reason = "mailpol reads `defer_never,txt=` of the sender's domain or of the \
                              HELO name only";
                Err(self.refuse("dnsdb", reason, at))
            }
        }
    }
}
