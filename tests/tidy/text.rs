//! The text of files: white space, places of one machine, words.

use super::none;
use super::tree::{File, Kind, files, rust_files, words};

/// Extensions of what is written here by hand. Other files may belong to others: suites, trees of
/// configuration with their own white space.
const OURS: &[&str] = &["rs", "toml", "md", "kdl", "j2", "sh", "json"];

fn ours() -> Vec<File> {
    let scripts = [".ci/run", "tests/run"];
    files()
        .into_iter()
        .filter(|file| file.has_extension(OURS) || scripts.contains(&file.path.as_str()))
        .collect()
}

#[test]
fn white_space_is_plain() {
    let mut faults = Vec::new();
    for file in ours() {
        let path = &file.path;
        for (number, line) in (1..).zip(file.text.split('\n')) {
            if line.contains('\r') {
                faults.push(format!("{path}:{number}: a carriage return"));
            } else if line.ends_with(char::is_whitespace) {
                faults.push(format!("{path}:{number}: white space at the end"));
            }
            // A template may have to print what separates columns, and a page to show it.
            let tables = file.has_extension(&["j2"]) || path.starts_with("docs/diagnostics/bulk/");
            if line.contains('\t') && !tables {
                faults.push(format!("{path}:{number}: a tab"));
            }
        }
        if !file.text.is_empty() && !file.text.ends_with('\n') {
            faults.push(format!("{path}: does not end in a line end"));
        }
    }
    none(
        &faults,
        "Spaces, line feeds, nothing at the end of a line (.editorconfig).",
    );
}

#[test]
fn no_place_of_one_machine_is_named() {
    // Not written out, or this file would be found.
    let places = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    let mut faults = Vec::new();
    for file in files() {
        for (number, line) in (1..).zip(file.text.lines()) {
            if let Some(place) = places.iter().find(|place| line.contains(place.as_str())) {
                faults.push(format!("{}:{number}: `{place}`", file.path));
            }
        }
    }
    none(&faults, "What is in the repository holds on every machine.");
}

/// Words that are not used, and what is said instead.
const BANNED: &[(&str, &str)] = &[
    ("whitelist", "internal network, or what the list is of"),
    ("blacklist", "what the list is of"),
    ("trusted", "internal"),
    ("untrusted", "stranger"),
    ("matcher", "test"),
    ("bucket", "class"),
    ("sanity", "what is checked"),
];

#[test]
fn a_thing_has_one_name() {
    let mut faults = Vec::new();
    for file in rust_files("src/") {
        for (number, line) in (1..).zip(file.text.lines()) {
            let lower = line.to_ascii_lowercase();
            let spoken = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in spoken {
                for (banned, instead) in BANNED {
                    if word == *banned || word.strip_suffix('s') == Some(banned) {
                        let path = &file.path;
                        faults.push(format!("{path}:{number}: `{word}`; here it is {instead}"));
                    }
                }
            }
        }
    }
    none(
        &faults,
        "The words of docs/glossary.md are used, and no others for the same things.",
    );
}

#[test]
fn names_say_what_a_thing_is() {
    const SUFFIXES: &[&str] = &["Manager", "Helper", "Processor", "Util", "Utils"];
    const PREFIXES: &[&str] = &["process_", "do_", "handle_"];
    const FILES: &[&str] = &["helper", "helpers", "util", "utils", "common", "misc"];
    let mut faults = Vec::new();
    for file in rust_files("src/").into_iter().chain(rust_files("tests/")) {
        let path = &file.path;
        let mut parts = path.trim_end_matches(".rs").split('/');
        if let Some(part) = parts.find(|part| FILES.contains(part)) {
            faults.push(format!("{path}: `{part}` says nothing"));
        }
        for pair in words(&file.text).windows(2) {
            let [keyword, name] = pair else { continue };
            let declares = ["struct", "enum", "trait", "fn", "mod", "type"];
            if name.kind != Kind::Identifier || !declares.iter().any(|one| keyword.is(one)) {
                continue;
            }
            let suffix = SUFFIXES.iter().any(|suffix| name.text.ends_with(suffix));
            let prefix = PREFIXES.iter().any(|prefix| name.text.starts_with(prefix));
            if suffix || prefix {
                faults.push(format!("{path}:{}: `{}`", name.line, name.text));
            }
        }
    }
    none(
        &faults,
        "Types are nouns of the field, functions are verbs of it.",
    );
}
