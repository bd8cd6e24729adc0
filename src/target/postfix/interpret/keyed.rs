//! Files of keys and values: their lines, and their rows (postmap(1), dict_thash_open(3) of
//! 3.7.11).
//!
//! There may be millions of rows, so none is kept: they are read from the text of the file each
//! time they are gone through.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher as _;
use std::str::SplitInclusive;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::diagnostics::UnjudgedTable;
use super::pattern::UNLISTED;
use super::table::TableRow;
use super::text;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};

/// A row of keys and values.
#[derive(Debug, Clone)]
pub(super) struct KeyRow<'t> {
    /// The key, as written.
    pub(super) key: Cow<'t, str>,
    /// The value.
    pub(super) value: Cow<'t, str>,
    place: Place<'t>,
}

/// Where something stands.
#[derive(Debug, Clone)]
enum Place<'t> {
    Within(&'t Arc<Source>, usize, usize),
    Made(&'t Loc),
}

impl Place<'_> {
    fn at(&self) -> Loc {
        match self {
            Self::Within(source, start, end) => Loc::new(source, *start, *end),
            Self::Made(at) => (*at).clone(),
        }
    }
}

impl KeyRow<'_> {
    /// Returns where it stands.
    pub(super) fn at(&self) -> Loc {
        self.place.at()
    }

    /// Returns whether it has a key and a value.
    fn is_whole(&self) -> bool {
        let quotes = self.key.bytes().filter(|octet| *octet == b'"');
        !self.value.is_empty() && quotes.count() % 2 == 0
    }
}

impl TableRow {
    /// Returns it as a row of keys and values.
    pub(super) fn as_row(&self) -> KeyRow<'_> {
        KeyRow {
            key: self.key.as_str().into(),
            value: self.value.as_str().into(),
            place: Place::Made(&self.at),
        }
    }
}

/// The rows of a table of keys and values. Each key stands once.
#[derive(Debug)]
pub(super) struct Keyed {
    file: Option<Arc<File>>,
    made: Vec<TableRow>,
}

/// A file whose rows were looked at.
#[derive(Debug)]
pub(super) struct File {
    source: Arc<Source>,
    /// How many rows it has.
    rows: usize,
    /// Where the lines begin whose key a line before them has.
    hidden: BTreeSet<usize>,
}

impl Keyed {
    /// Returns rows that stand in no file of keys and values.
    pub(super) fn made(rows: Vec<TableRow>) -> Self {
        Self {
            file: None,
            made: rows,
        }
    }

    /// Returns the rows of a file.
    pub(super) fn of(file: Arc<File>) -> Self {
        Self {
            file: Some(file),
            made: Vec::new(),
        }
    }

    /// Returns how many rows there are.
    pub(super) fn len(&self) -> usize {
        let rows = self.file.as_ref().map_or(0, |file| file.rows);
        rows + self.made.len()
    }

    /// Returns the rows, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = KeyRow<'_>> {
        let rows = self.file.iter().flat_map(|file| {
            let shown = lines(&file.source).filter(|line| !file.hidden.contains(&line.start));
            shown.map(Line::row)
        });
        rows.chain(self.made.iter().map(TableRow::as_row))
    }
}

/// The longest key, in octets, that an `lmdb:` table has (`dict_lmdb_update` in dict_lmdb.c of
/// 3.7.11).
const KEY_OCTETS_MAX: usize = 511;

/// Opens a file of keys and values.
///
/// A key twice: postmap(1) keeps the first and warns; dict_thash_open(3) refuses the whole table,
/// so that every lookup fails.
pub(super) fn open(
    source: &Arc<Source>,
    is_indexed: bool,
    diagnostics: &mut Diagnostics,
) -> Result<File, Reported> {
    let before = diagnostics.errors();
    let mut keys = Keys::default();
    for row in lines(source).map(Line::row) {
        if row.is_whole() && row.key.ends_with(':') {
            let reason = "the colon is a part of the key, as in no table but aliases(5)";
            diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
        } else if row.key.len() > KEY_OCTETS_MAX {
            let reason = "postmap(1) makes no index of a key of that length";
            diagnostics.error(UnjudgedTable::new(source.name(), reason, &row.at()));
        } else if is_kept_free(&row.key) {
            diagnostics.error(UnjudgedTable::new(&row.key, KEPT_FREE, &row.at()));
        } else if row.is_whole() {
            keys.add(&folded(&row.key));
        } else {
            let reason = "this row is not `key value`, and Postfix skips it";
            diagnostics.error(UnjudgedTable::new(source.name(), reason, &row.at()));
        }
    }
    let count = keys.hashes.len();
    let mut hidden = BTreeSet::new();
    if keys.may_repeat() {
        let mut seen: HashSet<String, FxBuildHasher> = HashSet::default();
        for line in lines(source) {
            let start = line.start;
            let row = line.row();
            if row.is_whole() && !seen.insert(folded(&row.key).into_owned()) {
                hidden.insert(start);
                if !is_indexed {
                    diagnostics.error(UnjudgedTable::twice(&row.key, &row.at()));
                }
            }
        }
    }
    diagnostics.failed_since(before)?;
    Ok(File {
        source: Arc::clone(source),
        rows: count - hidden.len(),
        hidden,
    })
}

