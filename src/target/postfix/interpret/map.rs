//! Tables that are looked up by mail address, as tests.
//!
//! Postfix tries several keys in one order for all tables of a list: the whole address first, then
//! others, depending on what the list is for (mail_addr_find(3), maps(3) of 3.7.11). What a path
//! offers for keys depends on its form, so a map is a few tests.

use super::catalogue::{Catalogue, Side, address_table};
use super::diagnostics::UnjudgedTable;
use super::keys::{self, Key};
use super::pattern;
use super::table::{Table, TableRow};
use crate::decision::{AddressKey, AddressTable, At, Label, Row, Test, TestId};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parents {
    /// The domain itself.
    Plain,
    /// `.domain` only.
    Dotted,
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
    /// A domain; and a local-part that no table holds.
    DomainOnly,
    /// A local-part, in the domain of `myorigin`.
    Origin,
    /// A local-part at an address literal of another host.
    Literal,
    /// A local-part at an address literal of this host.
    OwnLiteral,
    /// A local-part in a domain with an underscore, which no table holds.
    Underscore,
    /// An address that the form does not say: what a route in the local-part leads to.
    Elsewhere,
    /// This local-part, if any that tables hold, in this domain.
    Constant(Option<String>, String),
}

/// A list of tables, as tests.
#[derive(Debug, Clone, Default)]
pub(super) struct Map {
    whole: Option<TestId>,
    domain: Option<TestId>,
    local: Option<TestId>,
    own_literal: Option<TestId>,
    origin: Option<TestId>,
    null: Option<Hit>,
    literal: Option<Hit>,
    underscore: Option<Hit>,
    always: Option<Hit>,
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
        let test = match seen {
            Seen::Null => return Ok(self.null.as_ref().or(self.always.as_ref()).map(place)),
            Seen::Elsewhere => return Ok(self.always.as_ref().map(place)),
            Seen::Constant(local, domain) => {
                return Ok(self.constant(local.as_deref(), domain, asker.tests()));
            }
            Seen::Whole => self.whole,
            Seen::DomainOnly => self.domain,
            Seen::Origin => self.origin,
            Seen::Literal | Seen::OwnLiteral if self.literal.is_some() => {
                return Ok(self.literal.as_ref().map(place));
            }
            Seen::Literal => self.local,
            Seen::OwnLiteral => self.own_literal,
            Seen::Underscore if self.underscore.is_some() => {
                return Ok(self.underscore.as_ref().map(place));
            }
            Seen::Underscore => self.local,
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

/// The rows of a map, sorted by what they are.
#[derive(Debug, Default)]
pub(super) struct Rows {
    whole: Vec<(String, String, Row)>,
    domain: Vec<(String, Row)>,
    parent: Vec<(String, Row)>,
    local: Vec<(String, Row)>,
    bare: Vec<(String, Row)>,
    star: Option<Row>,
    null: Option<Hit>,
    literal: Option<Hit>,
    always: Option<Hit>,
}

impl Rows {
    /// Sorts the rows of tables. `label` says what a row's value means.
    pub(super) fn sort(
        tables: &[&Table],
        strategy: Strategy,
        around: &Surroundings,
        label: &mut dyn FnMut(&TableRow) -> Label,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut rows = Self::default();
        for table in tables {
            match table {
                Table::Rows { rows: found, .. } => {
                    for row in found {
                        rows.add(row, strategy, around, label, diagnostics);
                    }
                }
                Table::Static(row) => {
                    // Every query is answered here: nothing behind it is ever asked.
                    rows.always = Some((label(row), row.at.clone()));
                    break;
                }
                // No mail address is a client address (cidr_match_execute(3)).
                Table::Cidr(_) => {}
                Table::Patterns(lines) => {
                    for line in lines {
                        rows.add_pattern(line, strategy, label, diagnostics);
                    }
                }
            }
        }
        if rows.always.is_some() {
            // A `static:` table answers the first query of all, that for the whole address.
            rows.domain.clear();
            rows.parent.clear();
            rows.local.clear();
            rows.star = None;
        }
        rows
    }

    fn add_pattern(
        &mut self,
        line: &TableRow,
        strategy: Strategy,
        label: &mut dyn FnMut(&TableRow) -> Label,
        diagnostics: &mut Diagnostics,
    ) {
        match pattern::literal_rule(&line.value) {
            Some(value) if matches!(strategy, Strategy::Access(_)) => {
                let row = TableRow {
                    key: String::new(),
                    value: value.to_owned(),
                    at: line.at.clone(),
                };
                let hit = (label(&row), line.at.clone());
                self.literal.get_or_insert(hit);
            }
            _ => {
                let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
                diagnostics.error(UnjudgedTable::new(&line.value, reason, &line.at));
            }
        }
    }

    fn add(
        &mut self,
        row: &TableRow,
        strategy: Strategy,
        around: &Surroundings,
        label: &mut dyn FnMut(&TableRow) -> Label,
        diagnostics: &mut Diagnostics,
    ) {
        let folded = row.key.to_ascii_lowercase();
        let key = match keys::read(&folded, &around.null_key) {
            Ok(key) => key,
            Err(reason) => {
                diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at));
                return;
            }
        };
        let made = Row::new(label(row), row.at.clone());
        let is_listing = strategy == Strategy::Listing;
        match key {
            Key::Whole(local, domain) => self.whole.push((local, domain, made)),
            Key::Null => self.null = Some((made.label, made.at)),
            Key::AtDomain(domain) if is_listing => self.domain.push((domain, made)),
            Key::LocalAt(local) if matches!(strategy, Strategy::Access(_)) => {
                self.local.push((local, made));
            }
            Key::Word(word) if is_listing => match keys::local_part(&word) {
                Ok(local) => self.bare.push((local, made)),
                Err(reason) => {
                    diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at));
                }
            },
            Key::Word(word) => match keys::domain_name(&word) {
                Ok(domain) => {
                    if strategy.parents() == Some(Parents::Plain) {
                        self.parent.push((domain.clone(), made.clone()));
                    }
                    self.domain.push((domain, made));
                }
                Err(reason) => {
                    diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at));
                }
            },
            Key::DotDomain(domain) if strategy.parents() == Some(Parents::Dotted) => {
                self.parent.push((domain, made));
            }
            Key::Star if matches!(strategy, Strategy::Transport(_)) => self.star = Some(made),
            // These are looked up by no query of this kind of table: the row is dead.
            Key::AtDomain(_) | Key::LocalAt(_) | Key::DotDomain(_) | Key::Star => {}
        }
    }

    /// Adds a local-part that is known in every domain of the map.
    pub(super) fn add_local(&mut self, local: &str, row: Row) {
        if self.always.is_none() {
            self.local.push((local.to_owned(), row));
        }
    }

    /// Makes the tests. `permits` says whether a label can let mail in: where the form of a path
    /// hides which row it meets, the answer that lets most in is taken.
    pub(super) fn finish(
        self,
        name: &str,
        at: &Loc,
        side: Side,
        around: &Surroundings,
        permits: &dyn Fn(Label) -> bool,
        catalogue: &mut Catalogue,
    ) -> Map {
        let star = self.star.clone();
        let always = self.always.clone();
        let other = star.or_else(|| always.clone().map(|(label, at)| Row::new(label, at)));
        let mut add = |part: &str, mut table: AddressTable, filled: bool| {
            if let Some(row) = &other {
                table.otherwise(row.clone());
            }
            let name = format!("{} in {name}{part}", side.word());
            let question = side.question(table);
            (filled || other.is_some()).then(|| catalogue.add(&name, question, Some(at)))
        };
        let mut whole = AddressTable::new(&[
            AddressKey::Address,
            AddressKey::Domain,
            AddressKey::Parent,
            AddressKey::Local,
        ]);
        let mut domain = AddressTable::new(&[AddressKey::Domain, AddressKey::Parent]);
        let mut local = AddressTable::new(&[AddressKey::Local]);
        let mut own = AddressTable::new(&[AddressKey::Local]);
        let mut origin = AddressTable::new(&[AddressKey::Local]);
        for (part, host, row) in &self.whole {
            whole.insert(AddressKey::Address, &format!("{part}@{host}"), row.clone());
            if *host == around.origin {
                origin.insert(AddressKey::Local, part, row.clone());
            }
        }
        for (part, row) in &self.bare {
            for host in around.local_domains.iter().chain([&around.origin]) {
                whole.insert(AddressKey::Address, &format!("{part}@{host}"), row.clone());
            }
            origin.insert(AddressKey::Local, part, row.clone());
            own.insert(AddressKey::Local, part, row.clone());
        }
        for (host, row) in &self.domain {
            whole.insert(AddressKey::Domain, host, row.clone());
            domain.insert(AddressKey::Domain, host, row.clone());
        }
        for (host, row) in &self.parent {
            whole.insert(AddressKey::Parent, host, row.clone());
            domain.insert(AddressKey::Parent, host, row.clone());
        }
        let of_origin = domain.lookup(None, Some(&around.origin)).cloned();
        for (part, row) in &self.local {
            whole.insert(AddressKey::Local, part, row.clone());
            local.insert(AddressKey::Local, part, row.clone());
            own.insert(AddressKey::Local, part, row.clone());
            if of_origin.is_none() {
                origin.insert(AddressKey::Local, part, row.clone());
            }
        }
        let has_origin = of_origin.is_some()
            || !(self.local.is_empty() && self.bare.is_empty() && self.whole.is_empty());
        let has_domain = !(self.domain.is_empty() && self.parent.is_empty());
        let has_whole =
            has_domain || !(self.whole.is_empty() && self.bare.is_empty() && self.local.is_empty());
        let has_own = !(self.bare.is_empty() && self.local.is_empty());
        let underscore = self.parent.iter().find(|(_, row)| permits(row.label));
        let underscore = underscore.map(|(_, row)| (row.label, row.at.clone()));
        let whole = add("", whole, has_whole);
        let domain = add(" by domain", domain, has_domain);
        let own_literal = add(" at this host", own, has_own);
        let local = add(" by local-part", local, !self.local.is_empty());
        if let Some(row) = of_origin {
            origin.otherwise(row);
        }
        let name = format!("{} in {name} at the origin", side.word());
        let origin = (has_origin || other.is_some()).then(|| {
            if let (Some(row), false) = (&other, has_origin) {
                origin.otherwise(row.clone());
            }
            catalogue.add(&name, side.question(origin), Some(at))
        });
        Map {
            whole,
            domain,
            local,
            own_literal,
            origin,
            null: self.null,
            literal: self.literal,
            underscore,
            always,
        }
    }
}

impl Strategy {
    fn parents(self) -> Option<Parents> {
        match self {
            Self::Access(parents) | Self::Transport(parents) => Some(parents),
            Self::Listing => None,
        }
    }
}
