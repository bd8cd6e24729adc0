//! docs/limits.md lists every limit of the source, as high as it is there.
//!
//! A limit is a constant whose name ends in `_MAX`. Those of what is read stand in the first table,
//! each with what is told beyond it; the others are listed below with their own words, which
//! `MAILPOL_BLESS=1` writes. Each has a test at its edge, which stands in `tests/limits/tested.rs`,
//! or nothing is refused beyond it: then it is one of `tests/limits/measures.rs`.
#![expect(
    clippy::disallowed_methods,
    reason = "the test reads the source and the page"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::measures::MEASURES;
use super::tested::TESTED;

/// What stands before the limits that are listed by the test.
const HEAD: &str = "## All others\n";

/// What stands before their table.
const INTRODUCTION: &str = "
Of names and values (told where they are written), and of how far the readers of files, the \
evaluation of SPF and the proof look before they say that they cannot tell.
The tests that are named try what is as large as it may be, and what is one larger.

| limit | of | tested by | where |
|---|---|---|---|
";

/// What stands before the numbers beyond which nothing is refused.
const MEASURED: &str = "
## Measures

Of what is shown, of what is done in another way from there on, and of how far it is looked for \
what is easier to read. Beyond them nothing is refused, and nothing is proved that is not so.

| measure | of | where |
|---|---|---|
";

/// A limit as the source has it.
#[derive(Debug)]
struct Limit {
    value: u64,
    words: String,
}

/// Names that end like those of limits, and are those of numbers that a type has.
const NO_LIMITS: [&str; 1] = ["`INT_MAX` in `src/target/postfix/interpret/parameter/range.rs`"];

/// Returns what a constant expression is: a number, one shifted, or a product.
fn value(text: &str) -> Option<u64> {
    if let Some((number, by)) = text.split_once("<<") {
        return Some(value(number)? << value(by)?);
    }
    let factors = text.split('*');
    let mut factors = factors.map(|one| one.trim().replace('_', "").parse::<u64>().ok());
    factors.try_fold(1, |product, factor| Some(product * factor?))
}

/// Returns the limits of a file: `NAME` in the file by its value and its comment.
fn limits(text: &str, file: &str) -> Vec<(String, Limit)> {
    let mut found = Vec::new();
    let mut words = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("///") {
            words += more;
            continue;
        }
        if let Some((_, rest)) = line.split_once("const ")
            && let Some((name, rest)) = rest.split_once(':')
            && name.ends_with("_MAX")
        {
            let limit = format!("`{name}` in `{file}`");
            let expression = rest
                .split_once(" = ")
                .map(|(_, is)| is.trim_end_matches(';'));
            let value = expression.and_then(value);
            if !NO_LIMITS.contains(&limit.as_str()) {
                let value = value.unwrap_or_else(|| panic!("{limit} cannot be read: {line}"));
                let words = words.trim().to_owned();
                found.push((limit, Limit { value, words }));
            }
        }
        words.clear();
    }
    found
}

/// Returns all limits of the source.
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
            all.extend(limits(&text, &short));
        }
    }
    assert!(all.len() > 100, "{}", all.len());
    all
}

/// Asserts that a test is there: `file::function`.
#[track_caller]
fn is_there(test: &str) {
    let (file, name) = test.split_once("::").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(file));
    let text = text.unwrap_or_else(|error| panic!("{file}: {error}"));
    assert!(text.contains(&format!("fn {name}(")), "{test}");
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
        is_there(cells[cells.len() - 2].trim_matches('`'));
    }
    let mut tested: BTreeMap<&str, &str> = TESTED.iter().copied().collect();
    assert_eq!(tested.len(), TESTED.len());
    let mut measures: BTreeSet<&str> = MEASURES.iter().copied().collect();
    assert_eq!(measures.len(), MEASURES.len());
    let (mut expected, mut measured) = (INTRODUCTION.to_owned(), MEASURED.to_owned());
    for (limit, Limit { value, words }) in left {
        assert!(
            !words.is_empty(),
            "{limit} has no comment that says what it is"
        );
        let name = limit.replace('`', "");
        if measures.remove(name.as_str()) {
            writeln!(measured, "| {value} | {words} | {limit} |").unwrap();
            continue;
        }
        let test = tested.remove(name.as_str());
        let test = test.unwrap_or_else(|| panic!("no test tries {limit} at its edge"));
        is_there(test);
        writeln!(expected, "| {value} | {words} | `{test}` | {limit} |").unwrap();
    }
    expected += &measured;
    assert!(measures.is_empty(), "the source has no {measures:?}");
    assert!(tested.is_empty(), "the source has no {tested:?}");
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        std::fs::write(&path, format!("{head}{HEAD}{expected}")).unwrap();
        return;
    }
    let differ = |(one, other): &(&str, &str)| one != other;
    let first = listed.lines().zip(expected.lines()).find(differ);
    let is_same = first.is_none() && listed == expected;
    assert!(
        is_same,
        "`MAILPOL_BLESS=1 cargo test --test limits` lists them anew: {first:?}"
    );
}

#[test]
fn values_are_read() {
    assert_eq!(value("4 << 20"), Some(4 << 20));
    assert_eq!(value("100_000"), Some(100_000));
    assert_eq!(value("16 * 1024"), Some(16 << 10));
    assert_eq!(value("2 * 3 << 4"), Some(96));
    assert_eq!(value("i32::MAX as u64"), None);
    assert_eq!(value("OTHER_MAX"), None);
    let of = |text: &str| {
        limits(text, "a.rs")
            .pop()
            .map(|(name, limit)| (name, limit.value))
    };
    let read = Some(("`A_MAX` in `a.rs`".to_owned(), 7));
    assert_eq!(
        of("/// Why.\n    pub(super) const A_MAX: usize = 7;\n"),
        read
    );
    assert_eq!(of("const A_MIN: usize = 7;\n"), None);
    assert!(std::panic::catch_unwind(|| of("const A_MAX: u64 = other();\n")).is_err());
    assert!(std::panic::catch_unwind(|| of("const A_MAX: u64 =\n")).is_err());
    assert_eq!(shown("4 MiB"), Some(4 << 20));
    assert_eq!(shown("65,279"), Some(65_279));
}
