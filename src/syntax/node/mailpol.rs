//! `mailpol version=1`: the version of the language.

use crate::diagnostic::Diagnostics;
use crate::syntax::diagnostics::UnknownVersion;
use crate::syntax::shape::{Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Value};

/// The version of the language that is read here.
const VERSION: i128 = 1;

/// The shape of `mailpol`.
pub(super) static MAILPOL: NodeSpec = NodeSpec {
    name: "mailpol",
    about: "The version of the language that the policy is written in.",
    example: "mailpol version=1",
    occurs: Occurs::Once,
    properties: &[PropertySpec::required(
        "version",
        Kind::Integer,
        "The version: 1.",
    )],
    ..NodeSpec::EMPTY
};

/// Checks the version.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) {
    let Some(version) = node.value("version") else {
        return;
    };
    // A version of another kind was told by the check.
    if let Value::Integer(other) = version.value
        && other != VERSION
    {
        diagnostics.error(UnknownVersion {
            version: other,
            at: version.at.clone(),
        });
    }
}
