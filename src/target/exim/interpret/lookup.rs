//! Single-key lookups (spec 4.96, chapter 9): the files, and which row a key finds.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use hashbrown::HashTable;
use ipnet::IpNet;
use rustc_hash::FxBuildHasher;

use super::characters;
use super::diagnostics::{MissingFile, UnjudgedTable};
use super::reader::Reader;
use super::text::Text;
use super::value::{Case, PathAtom};
use crate::decision::lower;
use crate::diagnostic::Reported;
use crate::source::{Loc, Source};

/// How long the name of a file may be: of two names whose first 254 octets are the same Exim opens
/// one file alone (`search_open` in search.c of 4.96).
const FILE_OCTETS_MAX: usize = 200;

/// A text of a file, or one that was made of it: there may be millions.
#[derive(Debug, Clone)]
pub(super) enum Words {
    /// As it stands there.
    Written(Loc),
    /// Made.
    Made(Box<str>),
}

impl Words {
    /// Returns what stands at an offset of a source.
    pub(super) fn written(source: &Arc<Source>, start: usize, words: &str) -> Self {
        let at = Loc::new(source, start, start + words.len());
        // Places know no more than four gigabytes.
        if at.words() == words {
            Self::Written(at)
        } else {
            Self::Made(words.into())
        }
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Written(at) => at.words(),
            Self::Made(text) => text,
        }
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::Made(text.into())
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

/// A row of a file.
#[derive(Debug, Clone)]
pub(super) struct FileRow {
    /// The key, as written.
    pub(super) key: Words,
    /// The data.
    pub(super) value: Words,
    /// Where.
    pub(super) at: Loc,
}

/// How keys are compared (section 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matching {
    /// `lsearch`: letters of either case are the same.
    Folded,
    /// `cdb`: byte by byte.
    Exact,
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
    /// Shared by rows with other data.
    index: Arc<Index>,
    /// The row for every other key, `*` (section 9.6).
    pub(super) star: Option<usize>,
    /// Where the file begins.
    pub(super) at: Loc,
}

/// Which row has which key.
#[derive(Debug, Default)]
struct Index {
    /// The numbers of rows with plain keys, by the hashes of these.
    exact: HashTable<u32>,
    star: Option<usize>,
}

impl Index {
    /// Indexes rows. What it gives too are the numbers of those whose key a row before them has.
    fn new(rows: &[FileRow], matching: Matching, default: bool) -> (Self, BTreeSet<usize>) {
        let mut index = Self {
            exact: HashTable::with_capacity(rows.len()),
            ..Self::default()
        };
        let mut hidden = BTreeSet::new();
        for (number, row) in rows.iter().enumerate() {
            let key = fold(matching, &row.key);
            let is_new = match key.strip_prefix('*') {
                Some("") if default => *index.star.get_or_insert(number) == number,
                _ => index.add(rows, matching, &key, number),
            };
            if !is_new {
                hidden.insert(number);
            }
        }
        (index, hidden)
    }

    /// Adds a row, unless another has the key.
    fn add(&mut self, rows: &[FileRow], matching: Matching, key: &str, number: usize) -> bool {
        if self.get(rows, matching, key).is_some() {
            return false;
        }
        let rehash = |number: &u32| {
            let row = rows.get(*number as usize);
            row.map_or(0, |row| hash(&fold(matching, &row.key)))
        };
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.exact.insert_unique(hash(key), number, rehash);
        true
    }

    /// Returns the number of the row with a plain key, given as keys are compared.
    fn get(&self, rows: &[FileRow], matching: Matching, key: &str) -> Option<usize> {
        let is_same = |number: &u32| {
            let row = rows.get(*number as usize);
            row.is_some_and(|row| fold(matching, &row.key) == key)
        };
        let found = self.exact.find(hash(key), is_same)?;
        Some(*found as usize)
    }
}

fn hash(key: &str) -> u64 {
    FxBuildHasher.hash_one(key.as_bytes())
}

/// Returns a key as such keys are compared.
fn fold(matching: Matching, key: &str) -> Cow<'_, str> {
    match matching {
        Matching::Exact => key.into(),
        Matching::Folded | Matching::Network => lower(key),
    }
}

/// What is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A part of a path.
    Path(PathAtom),
    /// The client's address.
    Client,
    /// The login.
    Login,
    /// The HELO name.
    Helo(Case),
    /// A text, whatever the envelope.
    Text(String),
}

impl Key {
    /// Returns whether it is an empty text, which finds nothing (`internal_search_find` of 4.96).
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A lookup of one key in one file.
#[derive(Debug)]
pub(super) struct Lookup {
    /// The key.
    pub(super) key: Key,
    /// The file.
    pub(super) rows: Arc<Rows>,
}

/// The same key in the same rows; of rows that were made apart nobody looks whether they are alike.
impl PartialEq for Lookup {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && Arc::ptr_eq(&self.rows, &other.rows)
    }
}

impl Eq for Lookup {}

