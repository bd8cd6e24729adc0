//! A text of a JSON line, borrowed from it where it stands there as it is.

use std::borrow::Cow;
use std::ops::Deref;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Word<'l>(Cow<'l, str>);

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Word<'_> {
    /// Returns whether the text holds an octet that ends a line or a string. A text that is
    /// borrowed does not: JSON lets none stand in it as it is (RFC 8259 section 7).
    pub(super) fn breaks(&self) -> bool {
        let breaks = |octet: u8| matches!(octet, b'\0' | b'\r' | b'\n');
        matches!(&self.0, Cow::Owned(text) if text.bytes().any(breaks))
    }
}

impl From<String> for Word<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Word<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Word<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_with_escapes_are_copied() {
        let plain: Word<'_> = serde_json::from_str(r#""a@b.example""#).unwrap();
        assert!(matches!(plain.0, Cow::Borrowed("a@b.example")));
        let escaped: Word<'_> = serde_json::from_str(r#""a\u0040b.example""#).unwrap();
        assert!(matches!(&escaped.0, Cow::Owned(text) if text == "a@b.example"));
        assert!(serde_json::from_str::<Word<'_>>("1").is_err());
    }

    #[test]
    fn a_break_is_seen_wherever_json_lets_one_be() {
        for octet in ["\0", "\r", "\n"] {
            assert!(Word::from(format!("a{octet}b")).breaks());
            let written = serde_json::to_string(&format!("a{octet}b")).unwrap();
            assert!(serde_json::from_str::<Word<'_>>(&written).unwrap().breaks());
            let as_it_is = format!("\"a{octet}b\"");
            assert!(serde_json::from_str::<Word<'_>>(&as_it_is).is_err());
        }
        assert!(!Word::from("a\tb".to_owned()).breaks());
    }
}
