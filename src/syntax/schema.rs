//! The language as a document: `schemas/policy.kdl` and `schemas/scenario.kdl`, printed from
//! [`NODES`] and [`SCENARIO_NODES`].
//!
//! A small part of the KDL Schema language: `node`, `value`, `prop`, `children`, `description`,
//! `enum`. Nobody reads it but people and editors; the checks read the tables themselves.

use std::fmt::Write;

use super::node::{NODES, SCENARIO_NODES};
use super::shape::{Kind, MANY, NodeSpec, Occurs};

/// Returns the schema of policies.
pub fn schema() -> String {
    document("policies", NODES)
}

/// Returns the schema of files of scenarios.
pub fn scenario_schema() -> String {
    document("files of scenarios", SCENARIO_NODES)
}

fn document(what: &str, specs: &[&NodeSpec]) -> String {
    let mut text = format!(
        "// The language of {what}, printed from the table that mailpol reads them with.\n\
         document {{\n",
    );
    for spec in specs {
        node(spec, 1, &mut text);
    }
    text.push_str("}\n");
    text
}

fn node(spec: &NodeSpec, depth: usize, text: &mut String) {
    let occurs = match spec.occurs {
        Occurs::Once => " min=1 max=1",
        Occurs::AtMostOnce => " max=1",
        Occurs::Often => "",
    };
    line(
        depth,
        &format!("node {}{occurs} {{", quote(spec.name)),
        text,
    );
    line(
        depth + 1,
        &format!("description {}", quote(spec.about)),
        text,
    );
    line(depth + 1, &format!("example {}", quote(spec.example)), text);
    if let Some(arguments) = &spec.arguments {
        let max = if arguments.max == MANY {
            String::new()
        } else {
            format!(" max={}", arguments.max)
        };
        let head = format!("value {} min={}{max}", quote(arguments.name), arguments.min);
        with_kind(&head, arguments.kind, None, depth + 1, text);
    }
    for property in spec.properties {
        let required = if property.required {
            " required=#true"
        } else {
            ""
        };
        let head = format!("prop {}{required}", quote(property.name));
        with_kind(&head, property.kind, Some(property.about), depth + 1, text);
    }
    if !spec.children.is_empty() {
        line(depth + 1, "children {", text);
        for child in spec.children {
            node(child, depth + 2, text);
        }
        line(depth + 1, "}", text);
    }
    line(depth, "}", text);
}

fn with_kind(head: &str, kind: Kind, about: Option<&str>, depth: usize, text: &mut String) {
    line(depth, &format!("{head} {{"), text);
    if let Some(about) = about {
        line(depth + 1, &format!("description {}", quote(about)), text);
    }
    let (kind, words): (&str, &[&str]) = match kind {
        Kind::Text => ("string", &[]),
        Kind::Lines => ("lines", &[]),
        Kind::TextOrNull => ("string-or-null", &[]),
        Kind::Words(words) => ("string", words),
        Kind::Boolean => ("boolean", &[]),
        Kind::Integer => ("integer", &[]),
    };
    line(depth + 1, &format!("type {}", quote(kind)), text);
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
        line(depth + 1, &format!("enum {}", words.join(" ")), text);
    }
    line(depth, "}", text);
}

fn line(depth: usize, line: &str, text: &mut String) {
    // Writing to a text does not fail.
    let _ = writeln!(text, "{}{line}", "    ".repeat(depth));
}

/// Returns a text in quotes; raw where it holds quotes itself.
fn quote(text: &str) -> String {
    if text.contains('"') {
        format!("#\"{text}\"#")
    } else {
        format!("\"{text}\"")
    }
}
