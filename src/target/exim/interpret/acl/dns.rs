//! Which mail a statement is of, where it asks DNS for an SPF record.
//!
//! libspf2 has one word, `(invalid)`, for a record that it cannot parse and for one that it cannot
//! get. A file may look for itself, and mailpol follows that where two lines stand in front: SPF
//! came to an error, and what is looked up is a name that can have a record. A name with colons,
//! which a client may say with HELO, is a list of names to `dnsdb` (`dnsdb_find` in dnsdb.c of
//! 4.96), and one of them may have a record when the client's own name has none.

use std::sync::Arc;

use super::read::RawLine;
use super::{Leaf, Reader, Step, Test};
use crate::target::exim::interpret::reader::About;
use crate::target::exim::interpret::value::Bool;

impl Reader<'_> {
    /// Refuses a condition that looks up other names than the pattern in front of it is about, and
    /// goes on with what the statement is of behind the line.
    pub(super) fn look_at_records(&mut self, line: &RawLine, step: Option<&Step>) {
        let goes_on = step.and_then(goes_on);
        if let Some(asked) = goes_on.as_ref().and_then(records) {
            let is_guarded = match &self.about {
                About::SpfName(guard) => asked == *guard || asked.clone().negate() == *guard,
                About::All | About::BadSpf => false,
            };
            if !is_guarded {
                let reason = "what DNS is asked is another name than the pattern in front is of";
                self.refuse("dnsdb", reason, &line.at);
            }
        }
        match goes_on {
            Some(guard) if self.about != About::All && is_guard(&guard) => {
                self.about = About::SpfName(guard);
            }
            Some(condition) if self.about == About::All && wants_error(&condition) => {
                self.about = About::BadSpf;
            }
            // What chooses the name may be another then: a variable, or what SPF came to.
            None if matches!(self.about, About::SpfName(_)) && may_change(step) => {
                self.about = About::BadSpf;
            }
            Some(_) | None => {}
        }
    }
}

fn may_change(step: Option<&Step>) -> bool {
    matches!(step, Some(Step::Set(..) | Step::Test { .. }))
}

/// Returns the condition with which a statement goes on.
fn goes_on(step: &Step) -> Option<Bool> {
    match step {
        Step::Test {
            negated,
            test: Test::Bool(condition),
            ..
        } => Some(if *negated {
            condition.clone().negate()
        } else {
            condition.clone()
        }),
        Step::Test { .. }
        | Step::EndPass
        | Step::Message(_)
        | Step::Set(..)
        | Step::Header(_)
        | Step::Complete => None,
    }
}

/// Returns whether a condition says that a name, or one chosen of two, can have an SPF record.
fn is_guard(condition: &Bool) -> bool {
    match condition {
        Bool::Leaf(Leaf::SpfName(_)) => true,
        Bool::If(chosen, yes, no) => {
            let mut asks = chosen.may_fail();
            chosen.leaves(&mut |leaf| asks |= matches!(leaf, Leaf::SpfName(_)));
            !asks && is_guard(yes) && is_guard(no)
        }
        Bool::Const(_)
        | Bool::Defer
        | Bool::Forced
        | Bool::Not(_)
        | Bool::All(_)
        | Bool::Any(_)
        | Bool::Leaf(_) => false,
    }
}

/// Returns the question whether the names that a condition looks up can have a record: the same
/// choice of the same names. None of a condition that looks nothing up.
fn records(condition: &Bool) -> Option<Bool> {
    let mut asks = false;
    condition.leaves(&mut |leaf| asks |= matches!(leaf, Leaf::SpfRecord(_)));
    asks.then(|| names(condition))
}

fn names(condition: &Bool) -> Bool {
    let all = |all: &[Bool]| all.iter().map(names).collect();
    match condition {
        Bool::Leaf(Leaf::SpfRecord(identity)) => Bool::Leaf(Leaf::SpfName(*identity)),
        Bool::Not(inner) => Bool::Not(Arc::new(names(inner))),
        Bool::All(parts) => Bool::All(all(parts)),
        Bool::Any(parts) => Bool::Any(all(parts)),
        Bool::If(chosen, yes, no) => Bool::If(
            Arc::new(names(chosen)),
            Arc::new(names(yes)),
            Arc::new(names(no)),
        ),
        Bool::Const(_) | Bool::Defer | Bool::Forced | Bool::Leaf(_) => condition.clone(),
    }
}

/// Returns whether a condition holds only where libspf2 reported an error.
fn wants_error(condition: &Bool) -> bool {
    let Bool::Leaf(Leaf::SpfSeen(words)) = condition else {
        return false;
    };
    let errors = ["(invalid)", "permerror", "temperror"];
    words.iter().all(|word| errors.contains(&word.as_str()))
}
