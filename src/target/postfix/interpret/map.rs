//! Tables that are looked up by mail address, as tests.
//!
//! Postfix tries several keys in one order for all tables of a list: the whole address first, then
//! others, depending on what the list is for (mail_addr_find(3), maps(3) of 3.7.11). What a path
//! offers for keys depends on its form, so a map is a few tests.

use super::catalogue::address_table;
use super::diagnostics::UnjudgedParameter;
use super::parameter::Settings;
use super::pattern::Patterns;
use super::text::Text;
use crate::decision::{At, Label, Test, TestId};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;

/// Which keys are tried, and in what order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strategy {
    /// access(5): address, domain, parents, `local@`.
    Access(Parents),
    /// virtual(5) and recipient tables: address, `local` in a domain of this host, `@domain`.
    Listing,
    /// transport(5): address, domain, parents, `*`.
    Transport(Parents),
}

/// What matches sub-domains (`parent_domain_matches_subdomains`, postconf(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Parents {
    /// The domain itself.
    Plain,
    /// `.domain` only.
    Dotted,
}

/// Returns what `parent_domain_matches_subdomains` says of a feature.
pub(super) fn parents(
    settings: &Settings<'_>,
    feature: &str,
    diagnostics: &mut Diagnostics,
) -> Parents {
    let text = settings.text("parent_domain_matches_subdomains", diagnostics);
    // It is a list: with tables, files and `!` it may say more.
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if let Some(odd) = text
        .words()
        .iter()
        .find(|word| !word.as_str().chars().all(is_name))
    {
        let (name, reason) = (
            "parent_domain_matches_subdomains",
            "only names are read there",
        );
        diagnostics.error(UnjudgedParameter::new(name, reason, &odd.at()));
    }
    let is_listed = |word: &Text| word.as_str().eq_ignore_ascii_case(feature);
    if text.words().iter().any(is_listed) {
        Parents::Plain
    } else {
        Parents::Dotted
    }
}

/// What the tables of a map see of their surroundings.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// What is appended to a local-part without a domain.
    pub(super) origin: String,
    /// The domains of `mydestination`.
    pub(super) local_domains: Vec<String>,
    /// What is looked up for the null reverse-path.
    pub(super) null_key: String,
    /// Whether an address is looked up without its extension too (`recipient_delimiter`).
    pub(super) extensions: bool,
}

/// An answer that needs no test.
pub(super) type Hit = (Label, Loc);

/// What a path offers for keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The null path.
    Null,
    /// A local-part and a domain that tables hold.
    Whole,
    /// The same, which has an extension with `%` or `!` in it.
    Extended,
    /// A domain; and a local-part that no table holds.
    DomainOnly,
    /// A domain; and a local-part with `%`, `!` or `@` in it, which no table holds.
    Routed,
    /// The same, where the route may be no more than an extension of a local-part that tables hold.
    Untold,
    /// A local-part, in the domain of `myorigin`.
    Origin,
    /// A local-part at an address literal of another host.
    Literal,
    /// A local-part at an address literal of this host.
    OwnLiteral,
    /// The same, with a route in the local-part.
    RoutedOwnLiteral,
    /// A local-part in a domain with an underscore, which no table holds.
    Underscore,
    /// An address that the form does not say: what a route in the local-part leads to.
    Elsewhere,
    /// This local-part, or one with `%` or `!` that no table holds, in this domain.
    Constant(Option<String>, String),
}

/// A list of tables, as tests.
#[derive(Debug, Clone, Default)]
pub(super) struct Map {
    pub(super) whole: Option<TestId>,
    pub(super) domain: Option<TestId>,
    pub(super) local: Option<TestId>,
    pub(super) own_literal: Option<TestId>,
    pub(super) origin: Option<TestId>,
    pub(super) null: Option<Hit>,
    /// They are asked for the whole address first.
    pub(super) patterns: Patterns,
    pub(super) underscore: Option<Hit>,
    pub(super) always: Option<Hit>,
}

/// Asks a test: returns its label.
pub(super) trait Asker {
    /// What stops the question.
    type Stop;
    /// Returns the label of a test.
    fn label(&mut self, id: TestId) -> Result<Label, Self::Stop>;
    /// Returns the tests.
    fn tests(&self) -> &[Test];
}

impl Map {
    /// Returns what the tables say of a path, and where.
    pub(super) fn find<A: Asker>(
        &self,
        seen: &Seen,
        asker: &mut A,
    ) -> Result<Option<(Label, At)>, A::Stop> {
        let place = |hit: &Hit| (hit.0, At::Place(hit.1.clone()));
        if let Some(hit) = self.patterns.of(seen) {
            return Ok(Some(place(hit)));
        }
        let test = match seen {
            Seen::Null => return Ok(self.null.as_ref().or(self.always.as_ref()).map(place)),
            Seen::Elsewhere => return Ok(self.always.as_ref().map(place)),
            Seen::Constant(local, domain) => {
                return Ok(self.constant(local.as_deref(), domain, asker.tests()));
            }
            Seen::Whole | Seen::Extended => self.whole,
            Seen::DomainOnly | Seen::Routed | Seen::Untold => self.domain,
            Seen::Origin => self.origin,
            Seen::Underscore if self.underscore.is_some() => {
                return Ok(self.underscore.as_ref().map(place));
            }
            Seen::OwnLiteral | Seen::RoutedOwnLiteral => self.own_literal,
            Seen::Literal | Seen::Underscore => self.local,
        };
        if let Some(test) = test {
            let label = asker.label(test)?;
            if label != Label::ABSENT {
                return Ok(Some((label, At::Row(test))));
            }
        }
        Ok(self.always.as_ref().map(place))
    }

    /// Returns what the tables say of an address that is known beforehand.
    fn constant(&self, local: Option<&str>, domain: &str, tests: &[Test]) -> Option<(Label, At)> {
        let table = if local.is_some() {
            self.whole
        } else {
            self.domain
        };
        let row = table
            .and_then(|id| address_table(tests, id))
            .and_then(|table| table.lookup(local, Some(domain)))
            .map(|row| (row.label, At::Place(row.at.clone())));
        row.or_else(|| {
            let hit = self.always.as_ref()?;
            Some((hit.0, At::Place(hit.1.clone())))
        })
    }
}

impl Strategy {
    /// Returns what matches sub-domains, where the strategy tries them.
    pub(super) fn parents(self) -> Option<Parents> {
        match self {
            Self::Access(parents) | Self::Transport(parents) => Some(parents),
            Self::Listing => None,
        }
    }
}
