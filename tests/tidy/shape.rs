//! The shape of Rust files: sizes, openings, reachability, unfinished things.

use std::collections::BTreeSet;

use super::none;
use super::tree::{Kind, Word, rust_files, words};

/// Lines of a file. Near the limit, split by idea.
const LINES_MAX: usize = 400;
/// Characters of a line.
const COLUMNS_MAX: usize = 100;

#[test]
fn files_are_short() {
    let mut faults = Vec::new();
    for file in rust_files("") {
        let lines = file.text.lines().count();
        if lines > LINES_MAX {
            faults.push(format!("{}: {lines} lines", file.path));
        }
    }
    none(
        &faults,
        "A file has at most 400 lines. Split it by idea: one node, one restriction, one record; \
         never into `helpers` or `utils`.",
    );
}

#[test]
fn lines_are_short() {
    let mut faults = Vec::new();
    for file in rust_files("") {
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.chars().count() > COLUMNS_MAX {
                faults.push(format!("{}:{number}", file.path));
            }
        }
    }
    none(
        &faults,
        "A line has at most 100 characters; rustfmt leaves long strings alone.",
    );
}

#[test]
fn a_file_opens_with_what_it_holds() {
    let mut faults = Vec::new();
    for file in rust_files("src/").into_iter().chain(rust_files("tests/")) {
        if !file.text.starts_with("//! ") {
            faults.push(file.path);
        }
    }
    none(
        &faults,
        "A file opens with `//!`: what is here, and what is deliberately not.",
    );
}

#[test]
fn nothing_is_half_done() {
    const MACROS: &[&str] = &["todo", "unimplemented", "dbg"];
    const ATTRIBUTES: &[&str] = &["ignore", "allow"];
    let mut faults = Vec::new();
    for file in rust_files("src/").into_iter().chain(rust_files("tests/")) {
        let words = words(&file.text);
        for pair in words.windows(3) {
            let [first, second, third] = pair else {
                continue;
            };
            let banged = MACROS.iter().any(|name| first.is(name)) && second.is("!");
            let opens = first.is("#") || first.is("!");
            let attribute = ATTRIBUTES.iter().any(|name| third.is(name));
            if banged || (opens && second.is("[") && attribute) {
                let name = if banged { &first.text } else { &third.text };
                faults.push(format!("{}:{}: `{name}`", file.path, first.line));
            }
        }
    }
    none(
        &faults,
        "What is in works fully, no test is skipped, and an exception to a lint is an \
         `expect` with its reason.",
    );
}

#[test]
fn every_file_is_reached() {
    let files = rust_files("");
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    for path in &paths {
        let outside = path.starts_with("tests/") || path.starts_with("benches/");
        let example = path.starts_with("examples/") && path.ends_with("/main.rs");
        // Of a package of its own.
        let fuzzed = path.starts_with("fuzz/targets/");
        let root = (path.matches('/').count() == 1 && outside) || example || fuzzed;
        if root || *path == "src/lib.rs" || *path == "src/main.rs" || *path == "build.rs" {
            open.push((*path).to_owned());
        }
    }
    let mut faults = Vec::new();
    while let Some(path) = open.pop() {
        let Some(file) = files.iter().find(|file| file.path == path) else {
            continue;
        };
        if !reached.insert(path.clone()) {
            continue;
        }
        for (line, places) in modules(&path, &words(&file.text)) {
            match places.iter().find(|place| paths.contains(place.as_str())) {
                Some(place) => open.push(place.clone()),
                None => faults.push(format!("{path}:{line}: leads to no file")),
            }
        }
    }
    let orphans = paths.iter().filter(|path| !reached.contains(**path));
    faults.extend(orphans.map(|path| format!("{path}: no `mod` line leads here")));
    none(
        &faults,
        "A file that nothing names is not compiled, and not tested.",
    );
}

/// Returns the `mod` lines of a file: where each stands, and which files it may lead to.
fn modules(path: &str, words: &[Word]) -> Vec<(usize, Vec<String>)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.trim_end_matches(".rs");
    let root = folder == "tests" || ["lib", "main", "mod"].contains(&stem);
    let below = if root {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    let mut found = Vec::new();
    for (at, window) in words.windows(3).enumerate() {
        let [keyword, module, end] = window else {
            continue;
        };
        if !keyword.is("mod") || module.kind != Kind::Identifier || !end.is(";") {
            continue;
        }
        // `#[path = "x.rs"]` stands right before; `pub` or `pub(crate)` may lie between.
        let earlier = words.get(at.saturating_sub(10)..at).unwrap_or_default();
        let since = earlier
            .iter()
            .rposition(|word| word.is(";"))
            .map_or(0, |at| at + 1);
        let attribute = earlier.get(since..).unwrap_or_default();
        let given = attribute
            .iter()
            .position(|word| word.is("path"))
            .and_then(|at| attribute.get(at + 2));
        let places = match given {
            Some(given) => vec![joined(folder, &given.text)],
            None => vec![
                format!("{below}/{}.rs", module.text),
                format!("{below}/{}/mod.rs", module.text),
            ],
        };
        found.push((keyword.line, places));
    }
    found
}

/// Returns the path of a file, given beside a folder.
fn joined(folder: &str, given: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in given.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}
