//! The language as a page for people: `docs/language.md`, printed from [`NODES`] and
//! [`SCENARIO_NODES`].

use std::fmt::Write as _;

use super::node::{NODES, SCENARIO_NODES};
use super::shape::{Kind, MANY, NodeSpec, Occurs};

const HEAD: &str = "\
# The language

Every node of a policy, with an example of each. This page is printed from the table that mailpol
reads policies with, and the tests put each example into a policy and compile it.
What a policy *means* stands in [semantics](semantics.md).

A policy is a text in [KDL 2](https://kdl.dev): a node is a word, followed by its arguments, by
properties such as `login=\"john\"`, and by a block of further nodes in braces. `//` begins a
comment, and `/-` takes the node behind it out. `mailpol fmt` lays a policy out: it keeps comments
and words, and ends every line in LF, those of texts of several lines too (KDL reads LF there,
whatever is written). `mailpol check` says what is wrong with a policy, and where.
";

const SCENARIOS: &str = "
# Files of scenarios

`mailpol simulate --scenario FILE` reads scenarios from a file of their own. It begins with
`mailpol version=1`, as a policy does; [simulate.md](simulate.md) shows one.
";

/// Returns the page.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for spec in NODES {
        node(spec, &[], &mut text);
    }
    let known = |spec: &&&NodeSpec| !NODES.iter().any(|known| known.name == spec.name);
    let others: Vec<&&NodeSpec> = SCENARIO_NODES.iter().filter(known).collect();
    text.push_str(SCENARIOS);
    for spec in others {
        node(spec, &[], &mut text);
    }
    text
}

fn node(spec: &NodeSpec, above: &[&str], text: &mut String) {
    let path: Vec<&str> = above.iter().copied().chain([spec.name]).collect();
    let title: Vec<String> = path.iter().map(|name| format!("`{name}`")).collect();
    let depth = if above.is_empty() { "##" } else { "###" };
    // Writing to a string does not fail.
    let _ = write!(text, "\n{depth} {}\n\n{}", title.join(" / "), spec.about);
    let _ = writeln!(
        text,
        " {}",
        match spec.occurs {
            Occurs::Once => "Must be there once.",
            Occurs::AtMostOnce => "May be there once.",
            Occurs::Often => "May be there any number of times.",
        }
    );
    let _ = write!(text, "\n```kdl\n{}\n```\n", spec.example);
    let mut rows = Vec::new();
    if let Some(arguments) = &spec.arguments {
        let count = match (arguments.min, arguments.max) {
            (1, 1) => "one argument".to_owned(),
            (min, MANY) => format!("arguments, at least {min}"),
            (min, max) => format!("arguments, {min} to {max}"),
        };
        rows.push(format!(
            "- {count}: {}, {}",
            arguments.name,
            kind(arguments.kind)
        ));
    }
    for property in spec.properties {
        let needed = if property.required { ", needed" } else { "" };
        rows.push(format!(
            "- `{}=`{needed}: {} Is {}.",
            property.name,
            property.about,
            kind(property.kind)
        ));
    }
    if !spec.children.is_empty() {
        let children: Vec<String> = spec
            .children
            .iter()
            .map(|child| format!("`{}`", child.name))
            .collect();
        rows.push(format!("- in its block: {}", children.join(", ")));
    }
    if !rows.is_empty() {
        let _ = write!(text, "\n{}\n", rows.join("\n"));
    }
    for child in spec.children {
        node(child, &path, text);
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Lines => "a text, which may have several lines".to_owned(),
        Kind::TextOrNull => "a text or `#null`".to_owned(),
        Kind::Boolean => "`#true` or `#false`".to_owned(),
        Kind::Integer => "a whole number".to_owned(),
        Kind::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            format!("one of {}", words.join(", "))
        }
    }
}
