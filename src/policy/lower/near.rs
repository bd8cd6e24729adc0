//! Names in `forbid`, `require` and `scenario` that nobody has, but that are one edit from one that
//! somebody has.
//!
//! Such a sentence holds of nobody, and says nothing of whom it is about. Names that are like no
//! other are not told: strangers are called as they like.

use std::collections::BTreeMap;

use super::domain::Domains;
use crate::decision::Because;
use crate::diagnostic::Diagnostics;
use crate::mail::{Domain, LocalPart};
use crate::policy::diagnostics::Misspelt;
use crate::policy::{HostedDomain, Logins};
use crate::source::Loc;
use crate::syntax::tree::{Text, part};
use crate::syntax::{Document, node};

/// A shorter login or local-part is too like others.
const NAME_CHARACTERS_MIN: usize = 4;
/// A shorter label is.
const LABEL_CHARACTERS_MIN: usize = 3;
/// A longer name is no misspelling.
const CHARACTERS_MAX: usize = 64;
/// What may have been meant: digits number things, so another digit is another thing.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz.-_";

/// What stands for everybody elsewhere, or in other languages.
const EVERY: [&str; 9] = [
    "any",
    "anybody",
    "anyone",
    "all",
    "every",
    "everybody",
    "everyone",
    "listed",
    "authenticated",
];
/// What to write instead.
const NO_WORD: &str = "name each login, for no word stands for all; without `login` it is about \
                       everybody, authenticated or not";

/// Warns of the names that look like misspellings of declared ones.
pub(super) fn check(
    document: &Document,
    logins: &Logins,
    domains: &Domains,
    diagnostics: &mut Diagnostics,
) {
    let mut names = Names {
        logins,
        folded: None,
        domains,
        diagnostics,
    };
    let statements = document.statements.iter();
    for class in statements.flat_map(node::Statement::classes) {
        let logins = class.login.iter().flat_map(|login| &login.names);
        logins.for_each(|text| names.login_of_statement(text));
        let paths = class.from.iter().chain(&class.to);
        paths.for_each(|text| names.address(text, None));
    }
    for scenario in &document.scenarios {
        scenario.login.iter().for_each(|text| names.login(text));
        scenario
            .from
            .iter()
            .for_each(|text| names.address(text, None));
        // Who expects that nobody is there has written what was meant.
        let expect = scenario.expect.as_ref();
        let because = expect.and_then(|expect| Because::from_name(&expect.because.as_ref()?.value));
        scenario
            .to
            .iter()
            .for_each(|text| names.address(text, because));
    }
}

struct Names<'a> {
    logins: &'a Logins,
    /// The logins by their lower case, made when the first is missed.
    folded: Option<BTreeMap<String, &'a str>>,
    domains: &'a Domains,
    diagnostics: &'a mut Diagnostics,
}

impl Names<'_> {
    fn login_of_statement(&mut self, text: &Text) {
        let is_here = self.logins.contains_key(text.value.as_str());
        if is_here || !EVERY.contains(&text.value.as_str()) {
            return self.login(text);
        }
        self.diagnostics.warn(Misspelt {
            kind: "login",
            written: text.value.clone(),
            help: NO_WORD.to_owned(),
            at: text.at.clone(),
        });
    }

    fn login(&mut self, text: &Text) {
        if self.logins.contains_key(text.value.as_str()) {
            return;
        }
        let logins = self.logins;
        let folded = self.folded.get_or_insert_with(|| folded(logins));
        let near = near_login(&text.value, folded);
        self.tell("login", &text.value, near, text.at.clone());
    }

    /// Looks at an address, `@` and a domain, or a word, which is none of ours to look at.
    fn address(&mut self, text: &Text, because: Option<Because>) {
        let Some((local, written)) = text.value.rsplit_once('@') else {
            return;
        };
        let after = part(text, text.value.len() - written.len(), text.value.len());
        let Ok(domain) = Domain::parse(written) else {
            return;
        };
        match self.domains.map.get(&domain) {
            None if because != Some(Because::RelayDenied) => {
                let near = self.near_domain(domain.as_str());
                self.tell("domain", written, near, after);
            }
            Some(hosted) if because != Some(Because::Unlisted) && !local.is_empty() => {
                let before = part(text, 0, local.len());
                self.local(local, hosted, before);
            }
            None | Some(_) => {}
        }
    }

    fn local(&mut self, local: &str, hosted: &HostedDomain, at: Loc) {
        if hosted.catch_all.is_none() && listed(local, hosted).is_none() {
            self.tell("recipient", local, recipient(local, hosted), at);
        }
    }

    fn near_domain(&self, written: &str) -> Option<String> {
        let labels: Vec<&str> = written.split('.').collect();
        labels.iter().enumerate().find_map(|(place, label)| {
            near(label, LABEL_CHARACTERS_MIN, |one| {
                let spelt = labels.iter().enumerate();
                let spelt = spelt.map(|(at, label)| if at == place { one } else { label });
                let spelt = spelt.collect::<Vec<&str>>().join(".");
                let domain = Domain::parse(&spelt).ok()?;
                self.domains.map.contains_key(&domain).then_some(spelt)
            })
        })
    }

    fn tell(&mut self, kind: &'static str, written: &str, near: Option<String>, at: Loc) {
        if let Some(near) = near {
            self.diagnostics.warn(Misspelt {
                kind,
                written: written.to_owned(),
                help: format!("did you mean `{near}`?"),
                at,
            });
        }
    }
}

