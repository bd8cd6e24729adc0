//! Text that knows where each of its characters was written.
//!
//! Postfix joins continuation lines and expands `$name`, so a word of a value may come from several
//! places. The first character of a word says where the word is.

use std::sync::Arc;

use crate::source::{Loc, Source};

/// What mystrtok(3) of Postfix takes for blanks (`CHARS_SPACE`, util/stringops.h of 3.7).
pub(super) const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// A piece of text and where its parts were written.
#[derive(Debug, Clone)]
pub(super) struct Text {
    text: String,
    /// From this offset of `text` on, what stands there was written at that offset of the source.
    parts: Vec<(usize, Arc<Source>, usize)>,
}

impl Text {
    /// Returns an empty text that has a place.
    pub(super) fn empty(at: &Loc) -> Self {
        Self {
            text: String::new(),
            parts: vec![(0, Arc::clone(at.source()), at.start())],
        }
    }

    /// Returns a text that stands in no file as it is: all of it has this place.
    pub(super) fn made(text: impl Into<String>, at: &Loc) -> Self {
        Self {
            text: text.into(),
            parts: vec![(0, Arc::clone(at.source()), at.start())],
        }
    }

    /// Returns the text between two offsets of a source.
    pub(super) fn written(source: &Arc<Source>, start: usize, end: usize) -> Self {
        Self {
            text: source.text().get(start..end).unwrap_or_default().to_owned(),
            parts: vec![(0, Arc::clone(source), start)],
        }
    }

    /// Returns the characters.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Appends another text, with its places.
    pub(super) fn push(&mut self, other: &Self) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        for (offset, source, place) in &other.parts {
            self.parts
                .push((offset + shift, Arc::clone(source), *place));
        }
    }

    /// Returns the place of the whole.
    pub(super) fn at(&self) -> Loc {
        self.place(0, self.text.len())
    }

    /// Returns the place of the characters from `start` up to `end`.
    pub(super) fn place(&self, start: usize, end: usize) -> Loc {
        let behind = self.parts.partition_point(|(offset, ..)| *offset <= start);
        let part = self.parts.get(behind.saturating_sub(1));
        let Some((offset, source, written)) = part else {
            return Loc::new(&Source::new("", ""), 0, 0);
        };
        let next = self.parts.get(behind).map_or(end, |next| next.0);
        let from = written + start.saturating_sub(*offset);
        let length = end.min(next).saturating_sub(start);
        let limit = source.text().len();
        Loc::new(source, from.min(limit), (from + length).min(limit))
    }

    /// Returns a part of the text.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        let end = end.min(self.text.len());
        let start = start.min(end);
        let behind = self.parts.partition_point(|(offset, ..)| *offset <= start);
        let parts = self.parts.iter().skip(behind.saturating_sub(1));
        let parts = parts.take_while(|(offset, ..)| *offset < end.max(start + 1));
        let parts = parts.map(|(offset, source, written)| {
            let skipped = start.saturating_sub(*offset);
            (
                offset.saturating_sub(start),
                Arc::clone(source),
                written + skipped,
            )
        });
        Self {
            text: self.text.get(start..end).unwrap_or_default().to_owned(),
            parts: parts.collect(),
        }
    }

    /// Returns the text without blanks at its ends.
    pub(super) fn trim(&self) -> Self {
        let trimmed = self.text.trim_matches(BLANKS);
        let start = self.text.len() - self.text.trim_start_matches(BLANKS).len();
        self.slice(start, start + trimmed.len())
    }

    /// Splits at blanks and commas (`CHARS_COMMA_SP`), but not inside `{ }`.
    ///
    /// As mystrtokq(3) of 3.7: a brace opens or closes a level wherever it stands.
    pub(super) fn words(&self) -> Vec<Self> {
        self.split(|c| BLANKS.contains(&c) || c == ',')
    }

    /// Splits at blanks, but not inside `{ }`: the arguments of master.cf.
    pub(super) fn arguments(&self) -> Vec<Self> {
        self.split(|c| BLANKS.contains(&c))
    }

    fn split(&self, separates: impl Fn(char) -> bool) -> Vec<Self> {
        let mut words = Vec::new();
        let (mut start, mut depth) = (None, 0_u32);
        for (offset, c) in self.text.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && separates(c) {
                if let Some(start) = start.take() {
                    words.push(self.slice(start, offset));
                }
            } else if start.is_none() {
                start = Some(offset);
            }
        }
        if let Some(start) = start {
            words.push(self.slice(start, self.text.len()));
        }
        words
    }

    /// Returns the text without braces and the blanks in them, if it begins with one; none if
    /// anything stands behind the one that closes it (extpar(3)).
    pub(super) fn without_braces(&self) -> Option<Self> {
        if self.text.starts_with('{') {
            return Some(self.inside_braces()?.trim());
        }
        Some(self.clone())
    }

    /// Returns what stands between `{` and `}` if the whole text is in one pair of braces.
    pub(super) fn inside_braces(&self) -> Option<Self> {
        let inner = self.text.strip_prefix('{')?.strip_suffix('}')?;
        let mut depth = 0_i32;
        for c in inner.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return None;
            }
        }
        (depth == 0).then(|| self.slice(1, 1 + inner.len()))
    }

    /// Splits at the first `=` as split_nameval(3) of 3.7: both sides trimmed, the name a word.
    pub(super) fn name_and_value(&self) -> Result<(Self, Self), &'static str> {
        let Some(equals) = self.text.find('=') else {
            return Err("missing `=` after the name");
        };
        let name = self.slice(0, equals).trim();
        if name.as_str().is_empty() {
            return Err("missing name before `=`");
        }
        if name.as_str().contains(BLANKS) {
            return Err("missing `=` after the name");
        }
        Ok((name, self.slice(equals + 1, self.text.len()).trim()))
    }
}

/// Returns the logical lines of a file: comments and blank lines are skipped, and a line that
/// starts with a blank continues the one before (postconf(5), master(5); readllines(3) of 3.7).
///
/// A comment or a blank line between a line and its continuation does not end it.
pub(super) fn logical_lines(source: &Arc<Source>) -> Vec<Text> {
    let mut lines: Vec<Text> = Vec::new();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let end = start + line.trim_end_matches('\n').len();
        let body = line.trim_matches(is_space);
        if !body.is_empty() && !body.starts_with('#') {
            let piece = Text::written(source, start, end);
            match lines.last_mut() {
                Some(last) if line.starts_with(is_space) => last.push(&piece),
                _ => lines.push(piece),
            }
        }
        start += line.len();
    }
    lines
}

/// Returns whether isspace(3) of the C locale holds.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{b}' | '\u{c}')
}
