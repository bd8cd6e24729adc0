//! Which characters a file may hold before it is read at all.
//!
//! readllines(3) takes every octet, and what reads the line ends at a NUL: all that is continued
//! behind it is lost. Other control characters are blanks to some readers (`ISSPACE` of 3.7.11) and
//! letters to others, and a no-break space is two letters. No configuration needs any of them.

use std::sync::Arc;

use super::diagnostics::Syntax;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};

/// How many octets are looked at in one go.
const BLOCK: usize = 4_096;

/// Refuses a file that holds a control character other than a tab or the end of a line, or white
/// space that is not ASCII.
pub(super) fn check(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let text = source.text();
    let mut blocks = text.as_bytes().chunks(BLOCK);
    // Without a branch for each octet: tables have millions of rows.
    let is_plain = |block: &[u8]| {
        block
            .iter()
            .fold(true, |plain, &octet| plain & is_plain(octet))
    };
    if blocks.all(is_plain) {
        return Ok(());
    }
    let Some((at, c)) = text.char_indices().find(|(_, c)| is_odd(*c)) else {
        return Ok(());
    };
    let reason = format!(
        "U+{:04X} stands here, a control character or white space that is not ASCII",
        u32::from(c)
    );
    let at = Loc::new(source, at, at + c.len_utf8());
    Err(diagnostics.error(Syntax::new(reason, &at)))
}

fn is_plain(octet: u8) -> bool {
    matches!(octet, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

fn is_odd(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    control || (c.is_whitespace() && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_blanks_are_taken() {
        for (text, is_taken) in [
            ("a\tb\r\n", true),
            ("\u{fc}\u{20ac}\n", true),
            ("a\0b", false),
            ("a\u{b}b", false),
            ("a\u{c}b", false),
            ("a\u{7f}b", false),
            ("a\u{85}b", false),
            ("a\u{a0}b", false),
            ("a\u{2003}b", false),
        ] {
            let mut diagnostics = Diagnostics::new();
            let checked = check(&Source::new("t", text), &mut diagnostics);
            assert_eq!(checked.is_ok(), is_taken, "{text:?}");
        }
    }
}
