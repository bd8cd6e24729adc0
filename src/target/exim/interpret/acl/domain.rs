//! Domains of MAIL FROM in fields that tell of SPF.
//!
//! `${authresults}` holds the domain as it came, and `smtp.mailfrom=[192.0.2.7]` is no field
//! (RFC 8601 section 2.2). So where literals are taken, it is added, and so is
//! `$sender_address_domain`, behind a test that the domain is none. The null path has no domain,
//! which `${authresults}` knows by itself.

use super::{Step, Test, header};
use crate::mail::PathForm;
use crate::source::Loc;
use crate::target::exim::interpret::catalogue::Side;
use crate::target::exim::interpret::pattern::ANY_LITERAL;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::value::{Bool, Leaf, Piece, Value};

/// Says which pieces may be in no field of some paths.
type Is = fn(&Piece) -> bool;

impl Reader<'_> {
    /// Refuses a statement that puts a domain into a field that is none.
    pub(super) fn hold_domains(&mut self, steps: &[Step], at: &Loc) {
        let has_domain: Is =
            |piece| matches!(piece, Piece::AuthenticationResults) || header::is_domain(piece);
        if self.taken.literals && !is_held(steps, ANY_LITERAL, has_domain) {
            let reason = "the domain of MAIL FROM is in it, and may be an address literal";
            self.refuse("add_header", reason, at);
        }
        if !is_held(steps, &[PathForm::Null], header::is_domain) {
            let reason = "the domain of MAIL FROM is in it, and may be empty";
            self.refuse("add_header", reason, at);
        }
    }
}

/// Returns whether such pieces are added only where the reverse-path has none of some forms.
fn is_held(steps: &[Step], forms: &[PathForm], is: Is) -> bool {
    for step in steps {
        match step {
            Step::Test {
                negated,
                test: Test::Bool(condition),
                ..
            } if excludes(condition, !negated, forms) => return true,
            Step::Header(value) if tells(value, forms, is) => return false,
            Step::Test { .. }
            | Step::Header(_)
            | Step::EndPass
            | Step::Message(_)
            | Step::Set(..)
            | Step::Complete => {}
        }
    }
    true
}

/// Returns whether a value has such a piece where the path may have one of the forms.
fn tells(value: &Value, forms: &[PathForm], is: Is) -> bool {
    match value {
        Value::Choice(condition, yes, no) => {
            (!excludes(condition, true, forms) && tells(yes, forms, is))
                || (!excludes(condition, false, forms) && tells(no, forms, is))
        }
        Value::Pieces(pieces) => pieces.iter().any(is),
        Value::Fail | Value::Defer => false,
    }
}

/// Returns whether the path has none of the forms where a condition comes out so. One that is
/// forced to fail is ignored.
fn excludes(condition: &Bool, holds: bool, forms: &[PathForm]) -> bool {
    if condition.may_fail() {
        return false;
    }
    match condition {
        Bool::Leaf(Leaf::Form(Side::From, asked)) => {
            !holds && forms.iter().all(|form| asked.contains(form))
        }
        Bool::Not(inner) => excludes(inner, !holds, forms),
        Bool::All(all) => holds && all.iter().any(|one| excludes(one, true, forms)),
        Bool::Any(any) => !holds && any.iter().any(|one| excludes(one, false, forms)),
        Bool::If(..) | Bool::Const(_) | Bool::Defer | Bool::Forced | Bool::Leaf(_) => false,
    }
}
