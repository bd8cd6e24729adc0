//! `auth`: where passwords are checked.

use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::syntax::diagnostics::{MissingProperty, UnknownProperty};
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
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

/// Reads a checked node: which property must stand depends on the backend.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Auth> {
    let backend = node.text()?;
    let at = node.at.clone();
    let (wanted, unwanted, example) = match backend.value.as_str() {
        "saslauthd" => ("mechanism", "socket", SASLAUTHD),
        "dovecot" => ("socket", "mechanism", DOVECOT),
        _ => return None,
    };
    if let Some((key, _)) = node
        .properties
        .iter()
        .find(|(key, _)| key.value == unwanted)
    {
        diagnostics.error(UnknownProperty {
            name: unwanted.to_owned(),
            node: "auth",
            help: Some(format!("write `{example}`")),
            at: key.at.clone(),
        });
    }
    let Some(value) = node.property(wanted) else {
        if node.value(wanted).is_none() {
            diagnostics.error(MissingProperty {
                name: wanted,
                node: "auth",
                example,
                at,
            });
        }
        return None;
    };
    Some(if wanted == "mechanism" {
        Auth::Saslauthd {
            mechanism: value,
            at,
        }
    } else {
        Auth::Dovecot { socket: value, at }
    })
}
