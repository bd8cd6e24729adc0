//! How Exim's files are broken, one thing at a time.
//!
//! Not here: what a change means. A mutant may change everything or nothing; the proof and the real
//! Exim say which.

mod neutral;
mod planted;
mod start;
mod statements;
mod text;

use crate::draft::{Bench, Files, Mutant};
use crate::envelopes::Seeded;
use crate::settings::settings;
use crate::statements::Names;
use crate::words;
use text::{Block, Line, Part};

const MAIN: &str = "etc/exim4/exim4.conf";
const TABLES: &str = "etc/exim4/";

/// Returns every mutant of a tree.
pub(crate) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut mutants = configuration(files);
    mutants.extend(planted::breaks(files));
    for path in files.keys() {
        let is_table = path.starts_with(TABLES) && path != MAIN;
        mutants.extend(if is_table {
            table(files, path)
        } else if path == "etc/default/saslauthd" {
            settings(files, path)
        } else if path == start::FILE {
            start::breaks(files)
        } else {
            Vec::new()
        });
    }
    mutants
}

/// Returns a mutant by lot with statements that the reader knows.
pub(crate) fn together(files: &Files, names: &Names, seeded: &mut Seeded) -> Mutant {
    statements::together(files, names, seeded)
}

/// Returns mutants of a tree that change no decision.
pub(crate) fn neutral(files: &Files) -> Vec<Mutant> {
    neutral::all(files)
}

fn configuration(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    bench.remove_file();
    let blocks = text::blocks(bench.text);
    for (number, block) in blocks.iter().enumerate() {
        let whole = &bench.text[block.whole.clone()];
        bench.replace("delete", &block.whole, "");
        bench.replace("duplicate", &block.whole, whole.repeat(2));
        bench.insert("comment out", block.whole.start, "# ");
        if let Some(next) = blocks
            .get(number + 1)
            .filter(|next| next.part == block.part)
        {
            bench.swap("swap", &block.whole, &next.whole);
        }
        for line in &block.lines {
            one_line(&mut bench, files, block, line);
        }
        for pair in block.lines.windows(2) {
            bench.swap("swap lines", &pair[0].whole, &pair[1].whole);
        }
        if block.part == Part::Acl {
            statement(&mut bench, block, &blocks);
        }
    }
    bench.finish()
}

/// Changes an option, a condition or a setting.
fn one_line(bench: &mut Bench<'_>, files: &Files, block: &Block, line: &Line) {
    let whole = &bench.text[line.whole.clone()];
    if block.lines.len() > 1 {
        bench.replace("delete a line", &line.whole, "");
        bench.replace("duplicate a line", &line.whole, whole.repeat(2));
    }
    let name = bench.text[line.name.clone()].to_owned();
    bench.replace(
        "negate",
        &line.name,
        match name.strip_prefix('!') {
            Some(rest) => rest.to_owned(),
            None => format!("!{name}"),
        },
    );
    bench.replace(
        "negate",
        &line.name,
        match name.strip_prefix("no_") {
            Some(rest) => rest.to_owned(),
            None => format!("no_{name}"),
        },
    );
    bench.replace("empty", &line.value, "");
    words::switch(bench, &line.value);
    words::domains(bench, &line.value);
    for other in VALUES {
        bench.replace("another value", &line.value, *other);
    }
    for item in text::items(bench.text, &line.value) {
        let word = bench.text[item.clone()].to_owned();
        bench.replace("delete a word", &item, "");
        words::prefix(bench, &item);
        bench.replace(
            "negate a word",
            &item,
            match word.strip_prefix('!') {
                Some(rest) => rest.trim_start().to_owned(),
                None => format!("! {word}"),
            },
        );
        if word.trim_start_matches(['!', ' ']).starts_with('+') {
            for other in [
                "+internal",
                "+local_domains",
                "+without_spf",
                "+that_is_none",
                "*",
            ] {
                bench.replace("rename a reference", &item, other);
            }
        }
    }
    inside(bench, files, line);
}

/// Changes what stands inside an expansion.
fn inside(bench: &mut Bench<'_>, files: &Files, line: &Line) {
    const PAIRS: &[(&str, &str)] = &[
        ("{no}{yes}", "{yes}{no}"),
        ("{no}{yes}", ""),
        ("{yes}{no}", "{no}{yes}"),
        ("{25}", "{587}"),
        ("and{", "or{"),
        ("and {", "or {"),
        ("or{", "and{"),
        ("!eq", "eq"),
        ("eq{", "!eq{"),
        ("def:", "!def:"),
        ("${lc:", "${uc:"),
        ("lsearch", "wildlsearch"),
        ("lsearch", "nwildlsearch"),
        ("$authenticated_id", "$sender_address"),
        ("$sender_address", "$sender_address_domain"),
        ("$auth2", "$auth1"),
        ("$auth1", "$auth2"),
        ("$local_part@$domain", "$domain"),
        ("inlist", "!inlist"),
        ("match{", "!match{"),
        ("saslauthd", "pam"),
        ("^", ""),
        ("[@%!]", "[@%]"),
        ("(?i)", ""),
        ("$received_port", "$sender_host_port"),
        ("fail}", "john}"),
        ("<;", "<,"),
        ("fail", "softfail"),
        ("587", "2525"),
        ("465", "2525"),
        (" : 587", ""),
        ("0.0.0.0", "127.0.0.1"),
    ];
    let value = bench.text[line.value.clone()].to_owned();
    for (old, new) in PAIRS {
        if let Some(at) = value.find(old) {
            let at = line.value.start + at;
            bench.replace("change an expansion", &(at..at + old.len()), *new);
        }
    }
    for (at, path) in value.match_indices("/etc/exim4/") {
        let rest = &value[at + path.len()..];
        let end = rest.find(['}', ' ', ';', ':']).unwrap_or(rest.len());
        let at = line.value.start + at;
        for other in files.keys().filter(|path| path.starts_with(TABLES)) {
            bench.replace(
                "rename a reference",
                &(at..at + path.len() + end),
                format!("/{other}"),
            );
        }
    }
}

