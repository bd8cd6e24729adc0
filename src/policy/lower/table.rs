//! Files of rows: UTF-8, cells separated by tabs, the names of the columns in the first line.
//!
//! A byte-order mark and CRLF line ends are taken; empty lines are skipped; nothing is quoted.

use std::ops::Range;
use std::sync::Arc;

use super::name::Written;
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::{
    BulkCell, BulkColumn, BulkEmpty, BulkEncoding, BulkHeader, BulkLong, BulkRow,
};
use crate::source::{Loc, Source, Spanned, is_control, is_direction};
use crate::syntax::tree::Text;
use crate::syntax::{escape, shorten, suggest};

/// The longest line.
const LINE_BYTES_MAX: usize = 16 << 10;

/// What a file may hold.
pub(super) struct Shape {
    /// The columns that must be there.
    pub(super) required: &'static [&'static str],
    /// The columns that may be there.
    pub(super) optional: &'static [&'static str],
    /// The one of them that takes all further cells of a row, if it is the last column.
    pub(super) rest: &'static str,
}

impl Shape {
    fn names(&self) -> Vec<&'static str> {
        [self.required, self.optional].concat()
    }
}

/// A cell of a row, where it stands in its file.
#[derive(Clone, Copy)]
pub(super) struct Cell<'s> {
    /// What it holds, without blanks around it.
    pub(super) value: &'s str,
    start: usize,
    source: &'s Arc<Source>,
}

impl Cell<'_> {
    /// Returns the text of the cell, with its place.
    pub(super) fn text(self) -> Text {
        Spanned::new(self.value.to_owned(), self.at())
    }

    /// Returns where it stands.
    pub(super) fn at(self) -> Loc {
        Loc::new(self.source, self.start, self.start + self.value.len())
    }
}

impl Written for Cell<'_> {
    fn value(&self) -> &str {
        self.value
    }

    fn at(&self) -> Loc {
        Cell::at(*self)
    }

    fn part(&self, start: usize, end: usize) -> Loc {
        Loc::new(self.source, self.start + start, self.start + end)
    }
}

/// A row.
pub(super) struct Row<'s> {
    columns: &'s [&'static str],
    rest: bool,
    cells: Vec<Cell<'s>>,
    /// Its whole line.
    line: Cell<'s>,
}

impl<'s> Row<'s> {
    /// Returns where it stands.
    pub(super) fn at(&self) -> Loc {
        self.line.at()
    }

    /// Returns a cell that holds something.
    pub(super) fn get(&self, column: &str) -> Option<Cell<'s>> {
        let index = self.columns.iter().position(|name| *name == column)?;
        let cell = self.cells.get(index).copied();
        cell.filter(|cell| !cell.value.is_empty())
    }

    /// Returns a cell that must hold something, or tells that it does not.
    pub(super) fn need(
        &self,
        column: &'static str,
        wanted: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<Cell<'s>> {
        let cell = self.get(column);
        if cell.is_none() {
            diagnostics.error(BulkCell {
                column,
                found: "nothing".to_owned(),
                wanted,
                at: self.at(),
            });
        }
        cell
    }

    /// Returns a cell and, if its column takes them, all cells behind it.
    pub(super) fn rest(&self, column: &str) -> impl Iterator<Item = Cell<'s>> + Clone {
        let index = self.columns.iter().position(|name| *name == column);
        let last = self.rest && index.is_some_and(|index| index + 1 == self.columns.len());
        let count = match index {
            Some(_) if last => usize::MAX,
            Some(_) => 1,
            None => 0,
        };
        let cells = self.cells.iter().skip(index.unwrap_or_default());
        cells
            .take(count)
            .copied()
            .filter(|cell| !cell.value.is_empty())
    }
}

/// A file whose header line was read.
pub(super) struct Table<'s> {
    source: &'s Arc<Source>,
    columns: Vec<&'static str>,
    rest: bool,
    /// Where the first line behind the header begins.
    first: usize,
}

/// A line with something in it, and where it begins.
type Line<'s> = (usize, &'s str);

/// Returns the lines of a part of a text.
fn lines(text: &str, part: Range<usize>) -> impl Iterator<Item = Line<'_>> {
    let mut offset = part.start;
    let all = text.get(part).unwrap_or_default().split('\n');
    let all = all.map(move |line| {
        let start = offset;
        offset += line.len() + 1;
        (start, line.strip_suffix('\r').unwrap_or(line))
    });
    all.filter(|(_, line)| !line.is_empty())
}

impl<'s> Table<'s> {
    /// Reads the header line of a file. `named` is where the policy names the file.
    pub(super) fn open(
        source: &'s Arc<Source>,
        named: &Loc,
        shape: &Shape,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let text = source.text();
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        for (start, line) in lines(text, mark..text.len()) {
            let Some(line) = line_of(source, start, line, diagnostics) else {
                continue;
            };
            let columns = header(&cells(line), &line.at(), shape, diagnostics)?;
            return Some(Self {
                source,
                rest: columns.last() == Some(&shape.rest),
                columns,
                first: start + line.value.len(),
            });
        }
        diagnostics.error(BulkEmpty {
            file: source.path().to_owned(),
            columns: suggest::list(&shape.names()),
            at: named.clone(),
        });
        None
    }

