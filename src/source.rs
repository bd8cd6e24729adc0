//! Texts with names, and places in them.
//!
//! A policy is a source; so is every emitted file, so that a reader's complaint has a place too.
//! A source has two names: the short one, that emitted files bear, and so must not hang on where
//! the program was started; and the path, that people and editors go by.
//! Not here: where texts come from. The library reads no file.

mod excerpt;

pub(crate) use excerpt::SPAN_BYTES_MAX;
pub(crate) use excerpt::shown;
pub use excerpt::{is_control, is_direction};

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use miette::{MietteError, SourceCode, SourceSpan, SpanContents};

/// A text with a name, such as `policy.kdl` or `etc/postfix/main.cf`.
#[derive(Debug)]
pub struct Source {
    name: String,
    /// Where the text stands, if that is more than the name.
    path: Option<String>,
    text: String,
    /// Where each line but the first begins; made when a place is asked for.
    lines: OnceLock<Vec<usize>>,
    /// The text as it may be shown, if it holds what would change the terminal or the order of the
    /// text. As long as the text, so that places are the same.
    shown: Option<String>,
}

impl Source {
    /// Returns a source that holds `text` under `name`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self::of(name.into(), None, text.into()))
    }

    /// Returns a source that holds `text` under `name`, and was read from `path`.
    pub fn read(
        name: impl Into<String>,
        path: impl Into<String>,
        text: impl Into<String>,
    ) -> Arc<Self> {
        let (name, path) = (name.into(), path.into());
        let path = (path != name).then_some(path);
        Arc::new(Self::of(name, path, text.into()))
    }

    fn of(name: String, path: Option<String>, text: String) -> Self {
        Self {
            name,
            path,
            shown: excerpt::shown(&text),
            lines: OnceLock::new(),
            text,
        }
    }

    /// Returns the short name, as emitted files say it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path, as it is shown to the user; the name, if there is none.
    pub fn path(&self) -> &str {
        self.path.as_ref().unwrap_or(&self.name)
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text as it may be shown: as long as the text itself.
    fn shown_text(&self) -> &str {
        self.shown.as_ref().unwrap_or(&self.text)
    }

    /// Returns the line and the column, both from 1, of a byte offset. Columns count characters as
    /// editors do: a byte order mark at the beginning is none.
    pub fn position(&self, offset: usize) -> Position {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        // A file beside a policy has a million lines, and a place in each of them.
        let lines = self.lines.get_or_init(|| {
            let ends = excerpt::line_ends(bytes);
            ends.map(|at| at + 1).collect()
        });
        let before = lines.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).and_then(|last| lines.get(last));
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let head = bytes.get(start.copied().unwrap_or(mark)..offset);
        let head = head.unwrap_or_default();
        // A byte that begins a character is no continuation byte (10xxxxxx).
        let column = head.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        Position {
            line: before + 1,
            column,
        }
    }
}

/// U+FEFF in UTF-8, as some editors put it before a text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for Source {}

/// Where the texts that a policy names come from: files beside it. The library reads none itself.
pub trait Files: Sync {
    /// Returns the text of a file by its name relative to the policy, or says why not.
    fn read(&self, name: &str) -> Result<Arc<Source>, String>;
}

/// Files in memory; an empty map is a place without files.
impl Files for BTreeMap<String, Arc<Source>> {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        self.get(name)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }
}

/// A line and a column, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// A place in a source: from `start` up to `end`, in bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Loc {
    source: Arc<Source>,
    start: u32,
    end: u32,
}

impl Loc {
    /// Returns the place of the bytes `start..end` of `source`.
    pub fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            source: Arc::clone(source),
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// Returns the source that the place is in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Returns the offset of the first byte.
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// Returns the offset behind the last byte.
    pub fn end(&self) -> usize {
        self.end as usize
    }

    /// Returns the span for a diagnostic's label.
    pub fn span(&self) -> SourceSpan {
        SourceSpan::from((self.start(), self.end() - self.start()))
    }

    /// Returns the line and column of the first byte.
    pub fn position(&self) -> Position {
        self.source.position(self.start())
    }

    /// Returns the line and column behind the last byte.
    pub fn end_position(&self) -> Position {
        self.source.position(self.end())
    }

    /// Returns the words at this place.
    pub fn words(&self) -> &str {
        self.source
            .text
            .get(self.start()..self.end())
            .unwrap_or_default()
    }
}

/// A place is the source code of its own label, so that a diagnostic needs one field for both.
impl SourceCode for Loc {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        self.source
            .read_span(span, context_lines_before, context_lines_after)
    }
}

impl From<Loc> for SourceSpan {
    fn from(at: Loc) -> Self {
        at.span()
    }
}

impl std::fmt::Display for Loc {
    /// Writes `path:line:column`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Position { line, column } = self.position();
        f.write_str(self.source.path())?;
        for number in [line, column] {
            f.write_str(":")?;
            number.fmt(f)?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Loc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: Loc,
}

impl<T> Spanned<T> {
    /// Returns `value` as written at `at`.
    pub fn new(value: T, at: Loc) -> Self {
        Self { value, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = Source::new("x", "aé\nbéc");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(3), Position { line: 1, column: 3 });
        assert_eq!(source.position(7), Position { line: 2, column: 3 });
        assert_eq!(Loc::new(&source, 4, 5).to_string(), "x:2:1");
        assert_eq!(Loc::new(&source, 4, 5).words(), "b");
        let marked = Source::new("x", "\u{feff}aé\n\u{feff}b");
        assert_eq!(marked.position(0), Position { line: 1, column: 1 });
        assert_eq!(marked.position(3), Position { line: 1, column: 1 });
        assert_eq!(marked.position(6), Position { line: 1, column: 3 });
        assert_eq!(marked.position(10), Position { line: 2, column: 2 });
    }

    #[test]
    fn a_place_is_shown_by_its_path() {
        let source = Source::read("policy.kdl", "mail/policy.kdl", "one\ntwo");
        assert_eq!(Loc::new(&source, 4, 5).to_string(), "mail/policy.kdl:2:1");
        assert_eq!(source.name(), "policy.kdl");
        let read = source.read_span(&SourceSpan::from((4, 1)), 0, 0).unwrap();
        assert_eq!(read.name(), Some("mail/policy.kdl"));
        assert_eq!(Source::new("x", "").path(), "x");
    }
}
