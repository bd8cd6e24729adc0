//! `acknowledge`: warnings that are known.

use crate::syntax::shape::{ArgumentSpec, Kind, MANY, NodeSpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `acknowledge`.
pub(super) static ACKNOWLEDGE: NodeSpec = NodeSpec {
    name: "acknowledge",
    about: "A warning is known: it is put aside. Its code, and what its message is about: the \
            first words there in backticks. What comes besides, such as one forward more, is told \
            again.",
    example: r#"acknowledge "network::container" "172.17.0.0/16""#,
    arguments: Some(ArgumentSpec {
        name: "the code, then what it is about",
        kind: Kind::Text,
        min: 2,
        max: MANY,
    }),
    ..NodeSpec::EMPTY
};

/// An `acknowledge` node.
#[derive(Debug)]
pub struct Acknowledge {
    /// The code of a warning.
    pub code: Option<Text>,
    /// What it is about.
    pub words: Vec<Text>,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Acknowledge {
    Acknowledge {
        code: node.text(),
        words: node.texts().into_iter().skip(1).collect(),
    }
}
