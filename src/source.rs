//! Texts with names, and places in them.
//!
//! A policy is a source; so is every emitted file, so that a reader's complaint has a place too.
//! Not here: where texts come from. The library reads no file.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use miette::{MietteError, SourceCode, SourceSpan, SpanContents};

/// A text with a name, such as `policy.kdl` or `etc/postfix/main.cf`.
#[derive(Debug)]
pub struct Source {
    name: String,
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
        let text = text.into();
        Arc::new(Self {
            name: name.into(),
            shown: shown(&text),
            lines: OnceLock::new(),
            text,
        })
    }

    /// Returns the name, as it is shown to the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the line and the column, both from 1, of a byte offset. Columns count characters.
    pub fn position(&self, offset: usize) -> Position {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        // A file beside a policy has a million lines, and a place in each of them.
        let lines = self.lines.get_or_init(|| {
            let numbered = bytes.iter().enumerate();
            let ends = numbered.filter(|(_, byte)| **byte == b'\n');
            ends.map(|(at, _)| at + 1).collect()
        });
        let before = lines.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).and_then(|last| lines.get(last));
        let head = bytes.get(start.copied().unwrap_or(0)..offset);
        let head = head.unwrap_or_default();
        // A byte that begins a character is no continuation byte (10xxxxxx).
        let column = head.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        Position {
            line: before + 1,
            column,
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for Source {}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Bulk files have a million lines: only those around the span are handed on.
        let bytes = self.shown.as_ref().unwrap_or(&self.text).as_bytes();
        let span_end = span.offset().saturating_add(span.len());
        let window = window(
            bytes,
            span.offset(),
            span_end,
            context_lines_before,
            context_lines_after,
        )
        .ok_or(MietteError::OutOfBounds)?;
        let window =
            clip(bytes, window, span.offset(), span_end).ok_or(MietteError::OutOfBounds)?;
        let part = bytes.get(window.clone()).ok_or(MietteError::OutOfBounds)?;
        let local = SourceSpan::from((span.offset() - window.start, span.len()));
        let contents = part.read_span(&local, context_lines_before, context_lines_after)?;
        let before = bytes.get(..window.start).unwrap_or_default();
        let lines_before = before.split(|byte| *byte == b'\n').count() - 1;
        // Without context the column is that of the span (in bytes, as miette counts): what was
        // clipped stands before it all the same.
        let clipped = before.iter().rev().take_while(|byte| **byte != b'\n');
        let clipped = if context_lines_before == 0 {
            clipped.count()
        } else {
            0
        };
        let read = contents.span();
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            contents.data(),
            SourceSpan::from((read.offset() + window.start, read.len())),
            contents.line() + lines_before,
            contents.column() + clipped,
            contents.line_count(),
        )))
    }
}

/// A span longer than this cannot be shown.
pub(crate) const SPAN_BYTES_MAX: usize = 4 << 10;
/// As much is shown of what stands before a span, and of what stands behind it: a line may be as
/// long as the whole text.
const AROUND_BYTES_MAX: usize = 1 << 10;

/// Returns what is shown of whole lines around `start..end`: all, unless that is too much. Lines
/// before that of the span are shown wholly or not at all.
fn clip(
    bytes: &[u8],
    window: std::ops::Range<usize>,
    start: usize,
    end: usize,
) -> Option<std::ops::Range<usize>> {
    if end - start > SPAN_BYTES_MAX {
        return None;
    }
    let begins = |at: &usize| bytes.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80);
    let mut first = window.start;
    if start - first > AROUND_BYTES_MAX {
        let from = (start - AROUND_BYTES_MAX..=start).find(begins)?;
        let head = bytes.get(from..start)?;
        let newline = head.iter().position(|byte| *byte == b'\n');
        first = newline.map_or(from, |newline| from + newline + 1);
    }
    let mut last = window.end;
    if last.saturating_sub(end) > AROUND_BYTES_MAX {
        last = (end..=end + AROUND_BYTES_MAX).rev().find(begins)?;
    }
    Some(first..last)
}

