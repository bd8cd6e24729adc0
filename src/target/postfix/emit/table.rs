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
    rows: Vec<(Key, Outcome, Option<Loc>)>,
}

impl Table {
    pub(super) fn new(name: impl Into<String>, about: Comment) -> Self {
        Self {
            name: name.into(),
            about,
            rows: Vec::new(),
        }
    }

    /// Adds a row. Keys are unique, since those of a policy are.
    pub(super) fn push(&mut self, key: Key, outcome: Outcome, at: Option<&Loc>) {
        self.rows.push((key, outcome, at.cloned()));
    }

    fn is_indexed(&self) -> bool {
        self.rows.len() > TEXTHASH_ROWS_MAX
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
        let mut text = head(self.about.clone(), emission, diagnostics)?;
        // Places of a million rows would be read by nobody.
        let places = !self.is_indexed();
        let mut last = None;
        for (key, outcome, at) in &self.rows {
            let line = at.as_ref().filter(|_| places).map(Comment::line);
            if let Some(line) = &line
                && last.as_ref() != Some(line)
            {
                let _ = writeln!(text, "# {line}");
            }
            let _ = writeln!(text, "{key}\t{outcome}");
            last = line;
        }
        if self.is_indexed() {
            emission.needs("postfix-lmdb");
            emission.run(format!("postmap lmdb:/etc/postfix/{}", self.name));
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
