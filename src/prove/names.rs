//! Fresh names: what the tables of all sides leave unsaid about domains and hosts.

use std::collections::BTreeSet;

/// What names begin with that stand for what nobody names: a domain, one below each domain, and a
/// login.
pub(super) const ELSEWHERE: &str = "elsewhere";
const BELOW: &str = "sub";
pub(super) const NOBODYS_LOGIN: &str = "www-data";

/// Returns whether a domain or a login may have the name of one that nobody names.
pub(crate) fn is_made_up(name: &str) -> bool {
    let heads = [ELSEWHERE, BELOW, NOBODYS_LOGIN];
    heads.iter().any(|head| name.starts_with(head))
}

/// The names of a dimension of domains or hosts: keys, and what stands for all others.
#[derive(Debug)]
pub(super) struct Names {
    /// A name that is no key, and below none.
    pub(super) fresh: String,
    /// Every key, sorted, and below each one a name that is no key; each with whether it is such a
    /// one.
    pub(super) named: Vec<(String, bool)>,
}

/// Returns the names that keys tell apart. `head` is the first label of the fresh one.
///
/// SOUNDNESS: a table looks at a name itself and at those above it, the nearest first. A name that
/// is no key answers every table as the fresh name below the nearest key above it does, which has
/// the same keys above it; and as the fresh name does, if no key is above it.
pub(super) fn names(keys: BTreeSet<String>, head: &str) -> Names {
    let below = |key: &String| fresh(BELOW, |label| keys.contains(&format!("{label}.{key}")));
    let below: Vec<String> = keys
        .iter()
        .map(|key| format!("{}.{key}", below(key)))
        .collect();
    let tops = ["example", "invalid", "test"]
        .map(str::to_owned)
        .into_iter()
        .chain((1_u64..).map(|number| format!("fresh{number}")));
    let fresh = tops
        .map(|top| format!("{head}.{top}"))
        .find(|name| !is_covered(name, &keys));
    let keys = keys.into_iter().map(|key| (key, false));
    let below = below.into_iter().map(|name| (name, true));
    let mut named: Vec<(String, bool)> = keys.chain(below).collect();
    named.sort_unstable();
    Names {
        fresh: fresh.unwrap_or_default(),
        named,
    }
}

/// Returns whether a name is a key or below one.
fn is_covered(name: &str, keys: &BTreeSet<String>) -> bool {
    let mut above = name
        .match_indices('.')
        .filter_map(|(dot, _)| name.get(dot + 1..));
    keys.contains(name) || above.any(|parent| keys.contains(parent))
}

/// Returns a word like `wanted` that is not taken.
pub(super) fn fresh(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut word = wanted.to_owned();
    let mut number = 1_u64;
    while taken(&word) {
        number += 1;
        word = format!("{wanted}{number}");
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &[&str], fresh: &str, named: &[&str]) {
        let names = names(keys.iter().map(|key| (*key).to_owned()).collect(), "else");
        let all: Vec<String> = names.named.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!((names.fresh.as_str(), all), (fresh, owned(named)));
        for (name, is_below) in names.named {
            assert_eq!(keys.contains(&name.as_str()), !is_below, "{name}");
        }
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_fresh_name_is_below_no_key() {
        check(&[], "else.example", &[]);
        check(
            &["else.example"],
            "else.invalid",
            &["else.example", "sub.else.example"],
        );
        let all = ["example", "invalid", "test"];
        let named = [
            "example",
            "invalid",
            "sub.example",
            "sub.invalid",
            "sub.test",
            "test",
        ];
        check(&all, "else.fresh1", &named);
    }

    #[test]
    fn below_each_key_is_a_name_that_is_none() {
        let named = ["d.org", "sub.d.org", "sub.sub.d.org", "sub2.d.org"];
        check(&["d.org", "sub.d.org"], "else.example", &named);
    }
}
