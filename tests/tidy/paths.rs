//! What a Rust file names: paths from the crate's root, and other crates.

use super::tree::{File, Kind, Word, words};

/// A path that a file names, from the crate's root: `mail::Domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
}

impl Named {
    /// Returns whether the path is this one or something in it.
    pub(crate) fn is_in(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.segments.len() >= wanted.len()
            && self.segments.iter().zip(&wanted).all(|(a, b)| a == b)
    }

    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// Returns the module of a file below `src`: `target::postfix::emit`; empty for the roots.
pub(crate) fn module(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" || path == "main" {
        return Vec::new();
    }
    path.split('/').map(str::to_owned).collect()
}

/// Returns every path that begins with `crate`, `self` or `super`, from the crate's root.
pub(crate) fn named(file: &File) -> Vec<Named> {
    let words = words(&file.text);
    let mut found = Vec::new();
    // Modules inside the file, with the depth of braces at which each ends.
    let mut inside: Vec<(String, usize)> = Vec::new();
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| words.get(at));
        if word.is("{") {
            depth += 1;
            if before(2).is_some_and(|word| word.is("mod"))
                && let Some(name) = before(1)
            {
                inside.push((name.text.clone(), depth));
            }
        } else if word.is("}") {
            if inside.last().is_some_and(|(_, end)| *end == depth) {
                inside.pop();
            }
            depth = depth.saturating_sub(1);
        }
        let begins = word.is("crate") || word.is("super") || word.is("self");
        let followed = words.get(at + 1).is_some_and(|word| word.is("::"));
        let continues = before(1).is_some_and(|word| word.is("::"));
        // `pub(in crate::x)` says who may see, and imports nothing.
        let visibility = before(1).is_some_and(|word| word.is("in"));
        if !begins || !followed || continues || visibility {
            continue;
        }
        let mut here = module(&file.path);
        here.extend(inside.iter().map(|(name, _)| name.clone()));
        let behind = words.get(at..).unwrap_or_default();
        tree(behind, &here, &[], &mut found);
    }
    found
}

/// Reads one path, or one tree of a `use`; returns how many words it has.
fn tree(words: &[Word], here: &[String], head: &[String], found: &mut Vec<Named>) -> usize {
    let mut segments = head.to_vec();
    let mut at = 0;
    let mut first = head.is_empty();
    let line = words.first().map_or(0, |word| word.line);
    while let Some(word) = words.get(at) {
        if first && word.is("crate") {
            segments.clear();
        } else if first && word.is("self") {
            segments = here.to_vec();
        } else if word.is("super") {
            if first {
                segments = here.to_vec();
            }
            segments.pop();
        } else if word.is("{") {
            at += 1;
            while words.get(at).is_some_and(|word| !word.is("}")) {
                at += if words.get(at).is_some_and(|word| word.is(",")) {
                    1
                } else {
                    // At least one word is read, or this would not end.
                    tree(words.get(at..).unwrap_or_default(), here, &segments, found).max(1)
                };
            }
            return at + 1;
        } else if word.kind == Kind::Identifier {
            segments.push(word.text.clone());
        } else {
            break;
        }
        first = false;
        at += 1;
        if words.get(at).is_some_and(|word| word.is("::")) {
            at += 1;
        } else {
            break;
        }
    }
    // `as` gives another name to the same path.
    if words.get(at).is_some_and(|word| word.is("as")) {
        at += 2;
    }
    segments.retain(|segment| segment != "self");
    found.push(Named { line, segments });
    at
}

/// Returns the lines where a file names another crate.
pub(crate) fn names_crate(file: &File, name: &str) -> Vec<usize> {
    let words = words(&file.text);
    let at = |at: Option<usize>| at.and_then(|at| words.get(at));
    let names = |number: usize| {
        let before = at(number.checked_sub(1));
        let behind = at(number.checked_add(1));
        let imported = before.is_some_and(|word| word.is("use") || word.is("crate"));
        let head = behind.is_some_and(|word| word.is("::")) || imported;
        head && !before.is_some_and(|word| word.is("::"))
    };
    (0..)
        .zip(&words)
        .filter(|(number, word)| word.is(name) && names(*number))
        .map(|(_, word)| word.line)
        .collect()
}

#[test]
fn paths_are_told_from_the_root() {
    let file = File {
        path: "src/target/postfix/emit.rs".to_owned(),
        text: "use crate::{mail::{Domain, Path as P}, source};\n\
               use super::super::exim::X;\n\
               mod tests { use super::*; }\n\
               pub(in crate::prove) fn f() -> self::Y {}"
            .to_owned(),
    };
    let found: Vec<String> = named(&file).iter().map(Named::text).collect();
    assert_eq!(
        found,
        [
            "mail::Domain",
            "mail::Path",
            "source",
            "target::exim::X",
            "target::postfix::emit",
            "target::postfix::emit::Y",
        ]
    );
}
