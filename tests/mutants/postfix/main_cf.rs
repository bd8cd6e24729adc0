//! `main.cf`: settings and the words of their values.

use std::ops::Range;

use super::{MAIN, TABLES};
use crate::draft::{Bench, Files, Mutant};
use crate::words;

/// A setting.
pub(super) struct Entry<'t> {
    pub(super) name: &'t str,
    /// From its name to the end of its last line.
    pub(super) whole: Range<usize>,
    /// Behind the equals sign, to the end of its last line.
    pub(super) value: Range<usize>,
    /// The words of its value; what is in braces is one.
    pub(super) words: Vec<Range<usize>>,
}

/// Returns the settings of a text.
pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut found: Vec<Entry<'_>> = Vec::new();
    for line in words::lines(text, 0..text.len()) {
        let whole = &text[line.clone()];
        if words::is_silent(whole) {
            continue;
        }
        if whole.starts_with([' ', '\t']) {
            let entry = found.last_mut().expect("no continuation comes first");
            entry.whole.end = line.end;
            entry.value.end = line.end;
            entry.words.extend(split(text, &line));
        } else if let Some((name, _)) = whole.split_once('=') {
            let value = line.start + name.len() + 1..line.end;
            found.push(Entry {
                name: name.trim(),
                whole: line,
                words: split(text, &value),
                value,
            });
        }
    }
    found
}

/// Returns the words of a line.
fn split(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (None, 0_usize);
    for (at, c) in text[line.clone()].char_indices() {
        let at = line.start + at;
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let parts = depth == 0 && (c.is_whitespace() || c == ',');
        match (start, parts) {
            (Some(from), true) => {
                found.push(from..at);
                start = None;
            }
            (None, false) => start = Some(at),
            (Some(_), false) | (None, true) => {}
        }
    }
    found.extend(start.map(|from| from..line.end));
    found
}

/// Breaks each setting and each word.
pub(super) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    bench.remove_file();
    let entries = entries(bench.text);
    for (number, entry) in entries.iter().enumerate() {
        let whole = &bench.text[entry.whole.clone()];
        bench.replace("delete", &entry.whole, "");
        bench.replace("duplicate", &entry.whole, whole.repeat(2));
        bench.replace("empty", &entry.value, "\n");
        bench.replace("comment out", &(entry.whole.start..entry.whole.start), "# ");
        if let Some(next) = entries.get(number + 1) {
            // Each gets the other's value.
            bench.swap("swap values", &entry.value, &next.value);
        }
        for at in &entry.words {
            word(&mut bench, files, at);
        }
        for pair in entry.words.windows(2) {
            bench.swap("swap", &pair[0], &pair[1]);
        }
    }
    bench.finish()
}

fn word(bench: &mut Bench<'_>, files: &Files, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    bench.replace("delete a word", at, "");
    bench.replace("duplicate a word", at, format!("{word} {word}"));
    bench.replace(
        "negate",
        at,
        match word.strip_prefix('!') {
            Some(rest) => rest.to_owned(),
            None => format!("!{word}"),
        },
    );
    words::switch(bench, at);
    words::prefix(bench, at);
    words::domains(bench, at);
    references(bench, files, at);
    if let Some(others) = ENUMERATIONS.iter().find(|others| others.contains(&word)) {
        for other in *others {
            bench.replace("another value", at, *other);
        }
    }
}

/// Names another table, list or service instead.
fn references(bench: &mut Bench<'_>, files: &Files, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    if let Some((kind, path)) = word.split_once(':')
        && path.starts_with('/')
    {
        for other in files
            .keys()
            .filter(|path| super::tables::kind(files, path).is_some())
        {
            if !other.starts_with(TABLES) {
                continue;
            }
            bench.replace("rename a reference", at, format!("{kind}:/{other}"));
        }
        bench.replace("rename a reference", at, format!("{word}-that-is-none"));
        for other in ["texthash", "cidr", "regexp", "pcre", "hash"] {
            bench.replace("another table type", at, format!("{other}:{path}"));
        }
    }
    if word.starts_with("static:") || word.starts_with("inline:") {
        for action in super::tables::ACTIONS {
            bench.replace("change an action", at, format!("static:{{{action}}}"));
        }
    }
}

/// Words that stand where others of the same line may stand.
const ENUMERATIONS: &[&[&str]] = &[
    &["may", "encrypt", "none", "dane"],
    &["all", "loopback-only", "ipv4", "ipv6"],
    &["normalize", "reject", "yes", "no"],
    &["cyrus", "dovecot"],
    &["smtpd", "private/auth"],
    &["noanonymous", "noplaintext"],
    &["virtual", "smtp", "relay", "local", "discard", "error"],
    &["3.6", "0", "2", "3.7"],
];
