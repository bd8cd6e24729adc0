//! The rows of tables that are looked up by mail address, sorted by what their keys are, and the
//! tests that they become.

mod told;

use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedTable;
use super::keyed::{KeyRow, folded};
use super::keys::{self, Key};
use super::map::{Hit, Map, Parents, Strategy, Surroundings};
use super::pattern::{self, Patterns};
use super::table::{Table, TableRow};
use crate::decision::{AddressKey, AddressMap, AddressTable, Label, Row};
use crate::diagnostic::Diagnostics;
use crate::mail::DELIMITER;
use crate::source::Loc;

/// The rows of a map, sorted by what they are.
#[derive(Debug)]
pub(super) struct Rows {
    /// Whole addresses: there may be a million.
    whole: AddressTable,
    domain: Vec<(String, Row)>,
    parent: Vec<(String, Row)>,
    local: Vec<(String, Row)>,
    bare: Vec<(String, Row)>,
    star: Option<Row>,
    null: Option<Hit>,
    patterns: Patterns,
    always: Option<Hit>,
    /// Whether addresses are looked up without their extension, where main.cf says so.
    minds_extensions: bool,
}

/// What rows are, as tests that either side may ask.
#[derive(Debug)]
pub(super) struct Drafts {
    whole: Draft,
    domain: Draft,
    local: Draft,
    own_literal: Draft,
    origin: Draft,
    /// What needs no test.
    map: Map,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            whole: AddressTable::new(&[
                AddressKey::Address,
                AddressKey::Domain,
                AddressKey::Parent,
                AddressKey::Local,
            ]),
            domain: Vec::new(),
            parent: Vec::new(),
            local: Vec::new(),
            bare: Vec::new(),
            star: None,
            null: None,
            patterns: Patterns::default(),
            always: None,
            minds_extensions: true,
        }
    }
}

