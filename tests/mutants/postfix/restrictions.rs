//! Restriction lists: what stands in which, in which order.

use std::ops::Range;

use super::MAIN;
use super::main_cf::{Entry, entries};
use crate::draft::{Bench, Files, Mutant};

/// A list, and its restrictions, each with what it is given.
pub(super) struct List<'t> {
    pub(super) name: &'t str,
    /// Behind the equals sign.
    pub(super) start: usize,
    pub(super) units: Vec<Range<usize>>,
}

/// Returns the restriction lists of a text, classes among them.
pub(super) fn lists(text: &str) -> Vec<List<'_>> {
    let entries = entries(text);
    let classes = entries
        .iter()
        .find(|entry| entry.name == "smtpd_restriction_classes");
    let classes: Vec<&str> = classes
        .iter()
        .flat_map(|entry| entry.words.iter().map(|at| &text[at.clone()]))
        .collect();
    let is_list = |entry: &&Entry<'_>| {
        (entry.name.ends_with("_restrictions") && !entry.name.contains("_before_"))
            || classes.contains(&entry.name)
    };
    let list = |entry: &Entry<'_>| List {
        // INVARIANT of the caller: names live as long as the text.
        name: &text[entry.whole.start..entry.whole.start + entry.name.len()],
        start: entry.value.start,
        units: units(text, &entry.words),
    };
    entries.iter().filter(is_list).map(list).collect()
}

fn units(text: &str, words: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for at in words {
        match units.last_mut() {
            Some(last) if open => last.end = at.end,
            Some(_) | None => units.push(at.clone()),
        }
        open = !open && text[at.clone()].starts_with("check_");
    }
    units
}

/// Breaks each list and each restriction.
pub(super) fn breaks(files: &Files) -> Vec<Mutant> {
    let mut bench = Bench::new(files, MAIN);
    let lists = lists(bench.text);
    for list in &lists {
        for unit in INSERTED {
            bench.insert(
                "insert a restriction",
                list.start,
                format!("\n    {unit}\n   "),
            );
        }
        for (number, unit) in list.units.iter().enumerate() {
            one(&mut bench, unit);
            if let Some(next) = list.units.get(number + 1) {
                bench.swap("swap restrictions", unit, next);
            }
            let text = &bench.text[unit.clone()];
            let first = list.units.first().map_or(list.start, |first| first.start);
            let last = list.units.last().map_or(list.start, |last| last.end);
            for to in [first, last]
                .into_iter()
                .filter(|to| !(unit.start..=unit.end).contains(to))
            {
                move_to(&mut bench, unit, to, text);
            }
            for other in lists.iter().filter(|other| other.name != list.name) {
                move_to(&mut bench, unit, other.start, text);
            }
            for other in &lists {
                if other.name.starts_with("smtpd_") == list.name.starts_with("smtpd_") {
                    continue;
                }
                let twin = other.start;
                bench.insert("copy a restriction", twin, format!("\n    {text}\n   "));
            }
        }
    }
    bench.finish()
}

fn one(bench: &mut Bench<'_>, unit: &Range<usize>) {
    let text = &bench.text[unit.clone()];
    let word = text.split_whitespace().next().unwrap_or_default();
    bench.replace("delete a restriction", unit, "");
    bench.replace(
        "duplicate a restriction",
        unit,
        format!("{text}\n    {text}"),
    );
    bench.replace("warn only", unit, format!("warn_if_reject {text}"));
    bench.replace("permit before", unit, format!("permit\n    {text}"));
    bench.replace("reject before", unit, format!("reject\n    {text}"));
    bench.replace(
        "negate a restriction",
        unit,
        match word {
            word if word.starts_with("permit") => "reject",
            _ => "permit",
        },
    );
    if word.starts_with("check_") && !word.starts_with("check_policy") {
        let argument = text.trim_start_matches(word);
        for other in CHECKS {
            bench.replace("another check", unit, format!("{other}{argument}"));
        }
    }
    for other in WEAKER
        .iter()
        .filter(|_| word.starts_with("reject") || word.starts_with("permit"))
    {
        bench.replace("another restriction", unit, *other);
    }
}

fn move_to(bench: &mut Bench<'_>, unit: &Range<usize>, to: usize, text: &str) {
    let parts = vec![
        (unit.clone(), String::new()),
        (to..to, format!("\n    {text}\n   ")),
    ];
    bench.replace_all("move a restriction", parts);
}

const CHECKS: &[&str] = &[
    "check_client_access",
    "check_sender_access",
    "check_recipient_access",
    "check_helo_access",
    "check_sasl_access",
];

const WEAKER: &[&str] = &[
    "permit_sasl_authenticated",
    "permit_mynetworks",
    "permit_auth_destination",
    "reject_unauth_destination",
    "defer_unauth_destination",
    "reject_unlisted_recipient",
    "reject_non_fqdn_recipient",
    "reject_unknown_recipient_domain",
    "permit_inet_interfaces",
    "permit_tls_all_clientcerts",
    "permit_mx_backup",
    "reject_sender_login_mismatch",
];

const INSERTED: &[&str] = &[
    "permit",
    "reject",
    "permit_sasl_authenticated",
    "permit_mynetworks",
    "check_client_access static:OK",
    "check_client_access cidr:{{203.0.113.0/24 OK}}",
    "check_sender_access inline:{{one.example=OK}}",
    "check_helo_access inline:{{mail.example=OK}}",
    "check_recipient_access inline:{{victim.example=OK}}",
    "permit_auth_destination",
    "defer_if_permit",
    "reject_unauth_destination",
    "reject_plaintext_session",
    "permit_inet_interfaces",
    "permit_mx_backup",
];
