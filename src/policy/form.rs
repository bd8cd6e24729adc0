//! Rule 1: which forms of a path a policy lets through, and as what.

use crate::decision::{FormTable, Label};
use crate::mail::PathForm;

/// What a reverse-path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReverseKind {
    /// Not let through.
    Bad,
    /// The null one.
    Null,
    /// It has an address.
    Address,
    /// It has a domain only.
    Domain,
    /// It has neither: an address literal.
    Elsewhere,
}

/// What a forward-path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForwardKind {
    /// Not let through.
    Bad,
    /// Bare postmaster.
    Postmaster,
    /// It has an address.
    Address,
    /// It has a domain, and a local-part that no recipient has.
    Domain,
    /// It has a domain, and a local-part that a neighbour could follow elsewhere.
    Routed,
    /// It has neither: an address literal.
    Elsewhere,
}

impl ReverseKind {
    const ALL: [Self; 5] = [
        Self::Bad,
        Self::Null,
        Self::Address,
        Self::Domain,
        Self::Elsewhere,
    ];

    /// Returns the kind of a form.
    ///
    /// RFC 5321 section 4.1.2 allows the null path, a dot-string or a quoted-string before a
    /// domain or an address literal, and a source route in front. A trailing dot is tolerated. Bare
    /// numbers are no domain (section 4.1.3), nor is a name with an underscore, which only DNS
    /// knows of. A local-part that begins like an option is refused as Postfix does (postconf(5),
    /// `allow_min_user`), and so is a route in quotes: programs that look for the first `@` would
    /// take the wrong domain.
    fn of(form: PathForm, plus_addressing: bool) -> Self {
        match form {
            PathForm::Null => Self::Null,
            PathForm::Plain
            | PathForm::Quoted
            | PathForm::QuotedPair
            | PathForm::SourceRoute
            | PathForm::TrailingDot => Self::Address,
            PathForm::ExtendedRoute if plus_addressing => Self::Address,
            PathForm::Percent | PathForm::Bang | PathForm::ExtendedRoute | PathForm::LongLocal => {
                Self::Domain
            }
            PathForm::Literal | PathForm::OwnLiteral | PathForm::RoutedOwnLiteral => {
                Self::Elsewhere
            }
            PathForm::QuotedRoute
            | PathForm::Underscore
            | PathForm::BarePostmaster
            | PathForm::LeadingDash
            | PathForm::NumericDomain
            | PathForm::DoubleAt
            | PathForm::Bare
            | PathForm::OddPostmaster
            | PathForm::BareRoute
            | PathForm::OddRoute
            | PathForm::EmptyLocal
            | PathForm::Spaced
            | PathForm::Comment
            | PathForm::Escaped
            | PathForm::Dotted
            | PathForm::OddLocal
            | PathForm::OddLiteral
            | PathForm::OddOwnLiteral
            | PathForm::EightBit
            | PathForm::BadDomain
            | PathForm::Malformed => Self::Bad,
        }
    }

    /// Returns the table of all forms.
    pub(super) fn table(plus_addressing: bool) -> FormTable {
        FormTable::new(|form| Self::of(form, plus_addressing) as u32)
    }

    /// Returns the kind of a label.
    pub(super) fn from_label(label: Label) -> Self {
        Self::ALL
            .get(label.0 as usize)
            .copied()
            .unwrap_or(Self::Bad)
    }

    /// Returns whether it has a domain.
    pub(super) fn has_domain(self) -> bool {
        matches!(self, Self::Address | Self::Domain)
    }
}

impl ForwardKind {
    const ALL: [Self; 6] = [
        Self::Bad,
        Self::Postmaster,
        Self::Address,
        Self::Domain,
        Self::Routed,
        Self::Elsewhere,
    ];

    /// Returns the kind of a form.
    ///
    /// As for a reverse-path; besides, bare `postmaster` is a recipient (RFC 5321 section 4.5.1)
    /// and the null path is none. Every route is let through, `a@b@ours` too: rule 6 or 7 refuses
    /// it.
    fn of(form: PathForm) -> Self {
        if form == PathForm::BarePostmaster {
            return Self::Postmaster;
        }
        if form.is_routed() {
            return Self::Routed;
        }
        // As a forward-path, a route in an extension is a route.
        match ReverseKind::of(form, false) {
            ReverseKind::Bad | ReverseKind::Null => Self::Bad,
            ReverseKind::Address => Self::Address,
            ReverseKind::Domain => Self::Domain,
            ReverseKind::Elsewhere => Self::Elsewhere,
        }
    }

    /// Returns the table of all forms.
    pub(super) fn table() -> FormTable {
        FormTable::new(|form| Self::of(form) as u32)
    }

    /// Returns the kind of a label.
    pub(super) fn from_label(label: Label) -> Self {
        Self::ALL
            .get(label.0 as usize)
            .copied()
            .unwrap_or(Self::Bad)
    }
}
