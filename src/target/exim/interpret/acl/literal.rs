//! Address literals in fields that tell of SPF.
//!
//! `${authresults}` holds the domain of MAIL FROM as it came, and `smtp.mailfrom=[192.0.2.7]` is no
//! field (RFC 8601 section 2.2). So where literals are taken, it is added, and so is
//! `$sender_address_domain`, behind a test that the domain is none.

use super::{Step, Test, header};
use crate::source::Loc;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::pattern::ANY_LITERAL;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::value::{Bool, Leaf, Piece, Value};

impl Reader<'_> {
    /// Refuses a statement that puts an address literal into a field.
    pub(super) fn hold_literals(&mut self, steps: &[Step], at: &Loc) {
        let mut is_excluded = !self.taken.literals;
        for step in steps {
            match step {
                Step::Test {
                    negated,
                    test: Test::Bool(condition),
                    ..
                } => is_excluded |= excludes(condition, !negated),
                Step::Header(value) if !is_excluded && tells(value) => {
                    let reason = "the domain of MAIL FROM is in it, and may be an address literal";
                    self.refuse("add_header", reason, at);
                }
                _ => {}
            }
        }
    }
}

/// Returns whether a field has the domain of MAIL FROM in it where it may be a literal.
fn tells(value: &Value) -> bool {
    match value {
        Value::Choice(condition, yes, no) => {
            (!excludes(condition, true) && tells(yes)) || (!excludes(condition, false) && tells(no))
        }
        Value::Pieces(pieces) => pieces
            .iter()
            .any(|piece| matches!(piece, Piece::AuthenticationResults) || header::is_domain(piece)),
        Value::Fail | Value::Defer => false,
    }
}

/// Returns whether the domain is no literal where a condition comes out so. One that is forced to
/// fail is ignored.
fn excludes(condition: &Bool, holds: bool) -> bool {
    if condition.may_fail() {
        return false;
    }
    match condition {
        Bool::Leaf(Leaf::Form(Side::From, forms)) => {
            !holds && ANY_LITERAL.iter().all(|form| forms.contains(form))
        }
        Bool::Not(inner) => excludes(inner, !holds),
        Bool::All(all) => holds && all.iter().any(|one| excludes(one, true)),
        Bool::Any(any) => !holds && any.iter().any(|one| excludes(one, false)),
        Bool::If(..) | Bool::Const(_) | Bool::Defer | Bool::Forced | Bool::Leaf(_) => false,
    }
}
