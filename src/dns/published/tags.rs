//! Tag lists: what DKIM, DMARC, MTA-STS and TLS-RPT records are made of (RFC 6376 section 3.2).
//!
//! Other readers are more lenient than the grammar; a record that only they read is worth nothing
//! where somebody reads as it is written there.

/// A tag: its name and its value, without the blanks around them.
type Tag<'t> = (&'t str, &'t str);

/// Returns the tags of a record as they stand; nothing if it is no list of tags, if one is there
/// twice (section 3.2), or if `v` is not the first (section 3.6.1).
pub(super) fn tags(text: &str) -> Option<Vec<Tag<'_>>> {
    let mut parts: Vec<&str> = text.split(';').collect();
    // One semicolon may end the list.
    if parts.last().is_some_and(|part| is_blank(part)) {
        parts.pop();
    }
    let mut tags: Vec<Tag<'_>> = Vec::new();
    for part in parts {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_late = name == "v" && !tags.is_empty();
        if !is_name(name) || is_late || tags.iter().any(|(other, _)| *other == name) {
            return None;
        }
        tags.push((name, value));
    }
    Some(tags)
}

/// Returns the tags of a record of this version, which its first tag says to the letter, with
/// blanks in a value beside these separators only.
pub(super) fn of_version<'t>(
    text: &'t str,
    version: &str,
    separators: &[char],
) -> Option<Vec<Tag<'t>>> {
    let tags = tags(text)?;
    let is_first = tags.first() == Some(&("v", version));
    let is_whole = |(_, value): &Tag<'_>| {
        let mut parts = value.split(separators);
        parts.all(|part| !part.trim().contains(char::is_whitespace))
    };
    (is_first && tags.iter().all(is_whole)).then_some(tags)
}

fn is_blank(part: &str) -> bool {
    part.trim().is_empty()
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
