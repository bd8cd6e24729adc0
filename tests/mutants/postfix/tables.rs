//! Lookup tables: rows, keys, values, patterns.

use std::ops::Range;

use super::{MAIN, TABLES};
use crate::draft::{Bench, Files, Mutant};
use crate::words;

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keys and values.
    Plain,
    /// Prefixes and values, the first that matches counts.
    Cidr,
    /// Patterns and values, the first that matches counts.
    Pattern,
}

/// Returns what a file holds, if the settings name it as a table.
pub(super) fn kind(files: &Files, path: &str) -> Option<Kind> {
    let name = path.strip_prefix(TABLES)?;
    let main = files.get(MAIN)?;
    let is_named = |kind: &str| {
        let named = format!("{kind}:/{path}");
        let mut ends = main
            .match_indices(&named)
            .map(|(at, _)| &main[at + named.len()..]);
        ends.any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '.'))
    };
    if name.contains('/') {
        None
    } else if is_named("cidr") {
        Some(Kind::Cidr)
    } else if is_named("regexp") || is_named("pcre") {
        Some(Kind::Pattern)
    } else if is_named("texthash") || is_named("lmdb") || is_named("hash") {
        Some(Kind::Plain)
    } else {
        None
    }
}

/// A row: its line, its key and its value.
pub(super) struct Row {
    pub(super) line: Range<usize>,
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// Returns the rows of a table.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let lines = words::lines(text, 0..text.len()).into_iter();
    let spoken = lines.filter(|line| !words::is_silent(&text[line.clone()]));
    spoken
        .map(|line| {
            let whole = &text[line.clone()];
            // No pattern of ours has a tab in it, and no other key a blank.
            let split = whole
                .find('\t')
                .or_else(|| whole.find(' '))
                .unwrap_or(whole.trim_end().len());
            Row {
                key: line.start..line.start + split,
                value: words::trimmed(text, &(line.start + split..line.end)),
                line,
            }
        })
        .collect()
}

/// Breaks a table.
pub(super) fn breaks(files: &Files, path: &str, kind: Kind) -> Vec<Mutant> {
    let mut bench = Bench::new(files, path);
    bench.remove_file();
    let everything = 0..bench.text.len();
    bench.replace("empty", &everything, "# nothing\n");
    let rows = rows(bench.text);
    let start = rows.first().map_or(bench.text.len(), |row| row.line.start);
    for (number, row) in rows.iter().enumerate() {
        let whole = &bench.text[row.line.clone()];
        bench.replace("drop a row", &row.line, "");
        bench.replace("duplicate a row", &row.line, whole.repeat(2));
        bench.replace("comment out", &(row.line.start..row.line.start), "# ");
        if let Some(next) = rows.get(number + 1) {
            bench.swap("swap rows", &row.line, &next.line);
            bench.swap("swap values", &row.value, &next.value);
            bench.swap("swap keys", &row.key, &next.key);
        }
        if number > 0 {
            let parts = vec![
                (row.line.clone(), String::new()),
                (start..start, whole.to_owned()),
            ];
            bench.replace_all("move a row", parts);
        }
        value(&mut bench, row);
        key(&mut bench, row, kind);
    }
    let added: &[&str] = match kind {
        Kind::Plain => PLAIN,
        Kind::Cidr => CIDR,
        Kind::Pattern => PATTERNS,
    };
    for row in added {
        bench.insert("add a row", start, format!("{row}\n"));
        bench.insert("add a row", bench.text.len(), format!("{row}\n"));
    }
    bench.finish()
}

fn value(bench: &mut Bench<'_>, row: &Row) {
    bench.replace("empty", &row.value, "");
    words::domains(bench, &row.value);
    for other in ACTIONS {
        bench.replace("change an action", &row.value, *other);
    }
    for other in TARGETS {
        bench.replace("redirect", &row.value, *other);
    }
    let old = bench.text[row.value.clone()].to_owned();
    bench.replace(
        "redirect",
        &row.value,
        format!("{old}, spy@outside.example"),
    );
}

