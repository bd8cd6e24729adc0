//! The words of a text of settings or rows: what a name of ours can be.

/// Returns whether words have this octet: others part them.
pub(crate) fn is_of_word(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'_' | b'-') || !octet.is_ascii()
}

/// Returns whether words have this character.
pub(crate) fn is_char_of_word(c: char) -> bool {
    u8::try_from(c).map_or(true, is_of_word)
}

/// Returns the words of a text.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c| !is_char_of_word(c));
    words.filter(|word| !word.is_empty())
}
