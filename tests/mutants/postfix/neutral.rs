//! Changes that change no decision: a reader that refuses everything, or sees a difference where
//! there is none, is worth nothing.

use std::ops::Range;

use ipnet::IpNet;

use super::main_cf::{Entry, entries};
use super::master_cf::services;
use super::restrictions::lists;
use super::tables::{Kind, Row, kind, rows};
use super::{MAIN, MASTER};
use crate::draft::{Bench, Files, Mutant, renamed};
use crate::words;

pub(super) fn all(files: &Files) -> Vec<Mutant> {
    let mut mutants = main_cf(files);
    mutants.extend(master_cf(files));
    for (path, kind) in files
        .keys()
        .filter_map(|path| Some((path, kind(files, path)?)))
    {
        mutants.extend(table(files, path, kind));
        mutants.push(renamed(files, MAIN, path));
    }
    mutants
}

fn main_cf(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    let entries = entries(bench.text);
    for (number, entry) in entries.iter().enumerate() {
        let start = entry.whole.start;
        bench.insert("a comment", start, "# smtpd_relay_restrictions = permit\n");
        bench.insert("a blank line", start, "\n  \n");
        bench.insert(
            "an earlier definition",
            start,
            format!("{} = 0.0.0.0/0\n", entry.name),
        );
        bench.replace(
            "no blanks",
            &(start..entry.value.start),
            format!("{}=", entry.name),
        );
        if let Some(next) = entries.get(number + 1) {
            bench.swap("settings in another order", &entry.whole, &next.whole);
        }
        words(&mut bench, number, entry);
    }
    for list in lists(bench.text) {
        for unit in &list.units {
            let text = &bench.text[unit.clone()];
            if !text.starts_with("check_policy_service") {
                bench.replace("a restriction twice", unit, format!("{text}, {text}"));
            }
        }
        if let Some(last) = list
            .units
            .last()
            .filter(|_| list.name.starts_with("smtpd_"))
        {
            bench.insert("permit at the end", last.end, "\n    permit");
        }
    }
    bench.finish()
}

fn words(bench: &mut Bench<'_>, number: usize, entry: &Entry<'_>) {
    let Some(last) = entry.words.last() else {
        return;
    };
    let words: Vec<&str> = entry
        .words
        .iter()
        .map(|at| &bench.text[at.clone()])
        .collect();
    bench.insert("blanks at the end", last.end, "  \t");
    let name = format!("a_name_for_{number}");
    let through = format!("{name} = {}\n{} = ${name}\n", words.join(" "), entry.name);
    bench.replace("through a name", &entry.whole, through);
    bench.replace(
        "on one line",
        &entry.value,
        format!(" {}\n", words.join(" ")),
    );
    bench.replace(
        "on many lines",
        &entry.value,
        format!("\n  {}\n", words.join("\n# no\n  ")),
    );
    if entry.name == "mynetworks" {
        for at in &entry.words {
            split(bench, at);
        }
    }
}

/// Says a prefix by its halves.
fn split(bench: &mut Bench<'_>, at: &Range<usize>) {
    let word = &bench.text[at.clone()];
    let (sign, plain) = word
        .strip_prefix('!')
        .map_or(("", word), |rest| ("!", rest));
    let bare: String = plain.chars().filter(|c| !"[]".contains(*c)).collect();
    let Ok(net) = bare.parse::<IpNet>() else {
        return;
    };
    let spell = |half: IpNet| match half {
        IpNet::V4(half) => format!("{sign}{half}"),
        IpNet::V6(half) => format!("{sign}[{}]/{}", half.network(), half.prefix_len()),
    };
    let halves: Vec<String> = halves(net).into_iter().map(spell).collect();
    if !halves.is_empty() {
        bench.replace("a prefix in halves", at, halves.join(" "));
        bench.replace(
            "a part of a prefix besides",
            at,
            format!("{} {word}", halves[1]),
        );
    }
}

fn halves(net: IpNet) -> Vec<IpNet> {
    let narrower = net.prefix_len().saturating_add(1);
    net.subnets(narrower).into_iter().flatten().collect()
}

fn master_cf(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MASTER);
    let services = services(bench.text);
    for (number, service) in services.iter().enumerate() {
        bench.insert(
            "a comment",
            service.whole.start,
            "# 2525 inet n - n - - smtpd\n",
        );
        if let Some(next) = services.get(number + 1) {
            bench.swap("services in another order", &service.whole, &next.whole);
        }
        for at in &service.columns {
            bench.insert("blanks", at.end, "   ");
        }
        for (column, default) in [(2, "y"), (3, "y"), (4, "n"), (5, "0")] {
            let at = &service.columns[column];
            if &bench.text[at.clone()] == "-" {
                bench.replace("a default spelled out", at, default);
            }
        }
        for line in &service.arguments {
            let text = &bench.text[line.clone()];
            bench.insert(
                "a comment",
                line.start,
                "# -o smtpd_relay_restrictions=permit\n",
            );
            if let Some((name, value)) = text
                .trim()
                .strip_prefix("-o ")
                .and_then(|o| o.split_once('='))
            {
                bench.replace(
                    "an option in braces",
                    line,
                    format!("  -o {{ {name} = {value} }}\n"),
                );
                bench.replace("an option twice", line, format!("  -o {name}=no\n{text}"));
            }
        }
        for pair in service.arguments.windows(2) {
            bench.swap("options in another order", &pair[0], &pair[1]);
        }
    }
    bench.finish()
}

fn table(files: &Files, path: &str, kind: Kind) -> Vec<Mutant> {
    let mut bench = Bench::new(files, path);
    let rows = rows(bench.text);
    for (number, row) in rows.iter().enumerate() {
        let (key, value) = (&bench.text[row.key.clone()], &bench.text[row.value.clone()]);
        bench.insert("a comment", row.line.start, "# spy@outside.example OK\n");
        bench.insert("a blank line", row.line.start, "\n");
        bench.insert("blanks", row.value.start, "   ");
        bench.insert("a value on the next line", row.value.start, "\n  ");
        let next = rows.get(number + 1);
        match kind {
            Kind::Plain => {
                // A login in capitals is another one to the policy, and virtual(8) takes keys of
                // mailboxes as they are written, match_list(3) those of lists of domains.
                let as_written = ["/mailboxes", "/domains"]
                    .iter()
                    .any(|one| path.ends_with(one));
                if key.contains('.') && !as_written {
                    bench.replace("a key in capitals", &row.key, key.to_ascii_uppercase());
                }
                if let Some(next) = next {
                    bench.swap("rows in another order", &row.line, &next.line);
                }
            }
            Kind::Cidr => {
                bench.insert(
                    "a later row that is not reached",
                    row.line.end,
                    format!("{key} REJECT\n"),
                );
                let halves = key.parse().map(halves).unwrap_or_default();
                if !halves.is_empty() {
                    let rows = halves.iter().map(|half| format!("{half} {value}\n"));
                    let rows: String = rows.collect();
                    bench.replace("a prefix in halves", &row.line, rows);
                }
                let is_apart = |next: &&Row| {
                    let keys = [&row.key, &next.key].map(|key| &bench.text[key.clone()]);
                    words::overlap(keys[0], keys[1]) == Some(false)
                };
                if let Some(next) = next.filter(is_apart) {
                    bench.swap("rows in another order", &row.line, &next.line);
                }
            }
            Kind::Pattern => {
                bench.insert(
                    "a later row that is not reached",
                    row.line.end,
                    format!("{key} {value}\n"),
                );
            }
        }
    }
    bench.finish()
}
