//! `domain`: a domain that mail is delivered for, its recipients, and what DNS says about it.

use super::publish::{self, Publish};
use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, MANY, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text, Value, may_have_been};

/// The shape of `domain`.
pub(super) static DOMAIN: NodeSpec = NodeSpec {
    name: "domain",
    about: "A domain that mail is delivered for.",
    example: r#"domain "example.org" { mailbox "john" login="john" }"#,
    arguments: ArgumentSpec::one("domain", Kind::Text),
    properties: &[PropertySpec::optional(
        "via",
        Kind::Text,
        "The name of the route that mail for its mailboxes goes by; without it they are kept here.",
    )],
    children: &[&MAILBOX, &ALIAS, &FORWARD, &CATCH_ALL, &publish::PUBLISH],
    ..NodeSpec::EMPTY
};

static MAILBOX: NodeSpec = NodeSpec {
    name: "mailbox",
    about: "A local-part whose mail is kept, here or behind a route.",
    example: r#"mailbox "john.doe" login="john""#,
    arguments: ArgumentSpec::one("local-part", Kind::Text),
    properties: &[
        PropertySpec::optional(
            "login",
            Kind::Text,
            "The login that the mailbox belongs to; without one nobody authenticates as it.",
        ),
        PropertySpec::optional(
            "via",
            Kind::Text,
            "The name of the route that its mail goes by; by default that of the domain.",
        ),
    ],
    ..NodeSpec::EMPTY
};

static ALIAS: NodeSpec = NodeSpec {
    name: "alias",
    about: "A local-part, and behind it the recipients of ours that its mail goes to. An alias \
            leads to 10,000 recipients at most, through 64 aliases; all that lead to \
            aliases, or to more than 100 mailboxes, together to 2,000,000.",
    example: r#"alias "family" "john" "jane@example.org""#,
    arguments: Some(ArgumentSpec {
        name: "local-part or target",
        kind: Kind::Text,
        min: 2,
        max: MANY,
    }),
    ..NodeSpec::EMPTY
};

static FORWARD: NodeSpec = NodeSpec {
    name: "forward",
    about: "A local-part, and behind it the addresses of others that its mail goes on to: 10,000 \
            at most.",
    example: r#"forward "grandma" "grandma@isp.example""#,
    arguments: Some(ArgumentSpec {
        name: "local-part or address",
        kind: Kind::Text,
        min: 2,
        max: MANY,
    }),
    properties: &[PropertySpec::optional(
        "keep",
        Kind::Boolean,
        "Whether the mailbox of that local-part keeps a copy.",
    )],
    ..NodeSpec::EMPTY
};

static CATCH_ALL: NodeSpec = NodeSpec {
    name: "catch-all",
    about: "Where mail for every other local-part of the domain goes.",
    example: r#"catch-all "john""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("target", Kind::Text),
    ..NodeSpec::EMPTY
};

/// A `domain` node.
#[derive(Debug)]
pub struct Domain {
    /// Its name.
    pub name: Option<Text>,
    /// The route of its mailboxes.
    pub via: Option<Text>,
    /// Its mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Its aliases.
    pub aliases: Vec<Alias>,
    /// Its forwards.
    pub forwards: Vec<Forward>,
    /// Its catch-all; its name is the node's.
    pub catch_all: Option<Alias>,
    /// What DNS says about it.
    pub publish: Publish,
    /// Whether something was left out that may have been a recipient.
    pub left_out: bool,
    /// Where it stands.
    pub at: Loc,
}

/// A `mailbox` node.
#[derive(Debug)]
pub struct Mailbox {
    /// Its local-part.
    pub local: Text,
    /// Its login.
    pub login: Option<Text>,
    /// The route that its mail goes by.
    pub via: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// An `alias` or a `catch-all` node.
#[derive(Debug)]
pub struct Alias {
    /// Its local-part.
    pub local: Text,
    /// Where its mail goes.
    pub targets: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// A `forward` node.
#[derive(Debug)]
pub struct Forward {
    /// Its local-part.
    pub local: Text,
    /// Where its mail goes.
    pub targets: Vec<Text>,
    /// Whether the mailbox keeps a copy.
    pub keep: bool,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Domain {
    let mailboxes: Vec<_> = node.children_named("mailbox").map(mailbox).collect();
    let aliases: Vec<_> = node.children_named("alias").map(alias).collect();
    let forwards: Vec<_> = node.children_named("forward").map(forward).collect();
    let nameless = mailboxes.iter().any(Option::is_none)
        || aliases.iter().any(Option::is_none)
        || forwards.iter().any(Option::is_none);
    Domain {
        name: node.text(),
        via: node.property("via"),
        mailboxes: mailboxes.into_iter().flatten().collect(),
        aliases: aliases.into_iter().flatten().collect(),
        forwards: forwards.into_iter().flatten().collect(),
        catch_all: node.child("catch-all").map(|node| Alias {
            local: node.name.clone(),
            targets: node.texts(),
            at: node.at.clone(),
        }),
        publish: node.child("publish").map(publish::read).unwrap_or_default(),
        left_out: nameless
            || may_have_been(
                &node.left_out,
                &["mailbox", "alias", "forward", "catch-all"],
            ),
        at: node.at.clone(),
    }
}

fn mailbox(node: &Node) -> Option<Mailbox> {
    Some(Mailbox {
        local: node.text()?,
        login: node.property("login"),
        via: node.property("via"),
        at: node.at.clone(),
    })
}

fn alias(node: &Node) -> Option<Alias> {
    Some(Alias {
        local: node.text()?,
        targets: node.texts().into_iter().skip(1).collect(),
        at: node.at.clone(),
    })
}

fn forward(node: &Node) -> Option<Forward> {
    Some(Forward {
        local: node.text()?,
        targets: node.texts().into_iter().skip(1).collect(),
        keep: node
            .value("keep")
            .is_some_and(|keep| matches!(keep.value, Value::Boolean(true))),
        at: node.at.clone(),
    })
}
