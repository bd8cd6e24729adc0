//! The page that says how each setting of main.cf is taken: made from the lists, and compared with
//! what stands in `docs/`.
use std::fmt::Write as _;

use super::shape::{BOUNDS, Bound};
use super::words::{self, UNKNOWN, WORDS};
use super::{Class, HARMLESS, WITHOUT_DEFAULT, class, default, ends, fixed, names};

const HEAD: &str = "\
# Settings of Postfix, and how they are taken

A setting comes by `set` in a `target` node, or stands in the files that `--files` names.
Each is on one of these lists, and what is on none is refused by its name.
The page is made from the lists of the reader.

";

fn list<'n>(page: &mut String, names: impl Iterator<Item = &'n str>) {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.sort_unstable();
    let _ = writeln!(page, "{}.", names.join(", "));
}

fn value(value: &str) -> String {
    match value {
        "" => "(empty)".to_owned(),
        value => format!("`{}`", value.replace('|', "\\|")),
    }
}

fn bounds(bound: &Bound) -> String {
    let Bound { least, most, .. } = bound;
    let at_least = if *least % 86_400 == 0 && *least > 0 {
        format!("{}d", least / 86_400)
    } else {
        least.to_string()
    };
    let said = if *most == u64::MAX {
        format!("at least `{at_least}`")
    } else {
        format!("at most `{most}`")
    };
    if bound.zero_is_none {
        format!("{said}, or `0`, which is no limit")
    } else {
        said
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page += "## Judged\n\nThe reader knows what these mean, at every value: what they change is in \
             the decisions that are compared with the policy's.\n\n";
    let modelled = default::names().chain(WITHOUT_DEFAULT.split(' '));
    list(
        &mut page,
        modelled.filter(|name| class(name) == Class::Modelled),
    );
    page += "\n## Taken at some values\n\nAt any other these are refused, for the reason.\n\n\
             | setting | values | else |\n|---|---|---|\n";
    let mut rows: Vec<(&str, String, &str)> = Vec::new();
    for (name, values, reason) in fixed() {
        let values: Vec<String> = values.iter().map(|one| value(one)).collect();
        rows.push((name, values.join(" or "), reason));
    }
    rows.extend(
        BOUNDS
            .iter()
            .map(|bound| (bound.name, bounds(bound), bound.reason)),
    );
    rows.extend(WORDS.iter().map(|(name, words, may_be_empty)| {
        let words: Vec<String> = words.iter().map(|one| value(one)).collect();
        let empty = if *may_be_empty { ", or (empty)" } else { "" };
        let reason = match words::reason(name) {
            UNKNOWN => "programs would end with an error, or TLS come about with nobody",
            reason => reason,
        };
        (*name, format!("of {}{empty}", words.join(", ")), reason)
    }));
    rows.sort_unstable();
    for (name, values, reason) in rows {
        let _ = writeln!(page, "| `{name}` | {values} | {reason} |");
    }
    page += "\n## Taken\n\nThese touch no decision, each list for its reason. A value that Postfix \
             would not start with is refused.\n";
    for (reason, names) in HARMLESS {
        let _ = write!(page, "\nBecause it is {reason}:\n");
        let names = names.split_ascii_whitespace();
        list(
            &mut page,
            names.filter(|name| {
                BOUNDS.iter().all(|bound| bound.name != *name) && !words::is_held(name)
            }),
        );
    }
    page += "\nAnd, of every client, service and transport, how much, how often and how fast, in \
             names that end with:\n";
    let ends = ends::all().map(|(end, values)| match values.as_str() {
        "" => format!("`{end}`"),
        values => format!("`{end}` ({values})"),
    });
    let ends: Vec<String> = ends.collect();
    let _ = writeln!(page, "{}.", ends.join(", "));
    page += "\n## Refused\n\nThe reader does not know what these would do to a decision.\n\n";
    list(
        &mut page,
        names::all().filter(|name| class(name) == Class::Unjudged),
    );
    page += "\nA name that is none of Postfix's is taken where another value names it, and refused \
             elsewhere.\n";
    page
}

const PAGE: &str = include_str!("../../../../../docs/targets/postfix-settings.md");

#[test]
fn the_page_of_settings_is_made_from_the_lists() {
    let made = page();
    assert!(
        PAGE == made,
        "docs/targets/postfix-settings.md is to be:\n{made}"
    );
}
