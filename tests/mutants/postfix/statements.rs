//! Restrictions, settings, and what one service has otherwise, two or more together.

use super::main_cf::entries;
use super::restrictions::{List, lists};
use super::{MAIN, MASTER};
use crate::draft::{Bench, Files, Mutant};
use crate::envelopes::Seeded;
use crate::statements::{Names, Statements};
use crate::words;

const TEXT: &str = include_str!("../statements/postfix.txt");

/// Returns a mutant.
pub(super) fn together(files: &Files, names: &Names, seeded: &mut Seeded) -> Mutant {
    let statements = Statements::new(TEXT);
    let mut main = Bench::new(files, MAIN);
    let lists = lists(main.text);
    let mut parts = Vec::new();
    let kind = seeded.below(10);
    if kind < 9 {
        for _ in 0..=seeded.below(2) {
            parts.push(restrictions(&lists, &statements, names, seeded));
        }
    }
    if matches!(kind, 7 | 9) {
        parts.push(setting(main.text, &statements, names, seeded));
    }
    parts.sort_by_key(|(at, _)| at.start);
    // What overlaps is said once.
    parts.dedup_by(|next, last| next.0.start < last.0.end || next.0 == last.0);
    main.replace_all("statements", parts);
    let mut mutant = main.finish().pop().unwrap_or_else(|| Mutant {
        operator: "statements",
        what: "none".to_owned(),
        edits: Vec::new(),
    });
    if matches!(kind, 8 | 9)
        && let Some(other) = service(files, &statements, names, seeded)
    {
        mutant.what = format!("{}; {}", mutant.what, other.what);
        mutant.edits.extend(other.edits);
    }
    mutant
}

type Change = (std::ops::Range<usize>, String);

/// Puts one to three restrictions somewhere into a list.
fn restrictions(
    lists: &[List<'_>],
    statements: &Statements,
    names: &Names,
    seeded: &mut Seeded,
) -> Change {
    let list = &lists[seeded.below(lists.len())];
    let places: Vec<usize> = list.units.iter().map(|unit| unit.start).collect();
    let at = places.get(seeded.below(places.len())).copied();
    let at = at.unwrap_or(list.start);
    let mut text = String::new();
    for _ in 0..=seeded.below(3) {
        text.push_str(&one(statements, names, seeded));
        text.push_str("\n    ");
    }
    let text = if places.is_empty() {
        format!("\n    {text}\n")
    } else {
        text
    };
    (at..at, text)
}

/// Returns a restriction, often one with a table.
fn one(statements: &Statements, names: &Names, seeded: &mut Seeded) -> String {
    let kinds = ["client", "helo", "sender", "recipient", "login"];
    let Some(kind) = kinds.get(seeded.below(kinds.len() + 3)) else {
        return statements.one("restriction", names, seeded);
    };
    let check = if *kind == "login" { "sasl" } else { kind };
    if seeded.below(6) == 0 {
        let table = statements.one(&format!("{kind} table"), names, seeded);
        return format!("check_{check}_access {table}");
    }
    let mut rows = String::new();
    for _ in 0..=seeded.below(2) {
        let key = statements.one(&format!("{kind} key"), names, seeded);
        let action = statements.one("action", names, seeded);
        rows.extend(["{", &key, " = ", &action, "} "]);
    }
    format!("check_{check}_access inline:{{{}}}", rows.trim_end())
}

/// Says a setting, in the place of what was said of it.
fn setting(text: &str, statements: &Statements, names: &Names, seeded: &mut Seeded) -> Change {
    let said = statements.one("setting", names, seeded);
    let name = said.split(['=', ' ']).next().unwrap_or_default();
    match entries(text).iter().find(|entry| entry.name == name) {
        Some(entry) => (entry.whole.clone(), format!("{said}\n")),
        None => (text.len()..text.len(), format!("{said}\n")),
    }
}

/// Gives one smtpd(8) something of its own.
fn service(
    files: &Files,
    statements: &Statements,
    names: &Names,
    seeded: &mut Seeded,
) -> Option<Mutant> {
    let mut master = Bench::new(files, MASTER);
    let lines = words::lines(master.text, 0..master.text.len());
    let is_smtpd = |line: &&std::ops::Range<usize>| {
        let whole = master.text[(*line).clone()].trim_end();
        !whole.starts_with(['#', ' ']) && whole.ends_with(" smtpd")
    };
    let services: Vec<_> = lines.iter().filter(is_smtpd).collect();
    let line = services.get(seeded.below(services.len()))?;
    let said = statements.one("of one service", names, seeded);
    let (name, value) = said.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let option = if value.contains(' ') {
        format!("  -o {{ {name} = {value} }}\n")
    } else {
        format!("  -o {name}={value}\n")
    };
    master.insert("statements", line.end, option);
    master.finish().pop()
}
