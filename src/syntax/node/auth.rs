//! `auth`: where passwords are checked.

use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::syntax::diagnostics::{MissingProperty, UnknownProperty};
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::suggest;
use crate::syntax::tree::{Node, Text};

const SASLAUTHD: &str = r#"auth "saslauthd" mechanism="shadow""#;
const DOVECOT: &str = r#"auth "dovecot" socket="/var/spool/postfix/private/auth""#;

/// The shape of `auth`.
pub(super) static AUTH: NodeSpec = NodeSpec {
    name: "auth",
    about: "Where passwords are checked. Without it nobody authenticates.",
    example: SASLAUTHD,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("password backend", Kind::Words(&["saslauthd", "dovecot"])),
    properties: &[
        PropertySpec::optional(
            "mechanism",
            Kind::Words(&["ldap", "pam", "shadow"]),
            "What saslauthd asks.",
        ),
        PropertySpec::optional("socket", Kind::Text, "The path of Dovecot's auth socket."),
    ],
    ..NodeSpec::EMPTY
};

/// An `auth` node.
#[derive(Debug)]
pub enum Auth {
    /// `auth "saslauthd" mechanism=`.
    Saslauthd {
        /// What it asks.
        mechanism: Text,
        /// Where it stands.
        at: Loc,
    },
    /// `auth "dovecot" socket=`.
    Dovecot {
        /// The path of its socket.
        socket: Text,
        /// Where it stands.
        at: Loc,
    },
}

/// A backend, and the properties that go with it.
struct Backend {
    wanted: &'static str,
    unwanted: &'static str,
    example: &'static str,
}

const BACKENDS: [(&str, Backend); 2] = [
    (
        "saslauthd",
        Backend {
            wanted: "mechanism",
            unwanted: "socket",
            example: SASLAUTHD,
        },
    ),
    (
        "dovecot",
        Backend {
            wanted: "socket",
            unwanted: "mechanism",
            example: DOVECOT,
        },
    ),
];

/// Reads a checked node: which property must stand depends on the backend, or on the one that was
/// meant.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Auth> {
    let names = BACKENDS.map(|(name, _)| name);
    let meant = node
        .text()
        .and_then(|backend| suggest::nearest(&backend.value, &names));
    let Some((_, backend)) = BACKENDS.iter().find(|(name, _)| Some(*name) == meant) else {
        // Whatever is meant, it wants one of the two.
        if BACKENDS
            .iter()
            .all(|(_, one)| node.value(one.wanted).is_none())
        {
            missing("mechanism` or `socket", SASLAUTHD, node, diagnostics);
        }
        return None;
    };
    let mut properties = node.properties.iter();
    if let Some((key, _)) = properties.find(|(key, _)| key.value == backend.unwanted) {
        diagnostics.error(UnknownProperty {
            name: backend.unwanted.to_owned(),
            node: "auth",
            help: Some(format!("write `{}`", backend.example)),
            at: key.at.clone(),
        });
    }
    if node.value(backend.wanted).is_none() {
        missing(backend.wanted, backend.example, node, diagnostics);
    }
    let value = node.property(backend.wanted)?;
    let at = node.at.clone();
    // The check of the node has told another name.
    match node.text()?.value.as_str() {
        "saslauthd" => Some(Auth::Saslauthd {
            mechanism: value,
            at,
        }),
        "dovecot" => Some(Auth::Dovecot { socket: value, at }),
        _ => None,
    }
}

fn missing(name: &'static str, example: &'static str, node: &Node, diagnostics: &mut Diagnostics) {
    diagnostics.error(MissingProperty {
        name,
        node: "auth",
        example,
        at: node.at.clone(),
    });
}