impl Rows {
    /// Sorts the rows of tables. `label` says what a row's value means.
    pub(super) fn sort(
        tables: &[&Table],
        strategy: Strategy,
        around: &Surroundings,
        label: &mut dyn FnMut(&KeyRow<'_>) -> Label,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut rows = Self::default();
        for table in tables {
            match table {
                Table::Rows { rows: found, .. } => {
                    rows.whole.reserve(found.len());
                    for row in found.iter() {
                        rows.add(&row, strategy, around, label, diagnostics);
                    }
                }
                Table::Static(row) => {
                    // Every query is answered here: nothing behind it is ever asked.
                    rows.always = Some((label(&row.as_row()), row.at.clone()));
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
            rows.bare.clear();
            rows.star = None;
            rows.minds_extensions = false;
        }
        rows
    }

    fn add_pattern(
        &mut self,
        line: &TableRow,
        strategy: Strategy,
        label: &mut dyn FnMut(&KeyRow<'_>) -> Label,
        diagnostics: &mut Diagnostics,
    ) {
        let rule = pattern::access_rule(&line.value);
        let rule = rule.filter(|_| matches!(strategy, Strategy::Access(_)));
        let rule = rule.ok_or("the pattern is not on the closed list of docs/targets/postfix.md");
        let (about, value) = match rule.and_then(|(about, value)| Ok((about, about.may(value)?))) {
            Ok(rule) => rule,
            Err(reason) => {
                diagnostics.error(UnjudgedTable::new(&line.value, reason, &line.at));
                return;
            }
        };
        let row = TableRow {
            key: String::new(),
            value: value.to_owned(),
            at: line.at.clone(),
        };
        let hit = (label(&row.as_row()), line.at.clone());
        self.patterns.add(about, hit);
    }

    fn add(
        &mut self,
        row: &KeyRow<'_>,
        strategy: Strategy,
        around: &Surroundings,
        label: &mut dyn FnMut(&KeyRow<'_>) -> Label,
        diagnostics: &mut Diagnostics,
    ) {
        let folded = folded(&row.key);
        let key = match keys::read(&folded, &around.null_key) {
            Ok(key) => key,
            Err(reason) => {
                diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
                return;
            }
        };
        let is_part = matches!(key, Key::Word(_) | Key::LocalAt(_));
        if around.extensions && is_part && folded.contains(DELIMITER) {
            let reason = "which rows such a key stands before is not modelled";
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
            return;
        }
        let is_listing = strategy == Strategy::Listing;
        if is_listing && matches!(key, Key::Star | Key::DotDomain(_)) {
            // `find_local` in mail_addr_find.c of 3.7.11.
            let reason = "where local-parts alone are keys it is one, for the address `*`, or one \
                          in quotes";
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
            return;
        }
        let made = Row::new(label(row), row.at());
        match key {
            Key::Whole(local, domain) => self.whole.insert_address(&local, &domain, made),
            Key::Null => self.null = Some((made.label, made.at)),
            Key::AtDomain(domain) if is_listing => self.domain.push((domain.to_owned(), made)),
            Key::LocalAt(local) if matches!(strategy, Strategy::Access(_)) => {
                self.local.push((local.into_owned(), made));
            }
            Key::Word(word) if is_listing => match keys::local_part(word) {
                Ok(local) => self.bare.push((local.into_owned(), made)),
                Err(reason) => {
                    diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
                }
            },
            Key::Word(word) => match keys::domain_name(word) {
                Ok(domain) => {
                    if strategy.parents() == Some(Parents::Plain) {
                        self.parent.push((domain.to_owned(), made.clone()));
                    }
                    self.domain.push((domain.to_owned(), made));
                }
                Err(reason) => {
                    diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
                }
            },
            Key::DotDomain(domain) if strategy.parents() == Some(Parents::Dotted) => {
                self.parent.push((domain.to_owned(), made));
            }
            Key::Star if matches!(strategy, Strategy::Transport(_)) => self.star = Some(made),
            // These are looked up by no query of this kind of table: the row is dead.
            Key::AtDomain(_) | Key::LocalAt(_) | Key::DotDomain(_) | Key::Star => {}
        }
    }

    /// Adds a local-part that is known in every domain of the map, and not with an extension.
    pub(super) fn add_local(&mut self, local: &str, row: Row) {
        self.minds_extensions = false;
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
        let drafts = self.draft(around, permits);
        drafts.finish(name, at, side, catalogue)
    }

    /// Makes what the tests look up, for either side.
    pub(super) fn draft(
        mut self,
        around: &Surroundings,
        permits: &dyn Fn(Label) -> bool,
    ) -> Drafts {
        let other = self.star.take();
        let other = other.or_else(|| {
            let (label, at) = self.always.clone()?;
            Some(Row::new(label, at))
        });
        let underscore = self.parent.iter().find(|(_, row)| permits(row.label));
        let underscore = underscore.map(|(_, row)| (row.label, row.at.clone()));
        let seal = |mut draft: Draft| {
            if let Some(row) = &other {
                draft.otherwise(row);
            }
            if around.extensions && self.minds_extensions {
                draft.table.with_extensions();
            }
            draft
        };
        let origin = seal(self.origin(around));
        let domain = seal(self.domain());
        let local = seal(by_local(&[&self.local]));
        let own_literal = seal(by_local(&[&self.bare, &self.local]));
        let whole = std::mem::take(&mut self.whole);
        Drafts {
            whole: seal(self.whole(whole, around)),
            domain,
            local,
            own_literal,
            origin,
            map: Map {
                null: self.null,
                patterns: self.patterns,
                underscore,
                always: other.map(|row| (row.label, row.at)),
                ..Map::default()
            },
        }
    }

    /// Returns the table of whole addresses, given those that have rows.
    fn whole(&self, table: AddressTable, around: &Surroundings) -> Draft {
        let mut draft = Draft {
            is_filled: table.len() > 0,
            table,
            has_otherwise: false,
        };
        for (part, row) in &self.bare {
            for host in around.local_domains.iter().chain([&around.origin]) {
                draft.insert(AddressKey::Address, &format!("{part}@{host}"), row);
            }
        }
        draft.insert_all(AddressKey::Domain, &self.domain);
        draft.insert_all(AddressKey::Parent, &self.parent);
        draft.insert_all(AddressKey::Local, &self.local);
        draft
    }

    /// Returns the table of domains.
    fn domain(&self) -> Draft {
        let mut draft = Draft::new(&[AddressKey::Domain, AddressKey::Parent]);
        draft.insert_all(AddressKey::Domain, &self.domain);
        draft.insert_all(AddressKey::Parent, &self.parent);
        draft
    }

    /// Returns the table of local-parts in the domain of `myorigin`.
    fn origin(&self, around: &Surroundings) -> Draft {
        let mut draft = Draft::new(&[AddressKey::Local]);
        for (part, host, row) in self
            .whole
            .addresses()
            .into_iter()
            .flat_map(AddressMap::iter)
        {
            if *host == around.origin {
                draft.insert(AddressKey::Local, part, row);
            }
        }
        draft.insert_all(AddressKey::Local, &self.bare);
        match self.domain().table.lookup(None, Some(&around.origin)) {
            Some(row) => draft.otherwise(row),
            None => draft.insert_all(AddressKey::Local, &self.local),
        }
        draft
    }
}

impl Drafts {
    /// Makes the tests of a side.
    pub(super) fn finish(
        &self,
        name: &str,
        at: &Loc,
        side: Side,
        catalogue: &mut Catalogue,
    ) -> Map {
        let mut add = |part: &str, draft: &Draft| {
            let name = format!("{} in {name}{part}", side.word());
            let question = side.question(draft.table.clone());
            (draft.is_filled).then(|| catalogue.add(&name, question, Some(at)))
        };
        let map = Map {
            whole: add("", &self.whole),
            domain: add(" by domain", &self.domain),
            local: add(" by local-part", &self.local),
            own_literal: add(" at this host", &self.own_literal),
            origin: add(" at the origin", &self.origin),
            ..self.map.clone()
        };
        if let Some(id) = map.origin {
            catalogue.is_bare(side, id);
        }
        map
    }
}

/// Returns a table of local-parts.
fn by_local(lists: &[&Vec<(String, Row)>]) -> Draft {
    let mut draft = Draft::new(&[AddressKey::Local]);
    for list in lists {
        draft.insert_all(AddressKey::Local, list);
    }
    draft
}

/// A table that is being made.
#[derive(Debug)]
struct Draft {
    table: AddressTable,
    is_filled: bool,
    has_otherwise: bool,
}

impl Draft {
    fn new(order: &[AddressKey]) -> Self {
        Self {
            table: AddressTable::new(order),
            is_filled: false,
            has_otherwise: false,
        }
    }

    fn insert(&mut self, part: AddressKey, key: &str, row: &Row) {
        self.is_filled = true;
        self.table.insert(part, key, row.clone());
    }

    fn insert_all(&mut self, part: AddressKey, rows: &[(String, Row)]) {
        for (key, row) in rows {
            self.insert(part, key, row);
        }
    }

    /// Sets what answers where nothing else does, once.
    fn otherwise(&mut self, row: &Row) {
        if !self.has_otherwise {
            self.is_filled = true;
            self.has_otherwise = true;
            self.table.otherwise(row.clone());
        }
    }
}