/// Returns a text without what would change the terminal, if it holds any.
fn shown(text: &str) -> Option<String> {
    let hidden = |c: char| (is_control(c) && !"\t\r\n".contains(c)) || is_direction(c);
    if !text.contains(hidden) {
        return None;
    }
    let shown = text.chars().map(|character| match character.len_utf8() {
        _ if !hidden(character) => character,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    });
    Some(shown.collect())
}

/// Returns whether a character is a control character, or separates lines as one does.
pub(crate) fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Returns whether a character changes the direction of the text around it (UAX #9 section 2).
pub(crate) fn is_direction(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Returns the whole lines around `start..end`, with some lines before and after.
fn window(
    bytes: &[u8],
    start: usize,
    end: usize,
    before: usize,
    after: usize,
) -> Option<std::ops::Range<usize>> {
    let mut first = start;
    for line in 0..=before {
        let head = bytes.get(..first)?;
        let Some(newline) = head.iter().rposition(|byte| *byte == b'\n') else {
            first = 0;
            break;
        };
        first = if line == before { newline + 1 } else { newline };
    }
    let mut last = end;
    for _ in 0..=after {
        let tail = bytes.get(last..)?;
        match tail.iter().position(|byte| *byte == b'\n') {
            Some(newline) => last += newline + 1,
            None => return Some(first..bytes.len()),
        }
    }
    Some(first..last)
}

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
    /// Writes `name:line:column`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Position { line, column } = self.position();
        write!(f, "{}:{line}:{column}", self.source.name)
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
    fn a_span_is_read_as_miette_reads_it() {
        let text = "one\ntwo\n\nfour é\nfive\nsix";
        let source = Source::new("x", text);
        for start in 0..=text.len() {
            for end in start..=text.len() {
                for context in 0..4 {
                    // An empty span without context is nothing to one, a character to the other.
                    if start == end && context == 0 {
                        continue;
                    }
                    let span = SourceSpan::from((start, end - start));
                    let ours = source.read_span(&span, context, context).unwrap();
                    let theirs = text.read_span(&span, context, context).unwrap();
                    assert_eq!(ours.data(), theirs.data(), "{start}..{end} {context}");
                    assert_eq!(ours.span(), theirs.span());
                    assert_eq!(ours.line(), theirs.line(), "{start}..{end} {context}");
                    assert_eq!(ours.column(), theirs.column());
                }
            }
        }
        let outside = SourceSpan::from((text.len() + 1, 1));
        assert!(source.read_span(&outside, 1, 1).is_err());
    }

    #[test]
    fn of_a_long_line_only_a_part_is_shown() {
        let text = format!("one\n{}word{}\nthree", "é".repeat(5000), "x".repeat(5000));
        let source = Source::new("x", text);
        let span = SourceSpan::from((4 + 10_000, 4));
        let read = source.read_span(&span, 1, 1).unwrap();
        assert!(read.data().len() < 2 * AROUND_BYTES_MAX + 10);
        assert_eq!(read.line(), 1);
        let shown = std::str::from_utf8(read.data()).unwrap();
        assert!(shown.contains("word"));
        assert!(!shown.contains("one"));
        let alone = source.read_span(&span, 0, 0).unwrap();
        assert_eq!((alone.line(), alone.column()), (1, 10_000));
        let whole = SourceSpan::from((4, 15_000));
        assert!(source.read_span(&whole, 0, 0).is_err());
    }

    #[test]
    fn what_would_change_the_terminal_is_not_shown() {
        let source = Source::new("x", "a\u{1b}[2J\u{85}\u{202e}b\tc\r\n");
        let whole = SourceSpan::from((0, source.text().len()));
        let read = source.read_span(&whole, 0, 0).unwrap();
        assert_eq!(read.data(), "a?[2J\u{bf}\u{fffd}b\tc\r\n".as_bytes());
        assert_eq!(read.data().len(), source.text().len());
    }

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let source = Source::new("x", "aé\nbéc");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(3), Position { line: 1, column: 3 });
        assert_eq!(source.position(7), Position { line: 2, column: 3 });
        assert_eq!(Loc::new(&source, 4, 5).to_string(), "x:2:1");
        assert_eq!(Loc::new(&source, 4, 5).words(), "b");
    }
}
