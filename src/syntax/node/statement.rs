//! `forbid` and `require`: what must hold for every envelope of a class.

use super::host::LISTENERS;
use super::scenario::{SPF_RESULTS, tls};
use crate::source::{Loc, Spanned};
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs};
use crate::syntax::tree::{Node, Text, Value};

const CLASS: &[&NodeSpec] = &[&CLIENT, &LISTENER, &TLS, &LOGIN, &FROM, &TO, &SPF];
const CHILDREN: &[&NodeSpec] = &[&CLIENT, &LISTENER, &TLS, &LOGIN, &FROM, &TO, &SPF, &EXCEPT];

/// The shape of `forbid`.
pub(super) static FORBID: NodeSpec = NodeSpec {
    name: "forbid",
    about: "No envelope of this class is accepted. What is not said may be anything.",
    example: r#"forbid "containers stay in" { client "172.17.0.0/16"; to "foreign" }"#,
    arguments: ArgumentSpec::one("sentence", Kind::Text),
    children: CHILDREN,
    ..NodeSpec::EMPTY
};

/// The shape of `require`.
pub(super) static REQUIRE: NodeSpec = NodeSpec {
    name: "require",
    about: "Every envelope of this class is accepted. What is not said may be anything.",
    example: r#"require "the office may write out" { client "10.0.0.0/24"; to "foreign" }"#,
    arguments: ArgumentSpec::one("sentence", Kind::Text),
    children: CHILDREN,
    ..NodeSpec::EMPTY
};

static EXCEPT: NodeSpec = NodeSpec {
    name: "except",
    about: "Of the envelopes of this class nothing is said.",
    example: r#"except { from "scanner@factory.example"; to "@partner.example" }"#,
    children: CLASS,
    ..NodeSpec::EMPTY
};

static CLIENT: NodeSpec = NodeSpec {
    name: "client",
    about: "The client's address is in one of these prefixes.",
    example: r#"client "172.17.0.0/16""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("prefix", Kind::Text),
    ..NodeSpec::EMPTY
};

static LISTENER: NodeSpec = NodeSpec {
    name: "listener",
    about: "The client connects to one of these.",
    example: r#"listener "submission" "submissions""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("listener", LISTENERS),
    ..NodeSpec::EMPTY
};

static TLS: NodeSpec = NodeSpec {
    name: "tls",
    about: "Whether the session is under TLS.",
    example: "tls #false",
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("truth value", Kind::Boolean),
    ..NodeSpec::EMPTY
};

static LOGIN: NodeSpec = NodeSpec {
    name: "login",
    about: "The client has authenticated as one of these; `#null`: not at all.",
    example: "login #null",
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("login", Kind::TextOrNull),
    ..NodeSpec::EMPTY
};

static FROM: NodeSpec = NodeSpec {
    name: "from",
    about: "The reverse-path: `null`, `local`, `foreign`, an address, `@` and a domain, or `@*.` \
            and a domain for all below it.",
    example: r#"from "local""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("sender", Kind::Text),
    ..NodeSpec::EMPTY
};

static TO: NodeSpec = NodeSpec {
    name: "to",
    about: "The forward-path: `listed`, `unlisted`, `foreign`, an address, `@` and a domain, or \
            `@*.` and a domain for all below it.",
    example: r#"to "foreign""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("recipient", Kind::Text),
    ..NodeSpec::EMPTY
};

static SPF: NodeSpec = NodeSpec {
    name: "spf",
    about: "The SPF result of MAIL FROM is one of these.",
    example: r#"spf "fail" "softfail""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("SPF result", SPF_RESULTS),
    ..NodeSpec::EMPTY
};

/// A `forbid` or `require` node.
#[derive(Debug)]
pub struct Statement {
    /// Its sentence.
    pub name: Option<Text>,
    /// Whether it is `require`; else it is `forbid`.
    pub requires: bool,
    /// What it speaks of.
    pub class: Class,
    /// Of that, what it does not speak of: any of these.
    pub except: Vec<Class>,
    /// Where it stands.
    pub at: Loc,
}

/// A class of envelopes: what is not said may be anything.
#[derive(Debug)]
pub struct Class {
    /// Prefixes of clients.
    pub clients: Vec<Text>,
    /// Listeners.
    pub listeners: Vec<Text>,
    /// TLS or not.
    pub tls: Option<bool>,
    /// Logins.
    pub login: Option<StatementLogin>,
    /// Reverse-paths.
    pub from: Vec<Text>,
    /// Forward-paths.
    pub to: Vec<Text>,
    /// SPF results.
    pub spf: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

impl Statement {
    /// Returns the classes that it names.
    pub fn classes(&self) -> impl Iterator<Item = &Class> {
        std::iter::once(&self.class).chain(&self.except)
    }
}

/// The `login` of a statement.
#[derive(Debug)]
pub struct StatementLogin {
    /// The names.
    pub names: Vec<Text>,
    /// The first `#null`.
    pub null: Option<Loc>,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Statement {
    Statement {
        name: node.text(),
        requires: node.name.value == REQUIRE.name,
        class: class(node),
        except: node.children_named(EXCEPT.name).map(class).collect(),
        at: node.at.clone(),
    }
}

fn class(node: &Node) -> Class {
    Class {
        clients: node.child_texts("client"),
        listeners: node.child_texts("listener"),
        tls: tls(node).map(|truth: Spanned<bool>| truth.value),
        login: node.child("login").map(|login| StatementLogin {
            names: login.texts(),
            null: login
                .arguments
                .iter()
                .find_map(|value| (value.value == Value::Null).then(|| value.at.clone())),
        }),
        from: node.child_texts("from"),
        to: node.child_texts("to"),
        spf: node.child_texts("spf"),
        at: node.at.clone(),
    }
}
