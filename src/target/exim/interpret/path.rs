//! Which paths Exim takes at all, before any ACL sees them (`parse_extract_address`; each form was
//! tried with 4.96).

use crate::mail::PathForm;

/// Whether a path is refused with 501.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// ACLs see it.
    Taken,
    /// 501.
    Refused,
}

/// What of odd paths the main options let pass (section 14.23).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    /// `allow_domain_literals`: a domain may be an address literal.
    pub(super) literals: bool,
    /// `strip_trailing_dot`: a domain may have a dot at its end, which is taken off.
    pub(super) trailing_dots: bool,
}

/// Returns what becomes of a reverse-path.
pub(super) fn reverse_path(form: PathForm, taken: Taken) -> Syntax {
    // Only a recipient may be postmaster without a domain, and only a sender null.
    if form == PathForm::Null {
        Syntax::Taken
    } else {
        mailbox(form, taken)
    }
}

/// Returns what becomes of a forward-path.
pub(super) fn forward_path(form: PathForm, taken: Taken) -> Syntax {
    if form == PathForm::BarePostmaster {
        Syntax::Taken
    } else {
        mailbox(form, taken)
    }
}

/// Of the malformed ones some are refused. But Exim takes labels and domains of any length,
/// whatever looks a little like an address in brackets, a comment beside another oddity, and words
/// of which some are quoted (`read_local_part` in parse.c of 4.96); so the ACLs have to refuse them
/// all.
fn mailbox(form: PathForm, taken: Taken) -> Syntax {
    match form {
        PathForm::Plain
        | PathForm::Quoted
        | PathForm::QuotedPair
        | PathForm::SourceRoute
        | PathForm::Percent
        | PathForm::Bang
        | PathForm::ExtendedRoute
        | PathForm::QuotedRoute
        | PathForm::OddRoute
        | PathForm::LeadingDash
        | PathForm::NumericDomain
        | PathForm::Spaced
        | PathForm::Comment
        | PathForm::Escaped
        | PathForm::Dotted
        | PathForm::OddLocal
        | PathForm::EightBit
        | PathForm::LongLocal
        | PathForm::BadDomain
        | PathForm::Malformed => Syntax::Taken,
        _ if taken.literals && form.is_literal() => Syntax::Taken,
        PathForm::TrailingDot if taken.trailing_dots => Syntax::Taken,
        PathForm::Literal
        | PathForm::OwnLiteral
        | PathForm::RoutedOwnLiteral
        | PathForm::OddLiteral
        | PathForm::OddOwnLiteral
        | PathForm::Null
        | PathForm::BarePostmaster
        | PathForm::TrailingDot
        | PathForm::Underscore
        | PathForm::DoubleAt
        | PathForm::Bare
        | PathForm::OddPostmaster
        | PathForm::BareRoute
        | PathForm::EmptyLocal => Syntax::Refused,
    }
}
