//! Which characters a file may hold before it is read at all.
//!
//! Exim asks `isspace` and `iscntrl` of the C locale, byte by byte, and ends a line at a NUL. A
//! no-break space is a letter to it; a control character may separate the items of a list
//! (`string_nextinlist` of 4.96). No configuration needs either.

use std::sync::Arc;

use super::diagnostics::UnjudgedRestriction;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};

/// Refuses a file that holds a control character other than a tab or the end of a line, or white
/// space that is not ASCII.
pub(super) fn check(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let mut odd = source.text().char_indices().filter(|(_, c)| is_odd(*c));
    let Some((at, c)) = odd.next() else {
        return Ok(());
    };
    let name = format!("U+{:04X}", u32::from(c));
    let reason = "a control character or white space that is not ASCII is not to Exim what it \
                  looks like";
    let at = Loc::new(source, at, at + c.len_utf8());
    Err(diagnostics.error(UnjudgedRestriction::new(&name, reason, &at)))
}

fn is_odd(c: char) -> bool {
    let control = c.is_control() && c != '\t' && c != '\n';
    control || (c.is_whitespace() && !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_blanks_are_taken() {
        for c in [
            '\0', '\u{1}', '\r', '\u{b}', '\u{c}', '\u{7f}', '\u{85}', '\u{a0}', '\u{2003}',
            '\u{3000}',
        ] {
            assert!(is_odd(c), "{c:?}");
        }
        for c in [' ', '\t', '\n', 'a', 'ü', '€'] {
            assert!(!is_odd(c), "{c:?}");
        }
        let source = Source::new("t", "a\nb\u{a0}c\u{a0}");
        let mut diagnostics = Diagnostics::new();
        assert!(check(&source, &mut diagnostics).is_err());
        assert_eq!(diagnostics.errors(), 1);
        assert!(check(&Source::new("t", "a\tb\n"), &mut diagnostics).is_ok());
    }
}