pub(super) const KEPT_FREE: &str = "the command filter may make this local-part of another";

/// Returns whether no table may have a key, since it is taken for nobody's.
pub(super) fn is_kept_free(key: &str) -> bool {
    let start = key.trim_start_matches('"').get(..UNLISTED.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(UNLISTED))
}

/// The keys of a file, as they are looked at. Both kinds of files fold what they compare
/// (DICT_FLAG_FOLD_FIX).
#[derive(Debug)]
struct Keys {
    hashes: Vec<u64>,
    last: String,
    /// Whether each key so far comes behind all before it.
    is_sorted: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            hashes: Vec::new(),
            last: String::new(),
            is_sorted: true,
        }
    }
}

impl Keys {
    /// Adds a key in lower case.
    fn add(&mut self, key: &str) {
        if self.is_sorted {
            self.is_sorted = self.hashes.is_empty() || self.last.as_str() < key;
            key.clone_into(&mut self.last);
        }
        self.hashes.push(FxBuildHasher.hash_one(key.as_bytes()));
    }

    /// Returns whether a key may be there twice. Keys that are the same have the same hash.
    fn may_repeat(mut self) -> bool {
        if self.is_sorted {
            return false;
        }
        self.hashes.sort_unstable();
        self.hashes.array_windows().any(|[one, next]| one == next)
    }
}

/// Returns a key in lower case. Nearly all are so already.
pub(super) fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|octet| octet.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        Cow::Borrowed(key)
    }
}

/// A logical line of a file.
#[derive(Debug)]
pub(super) struct Line<'t> {
    pub(super) text: Cow<'t, str>,
    source: &'t Arc<Source>,
    start: usize,
    /// Where its first physical line ends.
    end: usize,
}

impl<'t> Line<'t> {
    /// Returns where it stands.
    pub(super) fn at(&self) -> Loc {
        Loc::new(self.source, self.start, self.end)
    }

    /// Returns the line as a row.
    fn row(self) -> KeyRow<'t> {
        let place = Place::Within(self.source, self.start, self.end);
        let (key, value) = match self.text {
            Cow::Borrowed(text) => {
                let (key, value) = split(text);
                (Cow::Borrowed(key), Cow::Borrowed(value))
            }
            Cow::Owned(text) => {
                let (key, value) = split(&text);
                (key.to_owned().into(), value.to_owned().into())
            }
        };
        KeyRow { key, value, place }
    }
}

/// Refuses a file whose first line begins with a blank: it continues none, and Postfix skips it,
/// with all that continues it (`readllines` in readlline.c of 3.7.11).
pub(super) fn begins_at_the_margin(
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Result<(), Reported> {
    match lines(source).next() {
        Some(first) if first.text.starts_with(text::is_space) => {
            let reason = "it begins with a blank, and continues no line: Postfix skips it";
            Err(diagnostics.error(UnjudgedTable::new(source.name(), reason, &first.at())))
        }
        Some(_) | None => Ok(()),
    }
}

/// Returns the logical lines of a table's file.
pub(super) fn lines(source: &Arc<Source>) -> Lines<'_> {
    Lines {
        source,
        rest: source.text().split_inclusive('\n'),
        start: 0,
        open: None,
    }
}

/// The logical lines of a file, one after the other. Comments and blank lines are skipped, and a
/// line that begins with a blank continues the one before.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    source: &'t Arc<Source>,
    rest: SplitInclusive<'t, char>,
    /// Where the rest begins.
    start: usize,
    /// A line that the next one may continue.
    open: Option<Line<'t>>,
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let Some(line) = self.rest.next() else {
                return self.open.take();
            };
            let start = self.start;
            self.start += line.len();
            let body = line.strip_suffix('\n').unwrap_or(line);
            let shown = body.trim_start_matches(text::is_space);
            if shown.is_empty() || shown.starts_with('#') {
                continue;
            }
            if shown.len() < body.len()
                && let Some(open) = &mut self.open
            {
                open.text.to_mut().push_str(body);
                continue;
            }
            let next = Line {
                text: body.into(),
                source: self.source,
                start,
                end: start + body.trim_end_matches(text::is_space).len(),
            };
            if let Some(whole) = self.open.replace(next) {
                return Some(whole);
            }
        }
    }
}

/// Splits a row at its first blank outside double quotes (dict_thash_open(3)).
fn split(line: &str) -> (&str, &str) {
    // Nothing before this ends the key, or is special in it.
    let odd = line
        .bytes()
        .position(|octet| octet <= b'"' || octet == b'\\');
    let (mut quoted, mut escaped) = (false, false);
    let from = odd.unwrap_or(line.len());
    for (offset, c) in line.get(from..).unwrap_or_default().char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            c if text::is_space(c) && !quoted => {
                let (key, value) = line.split_at(from + offset);
                return (key, value.trim_matches(text::is_space));
            }
            _ => {}
        }
    }
    (line, "")
}
