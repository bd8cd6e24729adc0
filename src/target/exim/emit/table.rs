//! Lookup tables: rows, where they come from, and how they are indexed.
//!
//! Rows are written here, not by a template: there may be a million. A small table is read as it
//! is (`lsearch`); a large one is the source of a cdb file beside it, which a command makes. The
//! text of both is the same: a key, a tab, and what it holds.

use std::fmt::Write as _;

use serde::Serialize;

use super::Emission;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Loc;
use crate::target::exim::lexical::{Comment, Held, Key, List, Word};
use crate::target::exim::view::TableHead;
use crate::target::render::render;

/// More rows than this are indexed: `lsearch` reads on until it finds its key.
const LSEARCH_ROWS_MAX: usize = 1_000;

/// How an expansion names a table: `lsearch{/etc/exim4/aliases}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::target::exim) struct TableName(String);

/// How keys are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Without regard to case while the table is small.
    Plain,
    /// Byte by byte, however small it is: `lsearch` does not mind the case of letters.
    Exact,
    /// By the first network that holds an address.
    Networks,
}

/// A table of keys.
#[derive(Debug)]
pub(super) struct Table {
    /// Its file below etc/exim4.
    name: String,
    kind: Kind,
    about: Comment,
    /// Its rows, as they stand in the file.
    text: String,
    rows: usize,
    /// Where each row ends in the text, and where it comes from: of a table that is not indexed.
    places: Vec<(usize, Option<Loc>)>,
}

impl Table {
    pub(super) fn new(name: impl Into<String>, about: &str) -> Self {
        Self {
            name: name.into(),
            kind: Kind::Plain,
            about: Comment::new(about),
            text: String::new(),
            rows: 0,
            places: Vec::new(),
        }
    }

    /// Returns a table whose keys are found byte by byte.
    pub(super) fn exact(name: impl Into<String>, about: &str) -> Self {
        Self {
            kind: Kind::Exact,
            ..Self::new(name, about)
        }
    }

    /// Returns a table of networks; the first row that holds the address is the one.
    pub(super) fn networks(name: impl Into<String>, about: &str) -> Self {
        Self {
            kind: Kind::Networks,
            ..Self::new(name, about)
        }
    }

    /// Adds a row. Keys are unique, since those of a policy are.
    pub(super) fn push(&mut self, key: &Key<'_>, held: &Held, at: Option<&Loc>) {
        key.write(&mut self.text);
        self.text.extend(["\t", held.as_str(), "\n"]);
        self.rows += 1;
        if self.is_indexed() {
            self.places.clear();
        } else {
            self.places.push((self.text.len(), at.cloned()));
        }
    }

    fn is_indexed(&self) -> bool {
        match self.kind {
            Kind::Plain => self.rows > LSEARCH_ROWS_MAX,
            Kind::Exact => true,
            Kind::Networks => false,
        }
    }

    fn kind_and_path(&self) -> (&'static str, String) {
        let path = path(&self.name);
        match self.kind {
            Kind::Plain | Kind::Exact if self.is_indexed() => ("cdb", format!("{path}.cdb")),
            Kind::Plain | Kind::Exact => ("lsearch", path),
            Kind::Networks => ("iplsearch", path),
        }
    }

    /// Returns how an expansion names it.
    pub(super) fn reference(&self) -> TableName {
        let (kind, path) = self.kind_and_path();
        TableName(format!("{kind}{{{path}}}"))
    }

    /// Returns how an expansion names it that wants the key it finds, which is no longer tainted.
    pub(super) fn key_reference(&self) -> TableName {
        let (kind, path) = self.kind_and_path();
        TableName(format!("{kind},ret=key{{{path}}}"))
    }

    /// Returns the list of its keys.
    pub(super) fn list(&self) -> List {
        let (kind, path) = self.kind_and_path();
        List::table(kind, &Word::below_exim(&path))
    }

    /// Adds its file, and the command that indexes it.
    pub(super) fn write(
        self,
        emission: &mut Emission<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Reported> {
        if self.is_indexed() {
            emission.needs("tinycdb");
            let source = path(&self.name);
            emission.run(format!("cdb -c -m -p 0644 {source}.cdb {source}"));
            // The index takes every line for a row.
            emission.add(&self.name, self.text);
            return Ok(());
        }
        let (policy, about) = (emission.policy_name(), self.about);
        let mut text = render(TableHead { policy, about }, diagnostics)?;
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

/// Returns the path of a file of ours on the server.
pub(super) fn path(name: &str) -> String {
    format!("/etc/exim4/{name}")
}
