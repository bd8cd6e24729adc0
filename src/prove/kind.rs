//! What path forms are to obligations.

use crate::mail::PathForm;

/// What a reverse-path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reverse {
    /// Nothing: the null one.
    Null,
    /// A plain address.
    Plain,
    /// An address in another spelling.
    Address,
    /// A domain, and no address that anybody could own.
    Domain,
    /// Neither.
    Neither,
}

/// What a forward-path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forward {
    /// A plain address.
    Plain,
    /// Postmaster, without a domain.
    Postmaster,
    /// Somebody else's host, or a route without a domain behind it.
    Abroad,
    /// A domain, which may be ours, behind a local-part with a route that could be followed.
    Routed,
    /// An address in another spelling, which may be ours.
    Address,
    /// A domain, which may be ours.
    Domain,
    /// No domain at all.
    Nowhere,
}

impl Reverse {
    pub(super) const ALL: [Self; 5] = [
        Self::Null,
        Self::Plain,
        Self::Address,
        Self::Domain,
        Self::Neither,
    ];

    /// Returns the number of what a form says; an extension is one where the policy minds them.
    pub(super) fn number(form: PathForm, plus_addressing: bool) -> u32 {
        let has_address =
            form.has_address() && (plus_addressing || form != PathForm::ExtendedRoute);
        let kind = if form == PathForm::Null {
            Self::Null
        } else if form == PathForm::Plain {
            Self::Plain
        } else if has_address {
            Self::Address
        } else if form.has_domain() {
            Self::Domain
        } else {
            Self::Neither
        };
        kind as u32
    }

    pub(super) fn has_domain(self) -> bool {
        matches!(self, Self::Plain | Self::Address | Self::Domain)
    }
}

impl Forward {
    pub(super) const ALL: [Self; 7] = [
        Self::Plain,
        Self::Postmaster,
        Self::Abroad,
        Self::Routed,
        Self::Address,
        Self::Domain,
        Self::Nowhere,
    ];

    /// Returns what a form says.
    ///
    /// Every literal is abroad, the host's own too. A local-part with a route in it has a form that
    /// says so, whatever else is odd about it.
    pub(super) fn of(form: PathForm) -> Self {
        let is_name = matches!(
            form,
            PathForm::NumericDomain | PathForm::Underscore | PathForm::BareRoute
        );
        let abroad = is_name || form.is_literal();
        if form == PathForm::Plain {
            Self::Plain
        } else if form == PathForm::BarePostmaster {
            Self::Postmaster
        } else if abroad {
            Self::Abroad
        } else if form.is_routed() {
            Self::Routed
        } else if form.has_address() {
            Self::Address
        } else if form.has_domain() {
            Self::Domain
        } else {
            Self::Nowhere
        }
    }

    /// Returns the number of what a form says.
    pub(super) fn number(form: PathForm) -> u32 {
        Self::of(form) as u32
    }

    /// Returns whether it has a domain.
    pub(super) fn has_domain(self) -> bool {
        matches!(
            self,
            Self::Plain | Self::Routed | Self::Address | Self::Domain
        )
    }

    /// Returns whether an MTA may have a mind of its own about it: see `equivalence`.
    pub(super) fn is_odd(self) -> bool {
        !matches!(self, Self::Plain | Self::Postmaster)
    }
}
