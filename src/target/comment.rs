//! Text of users in comments of emitted files, whatever the MTA.

use crate::source::Loc;

/// Returns text that stays in its line: what could end it, and what is special to the MTA, becomes
/// `?`.
pub(super) fn in_line(text: &str, special: &str) -> String {
    let odd = |c: char| c.is_control() || "\u{2028}\u{2029}".contains(c) || special.contains(c);
    text.chars().map(|c| if odd(c) { '?' } else { c }).collect()
}

/// Returns what of a text a shell may read: letters, digits, a blank and `._-/:`; `?` for the rest.
pub(super) fn in_shell(text: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || " ._-/:".contains(c);
    text.chars()
        .map(|c| if safe(c) { c } else { '?' })
        .collect()
}

/// Names the line of a place: `policy.kdl:9`.
pub(super) fn line(at: &Loc) -> String {
    format!("{}:{}", at.source().name(), at.position().line)
}
