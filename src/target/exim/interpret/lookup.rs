//! Single-key lookups (spec 4.96, chapter 9): the files, and which row a key finds.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::characters;
use super::diagnostics::{MissingFile, UnjudgedTable};
use super::reader::Reader;
use super::text::Text;
use super::value::{Case, PathAtom};
use crate::diagnostic::Reported;
use crate::source::Loc;

/// A row of a file.
#[derive(Debug, Clone)]
pub(super) struct FileRow {
    /// The key, as written.
    pub(super) key: String,
    /// The data.
    pub(super) value: String,
    /// Where.
    pub(super) at: Loc,
}

/// How keys are compared (section 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matching {
    /// `lsearch`: letters of either case are the same.
    Folded,
    /// `cdb`, `dbm`: byte by byte.
    Exact,
    /// `nwildlsearch`, `wildlsearch`: also `*.d.example`.
    Wild,
    /// `iplsearch`: addresses and networks.
    Network,
}

/// The rows of a file.
#[derive(Debug)]
pub(super) struct Rows {
    /// `lsearch;/etc/exim4/file`.
    pub(super) name: String,
    /// How keys are compared.
    pub(super) matching: Matching,
    /// All rows; of the same key twice, only the first.
    pub(super) list: Vec<FileRow>,
    exact: FxHashMap<String, usize>,
    /// Rows with `*.d.example`, by what follows the star.
    below: FxHashMap<String, usize>,
    /// The row for every other key, `*` (section 9.6).
    pub(super) star: Option<usize>,
    /// Where the file begins.
    pub(super) at: Loc,
}

/// What is looked up.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// A part of a path.
    Path(PathAtom),
    /// The client's address.
    Client,
    /// The login.
    Login,
    /// The HELO name.
    Helo(Case),
    /// What another lookup has found.
    Row(Arc<Lookup>),
    /// A text, whatever the envelope.
    Text(String),
}

/// A lookup of one key in one file.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The key.
    pub(super) key: Key,
    /// The file.
    pub(super) rows: Arc<Rows>,
}

impl Rows {
    /// Returns rows, of the same key twice the first.
    pub(super) fn new(
        name: String,
        matching: Matching,
        rows: Vec<FileRow>,
        default: bool,
        at: Loc,
    ) -> Self {
        let mut made = Self {
            name,
            matching,
            list: Vec::with_capacity(rows.len()),
            exact: FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher),
            below: FxHashMap::default(),
            star: None,
            at,
        };
        for row in rows {
            let number = made.list.len();
            let key = made.fold(&row.key);
            let known = match key.strip_prefix('*') {
                Some("") if default || matching == Matching::Wild => {
                    made.star.replace(made.star.unwrap_or(number))
                }
                Some(tail) if matching == Matching::Wild && tail.starts_with('.') => {
                    let tail = tail.trim_start_matches('.').to_owned();
                    let first = *made.below.entry(tail).or_insert(number);
                    (first != number).then_some(first)
                }
                _ => {
                    let first = *made.exact.entry(key).or_insert(number);
                    (first != number).then_some(first)
                }
            };
            if known.is_none() {
                made.list.push(row);
            }
        }
        made
    }

    /// Returns the same rows with other data, such as a field of it.
    pub(super) fn map(&self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let list = self.list.iter().map(|row| FileRow {
            key: row.key.clone(),
            value: change(&row.value),
            at: row.at.clone(),
        });
        Self {
            name: format!("{name} of {}", self.name),
            matching: self.matching,
            list: list.collect(),
            exact: self.exact.clone(),
            below: self.below.clone(),
            star: self.star,
            at: self.at.clone(),
        }
    }

    fn fold(&self, key: &str) -> String {
        match self.matching {
            Matching::Exact => key.to_owned(),
            Matching::Folded | Matching::Wild | Matching::Network => key.to_ascii_lowercase(),
        }
    }

    /// Returns the row that a key finds.
    pub(super) fn find(&self, key: &str) -> Option<&FileRow> {
        let key = self.fold(key);
        if self.matching == Matching::Network {
            return self.find_network(&key);
        }
        let below = key
            .match_indices('.')
            .filter_map(|(dot, _)| self.below.get(key.get(dot + 1..)?));
        let found = self.exact.get(&key).into_iter().chain(below).min().copied();
        self.list.get(found.or(self.star)?)
    }

    fn find_network(&self, key: &str) -> Option<&FileRow> {
        let client: IpAddr = key.parse().ok()?;
        let holds = |row: &&FileRow| network(&row.key).is_some_and(|net| net.contains(&client));
        self.list.iter().find(holds)
    }
}

