//! HELO names in fields that are added.
//!
//! `$spf_received` and `${authresults}` hold the name as it came (`authres_spf` in spf.c of 4.96,
//! `SPF_response_get_received_spf` of libspf2). If any is taken (`helo_accept_junk_hosts`),
//! `EHLO a; dkim=pass header.d=b.example` goes on in the field, and it is this host that says so
//! then (tried). So such fields, and those with `$sender_helo_name` in them, stand behind a test of
//! the name.
//!
//! Envelopes have plain names only. For others there is a field of its own, and nothing else.

use super::{Step, Test, Verb};
use crate::source::Loc;
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::value::{Atom, Leaf, Piece};

impl Reader<'_> {
    /// Refuses a statement that puts any HELO name into a field, or does something else by it.
    pub(super) fn hold_helo(&mut self, verb: Verb, steps: &[Step], at: &Loc) {
        let only_says = verb == Verb::Warn
            && steps
                .iter()
                .all(|step| matches!(step, Step::Test { .. } | Step::Header(_)));
        let is_odd = |step: &Step| asks(step) && !(only_says && is_whole(step));
        if steps.iter().any(is_odd) {
            let reason = "odd HELO names are told apart for fields that tell of SPF only, by a \
                          condition of its own";
            self.refuse("$sender_helo_name", reason, at);
        }
        let tested = steps.iter().position(is_plain);
        let told = steps.iter().position(tells);
        if self.spf.takes_any_helo && told.is_some_and(|told| tested.is_none_or(|at| at > told)) {
            let reason = "a HELO name is in it as it came, and may go on with other results";
            self.refuse("add_header", reason, at);
        }
    }
}

/// Returns whether a condition has the test of the name in it.
fn asks(step: &Step) -> bool {
    let mut found = false;
    if let Step::Test {
        test: Test::Bool(condition),
        ..
    } = step
    {
        condition.leaves(&mut |leaf| found |= matches!(leaf, Leaf::PlainHelo));
    }
    found
}

/// Returns whether a condition is the test of the name, or its opposite.
fn is_whole(step: &Step) -> bool {
    matches!(step.question(), Some((Leaf::PlainHelo, _)))
}

/// Returns whether a statement goes on here only with a plain name.
fn is_plain(step: &Step) -> bool {
    matches!(step.question(), Some((Leaf::PlainHelo, true)))
}

/// Returns whether a field has a HELO name in it.
fn tells(step: &Step) -> bool {
    let has_name = |piece: &Piece| {
        matches!(
            piece,
            Piece::ReceivedSpf | Piece::AuthenticationResults | Piece::Atom(Atom::Helo(_))
        )
    };
    matches!(step, Step::Header(value) if value.has(&has_name))
}
