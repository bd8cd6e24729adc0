//! `archive`: where copies of accepted mail go.

use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs};
use crate::syntax::tree::{Node, Text};

/// The shape of `archive`.
pub(super) static ARCHIVE: NodeSpec = NodeSpec {
    name: "archive",
    about: "A mailbox of ours that gets a copy of accepted mail: of some senders, for some \
            recipients, or of all of it.",
    example: r#"archive "john@example.org""#,
    arguments: ArgumentSpec::one("mailbox", Kind::Text),
    children: &[&FROM, &TO],
    ..NodeSpec::EMPTY
};

static FROM: NodeSpec = NodeSpec {
    name: "from",
    about: "Mail whose reverse-path is in one of these domains of ours: `@` and a domain.",
    example: r#"from "@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("domain", Kind::Text),
    ..NodeSpec::EMPTY
};

static TO: NodeSpec = NodeSpec {
    name: "to",
    about: "Mail for one of these domains of ours: `@` and a domain. It counts as the client has \
            named the recipient, whatever an alias makes of it.",
    example: r#"to "@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("domain", Kind::Text),
    ..NodeSpec::EMPTY
};

/// An `archive` node.
#[derive(Debug)]
pub struct Archive {
    /// The mailbox.
    pub mailbox: Option<Text>,
    /// Domains of senders.
    pub from: Vec<Text>,
    /// Domains of recipients.
    pub to: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Archive {
    Archive {
        mailbox: node.text(),
        from: node.child_texts("from"),
        to: node.child_texts("to"),
        at: node.at.clone(),
    }
}