    /// Hands on its rows.
    pub(super) fn each(
        &self,
        diagnostics: &mut Diagnostics,
        mut take: impl FnMut(&Row<'_>, &mut Diagnostics),
    ) {
        for line in lines(self.source.text(), self.first..self.source.text().len()) {
            if let Some(row) = self.row(line, diagnostics) {
                take(&row, diagnostics);
            }
        }
    }

    /// Returns parts of the text behind the header, in order: each of whole lines, and of about so
    /// many octets.
    pub(super) fn parts(&self, octets: usize) -> Vec<Range<usize>> {
        let text = self.source.text();
        let mut parts = Vec::new();
        let mut start = self.first;
        while start < text.len() {
            let rest = text.as_bytes().get(start + octets..);
            let newline = rest.and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
            let end = newline.map_or(text.len(), |newline| start + octets + newline + 1);
            parts.push(start..end);
            start = end;
        }
        parts
    }

    /// Returns the lines of a part.
    pub(super) fn lines(&self, part: Range<usize>) -> impl Iterator<Item = Line<'s>> {
        lines(self.source.text(), part)
    }

    /// Returns the line that begins somewhere.
    pub(super) fn line(&self, start: usize) -> Option<Line<'s>> {
        lines(self.source.text(), start..self.source.text().len()).next()
    }

    /// Returns the row of a line.
    pub(super) fn row<'t>(
        &'t self,
        (start, line): Line<'t>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Row<'t>> {
        let line = line_of(self.source, start, line, diagnostics)?;
        let cells = cells(line);
        if let Some(extra) = cells.get(self.columns.len())
            && !self.rest
        {
            diagnostics.error(BulkRow {
                cells: cells.len(),
                columns: self.columns.len(),
                at: extra.at(),
            });
            return None;
        }
        Some(Row {
            columns: &self.columns,
            rest: self.rest,
            cells,
            line,
        })
    }
}

/// Returns a line, if it is short, and holds nothing invisible.
fn line_of<'s>(
    source: &'s Arc<Source>,
    start: usize,
    line: &'s str,
    diagnostics: &mut Diagnostics,
) -> Option<Cell<'s>> {
    if line.len() > LINE_BYTES_MAX {
        diagnostics.error(BulkLong {
            bytes: line.len(),
            bytes_max: LINE_BYTES_MAX,
            at: Loc::new(source, start, start),
        });
        return None;
    }
    if let Some((at, character)) = hidden(line) {
        diagnostics.error(BulkEncoding {
            character: escape(character),
            at: Loc::new(source, start + at, start + at + character.len_utf8()),
        });
        return None;
    }
    Some(Cell {
        value: line,
        start,
        source,
    })
}

/// Returns the first character of a line that is invisible.
fn hidden(line: &str) -> Option<(usize, char)> {
    // Nearly all lines are plain, and looked at eight octets and more at once.
    let is_plain = |byte: u8| matches!(byte, b'\t' | b' '..=b'~');
    if line
        .bytes()
        .fold(true, |plain, byte| plain & is_plain(byte))
    {
        return None;
    }
    let is_hidden = |c: char| (is_control(c) && c != '\t') || is_direction(c) || c == '\u{feff}';
    line.char_indices().find(|(_, c)| is_hidden(*c))
}

/// Returns the cells of a line, without blanks around them.
fn cells(line: Cell<'_>) -> Vec<Cell<'_>> {
    let mut offset = line.start;
    let cells = line.value.split('\t').map(|cell| {
        let bare = cell.trim_matches(' ');
        let lead = cell.len() - cell.trim_start_matches(' ').len();
        let from = if bare.is_empty() {
            offset
        } else {
            offset + lead
        };
        offset += cell.len() + 1;
        Cell {
            value: bare,
            start: from,
            source: line.source,
        }
    });
    cells.collect()
}

/// Returns the columns that a header line names; none if it is wrong.
fn header(
    cells: &[Cell<'_>],
    at: &Loc,
    shape: &Shape,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<&'static str>> {
    let before = diagnostics.errors();
    let names = shape.names();
    let mut columns: Vec<&'static str> = Vec::new();
    for cell in cells {
        let Some(name) = names.iter().find(|name| **name == cell.value) else {
            diagnostics.error(BulkColumn {
                column: shorten(cell.value),
                problem: "is no column of such a file",
                help: if cell.value.contains([',', ';']) {
                    Some("write tabs between the columns, no commas".to_owned())
                } else {
                    suggest::help(cell.value, &names)
                },
                at: cell.at(),
            });
            continue;
        };
        if columns.contains(name) {
            diagnostics.error(BulkColumn {
                column: cell.value.to_owned(),
                problem: "is named twice",
                help: Some("delete one of the two columns".to_owned()),
                at: cell.at(),
            });
        }
        columns.push(name);
    }
    // A misspelt column is told once.
    if diagnostics.errors() == before {
        for column in shape.required.iter().filter(|name| !columns.contains(name)) {
            diagnostics.error(BulkHeader {
                column,
                columns: suggest::list(&names),
                at: at.clone(),
            });
        }
    }
    (diagnostics.errors() == before).then_some(columns)
}