impl Rows {
    /// Returns rows, of the same key twice the first.
    pub(super) fn new(
        name: String,
        matching: Matching,
        mut list: Vec<FileRow>,
        default: bool,
        at: Loc,
    ) -> Self {
        let (mut index, hidden) = Index::new(&list, matching, default);
        if !hidden.is_empty() {
            let mut number = 0..;
            list.retain(|_| number.next().is_none_or(|number| !hidden.contains(&number)));
            (index, _) = Index::new(&list, matching, default);
        }
        Self {
            name,
            matching,
            list,
            star: index.star,
            index: Arc::new(index),
            at,
        }
    }

    /// Returns the same rows with other data, such as a field of it.
    pub(super) fn map(&self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let list = self.list.iter().map(|row| FileRow {
            key: row.key.clone(),
            value: change(&row.value).into(),
            at: row.at.clone(),
        });
        Self {
            name: format!("{name} of {}", self.name),
            matching: self.matching,
            list: list.collect(),
            index: Arc::clone(&self.index),
            star: self.star,
            at: self.at.clone(),
        }
    }

    /// Returns the row that a key finds.
    pub(super) fn find(&self, key: &str) -> Option<&FileRow> {
        let key = fold(self.matching, key);
        if self.matching == Matching::Network {
            return self.find_network(&key);
        }
        let found = self.index.get(&self.list, self.matching, &key);
        self.list.get(found.or(self.star)?)
    }

    fn find_network(&self, key: &str) -> Option<&FileRow> {
        let client: IpAddr = key.parse().ok()?;
        let holds = |row: &&FileRow| network(&row.key).is_some_and(|net| net.contains(&client));
        self.list.iter().find(holds)
    }
}

/// Reads `192.0.2.0/24` or an address, as string_is_ip_address and host_aton of 4.96 do: zeros
/// before an octet make it no address, and the rest of the list goes on without it.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let Some((address, length)) = text.split_once('/') else {
        return address_of(text).map(IpNet::from);
    };
    if !length.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    IpNet::new(address_of(address)?, length.parse().ok()?).ok()
}

/// Reads an address. One of IPv6 is as everybody writes it: at some others `host_aton` ends the
/// process that string_is_ip_address has let in (`1:2:3:4:5:6:7::`; host.c of 4.96).
pub(super) fn address_of(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    let is_usual =
        address.is_ipv4() || text == "::0" || address.to_string().eq_ignore_ascii_case(text);
    is_usual.then_some(address)
}

impl Reader<'_> {
    /// Opens the file of a single-key lookup (section 9.1). `kind` is such as `lsearch` or
    /// `lsearch*`. What else there is finds what its own syntax of keys says (`nwildlsearch`), or
    /// is not in the files.
    pub(super) fn open(&mut self, kind: &str, file: &Text) -> Result<Arc<Rows>, Reported> {
        let name = format!("{kind};{}", file.as_str());
        if let Some(rows) = self.files.get(&name) {
            return Ok(Arc::clone(rows));
        }
        if !file.as_str().starts_with('/') {
            let reason = "Exim opens a file by its whole name only: all that asks it is put off";
            return Err(self.refuse_table(&name, reason, &file.at()));
        }
        if file.as_str().len() > FILE_OCTETS_MAX {
            let reason = format!("the name of a file has at most {FILE_OCTETS_MAX} characters");
            return Err(self.refuse_table(&name, &reason, &file.at()));
        }
        let default = kind.ends_with('*');
        let (matching, suffix) = match kind {
            "lsearch" | "lsearch*" => (Matching::Folded, ""),
            "iplsearch" | "iplsearch*" => (Matching::Network, ""),
            "cdb" => (Matching::Exact, ".cdb"),
            _ => {
                let reason = "mailpol reads `lsearch`, `cdb` and `iplsearch` alone";
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
        self.readable_networks(&rows)?;
        self.files.insert(name, Arc::clone(&rows));
        Ok(rows)
    }

    /// Refuses a key of `iplsearch` that is no network.
    fn readable_networks(&mut self, rows: &Rows) -> Result<(), Reported> {
        let is_read = |row: &FileRow| &*row.key == "*" || network(&row.key).is_some();
        if rows.matching == Matching::Network
            && let Some(row) = rows.list.iter().find(|row| !is_read(row))
        {
            let reason = "this key is no address and no network that mailpol reads";
            return Err(self.refuse_table(&rows.name, reason, &row.at));
        }
        Ok(())
    }

    /// Says that a table cannot be judged.
    pub(super) fn refuse_table(&mut self, name: &str, reason: &str, at: &Loc) -> Reported {
        self.diagnostics.error(UnjudgedTable::new(name, reason, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_as_the_lookup_compares() {
        let at = Loc::new(&Source::new("t", ""), 0, 0);
        let row = |key: &str, value: &str| FileRow {
            key: key.into(),
            value: value.into(),
            at: at.clone(),
        };
        let rows = |matching, default| {
            let rows = vec![row("A", "1"), row("*.d", "2"), row("a", "3"), row("*", "4")];
            Rows::new("t".to_owned(), matching, rows, default, at.clone())
        };
        let find = |rows: &Rows, key: &str| rows.find(key).map(|row| row.value.to_string());
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
    }
}
