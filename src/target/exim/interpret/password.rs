//! Conditions that check a password (spec 4.96, section 11.7): right passwords are right.

use super::expand::Cursor;
use super::reader::{Place, Reader};
use super::value::{self, Atom, Bool, Leaf, Piece, Value};
use crate::diagnostic::Reported;
use crate::source::Loc;

impl Reader<'_> {
    /// Reads the conditions that check a password (section 11.7): right passwords are right.
    pub(super) fn password(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        if !matches!(self.place, Place::Authenticator(_)) {
            let reason = "a password is known only while a client authenticates";
            return Err(self.refuse(name, reason, at));
        }
        match name {
            "crypteq" => {
                let subject = self.braced(cursor)?;
                let crypted = self.braced(cursor)?;
                if !matches!(&subject, Value::Pieces(pieces)
                    if matches!(pieces.as_slice(), [Piece::Password]))
                {
                    return Err(self.refuse(name, "mailpol compares only the password", at));
                }
                self.crypted(&crypted, at)
            }
            "pam" => {
                let value = self.braced(cursor)?;
                self.names_the_login(&value, at)
            }
            _ => {
                cursor.blanks();
                if !cursor.eat("{") {
                    return Err(self.syntax("`{` is missing", &cursor.here()));
                }
                let user = self.braced(cursor)?;
                loop {
                    cursor.blanks();
                    if cursor.eat("}") {
                        break;
                    }
                    self.braced(cursor)?;
                }
                self.names_the_login(&user, at)
            }
        }
    }

    /// Returns the condition that a backend takes the login with its password.
    fn names_the_login(&mut self, user: &Value, at: &Loc) -> Result<Bool, Reported> {
        let is_part = |piece: &Piece| {
            matches!(piece, Piece::Atom(Atom::Login) | Piece::Password)
                || matches!(piece, Piece::Text(text) if text == ":")
        };
        if let Value::Pieces(pieces) = user
            && matches!(pieces.first(), Some(Piece::Atom(Atom::Login)))
            && pieces.iter().all(is_part)
        {
            return Ok(Bool::Leaf(Leaf::Password));
        }
        let reason = "the name whose password is checked is not the login's own";
        Err(self.refuse("password", reason, at))
    }

    fn crypted(&mut self, crypted: &Value, at: &Loc) -> Result<Bool, Reported> {
        let usable = |text: &str| !text.is_empty() && !text.starts_with(['*', '!', ':']);
        match crypted {
            Value::Fail => Ok(Bool::Forced),
            Value::Defer => Ok(Bool::Defer),
            Value::Choice(condition, yes, no) => {
                let yes = self.crypted(yes, at)?;
                let no = self.crypted(no, at)?;
                Ok(condition.as_ref().clone().choose(yes, no))
            }
            Value::Pieces(pieces) => match (value::as_text(pieces), pieces.as_slice()) {
                (Some(text), _) if usable(&text) => Ok(Bool::Leaf(Leaf::Password)),
                (Some(_), _) => Ok(Bool::Const(false)),
                (None, [Piece::Row(lookup)]) => {
                    let what = " with a password";
                    let has = self.finds(lookup, what, &|row| usable(&row.value))?;
                    Ok(Bool::All(vec![has, Bool::Leaf(Leaf::Password)]))
                }
                _ => Err(self.refuse("crypteq", "mailpol does not follow this string", at)),
            },
        }
    }
}
