//! The rows of tables that are looked up by mail address, sorted by what their keys are, and the
//! tests that they become.

use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedTable;
use super::keys::{self, Key};
use super::map::{Hit, Map, Parents, Strategy, Surroundings};
use super::pattern;
use super::table::{Table, TableRow};
use crate::decision::{AddressKey, AddressTable, Label, Row};
use crate::diagnostic::Diagnostics;
use crate::mail::DELIMITER;
use crate::source::Loc;

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
    routed: Option<Hit>,
    always: Option<Hit>,
    /// Whether addresses are looked up without their extension, where main.cf says so.
    minds_extensions: bool,
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
        let mut rows = Self {
            minds_extensions: true,
            ..Self::default()
        };
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
        let rule = pattern::access_rule(&line.value);
        let rule = rule.filter(|_| matches!(strategy, Strategy::Access(_)));
        let Some((about, value)) = rule else {
            let reason = "the pattern is not on the closed list of docs/targets/postfix.md";
            diagnostics.error(UnjudgedTable::new(&line.value, reason, &line.at));
            return;
        };
        let row = TableRow {
            key: String::new(),
            value: value.to_owned(),
            at: line.at.clone(),
        };
        let hit = (label(&row), line.at.clone());
        match about {
            pattern::About::Literals => self.literal.get_or_insert(hit),
            pattern::About::Routes => self.routed.get_or_insert(hit),
        };
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
        let is_part = matches!(key, Key::Word(_) | Key::LocalAt(_));
        if around.extensions && is_part && folded.contains(DELIMITER) {
            let reason = "which rows such a key stands before is not modelled";
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at));
            return;
        }
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

    /// Adds a local-part that is known in every domain of the map, and not with an extension.
    pub(super) fn add_local(&mut self, local: &str, row: Row) {
        self.minds_extensions = false;
        if self.always.is_none() {
            self.local.push((local.to_owned(), row));
        }
    }

    /// Returns whether some row is about a name.
    pub(super) fn has_names(&self) -> bool {
        !(self.whole.is_empty() && self.bare.is_empty() && self.domain.is_empty())
            || self.always.is_some()
    }

    /// Returns the labels of rows that match sub-domains, each once, with the first place.
    pub(super) fn parents(&self) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (_, row) in &self.parent {
            if hits.iter().all(|(label, _)| *label != row.label) {
                hits.push((row.label, row.at.clone()));
            }
        }
        hits
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
        let other = self.star.clone();
        let other = other.or_else(|| {
            let (label, at) = self.always.clone()?;
            Some(Row::new(label, at))
        });
        let underscore = self.parent.iter().find(|(_, row)| permits(row.label));
        let underscore = underscore.map(|(_, row)| (row.label, row.at.clone()));
        let mut add = |part: &str, mut draft: Draft| {
            if let Some(row) = &other {
                draft.otherwise(row);
            }
            if around.extensions && self.minds_extensions {
                draft.table.with_extensions();
            }
            let name = format!("{} in {name}{part}", side.word());
            let question = side.question(draft.table);
            (draft.is_filled).then(|| catalogue.add(&name, question, Some(at)))
        };
        let whole = add("", self.whole(around));
        let domain = add(" by domain", self.domain());
        let local = add(" by local-part", by_local(&[&self.local]));
        let own_literal = add(" at this host", by_local(&[&self.bare, &self.local]));
        let origin = add(" at the origin", self.origin(around));
        if let Some(id) = origin {
            catalogue.is_bare(side, id);
        }
        Map {
            whole,
            domain,
            local,
            own_literal,
            origin,
            null: self.null,
            literal: self.literal,
            routed: self.routed,
            underscore,
            always: other.map(|row| (row.label, row.at)),
        }
    }

    /// Returns the table of whole addresses.
    fn whole(&self, around: &Surroundings) -> Draft {
        let mut draft = Draft::new(&[
            AddressKey::Address,
            AddressKey::Domain,
            AddressKey::Parent,
            AddressKey::Local,
        ]);
        for (part, host, row) in &self.whole {
            draft.insert(AddressKey::Address, &format!("{part}@{host}"), row);
        }
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
        for (part, host, row) in &self.whole {
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
