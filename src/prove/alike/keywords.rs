//! Names that mean something of their own where a row may have them.

use super::POSTMASTER;

/// What tables of some MTA take for more than a name: actions (access(5) of Postfix 3.7.11), and
/// what Exim takes for true or false (spec 4.96, section 11.7).
const WORDS: [&str; 20] = [
    "bcc", "defer", "discard", "dunno", "false", "filter", "hold", "info", "no", "ok", "permit",
    "prepend", "redirect", "reject", "relay", "true", "use", "virtual", "warn", "yes",
];

/// Restrictions of Postfix are actions, too.
const PREFIXES: [&str; 5] = ["check_", "defer_", "permit_", "reject_", "warn_"];

/// Returns whether a name may be more than a name, or is what everybody minds.
pub(super) fn is_keyword(name: &str) -> bool {
    let is_number = name.bytes().all(|octet| octet.is_ascii_digit());
    let is_zero = name.bytes().all(|octet| octet == b'0');
    name == POSTMASTER
        || WORDS.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        // A reply, or nothing.
        || is_number && (name.len() <= 3 || is_zero)
}