/// Returns the logins by their lower case.
fn folded(logins: &Logins) -> BTreeMap<String, &str> {
    let names = logins.keys();
    names
        .map(|name| (name.as_str().to_lowercase(), name.as_str()))
        .collect()
}

fn near_login(written: &str, folded: &BTreeMap<String, &str>) -> Option<String> {
    near(&written.to_lowercase(), NAME_CHARACTERS_MIN, |one| {
        folded.get(one).map(|name| (*name).to_owned())
    })
}

/// Returns the login that is the same in lower case, or one edit away.
pub(in crate::policy) fn login(written: &str, logins: &Logins) -> Option<String> {
    near_login(written, &folded(logins))
}

/// Returns the name of a recipient of a domain, as it is declared.
fn listed(local: &str, hosted: &HostedDomain) -> Option<String> {
    let local = LocalPart::parse(local).ok()?;
    let known = hosted.mailboxes.contains_key(&local)
        || hosted.aliases.contains_key(&local)
        || hosted.forwards.contains_key(&local);
    known.then(|| local.to_string())
}

/// Returns the recipient of a domain that is one edit from a local-part.
pub(super) fn recipient(local: &str, hosted: &HostedDomain) -> Option<String> {
    let known = |one: &str| listed(one, hosted);
    near(&local.to_lowercase(), NAME_CHARACTERS_MIN, known)
}

/// Returns the known name that is the same in lower case, or one edit away.
///
/// The edits are tried, not the names: there may be a million of these.
fn near(
    written: &str,
    characters_min: usize,
    known: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let letters: Vec<char> = written.chars().collect();
    if letters.len() > CHARACTERS_MAX {
        return None;
    }
    let long = |one: &[char]| letters.len().max(one.len()) >= characters_min;
    let known = |one: Vec<char>| {
        let text: String = one.iter().collect();
        if long(&one) { known(&text) } else { None }
    };
    known(letters.clone()).or_else(|| edits(&letters).find_map(known))
}

/// Returns what one edit makes of a word: two neighbours swapped, a character more, less, another.
fn edits(word: &[char]) -> impl Iterator<Item = Vec<char>> + '_ {
    let edit = |at: usize, length: usize, with: Vec<char>| {
        let mut edited = word.to_vec();
        let end = (at + length).min(edited.len());
        edited.splice(at..end, with);
        edited
    };
    let swaps = word.windows(2).enumerate();
    let swaps = swaps.map(move |(at, pair)| edit(at, 2, pair.iter().rev().copied().collect()));
    let is_letter = |c: &char| !c.is_ascii_digit();
    let less = word.iter().enumerate().filter(move |(_, c)| is_letter(c));
    let less = less.map(move |(at, _)| edit(at, 1, Vec::new()));
    let more =
        (0..=word.len()).flat_map(move |at| LETTERS.chars().map(move |c| edit(at, 0, vec![c])));
    let other = word.iter().enumerate().filter(move |(_, c)| is_letter(c));
    let other = other.flat_map(move |(at, _)| LETTERS.chars().map(move |c| edit(at, 1, vec![c])));
    swaps.chain(less).chain(more).chain(other)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[track_caller]
    fn check(written: &str, expected: Option<&str>) {
        let names = ["john", "jane.doe", "box1", "bob"];
        let known = |one: &str| names.contains(&one).then(|| one.to_owned());
        let expected = expected.map(str::to_owned);
        assert_eq!(near(written, 4, known), expected, "{written}");
    }

    #[test]
    fn one_edit_is_a_misspelling() {
        check("jonh", Some("john"));
        check("jon", Some("john"));
        check("johnn", Some("john"));
        check("jahn", Some("john"));
        check("janedoe", Some("jane.doe"));
    }

    #[test]
    fn other_names_are_other_names() {
        check("fred", None);
        check("jnoh.", None);
        // Digits number things.
        check("box2", None);
        check("box", None);
        // Three letters are too like others.
        check("rob", None);
        check("", None);
    }
}
