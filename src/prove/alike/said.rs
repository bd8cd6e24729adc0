//! What is said of something, as octets that can be compared.

use std::cmp::Reverse;

use super::names::count;
use crate::mail::{is_char_of_word, is_of_word};
use crate::policy::Publish;

/// Begins the number of a name that something calls its own.
const OWN: u8 = 1;
/// Begins the number of what is said of something else.
const SAID: u8 = 2;
/// Begins a row, with the number of its file.
const ROW: u8 = 3;
/// Begins what is said of a name by itself.
const NAME: u8 = 4;
/// Begins how a name is made.
const FORM: u8 = 5;
/// Begins a name of which something besides may be told.
const TOLD: u8 = 6;

/// What is said of something, its own names replaced by numbers.
///
/// INVARIANT: no text has an octet that begins something else, so one list of octets says one
/// thing.
#[derive(Debug, Default)]
pub(super) struct Said(Vec<u8>);

impl Said {
    pub(super) fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn number(&mut self, number: u32) {
        self.0.push(SAID);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Adds a text in which the words that are own names are replaced by numbers, the same name by
    /// the same. One that is no whole local-part with a domain stays as it is, if it is near: an
    /// MTA may put a domain behind it.
    pub(super) fn replaced(&mut self, text: &str, own: &[&str], near: &dyn Fn(&str) -> bool) {
        let (mut rest, mut between) = (text, "");
        while !rest.is_empty() {
            let end = rest.bytes().position(|octet| !is_of_word(octet));
            let (word, more) = rest.split_at(end.unwrap_or(rest.len()));
            let is_local = more.starts_with('@') && begins_address(between);
            let is_bare = !is_local && !between.ends_with('/');
            match own.iter().position(|name| *name == word) {
                Some(number) if !word.is_empty() && (!is_bare || !near(word)) => {
                    self.0.push(OWN);
                    self.0.extend_from_slice(&count(number).to_le_bytes());
                }
                _ => self.text(word),
            }
            let end = more.bytes().position(is_of_word).unwrap_or(more.len());
            (between, rest) = more.split_at(end);
            self.text(between);
        }
    }

    /// Adds a name of something's own: which of these it is, and what is so of it.
    pub(super) fn name<const N: usize>(&mut self, first: usize, so: [bool; N]) {
        self.0.push(NAME);
        self.0.extend_from_slice(&count(first).to_le_bytes());
        self.0.extend(so.map(u8::from));
    }

    /// Adds how a name is made, if others of something's own stand in it: of which of them, and of
    /// what else.
    ///
    /// A setting may put names together, so that a login is right for all whose login is made so.
    pub(super) fn form(&mut self, name: &str, own: &[&str], begins: &Begins) {
        self.0.push(FORM);
        let octets = name.as_bytes();
        // All before `done` is added.
        let (mut done, mut at) = (0, 0);
        while let Some(next) = begins.next(octets, at) {
            at = next;
            let rest = octets.get(at..).unwrap_or_default();
            let others = (0..).zip(own);
            // As long as the name is none but the name itself.
            let inside = others.filter(|(_, other)| {
                let other = other.as_bytes();
                !other.is_empty() && other.len() != octets.len() && rest.starts_with(other)
            });
            let longest = inside.max_by_key(|(number, other)| (other.len(), Reverse(*number)));
            let Some((number, other)) = longest else {
                at += 1;
                continue;
            };
            self.0
                .extend_from_slice(octets.get(done..at).unwrap_or_default());
            self.0.push(OWN);
            self.0.extend_from_slice(&count(number).to_le_bytes());
            at += other.len();
            done = at;
        }
        if done > 0 {
            self.0
                .extend_from_slice(octets.get(done..).unwrap_or_default());
        }
    }

    /// Adds a name of which something besides may be told: it is like itself alone.
    pub(super) fn told(&mut self, name: &str) {
        self.0.push(TOLD);
        self.text(name);
    }

    pub(super) fn row(&mut self, file: u16) {
        self.0.push(ROW);
        self.0.extend_from_slice(&file.to_le_bytes());
    }

    /// Adds what DNS shall say of a domain, as far as an obligation asks it.
    pub(super) fn publish(&mut self, publish: &Publish, own: &[&str]) {
        for exchanger in &publish.mx {
            self.text(" mx ");
            self.replaced(exchanger.value.as_str(), own, &|_| false);
        }
        for term in &publish.spf {
            self.text(" spf ");
            self.replaced(&term.value, own, &|_| false);
        }
        for has in [
            publish.mx_at.is_some(),
            publish.spf_at.is_some(),
            publish.dmarc.is_some(),
            publish.mta_sts.is_some(),
            publish.tls_rpt.is_empty(),
        ] {
            self.text(if has { " yes" } else { " no" });
        }
    }

    pub(super) fn octets(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_octets(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// What some names begin with: a bit for each two octets, as far as 256 bits tell them apart.
#[derive(Debug)]
pub(super) struct Begins([u64; 4]);

impl Begins {
    pub(super) fn of(names: &[&str]) -> Self {
        let mut begins = Self([0; 4]);
        for name in names {
            match name.as_bytes() {
                [] => {}
                // Anything may stand behind it.
                [_] => begins.0 = [u64::MAX; 4],
                [first, second, ..] => {
                    let (word, bit) = Self::place(*first, *second);
                    if let Some(bits) = begins.0.get_mut(word) {
                        *bits |= bit;
                    }
                }
            }
        }
        begins
    }

    /// Returns the next place, from one on, where some name may begin: most begin otherwise, which
    /// is told by two octets.
    fn next(&self, octets: &[u8], from: usize) -> Option<usize> {
        let rest = octets.get(from..)?;
        let two = |two: &[u8]| matches!(two, [first, second] if self.has(*first, *second));
        let next = rest.windows(2).position(two).or_else(|| {
            let last = *rest.last()?;
            // It may be a name of one octet.
            self.has(last, 0).then(|| rest.len() - 1)
        })?;
        Some(from + next)
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let (word, bit) = Self::place(first, second);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn place(first: u8, second: u8) -> (usize, u64) {
        let both = first.wrapping_mul(37) ^ second;
        (usize::from(both >> 6), 1 << (both & 63))
    }
}

/// Returns whether what stands behind this is no part of it.
pub(super) fn begins_address(before: &str) -> bool {
    before.is_empty() || before.ends_with([' ', '\t', ',', ':', '<'])
}

/// Returns what stands before and behind each `@`, as far as it is a word.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices('@').map(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let start = before.trim_end_matches(is_char_of_word).len();
        let behind = text.get(at + 1..).unwrap_or_default();
        let end = behind.find(|c| !is_char_of_word(c)).unwrap_or(behind.len());
        let (local, domain) = (before.get(start..), behind.get(..end));
        (local.unwrap_or_default(), domain.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, own: &[&str], is_told: bool) -> Vec<u8> {
        let mut said = Said::default();
        said.form(name, own, &Begins::of(own));
        if is_told {
            said.told(name);
        }
        said.into_octets()
    }

    #[test]
    fn a_name_is_told_apart_from_how_another_is_made() {
        let told = said("ax", &["a", "ax"], true);
        assert_ne!(told, said("bxax", &["b", "bxax"], false));
        // A name of one octet is found at the end, too.
        assert_ne!(
            said("xa", &["xa", "a"], false),
            said("xb", &["xb", "a"], false)
        );
        // But for the name itself both are made alike.
        assert_eq!(
            said("ax", &["a", "ax"], false),
            said("bx", &["b", "bx"], false)
        );
    }
}
