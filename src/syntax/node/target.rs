//! `target`: options and raw settings for one MTA.

use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, PropertySpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `target`.
pub(super) static TARGET: NodeSpec = NodeSpec {
    name: "target",
    about: "Options for one MTA, and raw settings for what mailpol does not model.",
    example: r#"target "postfix" version="3.7" { set "message_size_limit" "52428800" }"#,
    arguments: ArgumentSpec::one("target", Kind::Text),
    properties: &[PropertySpec::optional(
        "version",
        Kind::Text,
        "The MTA's version; by default Debian 12's.",
    )],
    children: &[&SET, &FILE],
    ..NodeSpec::EMPTY
};

static SET: NodeSpec = NodeSpec {
    name: "set",
    about: "Replaces an emitted parameter, verbatim in the MTA's language.",
    example: r#"set "message_size_limit" "52428800""#,
    arguments: Some(ArgumentSpec {
        name: "name or value",
        kind: Kind::Text,
        min: 2,
        max: 2,
    }),
    ..NodeSpec::EMPTY
};

static FILE: NodeSpec = NodeSpec {
    name: "file",
    about: "A further file beside the emitted ones: its name and its text.",
    example: r#"file "helo-access" "spam.example REJECT""#,
    arguments: Some(ArgumentSpec {
        name: "name or text",
        kind: Kind::Lines,
        min: 2,
        max: 2,
    }),
    ..NodeSpec::EMPTY
};

/// A `target` node.
#[derive(Debug)]
pub struct Target {
    /// Its name.
    pub name: Option<Text>,
    /// The MTA's version.
    pub version: Option<Text>,
    /// The `set` nodes.
    pub settings: Vec<Setting>,
    /// The `file` nodes.
    pub files: Vec<Setting>,
    /// Where it stands.
    pub at: Loc,
}

/// A `set` or a `file` node.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: Text,
    /// Its value or text.
    pub value: Text,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Target {
    Target {
        name: node.text(),
        version: node.property("version"),
        settings: node.children_named("set").filter_map(setting).collect(),
        files: node.children_named("file").filter_map(setting).collect(),
        at: node.at.clone(),
    }
}

fn setting(node: &Node) -> Option<Setting> {
    let mut texts = node.texts().into_iter();
    Some(Setting {
        name: texts.next()?,
        value: texts.next()?,
    })
}
