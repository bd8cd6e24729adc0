//! Lookup tables: rows, where they come from, and how they are indexed.
//!
//! Rows are written here, not by a template: there may be a million.

use std::fmt::Write as _;

use ipnet::IpNet;
use serde::Serialize;

use super::Emission;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::postfix::lexical::{Comment, Key, Outcome, TablePrefix};
use crate::target::postfix::view::TableHead;
use crate::target::render::render;

/// More rows than this are indexed: `texthash:` is read whole by every process.
const TEXTHASH_ROWS_MAX: usize = 1_000;

/// Rows are seldom longer.
const ROW_BYTES: usize = 64;

/// How main.cf names a table: `texthash:/etc/postfix/addresses`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::target::postfix) struct TableName(String);

impl TableName {
    /// Returns the name of a table of ours in a type that needs no index.
    pub(super) fn fixed(kind: &str, name: &str) -> Self {
        Self(format!("{kind}:/etc/postfix/{name}"))
    }

    /// Returns the text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A table of keys.
#[derive(Debug)]
pub(super) struct Table {
    /// Its file below etc/postfix.
    name: String,
    about: Comment,
    /// Its rows, as they stand in the file.
    text: String,
    rows: usize,
    /// Where each row ends in the text, and where it comes from: of a table that is not indexed.
    places: Vec<(usize, Option<Loc>)>,
}

impl Table {
    pub(super) fn new(name: impl Into<String>, about: Comment) -> Self {
        Self {
            name: name.into(),
            about,
            text: String::new(),
            rows: 0,
            places: Vec::new(),
        }
    }

    /// Makes room for so many rows: what is not used of it costs nothing.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.text.reserve(rows.saturating_mul(ROW_BYTES));
    }

    /// Returns a table for some of its rows.
    pub(super) fn part(&self) -> Self {
        Self::new("", self.about.clone())
    }

    /// Adds the rows of a part behind its own.
    pub(super) fn append(&mut self, part: Self) {
        let start = self.text.len();
        self.text.push_str(&part.text);
        self.rows += part.rows;
        if self.is_indexed() {
            self.places.clear();
        } else {
            let places = part.places.into_iter();
            self.places
                .extend(places.map(|(end, at)| (start + end, at)));
        }
    }

    /// Adds a row. Keys are unique, since those of a policy are.
    pub(super) fn push(&mut self, key: Key<'_>, outcome: &Outcome, at: Option<&Loc>) {
        key.write(&mut self.text);
        self.text.extend(["\t", outcome.as_str(), "\n"]);
        self.rows += 1;
        // Places of a million rows would be read by nobody.
        if self.is_indexed() {
            self.places.clear();
        } else {
            self.places.push((self.text.len(), at.cloned()));
        }
    }

    fn is_indexed(&self) -> bool {
        self.rows > TEXTHASH_ROWS_MAX
    }

    /// Returns how main.cf names it.
    pub(super) fn reference(&self) -> TableName {
        let kind = if self.is_indexed() {
            "lmdb"
        } else {
            "texthash"
        };
        TableName::fixed(kind, &self.name)
    }

    /// Adds its file, and the command that indexes it.
    pub(super) fn write(
        self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let is_indexed = self.is_indexed();
        let mut text = head(self.about, emission, diagnostics)?;
        if is_indexed {
            emission.needs("postfix-lmdb");
            emission.run(format!("postmap lmdb:/etc/postfix/{}", self.name));
            let mut rows = self.text;
            rows.insert_str(0, &text);
            emission.add(&self.name, rows);
            return Ok(());
        }
        let (mut start, mut last) = (0, None);
        for (end, at) in &self.places {
            let line = at.as_ref().map(Comment::line);
            if let Some(line) = &line
                && last.as_ref() != Some(line)
            {
                let _ = writeln!(text, "# {line}");
            }
            text.push_str(self.text.get(start..*end).unwrap_or_default());
            (start, last) = (*end, line);
        }
        emission.add(&self.name, text);
        Ok(())
    }
}

/// A table of client prefixes; the first row that holds the client decides (cidr_table(5)).
#[derive(Debug)]
pub(super) struct ClientTable {
    pub(super) name: String,
    pub(super) about: Comment,
    pub(super) rows: Vec<(IpNet, Outcome, Comment)>,
}

impl ClientTable {
    /// Returns how main.cf names it.
    pub(super) fn reference(&self) -> TableName {
        TableName::fixed("cidr", &self.name)
    }

    /// Adds its file.
    pub(super) fn write(
        self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        let mut text = head(self.about, emission, diagnostics)?;
        for (prefix, outcome, comment) in &self.rows {
            let prefix = TablePrefix::new(*prefix);
            let outcome = outcome.as_str();
            let _ = writeln!(text, "# {comment}\n{prefix}\t{outcome}");
        }
        emission.add(&self.name, text);
        Ok(())
    }
}

/// A table of one pattern of the closed list (`docs/targets/postfix.md`).
pub(super) fn pattern(
    name: &str,
    about: &str,
    line: &'static str,
    emission: &mut Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    let mut text = head(Comment::new(about), emission, diagnostics)?;
    text.push_str(line);
    text.push('\n');
    emission.add(name, text);
    Ok(())
}

fn head(
    about: Comment,
    emission: &Emission<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Reported> {
    let policy = emission.policy_name();
    render(TableHead { policy, about }, diagnostics)
}
