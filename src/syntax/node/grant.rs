//! `may-send`, the sentence of every right, and the nodes of logins that hold it.

use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs};
use crate::syntax::tree::{Node, Text};

/// The shape of `may-send`.
pub(super) static MAY_SEND: NodeSpec = NodeSpec {
    name: "may-send",
    about: "The right to send anywhere.",
    example: r#"may-send { from "@example.org" }"#,
    occurs: Occurs::AtMostOnce,
    children: &[&FROM],
    ..NodeSpec::EMPTY
};

static FROM: NodeSpec = NodeSpec {
    name: "from",
    about: "The senders that the right covers: `own`, `any`, an address, or `@` and a domain.",
    example: r#"from "own""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("sender", Kind::Text),
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
    /// Where it stands.
    pub at: Loc,
}

/// A `login` node.
#[derive(Debug)]
pub struct Login {
    /// Its name.
    pub name: Option<Text>,
    /// Its right.
    pub may_send: Option<MaySend>,
    /// Where it stands.
    pub at: Loc,
}

/// An `authenticated` node.
#[derive(Debug)]
pub struct Authenticated {
    /// The right of every login that has none of its own.
    pub may_send: Option<MaySend>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads the `may-send` of a checked node.
pub(super) fn may_send(node: &Node) -> Option<MaySend> {
    let node = node.child("may-send")?;
    Some(MaySend {
        from: node.child_texts("from"),
        at: node.at.clone(),
    })
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
