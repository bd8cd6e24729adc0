//! Short texts, which are kept where they stand.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// As many octets are kept in place: a text is then as large as its place would be anyway.
const OCTETS_MAX: usize = 22;

/// A text that is short nearly always: a local-part, a login.
///
/// A large policy has millions of them. One of up to 22 octets needs no memory of its own.
#[derive(Clone)]
pub struct Short(Kept);

#[derive(Clone)]
enum Kept {
    /// How many octets, and they; zeros behind them.
    Here(u8, [u8; OCTETS_MAX]),
    Elsewhere(Box<str>),
}

impl Short {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // What is kept is a text: nothing else comes in.
            Kept::Here(..) => std::str::from_utf8(self.octets()).unwrap_or_default(),
            Kept::Elsewhere(text) => text,
        }
    }

    fn octets(&self) -> &[u8] {
        match &self.0 {
            Kept::Here(length, octets) => octets.get(..usize::from(*length)).unwrap_or_default(),
            Kept::Elsewhere(text) => text.as_bytes(),
        }
    }

    /// Returns the first octets as a number: of two texts the one with the smaller is the smaller.
    pub(crate) fn first_octets(&self) -> u64 {
        let mut first = [0; 8];
        let octets = self.octets().iter();
        first
            .iter_mut()
            .zip(octets)
            .for_each(|(to, from)| *to = *from);
        u64::from_be_bytes(first)
    }

    /// Returns the text in lower case.
    pub(crate) fn in_lower_case(mut self) -> Self {
        match &mut self.0 {
            Kept::Here(_, octets) => octets.make_ascii_lowercase(),
            Kept::Elsewhere(text) => text.make_ascii_lowercase(),
        }
        self
    }
}

impl From<&str> for Short {
    fn from(text: &str) -> Self {
        let mut octets = [0; OCTETS_MAX];
        let place = octets.get_mut(..text.len());
        Self(match (place, u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Kept::Here(length, octets)
            }
            (None, _) | (_, Err(_)) => Kept::Elsewhere(text.into()),
        })
    }
}

impl Deref for Short {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Short {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for Short {}

impl PartialOrd for Short {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order of texts is that of their octets.
impl Ord for Short {
    fn cmp(&self, other: &Self) -> Ordering {
        self.octets().cmp(other.octets())
    }
}

impl Hash for Short {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Texts around the length that is kept in place, some with what is no text when cut.
    fn texts() -> Vec<String> {
        let mut texts: Vec<String> = (0..30).map(|length| "a".repeat(length)).collect();
        texts.extend((0..15).map(|length| "é".repeat(length)));
        texts.extend(["a\0", "a\0b", "b", "ab", "Ab.C", "\0"].map(str::to_owned));
        texts
    }

    #[test]
    fn a_short_text_is_the_text() {
        assert_eq!(size_of::<Short>(), 24);
        for text in texts() {
            let short = Short::from(text.as_str());
            assert_eq!(short.as_str(), text);
            assert_eq!(short.to_string(), text);
            assert_eq!(format!("{short:?}"), format!("{text:?}"));
            let lower = short.in_lower_case();
            assert_eq!(lower.as_str(), text.to_ascii_lowercase());
        }
    }

    #[test]
    fn short_texts_are_ordered_as_texts() {
        for one in texts() {
            for other in texts() {
                let ours = Short::from(one.as_str()).cmp(&Short::from(other.as_str()));
                assert_eq!(ours, one.cmp(&other), "{one:?} {other:?}");
                let [first, of] = [&one, &other].map(|text| Short::from(text.as_str()));
                let first = first.first_octets().cmp(&of.first_octets());
                assert!(first.is_eq() || first == ours, "{one:?} {other:?}");
            }
        }
        let all: BTreeSet<Short> = texts().iter().map(|text| text.as_str().into()).collect();
        assert!(texts().iter().all(|text| all.contains(text.as_str())));
    }
}