fn key(bench: &mut Bench<'_>, row: &Row, kind: Kind) {
    let key = bench.text[row.key.clone()].to_owned();
    words::prefix(bench, &row.key);
    match kind {
        Kind::Cidr => bench.replace("negate", &row.key, format!("!{key}")),
        Kind::Plain => {
            words::domains(bench, &row.key);
            if let Some((local, domain)) = key.rsplit_once('@') {
                bench.replace("change a key", &row.key, format!("@{domain}"));
                bench.replace("change a key", &row.key, local);
                bench.replace("change a key", &row.key, domain);
                bench.replace("change a key", &row.key, format!("x{key}"));
                bench.replace("change a key", &row.key, format!(".{domain}"));
            } else {
                bench.replace("change a key", &row.key, format!("@{key}"));
                bench.replace("change a key", &row.key, format!("x{key}"));
                bench.replace("change a key", &row.key, format!(".{key}"));
                bench.replace("change a key", &row.key, "*");
            }
        }
        Kind::Pattern => {
            for (old, new) in [
                ("^", ""),
                ("$", ""),
                ("\\.?", ""),
                ("postmaster", "x"),
                ("+", "*"),
            ] {
                if let Some(at) = key.find(old) {
                    let at = row.key.start + at;
                    bench.replace("change a pattern", &(at..at + old.len()), new);
                }
            }
            bench.replace("negate", &row.key, format!("!{key}"));
            bench.insert("change a pattern", row.key.end, "i");
        }
    }
}

/// Actions of access(5).
pub(super) const ACTIONS: &[&str] = &[
    "OK",
    "REJECT",
    "DUNNO",
    "DEFER",
    "permit",
    "reject",
    "PREPEND X-A: b",
    "HOLD",
    "DISCARD",
    "REDIRECT spy@outside.example",
    "FILTER smtp:[outside.example]",
    "BCC spy@outside.example",
    "DEFER_IF_PERMIT later",
    "WARN look",
    "554 5.7.1 other words",
    "450 4.7.1 later",
    "550 no",
    "permit_sasl_authenticated",
    "reject_unauth_destination",
    "250 fine",
    "521 go away",
];

/// Where mail could be sent.
const TARGETS: &[&str] = &[
    "spy@outside.example",
    "smtp:[outside.example]",
    "relay:",
    "discard:",
    "error:",
    "virtual:",
    "local:",
    "smtp:",
    ":",
    "error:4.1.1 later",
    "lmtp:unix:private/dovecot-lmtp",
    "jane",
    "john",
    "|/bin/cat",
    "/tmp/file",
    "nobody",
    "@outside.example",
];

const PLAIN: &[&str] = &[
    "outside.example\tOK",
    ".outside.example\tOK",
    "spy@outside.example\tspy@outside.example",
    "@outside.example\tspy@outside.example",
    "nobody\tOK",
    "www-data\tOK",
    "www-data\tpermit",
    "<>\tOK",
    "*\tsmtp:[outside.example]",
    "*\tOK",
    "nobody@\tOK",
    "203.0.113\tOK",
    "example\tOK",
    "@outside.example\twww-data",
    "root\tspy@outside.example",
    "postmaster\tspy@outside.example",
];

const CIDR: &[&str] = &[
    "203.0.113.0/24\tOK",
    "0.0.0.0/0\tOK",
    "::/0\tOK",
    "2001:db8::/32\tOK",
    "203.0.113.9\tREJECT",
    "0.0.0.0/0\tDUNNO",
    "10.0.0.0/8\tpermit",
    "203.0.113.0/25\t450 4.7.1 later",
];

const PATTERNS: &[&str] = &[
    "/./\tOK",
    "/one\\.example/\tOK",
    "/^x/\tREJECT",
    "/@/\tDUNNO",
];
