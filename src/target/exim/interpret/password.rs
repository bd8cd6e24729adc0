//! Conditions that check a password (spec 4.96, section 11.7): right passwords are right.

use super::expand::Cursor;
use super::reader::{Check, CheckedBy, Place, Reader};
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
        if name != "saslauthd" {
            self.checks.push(Check {
                by: CheckedBy::Exim(name.to_owned()),
                at: at.clone(),
            });
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
                // The name, and the answer to the one question that PAM has.
                let value = self.braced(cursor)?;
                let is_whole = matches!(&value, Value::Pieces(pieces)
                    if matches!(pieces.as_slice(),
                        [Piece::Atom(Atom::Login), Piece::Text(colon), Piece::Password]
                            if colon == ":"));
                self.checked(is_whole, "pam", at)
            }
            _ => self.saslauthd(cursor, at),
        }
    }

    /// Reads `saslauthd{{user}{password}{service}{realm}}`, the last two if they are wanted.
    fn saslauthd(&mut self, cursor: &mut Cursor<'_>, at: &Loc) -> Result<Bool, Reported> {
        cursor.blanks();
        if !cursor.eat("{") {
            return Err(self.syntax("`{` is missing", &cursor.here()));
        }
        let mut arguments = Vec::new();
        loop {
            cursor.blanks();
            if cursor.eat("}") {
                break;
            }
            arguments.push(self.braced(cursor)?);
        }
        let is_one = |value: &Value, wanted: fn(&Piece) -> bool| {
            matches!(value, Value::Pieces(pieces)
                if matches!(pieces.as_slice(), [piece] if wanted(piece)))
        };
        let is_login = |value| is_one(value, |piece| matches!(piece, Piece::Atom(Atom::Login)));
        let is_password = |value| is_one(value, |piece| matches!(piece, Piece::Password));
        let [user, password, further @ ..] = arguments.as_slice() else {
            return Err(self.syntax("a user and a password are missing", at));
        };
        let further: Vec<Option<String>> = further.iter().map(Value::as_text).collect();
        let service = match further.as_slice() {
            [] => None,
            [Some(service)] => Some(service.clone()),
            [Some(service), Some(realm)] if realm.is_empty() => Some(service.clone()),
            _ => {
                let reason = "mailpol follows a service that is a text, and no realm";
                return Err(self.refuse("saslauthd", reason, at));
            }
        };
        self.checks.push(Check {
            by: CheckedBy::Saslauthd(service.unwrap_or_default()),
            at: at.clone(),
        });
        self.checked(is_login(user) && is_password(password), "saslauthd", at)
    }

    /// Returns the condition that a backend takes the login with its password, if it is asked for
    /// exactly these.
    fn checked(&mut self, is_exact: bool, name: &str, at: &Loc) -> Result<Bool, Reported> {
        if is_exact {
            return Ok(Bool::Leaf(Leaf::Password));
        }
        let reason = "it is not the login's own name and the password given for it";
        Err(self.refuse(name, reason, at))
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
