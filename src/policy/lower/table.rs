//! Files of rows: UTF-8, cells separated by tabs, the names of the columns in the first line.
//!
//! A byte-order mark and CRLF line ends are taken; empty lines are skipped; nothing is quoted.

use std::sync::Arc;

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

/// A row.
pub(super) struct Row<'s> {
    columns: &'s [&'static str],
    rest: bool,
    cells: Vec<Text>,
    /// Where it stands.
    pub(super) at: Loc,
}

impl Row<'_> {
    /// Returns a cell that holds something.
    pub(super) fn get(&self, column: &str) -> Option<&Text> {
        let index = self.columns.iter().position(|name| *name == column)?;
        self.cells.get(index).filter(|cell| !cell.value.is_empty())
    }

    /// Returns a cell that must hold something, or tells that it does not.
    pub(super) fn need(
        &self,
        column: &'static str,
        wanted: &'static str,
        diagnostics: &mut Diagnostics,
    ) -> Option<&Text> {
        let cell = self.get(column);
        if cell.is_none() {
            diagnostics.error(BulkCell {
                column,
                found: "nothing".to_owned(),
                wanted,
                at: self.at.clone(),
            });
        }
        cell
    }

    /// Returns a cell and, if its column takes them, all cells behind it.
    pub(super) fn rest(&self, column: &str) -> Vec<Text> {
        let Some(index) = self.columns.iter().position(|name| *name == column) else {
            return Vec::new();
        };
        let last = self.rest && index + 1 == self.columns.len();
        let count = if last { usize::MAX } else { 1 };
        self.cells
            .iter()
            .skip(index)
            .take(count)
            .filter(|cell| !cell.value.is_empty())
            .cloned()
            .collect()
    }
}

/// Reads a file, and hands on its rows. `named` is where the policy names the file.
pub(super) fn read(
    source: &Arc<Source>,
    named: &Loc,
    shape: &Shape,
    diagnostics: &mut Diagnostics,
    each: &mut dyn FnMut(&Row<'_>, &mut Diagnostics),
) {
    let text = source.text();
    let mut offset = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut columns: Option<Vec<&'static str>> = None;
    for line in text.get(offset..).unwrap_or_default().split('\n') {
        let start = offset;
        offset += line.len() + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.is_empty() || !check_line(source, start, line, diagnostics) {
            continue;
        }
        let at = Loc::new(source, start, start + line.len());
        let cells = cells(source, start, line);
        let Some(columns) = &columns else {
            match header(&cells, &at, shape, diagnostics) {
                Some(named) => columns = Some(named),
                None => return,
            }
            continue;
        };
        let rest = columns.last() == Some(&shape.rest);
        if let Some(extra) = cells.get(columns.len())
            && !rest
        {
            diagnostics.error(BulkRow {
                cells: cells.len(),
                columns: columns.len(),
                at: extra.at.clone(),
            });
            continue;
        }
        let row = Row {
            columns,
            rest,
            cells,
            at,
        };
        each(&row, diagnostics);
    }
    if columns.is_none() {
        diagnostics.error(BulkEmpty {
            file: source.path().to_owned(),
            columns: suggest::list(&shape.names()),
            at: named.clone(),
        });
    }
}

/// Returns whether a line is short, and holds nothing invisible.
fn check_line(
    source: &Arc<Source>,
    start: usize,
    line: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    if line.len() > LINE_BYTES_MAX {
        diagnostics.error(BulkLong {
            bytes: line.len(),
            bytes_max: LINE_BYTES_MAX,
            at: Loc::new(source, start, start),
        });
        return false;
    }
    let hidden = line
        .char_indices()
        .find(|(_, c)| (is_control(*c) && *c != '\t') || is_direction(*c) || *c == '\u{feff}');
    let Some((at, character)) = hidden else {
        return true;
    };
    diagnostics.error(BulkEncoding {
        character: escape(character),
        at: Loc::new(source, start + at, start + at + character.len_utf8()),
    });
    false
}

/// Returns the cells of a line, without blanks around them.
fn cells(source: &Arc<Source>, start: usize, line: &str) -> Vec<Text> {
    let mut offset = start;
    line.split('\t')
        .map(|cell| {
            let bare = cell.trim_matches(' ');
            let lead = cell.len() - cell.trim_start_matches(' ').len();
            let from = if bare.is_empty() {
                offset
            } else {
                offset + lead
            };
            offset += cell.len() + 1;
            Spanned::new(bare.to_owned(), Loc::new(source, from, from + bare.len()))
        })
        .collect()
}

/// Returns the columns that a header line names; none if it is wrong.
fn header(
    cells: &[Text],
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
                column: shorten(&cell.value),
                problem: "is no column of such a file",
                help: if cell.value.contains([',', ';']) {
                    Some("write tabs between the columns, no commas".to_owned())
                } else {
                    suggest::help(&cell.value, &names)
                },
                at: cell.at.clone(),
            });
            continue;
        };
        if columns.contains(name) {
            diagnostics.error(BulkColumn {
                column: cell.value.clone(),
                problem: "is named twice",
                help: Some("delete one of the two columns".to_owned()),
                at: cell.at.clone(),
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
