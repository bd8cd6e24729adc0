//! Pieces of a record that know where they stand in it, and what is wrong with them.

use std::fmt;
use std::ops::Range;

/// Why a text is not an SPF record, and where (RFC 7208 section 4.6: such a record is a
/// permerror, whatever else it says).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The octets at fault.
    pub range: Range<usize>,
    /// What is wrong with them: a sentence without capital and full stop.
    pub reason: &'static str,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.reason)
    }
}

impl std::error::Error for SyntaxError {}

/// A piece of a text, with its place in the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl<'a> Fragment<'a> {
    pub(super) const fn whole(text: &'a str) -> Self {
        Self { text, start: 0 }
    }

    pub(super) const fn range(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Cuts after `length` octets; all of it if it is not that long.
    pub(super) fn split_at(self, length: usize) -> (Self, Self) {
        let (left, right) = self
            .text
            .split_at_checked(length)
            .unwrap_or((self.text, ""));
        (
            Self {
                text: left,
                start: self.start,
            },
            Self {
                text: right,
                start: self.start + left.len(),
            },
        )
    }

    /// Returns what follows the prefix.
    pub(super) fn strip_prefix(self, prefix: char) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Self {
            text,
            start: self.start + prefix.len_utf8(),
        })
    }

    pub(super) const fn fault(self, reason: &'static str) -> SyntaxError {
        SyntaxError {
            range: self.range(),
            reason,
        }
    }
}
