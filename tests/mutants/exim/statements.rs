//! Statements of ACLs, routers, authenticators and settings, two or more together.

use super::MAIN;
use super::text::{Block, Part, blocks};
use crate::draft::{Bench, Files, Mutant};
use crate::envelopes::Seeded;
use crate::statements::{Names, Statements};

const TEXT: &str = include_str!("../statements/exim.txt");

/// Verbs, those that decide more often.
const VERBS: [&str; 12] = [
    "accept", "accept", "accept", "accept", "deny", "deny", "deny", "deny", "require", "defer",
    "drop", "warn",
];

/// Returns a mutant.
pub(super) fn together(files: &Files, names: &Names, seeded: &mut Seeded) -> Mutant {
    let statements = Statements::new(TEXT);
    let mut bench = Bench::new(files, MAIN);
    let blocks = blocks(bench.text);
    let mut parts = Vec::new();
    let kind = seeded.below(10);
    if kind < 6 {
        parts.push(acl(&blocks, &statements, names, seeded));
        if kind == 0 {
            parts.push(acl(&blocks, &statements, names, seeded));
        }
    }
    if matches!(kind, 5..=7) {
        parts.push(router(bench.text, &blocks, &statements, names, seeded));
        if kind == 7 {
            parts.push(router(bench.text, &blocks, &statements, names, seeded));
        }
    }
    if matches!(kind, 4 | 8) {
        parts.extend(authenticator(
            bench.text,
            &blocks,
            &statements,
            names,
            seeded,
        ));
    }
    if matches!(kind, 3 | 8 | 9) {
        parts.push(setting(bench.text, &blocks, &statements, names, seeded));
    }
    parts.sort_by_key(|(at, _)| at.start);
    // What overlaps is said once.
    parts.dedup_by(|next, last| next.0.start < last.0.end || next.0 == last.0);
    bench.replace_all("statements", parts);
    bench.finish().pop().unwrap_or_else(|| Mutant {
        operator: "statements",
        what: "none".to_owned(),
        edits: Vec::new(),
    })
}

type Change = (std::ops::Range<usize>, String);

/// Puts one to three statements before one of an ACL.
fn acl(blocks: &[Block], statements: &Statements, names: &Names, seeded: &mut Seeded) -> Change {
    let places: Vec<&Block> = blocks.iter().filter(|block| block.verb.is_some()).collect();
    let at = places[seeded.below(places.len())].whole.start;
    let mut text = String::new();
    for _ in 0..=seeded.below(3) {
        let verb = VERBS[seeded.below(VERBS.len())];
        text.push_str("  ");
        text.push_str(verb);
        if seeded.below(8) == 0 {
            text.push_str("  ");
            text.push_str(&statements.one("modifier", names, seeded));
            text.push_str("\n         ");
        }
        for number in 0..=seeded.below(2) {
            if number > 0 {
                text.push_str("\n        ");
            }
            let condition = statements.one("condition", names, seeded);
            let sign = if seeded.below(4) == 0 && !condition.starts_with("condition") {
                "!"
            } else {
                ""
            };
            text.push_str("  ");
            text.push_str(sign);
            text.push_str(&condition);
        }
        text.push('\n');
    }
    (at..at, text)
}

/// Gives a router a line more, or puts one before it.
fn router(
    text: &str,
    blocks: &[Block],
    statements: &Statements,
    names: &Names,
    seeded: &mut Seeded,
) -> Change {
    let begin = text.find("begin routers").unwrap_or(0);
    let end = text.find("begin transports").unwrap_or(text.len());
    let places: Vec<&Block> = blocks
        .iter()
        .filter(|block| (begin..end).contains(&block.whole.start))
        .collect();
    let block = places[seeded.below(places.len())];
    if seeded.below(2) == 0 {
        let lines = statements
            .one("router", names, seeded)
            .replace(" ;; ", "\n  ");
        let name = format!("added_{}:\n  {lines}\n", seeded.below(100));
        return (block.whole.start..block.whole.start, name);
    }
    option(text, block, &statements.one("router option", names, seeded))
}

/// Has an option stand in a block, once.
fn option(text: &str, block: &Block, said: &str) -> Change {
    let name = said.split(['=', ' ']).next().unwrap_or_default();
    let is_it = |line: &&super::text::Line| &text[line.name.clone()] == name;
    match block.lines.iter().find(is_it) {
        Some(line) => (line.whole.clone(), format!("  {said}\n")),
        None => (block.whole.end..block.whole.end, format!("  {said}\n")),
    }
}

/// Makes an authenticator ask for more, or for less.
fn authenticator(
    text: &str,
    blocks: &[Block],
    statements: &Statements,
    names: &Names,
    seeded: &mut Seeded,
) -> Option<Change> {
    let begin = text.find("begin authenticators")?;
    let all: Vec<&Block> = blocks
        .iter()
        .filter(|block| block.whole.start > begin)
        .collect();
    let block = all.get(seeded.below(all.len()))?;
    let whole = &text[block.whole.clone()];
    let login = if whole.contains("PLAIN") {
        "auth2"
    } else {
        "auth1"
    };
    let of_it = |said: String| {
        said.replace("$LOG", &format!("${login}"))
            .replace("def:LOG", &format!("def:{login}"))
    };
    if seeded.below(2) == 0 {
        let said = statements.one("authenticator option", names, seeded);
        return Some(option(text, block, &of_it(said)));
    }
    let test = statements.one("authenticator test", names, seeded);
    let test = of_it(test);
    let at = block.whole.start + whole.find("and{")? + "and{".len();
    Some((at..at, format!(" {{{test}}}")))
}

/// Says a setting, in the place of what was said of it.
fn setting(
    text: &str,
    blocks: &[Block],
    statements: &Statements,
    names: &Names,
    seeded: &mut Seeded,
) -> Change {
    let said = statements.one("setting", names, seeded);
    let name = said.split(['=', ' ']).next().unwrap_or_default();
    let mut settings = blocks.iter().filter(|block| block.part == Part::Settings);
    let is_it = |block: &&Block| &text[block.lines[0].name.clone()] == name;
    match settings.find(is_it) {
        Some(block) => (block.whole.clone(), format!("{said}\n")),
        None => (0..0, format!("{said}\n")),
    }
}
