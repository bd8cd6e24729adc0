//! `may-send`, the sentence of every right, and the nodes of logins that hold it.

use super::host::LISTENERS;
use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `may-send`.
pub(super) static MAY_SEND: NodeSpec = NodeSpec {
    name: "may-send",
    about: "The right to send: what it does not name, it does not limit. Several add up.",
    example: r#"may-send { from "@example.org"; to "orders@partner.example" }"#,
    properties: &[PropertySpec::optional(
        "tls",
        Kind::Words(&["required"]),
        "The right holds only under TLS.",
    )],
    children: &[&FROM, &TO, &LISTENER],
    ..NodeSpec::EMPTY
};

static FROM: NodeSpec = NodeSpec {
    name: "from",
    about: "The senders that the right covers: `own`, `local`, `null`, `any`, an address, `@` and \
            a domain, or in a network `@*.` and a domain for all below it.",
    example: r#"from "@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("sender", Kind::Text),
    ..NodeSpec::EMPTY
};

static TO: NodeSpec = NodeSpec {
    name: "to",
    about: "The recipients that the right covers: `local`, `any`, an address, `@` and a domain, or \
            `@*.` and a domain for all below it.",
    example: r#"to "local" "orders@partner.example""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("recipient", Kind::Text),
    ..NodeSpec::EMPTY
};

static LISTENER: NodeSpec = NodeSpec {
    name: "listener",
    about: "The listeners that the right holds on.",
    example: r#"listener "submission""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("listener", LISTENERS),
    ..NodeSpec::EMPTY
};

/// The shape of `login`.
pub(super) static LOGIN: NodeSpec = NodeSpec {
    name: "login",
    about: "A login, as the password backend reports it, with rights of its own.",
    example: r#"login "john" { may-send { from "own" } }"#,
    arguments: ArgumentSpec::one("login", Kind::Text),
    children: &[&MAY_SEND],
    ..NodeSpec::EMPTY
};

/// The shape of `authenticated`.
pub(super) static AUTHENTICATED: NodeSpec = NodeSpec {
    name: "authenticated",
    about: "The right of every login that has none of its own; by default from its own addresses.",
    example: r#"authenticated { may-send { from "own" } }"#,
    occurs: Occurs::AtMostOnce,
    children: &[&MAY_SEND],
    ..NodeSpec::EMPTY
};

/// A `may-send` node.
#[derive(Debug)]
pub struct MaySend {
    /// The senders that it covers; any if none are named.
    pub from: Vec<Text>,
    /// The recipients that it covers; any if none are named.
    pub to: Vec<Text>,
    /// The listeners that it holds on; all if none are named.
    pub listeners: Vec<Text>,
    /// The word that it needs TLS.
    pub tls: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// A `login` node.
#[derive(Debug)]
pub struct Login {
    /// Its name.
    pub name: Option<Text>,
    /// Its rights.
    pub may_send: Vec<MaySend>,
    /// Where it stands.
    pub at: Loc,
}

/// An `authenticated` node.
#[derive(Debug)]
pub struct Authenticated {
    /// The rights of every login that has none of its own.
    pub may_send: Vec<MaySend>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads every `may-send` of a checked node.
pub(super) fn may_send(node: &Node) -> Vec<MaySend> {
    let grants = node.children_named("may-send");
    let grant = |node: &Node| MaySend {
        from: node.child_texts("from"),
        to: node.child_texts("to"),
        listeners: node.child_texts("listener"),
        tls: node.property("tls"),
        at: node.at.clone(),
    };
    grants.map(grant).collect()
}

/// Reads a checked `login` node.
pub(super) fn read_login(node: &Node) -> Login {
    Login {
        name: node.text(),
        may_send: may_send(node),
        at: node.at.clone(),
    }
}

/// Reads a checked `authenticated` node.
pub(super) fn read_authenticated(node: &Node) -> Authenticated {
    Authenticated {
        may_send: may_send(node),
        at: node.at.clone(),
    }
}