/// Reads `192.0.2.0/24` or an address.
pub(super) fn network(text: &str) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(net) => Some(net),
        Err(_) => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

impl Reader<'_> {
    /// Opens the file of a single-key lookup (section 9.1). `kind` is such as `lsearch` or
    /// `cdb*`.
    pub(super) fn open(&mut self, kind: &str, file: &Text) -> Result<Arc<Rows>, Reported> {
        let name = format!("{kind};{}", file.as_str());
        if let Some(rows) = self.files.get(&name) {
            return Ok(Arc::clone(rows));
        }
        let default = kind.ends_with('*');
        let (matching, suffix) = match kind.trim_end_matches('*') {
            "lsearch" => (Matching::Folded, ""),
            "wildlsearch" | "nwildlsearch" => (Matching::Wild, ""),
            "iplsearch" => (Matching::Network, ""),
            "cdb" => (Matching::Exact, ".cdb"),
            "dbm" | "dbmnz" => (Matching::Exact, ".db"),
            _ => {
                let reason = "what such a lookup answers is not in the files";
                return Err(self.refuse_table(&name, reason, &file.at()));
            }
        };
        // What an index holds is the file that it is built from, which stands beside it.
        let path = file.as_str();
        let Some(bare) = path.strip_suffix(suffix) else {
            let reason = "an index is a file of its own, named behind its text: `NAME.cdb`";
            return Err(self.refuse_table(&name, reason, &file.at()));
        };
        let source = self.artifacts.get(bare);
        let Some(source) = source.map(|artifact| Arc::clone(&artifact.source)) else {
            let missing = MissingFile::new(bare, self.artifacts, &file.at());
            return Err(self.diagnostics.error(missing));
        };
        characters::check(&source, self.diagnostics)?;
        let rows = if suffix.is_empty() {
            self.rows(&source)?
        } else {
            self.indexed(&source)?
        };
        let at = Loc::new(&source, 0, 0);
        let rows = Arc::new(Rows::new(name.clone(), matching, rows, default, at));
        self.readable_keys(&rows)?;
        self.files.insert(name, Arc::clone(&rows));
        Ok(rows)
    }

    /// Says that a table cannot be judged.
    pub(super) fn refuse_table(&mut self, name: &str, reason: &str, at: &Loc) -> Reported {
        self.diagnostics.error(UnjudgedTable::new(name, reason, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn rows_are_found_as_the_lookup_compares() {
        let at = Loc::new(&Source::new("t", ""), 0, 0);
        let row = |key: &str, value: &str| FileRow {
            key: key.to_owned(),
            value: value.to_owned(),
            at: at.clone(),
        };
        let rows = |matching, default| {
            let rows = vec![row("A", "1"), row("*.d", "2"), row("a", "3"), row("*", "4")];
            Rows::new("t".to_owned(), matching, rows, default, at.clone())
        };
        let find = |rows: &Rows, key: &str| rows.find(key).map(|row| row.value.clone());
        let folded = rows(Matching::Folded, false);
        assert_eq!(find(&folded, "a").as_deref(), Some("1"));
        assert_eq!(find(&folded, "x.d"), None);
        assert_eq!(
            find(&rows(Matching::Folded, true), "x").as_deref(),
            Some("4")
        );
        assert_eq!(
            find(&rows(Matching::Exact, false), "a").as_deref(),
            Some("3")
        );
        assert_eq!(
            find(&rows(Matching::Wild, false), "y.x.d").as_deref(),
            Some("2")
        );
    }
}
