//! Quotes, escapes and comments in a path.

use std::borrow::Cow;

/// Returns whether a text is one Quoted-string of RFC 5321 section 4.1.2 that says something:
/// `""` is allowed there, but is no name of anybody.
pub(super) fn is_quoted_string(text: &str) -> bool {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return false;
    };
    let mut escaped = false;
    let is_good = inner.bytes().all(|byte| {
        let good = (escaped || byte != b'"') && (0x20..0x7f).contains(&byte);
        escaped = !escaped && byte == b'\\';
        good
    });
    is_good && !escaped
}

/// Returns the text without quotes and escapes (RFC 5321 section 4.1.2: they mean nothing).
pub(super) fn unquote(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\')) {
        return Cow::Borrowed(text);
    }
    let mut content = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => {}
            c => {
                content.push(c);
                escaped = false;
            }
        }
    }
    Cow::Owned(content)
}

/// Returns the text without comments. The scan has seen that they are balanced.
pub(super) fn strip_comments(text: &str) -> String {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        let was_escaped = escaped;
        escaped = !was_escaped && c == '\\';
        match c {
            '(' if !quoted && !was_escaped => depth += 1,
            ')' if !quoted && !was_escaped => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c => {
                quoted ^= c == '"' && !was_escaped;
                kept.push(c);
            }
        }
    }
    kept
}