/// Changes the verb of a statement, and moves it.
fn statement(bench: &mut Bench<'_>, block: &Block, all: &[Block]) {
    let Some(verb) = block.verb.clone() else {
        return;
    };
    let word = bench.text[verb.clone()].to_owned();
    for other in [
        "accept", "deny", "defer", "warn", "drop", "require", "discard",
    ] {
        if other != word {
            bench.replace("change an action", &verb, other);
        }
    }
    let start = block.whole.start;
    for added in STATEMENTS {
        bench.insert("insert a statement", start, format!("{added}\n"));
    }
    let text = bench.text[block.whole.clone()].to_owned();
    let mut others: Vec<&Block> = all.iter().filter(|one| one.part == Part::Acl).collect();
    others.retain(|one| one.verb.is_some() && one.whole != block.whole);
    let is_first = |one: &&&Block| {
        all.iter()
            .take_while(|two| two.whole.start < one.whole.start)
            .last()
            .is_none_or(|before| before.verb.is_none())
    };
    let firsts: Vec<usize> = others
        .iter()
        .filter(is_first)
        .map(|one| one.whole.start)
        .collect();
    for to in firsts
        .into_iter()
        .chain(others.last().map(|one| one.whole.end))
    {
        let parts = vec![(block.whole.clone(), String::new()), (to..to, text.clone())];
        bench.replace_all("move a statement", parts);
    }
}

fn table(files: &Files, path: &str) -> Vec<Mutant> {
    let mut bench = Bench::new(files, path);
    bench.remove_file();
    bench.replace("empty", &(0..bench.text.len()), "");
    let rows: Vec<_> = words::lines(bench.text, 0..bench.text.len())
        .into_iter()
        .filter(|line| !words::is_silent(&bench.text[line.clone()]))
        .collect();
    for (number, row) in rows.iter().enumerate() {
        let whole = &bench.text[row.clone()];
        let split = whole.find('\t').unwrap_or(whole.trim_end().len());
        let key = row.start..row.start + split;
        let value = words::trimmed(bench.text, &(key.end..row.end));
        bench.replace("drop a row", row, "");
        bench.replace("duplicate a row", row, whole.repeat(2));
        if let Some(next) = rows.get(number + 1) {
            bench.swap("swap rows", row, next);
        }
        words::domains(&mut bench, &key);
        words::domains(&mut bench, &value);
        words::prefix(&mut bench, &key);
        bench.replace("empty", &value, "");
        for other in TARGETS {
            bench.replace("redirect", &value, *other);
        }
        let old = &bench.text[value.clone()];
        bench.replace("redirect", &value, format!("{old}, spy@outside.example"));
        bench.replace("another owner", &value, format!("{old} : www-data"));
        let name = &bench.text[key.clone()];
        for other in ["*", "*@doe-family.com", "nobody@doe-family.com", "www-data"] {
            bench.replace("change a key", &key, other);
        }
        bench.replace("change a key", &key, format!("x{name}"));
    }
    for row in ROWS {
        bench.insert("add a row", 0, format!("{row}\n"));
        bench.insert("add a row", bench.text.len(), format!("{row}\n"));
    }
    bench.finish()
}

const VALUES: &[&str] = &[
    "*",
    "accept",
    "deny",
    "true",
    "false",
    "0",
    "yes",
    "+internal",
];

const TARGETS: &[&str] = &[
    "spy@outside.example",
    "john",
    "jane",
    "*",
    "www-data",
    ":blackhole:",
    ":fail: no",
    "/tmp/file",
    "|/bin/cat",
    "nobody@doe-family.com",
    "john.doe@doe-family.com",
    ":defer: later",
    "root",
];

const ROWS: &[&str] = &[
    "*\t*",
    "*@outside.example\tjohn",
    "spy@doe-family.com\tspy@outside.example",
    "www-data\twww-data",
    "nobody@doe-family.com\tjohn",
    "outside.example\tjohn.doe@doe-family.com",
    "doe-family.com\tspy@outside.example",
    "203.0.113.0/24\t1",
    "postmaster@doe-family.com\tjane",
];

const STATEMENTS: &[&str] = &[
    "  accept",
    "  deny",
    "  accept authenticated = *",
    "  accept hosts = 203.0.113.0/24",
    "  accept domains = victim.example",
    "  accept senders = :",
    "  accept hosts = +internal",
    "  accept condition = ${if eq{$received_port}{25}}",
    "  warn set acl_m_x = 1",
    "  accept sender_domains = +local_domains",
    "  accept verify = recipient",
    "  defer",
    "  deny message = 554 5.7.1 no\n        domains = +local_domains",
    "  accept encrypted = *",
];
