//! How Exim's configuration is laid out: settings, statements of ACLs, and drivers.

use std::ops::Range;

use crate::words;

/// Which part of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Settings,
    Acl,
    Drivers,
}

/// A setting, a statement, or a driver with its options.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) part: Part,
    pub(super) whole: Range<usize>,
    pub(super) lines: Vec<Line>,
    /// Of a statement of an ACL.
    pub(super) verb: Option<Range<usize>>,
}

/// A name and a value.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) whole: Range<usize>,
    pub(super) name: Range<usize>,
    /// Empty if there is no equals sign.
    pub(super) value: Range<usize>,
}

const VERBS: [&str; 7] = [
    "accept", "deny", "defer", "warn", "drop", "require", "discard",
];

/// Returns the blocks of a text.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut part = Part::Settings;
    let mut found: Vec<Block> = Vec::new();
    for line in words::lines(text, 0..text.len()) {
        let whole = &text[line.clone()];
        if words::is_silent(whole) {
            continue;
        }
        if let Some(name) = whole.strip_prefix("begin ") {
            part = match name.trim() {
                "acl" => Part::Acl,
                _ => Part::Drivers,
            };
            continue;
        }
        let first = whole.split_whitespace().next().unwrap_or_default();
        let verb = (part == Part::Acl && VERBS.contains(&first)).then(|| {
            let start = words::trimmed(text, &line).start;
            start..start + first.len()
        });
        let continues = whole.starts_with([' ', '\t']) && verb.is_none();
        let before = found
            .last_mut()
            .filter(|last| continues && last.part == part);
        if let Some(block) = before {
            block.whole.end = line.end;
            block.lines.push(read(text, &line, 0));
        } else {
            let behind = verb.as_ref().map_or(0, |verb| verb.end - line.start);
            found.push(Block {
                part,
                lines: vec![read(text, &line, behind)],
                whole: line,
                verb,
            });
        }
    }
    found
}

fn read(text: &str, line: &Range<usize>, behind: usize) -> Line {
    let rest = line.start + behind..line.end;
    let sign = text[rest.clone()].find('=').map(|at| rest.start + at);
    let name = words::trimmed(text, &(rest.start..sign.unwrap_or(rest.end)));
    let value = match sign {
        Some(sign) => words::trimmed(text, &(sign + 1..line.end)),
        None => name.end..name.end,
    };
    Line {
        whole: line.clone(),
        name,
        value,
    }
}

/// Returns the items of a list; none if the value is no list.
pub(super) fn items(text: &str, value: &Range<usize>) -> Vec<Range<usize>> {
    let whole = &text[value.clone()];
    if whole.contains("${") || whole.contains("\\N") {
        return Vec::new();
    }
    let (start, separator) = match whole.strip_prefix("<;") {
        Some(_) => (value.start + 2, " ; "),
        None => (value.start, " : "),
    };
    let mut at = start;
    let mut found = Vec::new();
    for item in text[start..value.end].split(separator) {
        let range = words::trimmed(text, &(at..at + item.len()));
        if !range.is_empty() {
            found.push(range);
        }
        at += item.len() + separator.len();
    }
    found
}
