//! docs/limits.md lists every limit of the source, as high as it is there.
//!
//! A limit is a constant whose name ends in `_MAX`. Those of what is read stand in the first table,
//! each with what is told beyond it; the others are listed below with their own words, which
//! `MAILPOL_BLESS=1` writes.
#![expect(
    clippy::disallowed_methods,
    reason = "the test reads the source and the page"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What stands before the limits that are listed by the test.
const HEAD: &str = "## All others\n";

/// What stands before their table.
const INTRODUCTION: &str = "
Of names and values (told where they are written), of what is shown, and of how far the readers of \
files, the evaluation of SPF and the proof look before they say that they cannot tell.
";

/// A limit as the source has it.
#[derive(Debug)]
struct Limit {
    value: u64,
    words: String,
}

/// Returns what a constant expression is: a number, or one shifted.
fn value(text: &str) -> Option<u64> {
    let number = |text: &str| text.trim().replace('_', "").parse::<u64>().ok();
    match text.split_once("<<") {
        Some((number_of, by)) => Some(number(number_of)? << number(by)?),
        None => number(text),
    }
}

/// Returns the limits of a file: `NAME` by its value and its comment.
fn limits(text: &str) -> Vec<(String, Limit)> {
    let mut found = Vec::new();
    let mut words = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            words += more;
            continue;
        }
        if let Some((_, rest)) = line.split_once("const ")
            && let Some((name, rest)) = rest.split_once(": ")
            && name.ends_with("_MAX")
            && let Some((_, rest)) = rest.split_once(" = ")
            && let Some(value) = value(rest.trim_end_matches(';'))
        {
            let words = words.trim().to_owned();
            found.push((name.to_owned(), Limit { value, words }));
        }
        words.clear();
    }
    found
}

/// Returns all limits of the source, each by `path` `NAME`.
fn all() -> BTreeMap<String, Limit> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = vec![root.join("src")];
    let mut all = BTreeMap::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let short = path.strip_prefix(root).unwrap().display().to_string();
            let named = limits(&text).into_iter();
            all.extend(named.map(|(name, limit)| (format!("`{name}` in `{short}`"), limit)));
        }
    }
    assert!(all.len() > 100, "{}", all.len());
    all
}

/// Returns the value of a cell such as `4 MiB (4,194,304)` or `65,279`.
fn shown(cell: &str) -> Option<u64> {
    let mut words = cell.split(' ');
    let number: u64 = words.next()?.replace(',', "").parse().ok()?;
    match words.next() {
        Some("KiB") => Some(number << 10),
        Some("MiB") => Some(number << 20),
        Some("GiB") => Some(number << 30),
        _ => Some(number),
    }
}

#[test]
fn the_page_lists_every_limit_as_high_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/limits.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, listed) = page.split_once(HEAD).unwrap();
    let mut left = all();
    for line in head.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Some(limit) = cells.last().filter(|cell| cell.starts_with('`')) else {
            continue;
        };
        let found = left.remove(*limit);
        let found = found.unwrap_or_else(|| panic!("the source has no {limit}"));
        assert_eq!(shown(cells[0]), Some(found.value), "{line}");
        // Where it is tested.
        let test = cells[cells.len() - 2].trim_matches('`');
        let (file, name) = test.split_once("::").unwrap();
        let tests = std::fs::read_to_string(path.with_file_name("..").join(file)).unwrap();
        assert!(tests.contains(&format!("fn {name}(")), "{line}");
    }
    let mut expected = INTRODUCTION.to_owned() + "\n| limit | of | where |\n|---|---|---|\n";
    for (limit, Limit { value, words }) in left {
        assert!(
            !words.is_empty(),
            "{limit} has no comment that says what it is"
        );
        writeln!(expected, "| {value} | {words} | {limit} |").unwrap();
    }
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        std::fs::write(&path, format!("{head}{HEAD}{expected}")).unwrap();
        return;
    }
    assert_eq!(
        listed, expected,
        "`MAILPOL_BLESS=1 cargo test --test limits` lists them anew"
    );
}

#[test]
fn values_are_read() {
    assert_eq!(value("4 << 20"), Some(4 << 20));
    assert_eq!(value("100_000"), Some(100_000));
    assert_eq!(value("i32::MAX as u64"), None);
    assert_eq!(shown("4 MiB"), Some(4 << 20));
    assert_eq!(shown("65,279"), Some(65_279));
}
