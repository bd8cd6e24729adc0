//! Which paths can be what tables hold, by their form and by how they are seen.

use super::catalogue::Side;
use super::value::{Part, PathAtom, View};
use crate::decision::Label;
use crate::mail::PathForm;

/// Whether a path of a form is one that tables hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// It may be: they are asked.
    Asked,
    /// It is none.
    Never,
    /// Without its extension it may be one, and the form does not say whether it has any.
    Untold,
    /// It may be one, whichever: Exim reads something in it that the form does not say.
    Odd,
}

/// Returns whether that part of a path of this form, seen so, is one that tables hold.
pub(super) fn met(form: PathForm, atom: PathAtom) -> Met {
    match atom.part {
        Part::Whole => of_address(form, atom.side, atom.view),
        Part::Local => of_local_part(form, atom.side, atom.view),
        Part::Domain => of_domain(form),
    }
}

/// Returns whether the domain of a path of this form is one that tables hold.
pub(super) fn of_domain(form: PathForm) -> Met {
    // A comment beside something else that is odd; and what is below a name, but too long.
    if matches!(form, PathForm::Malformed | PathForm::BadDomain) {
        Met::Odd
    } else if form.has_domain() {
        Met::Asked
    } else {
        Met::Never
    }
}

/// Local-parts stand before literals and numbers as well.
fn of_local_part(form: PathForm, side: Side, view: View) -> Met {
    let is_before_none = matches!(
        form,
        PathForm::Literal
            | PathForm::OwnLiteral
            | PathForm::OddLiteral
            | PathForm::OddOwnLiteral
            | PathForm::NumericDomain
            | PathForm::BadDomain
    );
    if is_before_none || form == PathForm::RoutedOwnLiteral && view == View::Cut {
        Met::Odd
    } else {
        of_address(form, side, view)
    }
}

/// Returns whether a path of this form, seen so, is the canonical address that tables hold.
///
/// Tried with 4.96: `$sender_address` keeps quotes and backslashes, and loses comments and blanks;
/// `$local_part` has neither. A blank of a RCPT command becomes `=`.
fn of_address(form: PathForm, side: Side, view: View) -> Met {
    let asked = |asked| if asked { Met::Asked } else { Met::Never };
    match form {
        // A trailing dot that gets here was taken off.
        PathForm::Plain | PathForm::SourceRoute | PathForm::Comment | PathForm::TrailingDot => {
            Met::Asked
        }
        PathForm::Spaced => asked(side == Side::From),
        PathForm::Quoted | PathForm::QuotedPair | PathForm::Escaped => asked(view >= View::Parsed),
        PathForm::ExtendedRoute => asked(view == View::Cut),
        // A comment beside something else that is odd; `"john".doe` is john.doe without its quotes.
        PathForm::Malformed => Met::Odd,
        PathForm::OddLocal if view >= View::Parsed => Met::Odd,
        PathForm::QuotedRoute | PathForm::OddRoute | PathForm::Dotted | PathForm::EightBit
            if view == View::Cut =>
        {
            Met::Untold
        }
        // Refused before any ACL sees it, or none that a table can hold.
        PathForm::BarePostmaster
        | PathForm::Null
        | PathForm::Literal
        | PathForm::OwnLiteral
        | PathForm::Percent
        | PathForm::Bang
        | PathForm::QuotedRoute
        | PathForm::LeadingDash
        | PathForm::NumericDomain
        | PathForm::Underscore
        | PathForm::DoubleAt
        | PathForm::Bare
        | PathForm::OddPostmaster
        | PathForm::BareRoute
        | PathForm::OddRoute
        | PathForm::EmptyLocal
        | PathForm::Dotted
        | PathForm::OddLocal
        | PathForm::EightBit
        | PathForm::LongLocal
        | PathForm::RoutedOwnLiteral
        | PathForm::OddLiteral
        | PathForm::OddOwnLiteral
        | PathForm::BadDomain => Met::Never,
    }
}

/// Returns whether a form says an address whatever the configuration: that of a route in an
/// extension is one only where it is seen without.
pub(super) fn has_address(form: PathForm) -> bool {
    form.has_address() && form != PathForm::ExtendedRoute
}

/// Returns the form of a label; a number that no form has is none that Exim takes.
pub(super) fn form(label: Label) -> PathForm {
    PathForm::from_index(label.0).unwrap_or(PathForm::Malformed)
}
