//! By which routes mail leaves: by its recipient's domain, by its sender's, or with all the rest.

use std::collections::BTreeMap;

use crate::mail::Domain;
use crate::source::{Loc, Spanned};

/// By which routes mail leaves. Whom it is for counts before who sends it.
#[derive(Debug, Clone, Default)]
pub struct Outbound {
    /// By domains of recipients. None of them is ours.
    pub to: BTreeMap<DomainScope, Way>,
    /// By the domain of the reverse-path, which is one of ours.
    pub from: BTreeMap<Domain, Way>,
    /// For all the rest; without it, to the exchangers of its domain.
    pub rest: Option<Spanned<String>>,
}

/// One domain, or those below one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainScope {
    /// The domain itself: `@example.org`.
    Exactly(Domain),
    /// Every domain below it, and not itself: `@*.example.org`.
    Below(Domain),
}

/// The route of some of the mail.
#[derive(Debug, Clone)]
pub struct Way {
    /// The name of the route.
    pub via: Spanned<String>,
    /// What says whose mail it is.
    pub at: Loc,
}

impl Outbound {
    /// Returns the way of mail for a domain of others, if its recipient decides it: the domain
    /// itself, else the longest that it is below.
    pub fn to_domain(&self, domain: &Domain) -> Option<&Way> {
        let below = || {
            let parents = domain.parents().map(Domain::literal);
            parents
                .map(DomainScope::Below)
                .find_map(|scope| self.to.get(&scope))
        };
        let exactly = self.to.get(&DomainScope::Exactly(domain.clone()));
        exactly.or_else(below)
    }

    /// Returns the names of all routes, each with what says so.
    pub fn ways(&self) -> impl Iterator<Item = (&Spanned<String>, &Loc)> {
        let named = self.to.values().chain(self.from.values());
        let named = named.map(|way| (&way.via, &way.at));
        named.chain(self.rest.iter().map(|via| (via, &via.at)))
    }

    /// Returns whether all mail that leaves goes one way.
    pub fn is_plain(&self) -> bool {
        self.to.is_empty() && self.from.is_empty()
    }
}
