//! `mailpol fmt`: the one layout of a policy. Comments are kept, and words are as they are written.
//!
//! A node a line, four blanks a level, one blank between words, at most one empty line. A block
//! that stands on one line stays there if it fits. What comes out is read again, and must say the
//! same.

mod layout;
mod print;

use std::borrow::Cow;
use std::sync::Arc;

use super::diagnostics::FormatDiffers;
use layout::{Layout, comments_of};
use print::print;

use super::lexer::{TokenKind, tokens};
use super::tree::Node;
use super::{gate, reader, scan};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::Source;

/// Returns a text all of whose lines end in LF. A text of several lines holds LF whatever it is
/// written with (KDL 2.0.0, "Multi-line Strings"), so this changes no value.
fn lines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns a policy in its one layout.
pub fn format(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<String, Reported> {
    let before = diagnostics.errors();
    scan::scan(source, diagnostics)?;
    gate::check(source, diagnostics);
    diagnostics.failed_since(before)?;
    let nodes = reader::read(source, diagnostics)?;
    let written = lines(source.text());
    let mut text = String::new();
    print(&Layout::of(&written), 0, &mut text);
    let formatted = Source::read(source.name(), source.path(), text.clone());
    let same = reader::read(&formatted, diagnostics).is_ok_and(|again| same(&nodes, &again));
    if !same || words(&written) != words(&text) {
        return Err(diagnostics.error(FormatDiffers {
            name: source.path().to_owned(),
        }));
    }
    Ok(text)
}

/// Returns whether two trees differ in places only.
fn same(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            let arguments = a.arguments.iter().zip(&b.arguments);
            let properties = a.properties.iter().zip(&b.properties);
            a.name.value == b.name.value
                && a.arguments.len() == b.arguments.len()
                && a.properties.len() == b.properties.len()
                && arguments.into_iter().all(|(a, b)| a.value == b.value)
                && properties
                    .into_iter()
                    .all(|(a, b)| a.0.value == b.0.value && a.1.value == b.1.value)
                && same(a.children(), b.children())
        })
}

/// Returns the words of a text, comments and punctuation included, but no blanks and line ends.
///
/// Comments are sorted: one may move to the line above what it stands beside, past another.
fn words(text: &str) -> (Vec<&str>, Vec<&str>) {
    let mut words = Vec::new();
    let mut comments = Vec::new();
    for token in tokens(text) {
        let word = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            TokenKind::Blank | TokenKind::Newline | TokenKind::Semicolon => {}
            // Its backslash stays or goes; the comments behind it stay.
            TokenKind::Continuation => comments.extend(comments_of(word)),
            TokenKind::LineComment | TokenKind::BlockComment => comments.push(word.trim_end()),
            TokenKind::Slashdash
            | TokenKind::Equals
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Text
            | TokenKind::Literal
            | TokenKind::Wrong(_) => words.push(word),
        }
    }
    comments.sort_unstable();
    (words, comments)
}
