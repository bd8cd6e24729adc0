//! What is asked of a text before KDL's parser sees it: its size, its characters, its nesting.
//!
//! Invisible characters that turn the reading order round are refused everywhere, comments
//! included: a reviewer must see what is there.

use std::sync::Arc;

use super::diagnostics::{ControlCharacter, TextDirection, TooDeep, TooLarge};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};

/// The largest policy. Bulk stands in files beside it.
pub(super) const POLICY_BYTES_MAX: usize = 4 << 20;
/// The deepest nesting of blocks and of comments. The language needs three.
pub(super) const DEPTH_MAX: usize = 64;
/// The deepest nesting that braces in texts and comments could make if they were blocks.
///
/// A broken policy may be read from the middle of a text on; the parser's stack has room for this.
const HIDDEN_DEPTH_MAX: usize = 4000;
/// How many characters of one kind are told.
const TOLD_MAX: usize = 10;

/// Checks a text before it is parsed.
pub(super) fn scan(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let text = source.text();
    if text.len() > POLICY_BYTES_MAX {
        return Err(diagnostics.error(TooLarge {
            name: source.name().to_owned(),
            bytes: text.len(),
            bytes_max: POLICY_BYTES_MAX,
        }));
    }
    let before = diagnostics.errors();
    characters(source, diagnostics);
    diagnostics.failed_since(before)?;
    if let Some(at) = Nesting::too_deep(text) {
        return Err(diagnostics.error(TooDeep {
            depth_max: DEPTH_MAX,
            at: Loc::new(source, at, at + 1),
        }));
    }
    Ok(())
}

/// Refuses control characters and characters that turn the reading order round.
fn characters(source: &Arc<Source>, diagnostics: &mut Diagnostics) {
    let mut told = 0;
    for (offset, character) in source.text().char_indices() {
        let at = || Loc::new(source, offset, offset + character.len_utf8());
        if is_direction(character) {
            diagnostics.error(TextDirection {
                character: escape(character),
                at: at(),
            });
        } else if is_control(character) && !matches!(character, '\t' | '\n' | '\r') {
            diagnostics.error(ControlCharacter {
                character: escape(character),
                at: at(),
            });
        } else {
            continue;
        }
        told += 1;
        if told == TOLD_MAX {
            return;
        }
    }
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

/// Returns the number of a character, as `U+202E`.
pub(crate) fn escape(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// What a text may be in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Nodes,
    Line,
    Comment(usize),
    Quotes,
    LongQuotes,
    Raw { hashes: usize, long: bool },
}

/// Counts braces as KDL would, without recursion.
struct Nesting<'t> {
    rest: &'t [u8],
    offset: usize,
    within: Within,
    depth: usize,
    /// The deepest nesting within the text or comment at hand, and the current one.
    hidden: (usize, usize),
    hidden_sum: usize,
}

impl<'t> Nesting<'t> {
    /// Returns the offset at which a text is nested too deeply.
    fn too_deep(text: &'t str) -> Option<usize> {
        let mut nesting = Self {
            rest: text.as_bytes(),
            offset: 0,
            within: Within::Nodes,
            depth: 0,
            hidden: (0, 0),
            hidden_sum: 0,
        };
        while let Some(byte) = nesting.rest.first().copied() {
            let comment_depth = match nesting.within {
                Within::Comment(depth) => depth,
                Within::Nodes
                | Within::Line
                | Within::Quotes
                | Within::LongQuotes
                | Within::Raw { .. } => 0,
            };
            if nesting.depth > DEPTH_MAX
                || comment_depth > DEPTH_MAX
                || nesting.hidden_sum + nesting.hidden.0 > HIDDEN_DEPTH_MAX
            {
                return Some(nesting.offset.saturating_sub(1));
            }
            let (within, length) = match nesting.within {
                Within::Nodes => nesting.in_nodes(byte),
                Within::Line => nesting.in_line(byte),
                Within::Comment(depth) => nesting.in_comment(depth, byte),
                Within::Quotes => nesting.in_quotes(byte),
                Within::LongQuotes => nesting.in_long_quotes(byte),
                Within::Raw { hashes, long } => nesting.in_raw(hashes, long, byte),
            };
            nesting.step(within, length);
        }
        (nesting.depth > DEPTH_MAX).then(|| nesting.offset.saturating_sub(1))
    }

