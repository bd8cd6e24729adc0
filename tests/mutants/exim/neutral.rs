//! Changes that change no decision.

use std::ops::Range;

use ipnet::IpNet;

use super::text::{Block, Part, blocks, items};
use super::{MAIN, TABLES};
use crate::draft::{Bench, Files, Mutant, renamed};
use crate::words;

pub(super) fn all(files: &Files) -> Vec<Mutant> {
    let mut mutants = configuration(files);
    for path in files
        .keys()
        .filter(|path| path.starts_with(TABLES) && *path != MAIN)
    {
        mutants.extend(table(files, path));
        mutants.push(renamed(files, MAIN, path));
    }
    mutants
}

fn configuration(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    let blocks = blocks(bench.text);
    for (number, block) in blocks.iter().enumerate() {
        let start = block.whole.start;
        bench.insert("a comment", start, "# accept hosts = *\n");
        bench.insert("a blank line", start, "\n");
        for line in &block.lines {
            bench.insert("a comment", line.whole.start, "  # accept\n");
            if line.value.start > line.name.end {
                bench.insert("blanks", line.name.end, "   ");
            }
            lists(&mut bench, &line.value);
        }
        let next = blocks.get(number + 1);
        if let Some(next) = next.filter(|next| are_apart(bench.text, block, next)) {
            bench.swap("settings in another order", &block.whole, &next.whole);
        }
        if block.part == Part::Drivers {
            // The driver comes first, before what it knows (readconf.c of 4.96).
            for pair in block.lines.get(2..).unwrap_or_default().windows(2) {
                bench.swap("options in another order", &pair[0].whole, &pair[1].whole);
            }
        }
        let verb = block.verb.clone().map(|verb| &bench.text[verb]);
        if verb.is_some_and(|verb| verb != "warn") {
            let whole = &bench.text[block.whole.clone()];
            bench.replace("a statement twice", &block.whole, whole.repeat(2));
        }
    }
    bench.finish()
}

/// Two settings that do not name each other; lists must be there before they are named.
fn are_apart(text: &str, one: &Block, two: &Block) -> bool {
    let is_plain = |block: &Block| {
        let name = &text[block.lines[0].name.clone()];
        block.part == Part::Settings && !name.contains(' ')
    };
    is_plain(one) && is_plain(two)
}

/// Says each prefix of a list by its halves, and an item twice.
fn lists(bench: &mut Bench<'_>, value: &std::ops::Range<usize>) {
    if !bench.text[value.clone()].starts_with("<;") {
        return;
    }
    for item in items(bench.text, value) {
        let word = &bench.text[item.clone()];
        let (sign, bare) = match word.strip_prefix('!') {
            Some(rest) => ("! ", rest.trim()),
            None => ("", word),
        };
        let Ok(net) = bare.parse::<IpNet>() else {
            continue;
        };
        let narrower = net.prefix_len().saturating_add(1);
        let halves = net.subnets(narrower).into_iter().flatten();
        let halves: Vec<String> = halves.map(|half| format!("{sign}{half}")).collect();
        if !halves.is_empty() {
            bench.replace("a prefix in halves", &item, halves.join(" ; "));
        }
        bench.replace("an item twice", &item, format!("{word} ; {word}"));
    }
}

fn table(files: &Files, path: &str) -> Vec<Mutant> {
    let mut bench = Bench::new(files, path);
    let lines = words::lines(bench.text, 0..bench.text.len()).into_iter();
    let rows: Vec<_> = lines
        .filter(|line| !words::is_silent(&bench.text[line.clone()]))
        .collect();
    bench.insert("a comment", 0, "# spy@outside.example: john\n");
    bench.insert("a blank line", bench.text.len(), "\n");
    for (number, row) in rows.iter().enumerate() {
        bench.insert("a comment", row.start, "# spy@outside.example: john\n");
        let whole = &bench.text[row.clone()];
        bench.replace("a row twice", row, whole.repeat(2));
        if let Some(tab) = whole.find('\t') {
            let at = row.start + tab;
            bench.replace("blanks", &(at..at + 1), "   ");
            if whole[..tab].contains('.') {
                let key = whole[..tab].to_ascii_uppercase();
                bench.replace("a key in capitals", &(row.start..at), key);
            }
        }
        // Of nested prefixes the first one counts.
        let key = |row: &Range<usize>| {
            let row = &bench.text[row.clone()];
            row.split(['\t', '\n'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let is_apart = |next: &&Range<usize>| words::overlap(&key(row), &key(next)) != Some(true);
        if let Some(next) = rows.get(number + 1).filter(is_apart) {
            bench.swap("rows in another order", row, next);
        }
    }
    bench.finish()
}
