//! What is asked of a text before anything else: its size and its characters.
//!
//! Invisible characters that turn the reading order round are refused everywhere, comments
//! included: a reviewer must see what is there.

use std::sync::Arc;

use super::diagnostics::{ControlCharacter, TextDirection, TooLarge};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source, is_control, is_direction};

/// The largest policy. Bulk stands in files beside it.
pub(super) const POLICY_BYTES_MAX: usize = 4 << 20;
/// How many characters of one kind are told.
const TOLD_MAX: usize = 10;

/// Checks a text before it is parsed.
pub(super) fn scan(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<(), Reported> {
    let text = source.text();
    if text.len() > POLICY_BYTES_MAX {
        return Err(diagnostics.error(TooLarge {
            name: source.path().to_owned(),
            bytes: text.len(),
            bytes_max: POLICY_BYTES_MAX,
        }));
    }
    let before = diagnostics.errors();
    characters(source, diagnostics);
    diagnostics.failed_since(before)
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

/// Returns the number of a character, as `U+202E`.
pub(crate) fn escape(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