    fn step(&mut self, within: Within, length: usize) {
        let length = length.clamp(1, self.rest.len().max(1));
        if within == Within::Nodes && self.within != Within::Nodes {
            self.hidden_sum += self.hidden.0;
            self.hidden = (0, 0);
        }
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.offset += length;
        self.within = within;
    }

    fn in_nodes(&mut self, byte: u8) -> (Within, usize) {
        match byte {
            b'{' => self.depth += 1,
            b'}' => self.depth = self.depth.saturating_sub(1),
            b'/' if self.rest.starts_with(b"//") => return (Within::Line, 2),
            b'/' if self.rest.starts_with(b"/*") => return (Within::Comment(1), 2),
            b'"' if self.rest.starts_with(b"\"\"\"") => return (Within::LongQuotes, 3),
            b'"' => return (Within::Quotes, 1),
            b'#' => {
                let hashes = self.rest.iter().take_while(|byte| **byte == b'#').count();
                let behind = self.rest.get(hashes..).unwrap_or_default();
                if behind.starts_with(b"\"\"\"") {
                    return (Within::Raw { hashes, long: true }, hashes + 3);
                }
                if behind.starts_with(b"\"") {
                    return (
                        Within::Raw {
                            hashes,
                            long: false,
                        },
                        hashes + 1,
                    );
                }
                return (Within::Nodes, hashes);
            }
            _ => {}
        }
        (Within::Nodes, 1)
    }

    fn in_line(&mut self, byte: u8) -> (Within, usize) {
        if matches!(byte, b'\n' | b'\r') {
            return (Within::Nodes, 1);
        }
        self.hide(byte);
        (Within::Line, 1)
    }

    fn in_comment(&mut self, depth: usize, byte: u8) -> (Within, usize) {
        if self.rest.starts_with(b"/*") {
            return (Within::Comment(depth + 1), 2);
        }
        if self.rest.starts_with(b"*/") {
            return match depth {
                0 | 1 => (Within::Nodes, 2),
                _ => (Within::Comment(depth - 1), 2),
            };
        }
        self.hide(byte);
        (Within::Comment(depth), 1)
    }

    fn in_quotes(&mut self, byte: u8) -> (Within, usize) {
        match byte {
            b'\\' => (Within::Quotes, 2),
            // A text in single quotes ends with its line: KDL refuses it, and goes on behind it.
            b'"' | b'\n' => (Within::Nodes, 1),
            _ => {
                self.hide(byte);
                (Within::Quotes, 1)
            }
        }
    }

    fn in_long_quotes(&mut self, byte: u8) -> (Within, usize) {
        if self.rest.starts_with(b"\"\"\"") {
            return (Within::Nodes, 3);
        }
        self.hide(byte);
        (Within::LongQuotes, if byte == b'\\' { 2 } else { 1 })
    }

    fn in_raw(&mut self, hashes: usize, long: bool, byte: u8) -> (Within, usize) {
        let quotes: &[u8] = if long { b"\"\"\"" } else { b"\"" };
        let end = self.rest.strip_prefix(quotes).is_some_and(|behind| {
            behind.iter().take_while(|byte| **byte == b'#').count() >= hashes
        });
        if end {
            return (Within::Nodes, quotes.len() + hashes);
        }
        self.hide(byte);
        (Within::Raw { hashes, long }, 1)
    }

    /// Counts a brace that KDL does not see as one, unless it loses its way.
    fn hide(&mut self, byte: u8) {
        match byte {
            b'{' => {
                self.hidden.1 += 1;
                self.hidden.0 = self.hidden.0.max(self.hidden.1);
            }
            b'}' => self.hidden.1 = self.hidden.1.saturating_sub(1),
            _ => {}
        }
    }
}
