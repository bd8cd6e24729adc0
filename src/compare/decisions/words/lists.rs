//! Lists that sentences cut short, kept in full: no sentence shall be the only thing to say of whom
//! it speaks.

use std::cell::RefCell;

use super::list;

/// Names in a list; of more, the first are given and the rest are counted.
pub(super) const NAMES_MAX: usize = 5;

/// What stands among names beside which there are others like them, which were left out.
pub(super) const OTHERS: &str = "others";

/// A list that a sentence cuts short, or says in other words than its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What stands in the sentence, or in what was or is said.
    pub short: String,
    /// All that is meant by it.
    pub names: Vec<String>,
    /// Whether there are others like them, which were left out of the comparison.
    pub others: bool,
}

/// What was cut short while a sentence was made.
#[derive(Debug, Default)]
pub(in super::super) struct Lists(RefCell<Vec<List>>);

impl Lists {
    /// Returns a list of at most [`NAMES_MAX`] names; the rest is told as a number.
    pub(in super::super) fn counted(&self, names: &[String], last: &str) -> String {
        if names.iter().any(|name| name == OTHERS) {
            let names = names.iter().filter(|name| *name != OTHERS).cloned();
            return self.with_others(&names.collect::<Vec<String>>());
        }
        self.of_so_many(names, names.len() as u128, last, || names.to_vec())
    }

    /// Returns a list of at most [`NAMES_MAX`] of so many names, of which the first are at hand.
    /// All are asked for if it is cut short.
    pub(super) fn of_so_many(
        &self,
        names: &[String],
        count: u128,
        last: &str,
        all: impl FnOnce() -> Vec<String>,
    ) -> String {
        let shown: Vec<String> = names.iter().take(NAMES_MAX).cloned().collect();
        let rest = count.saturating_sub(shown.len() as u128);
        if rest == 0 {
            return list(&shown, last);
        }
        let short = format!("{} and {rest} more", shown.join(", "));
        self.keep(short.clone(), all());
        short
    }

    /// Returns a list of at most [`NAMES_MAX`] names, beside which there are others.
    pub(super) fn with_others(&self, names: &[String]) -> String {
        let shown: Vec<&str> = names.iter().take(NAMES_MAX).map(String::as_str).collect();
        let short = format!("{} and {OTHERS}", shown.join(", "));
        let others = std::iter::once(OTHERS.to_owned());
        self.keep(short.clone(), names.iter().cloned().chain(others).collect());
        short
    }

    /// Returns the first parts of a text of several, and in some words how many there are more.
    pub(in super::super) fn parts(
        &self,
        mut parts: Vec<String>,
        all: impl FnOnce() -> Vec<String>,
        more: impl FnOnce(usize) -> String,
    ) -> String {
        let rest = parts.len().saturating_sub(NAMES_MAX);
        if rest == 0 {
            return parts.join("; ");
        }
        parts.truncate(NAMES_MAX);
        parts.push(more(rest));
        let short = parts.join("; ");
        self.keep(short.clone(), all());
        short
    }

    /// Keeps what is meant by some words.
    pub(super) fn keep(&self, short: String, mut names: Vec<String>) {
        let all = names.len();
        names.retain(|name| name != OTHERS);
        self.0.borrow_mut().push(List {
            short,
            others: names.len() < all,
            names,
        });
    }

    /// Returns the lists of which something stands in these texts, or in such a list.
    pub(in super::super) fn of(self, texts: &[&str]) -> Vec<List> {
        let mut lists: Vec<List> = Vec::new();
        // A list is made of shorter ones before it.
        for one in self.0.into_inner().into_iter().rev() {
            let mut names = lists.iter().flat_map(|list| &list.names);
            let is_told = texts.iter().any(|text| text.contains(&one.short))
                || names.any(|name| name.contains(&one.short));
            if is_told && !lists.iter().any(|list| list.short == one.short) {
                lists.push(one);
            }
        }
        lists.reverse();
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_list_that_is_cut_short_is_kept_in_full() {
        let lists = Lists::default();
        assert_eq!(lists.counted(&names(&["a", "b"]), "and"), "a and b");
        let seven = names(&["a", "b", "c", "d", "e", "f", "g"]);
        let short = lists.counted(&seven, "and");
        assert_eq!(short, "a, b, c, d, e and 2 more");
        let few = names(&["a", "b"]);
        let many = lists.of_so_many(&few, 5, "or", || seven.clone());
        assert_eq!(many, "a, b and 3 more");
        let others = lists.counted(&names(&["a", "b", "others"]), "or");
        assert_eq!(others, "a, b and others");
        let told = lists.of(&["to a, b, c, d, e and 2 more", "a, b and others"]);
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].names.len(), told[0].others), (7, false));
        assert_eq!((told[1].names.len(), told[1].others), (2, true));
    }

    #[test]
    fn a_list_within_a_list_is_kept() {
        let lists = Lists::default();
        let inner = lists.counted(&names(&["a", "b", "c", "d", "e", "f"]), "and");
        let whole = format!("any address but {inner}");
        let outer = names(&["1", "2", "3", "4", "5", &whole]);
        let short = lists.counted(&outer, "or");
        assert_eq!(lists.of(&[&short]).len(), 2);
    }
}
