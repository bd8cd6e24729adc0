//! What the client writes and routers see: headers (spec 4.96, section 11.5, `$header_`) and the
//! reverse-path.

use std::sync::Arc;

use super::expand::Cursor;
use super::reader::{Place, Reader};
use super::value::{Bool, Leaf, Piece, Value};
use crate::decision::Chooser;
use crate::diagnostic::Reported;
use crate::source::Loc;

/// How the names of variables begin that hold a header.
const PREFIXES: [&str; 6] = ["h_", "header_", "rh_", "rheader_", "bh_", "bheader_"];

/// Over this many, not every way in which a client can write some and others not is followed.
const CHOOSERS_MAX: usize = 6;

impl Reader<'_> {
    /// Reads the rest of a name that a router uses for what the client writes; none for others.
    pub(super) fn chooser(
        &mut self,
        name: &str,
        cursor: &mut Cursor<'_>,
        at: &Loc,
    ) -> Result<Option<Chooser>, Reported> {
        if self.place != Place::Router {
            return Ok(None);
        }
        let header = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix));
        let chooser = match header {
            Some(begin) => {
                let rest = cursor.until(':');
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
                let header = format!("{begin}{}", rest.as_str());
                if header.is_empty() || !header.chars().all(plain) || !cursor.eat(":") {
                    let reason = "mailpol reads the name of a header with its colon only";
                    return Err(self.refuse(&format!("${name}"), reason, at));
                }
                Chooser::Header(header)
            }
            None if name == "sender_address" => Chooser::ReversePath,
            None => return Ok(None),
        };
        self.given.insert(chooser.clone());
        if self.given.len() > CHOOSERS_MAX {
            let reason = "mailpol follows no router that depends on so many headers";
            return Err(self.refuse("$header_", reason, at));
        }
        Ok(Some(chooser))
    }
}

/// Returns what the client has written there, or nothing.
pub(super) fn value(chooser: Chooser) -> Value {
    let given = Bool::Leaf(Leaf::Given(chooser.clone()));
    let chosen = Value::piece(Piece::Chosen(chooser));
    Value::Choice(Arc::new(given), Arc::new(chosen), Arc::new(Value::text("")))
}
