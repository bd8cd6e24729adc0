//! Pieces of a configuration file that know where each of their bytes was written.
//!
//! Exim joins lines and replaces macros before it reads a setting (spec 4.96, chapter 6); a
//! complaint must still point at the words in the file.

use std::sync::Arc;

use crate::source::{Loc, Source};

/// A text and the place of each of its bytes.
#[derive(Debug, Clone)]
pub(super) struct Text {
    words: String,
    /// The offset in the source of each byte.
    origin: Vec<u32>,
    /// Where an empty text stands.
    start: u32,
    source: Arc<Source>,
}

impl Text {
    /// Returns an empty text that stands at an offset of a source.
    pub(super) fn empty(source: &Arc<Source>, start: usize) -> Self {
        Self {
            words: String::new(),
            origin: Vec::new(),
            start: offset(start),
            source: Arc::clone(source),
        }
    }

    /// Returns a text that stands nowhere as such: all of it points at `at`.
    pub(super) fn made(text: impl Into<String>, at: &Loc) -> Self {
        let text = text.into();
        let start = offset(at.start());
        Self {
            origin: vec![start; text.len()],
            words: text,
            start,
            source: Arc::clone(at.source()),
        }
    }

    /// Appends words that stand in the source at `start`.
    pub(super) fn push_source(&mut self, words: &str, start: usize) {
        self.words.push_str(words);
        self.origin.extend((start..start + words.len()).map(offset));
    }

    /// Appends one character that stands for what is written at `start`.
    pub(super) fn push(&mut self, c: char, start: u32) {
        self.words.push(c);
        self.origin.resize(self.words.len(), start);
    }

    /// Appends another text.
    pub(super) fn append(&mut self, other: &Self) {
        self.words.push_str(&other.words);
        self.origin.extend_from_slice(&other.origin);
    }

    /// Removes the bytes from `length` on.
    pub(super) fn truncate(&mut self, length: usize) {
        if self.words.is_char_boundary(length) {
            self.words.truncate(length);
            self.origin.truncate(length);
        }
    }

    /// Returns the text.
    pub(super) fn as_str(&self) -> &str {
        &self.words
    }

    /// Returns the offset in the source of the byte at `index`.
    pub(super) fn origin(&self, index: usize) -> u32 {
        self.origin
            .get(index)
            .or(self.origin.last())
            .copied()
            .unwrap_or(self.start)
    }

    /// Returns the bytes `start..end` as a text; what is outside is left out.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        let end = end.min(self.words.len());
        Self {
            words: self.words.get(start..end).unwrap_or_default().to_owned(),
            origin: self.origin.get(start..end).unwrap_or_default().to_vec(),
            start: self.origin(start),
            source: Arc::clone(&self.source),
        }
    }

    /// Returns the text without the blanks of ASCII at its ends.
    pub(super) fn trim(&self) -> Self {
        let words = self.words.trim_ascii_start();
        let lead = self.words.len() - words.len();
        self.slice(lead, lead + words.trim_ascii_end().len())
    }

    /// Returns what stands before and behind the first `c`.
    pub(super) fn split_once(&self, c: char) -> Option<(Self, Self)> {
        let at = self.words.find(c)?;
        Some((
            self.slice(0, at),
            self.slice(at + c.len_utf8(), self.words.len()),
        ))
    }

    /// Returns the place of the whole text.
    pub(super) fn at(&self) -> Loc {
        let first = self.origin.iter().min().copied().unwrap_or(self.start) as usize;
        let last = match self.origin.iter().max() {
            Some(last) => self.behind(*last as usize),
            None => first,
        };
        Loc::new(&self.source, first, last)
    }

    /// Returns the place of the bytes `start..end`.
    pub(super) fn at_range(&self, start: usize, end: usize) -> Loc {
        self.slice(start, end.max(start + 1)).at()
    }

    /// Returns the offset behind the character that holds the byte at `at`.
    fn behind(&self, at: usize) -> usize {
        let mut end = at + 1;
        while end < self.source.text().len() && !self.source.text().is_char_boundary(end) {
            end += 1;
        }
        end
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
