//! Which paths can be what tables hold, by their form and by how they are seen.

use super::catalogue::Side;
use super::value::View;
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
}

/// Returns whether a path of this form, seen so, is the canonical address that tables hold.
///
/// Tried with 4.96: `$sender_address` keeps quotes and backslashes, and loses comments and blanks;
/// `$local_part` has neither. A blank of a RCPT command becomes `=`.
pub(super) fn met(form: PathForm, side: Side, view: View) -> Met {
    let asked = |asked| if asked { Met::Asked } else { Met::Never };
    match form {
        // A trailing dot that gets here was taken off.
        PathForm::Plain | PathForm::SourceRoute | PathForm::Comment | PathForm::TrailingDot => {
            Met::Asked
        }
        PathForm::Spaced => asked(side == Side::From),
        PathForm::Quoted | PathForm::QuotedPair | PathForm::Escaped => asked(view >= View::Parsed),
        PathForm::ExtendedRoute => asked(view == View::Cut),
        PathForm::QuotedRoute
        | PathForm::OddRoute
        | PathForm::Dotted
        | PathForm::EightBit
        | PathForm::Malformed
            if view == View::Cut =>
        {
            Met::Untold
        }
        // Refused before any ACL sees it.
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
        | PathForm::BadDomain
        | PathForm::Malformed => Met::Never,
    }
}

/// Returns whether a form says an address whatever the configuration: that of a route in an
/// extension is one only where it is seen without.
pub(super) fn has_address(form: PathForm) -> bool {
    form.has_address() && form != PathForm::ExtendedRoute
}
