//! `domains`, `mailboxes`, `networks`: files beside the policy.

use crate::syntax::shape::{Kind, NodeSpec, PropertySpec};
use crate::syntax::tree::{Node, Text};

const FILE: &[PropertySpec] = &[PropertySpec::required(
    "file",
    Kind::Text,
    "The file, relative to the policy: UTF-8, columns separated by tabs, a header line first.",
)];

/// The shape of `domains`.
pub(super) static DOMAINS: NodeSpec = NodeSpec {
    name: "domains",
    about: "Domains from a file with the columns `domain`, `catch-all`, `spf` and `via`.",
    example: r#"domains file="domains.tsv""#,
    properties: FILE,
    ..NodeSpec::EMPTY
};

/// The shape of `mailboxes`.
pub(super) static MAILBOXES: NodeSpec = NodeSpec {
    name: "mailboxes",
    about: "Mailboxes and aliases from a file with the columns `domain`, `local-part`, `login`, \
            `via` and `targets`.",
    example: r#"mailboxes file="mailboxes.tsv""#,
    properties: FILE,
    ..NodeSpec::EMPTY
};

/// The shape of `networks`.
pub(super) static NETWORKS: NodeSpec = NodeSpec {
    name: "networks",
    about: "Networks from a file with the columns `network`, `cidr`, `may-send`, `may-hand-over`, \
            `otherwise` and `from`: the last takes the rest of a row, the senders.",
    example: r#"networks file="networks.tsv""#,
    properties: FILE,
    ..NodeSpec::EMPTY
};

/// A node that names a file.
#[derive(Debug)]
pub struct Bulk {
    /// What the file holds.
    pub kind: BulkKind,
    /// Its name.
    pub file: Option<Text>,
}

/// What a file beside the policy holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkKind {
    /// Domains.
    Domains,
    /// Mailboxes and aliases.
    Mailboxes,
    /// Networks.
    Networks,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Option<Bulk> {
    let kind = match node.name.value.as_str() {
        "domains" => BulkKind::Domains,
        "mailboxes" => BulkKind::Mailboxes,
        "networks" => BulkKind::Networks,
        _ => return None,
    };
    Some(Bulk {
        kind,
        file: node.property("file"),
    })
}
