//! `host`: the machine that the MTA runs on.

use crate::source::{Loc, Spanned};
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{LeftOut, Node, Text};

/// The listeners, in the order of the ports.
pub(super) const LISTENERS: Kind = Kind::Words(&["smtp", "submissions", "submission"]);

/// The shape of `host`.
pub(super) static HOST: NodeSpec = NodeSpec {
    name: "host",
    about: "The machine that the MTA runs on: its name is what HELO says and MX records point to.",
    example: r#"host "mx.example.org" { address "198.51.100.25"; listen "smtp" }"#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("name", Kind::Text),
    children: &[
        &ADDRESS,
        &LISTEN,
        &TLS,
        &POSTMASTER,
        &PLUS_ADDRESSING,
        &LIMITS,
    ],
    ..NodeSpec::EMPTY
};

static ADDRESS: NodeSpec = NodeSpec {
    name: "address",
    about: "The host's public addresses.",
    example: r#"address "198.51.100.25" "2001:db8::25""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::some("address", Kind::Text),
    ..NodeSpec::EMPTY
};

static LISTEN: NodeSpec = NodeSpec {
    name: "listen",
    about: "The ways in: port 25, port 587 with STARTTLS, port 465 with TLS from the first byte. \
            Without it nothing comes in, and all that the host makes goes to that of `outbound`.",
    example: r#"listen "smtp" "submission" "submissions""#,
    occurs: Occurs::Often,
    arguments: ArgumentSpec::some("listener", LISTENERS),
    children: &[&ON],
    ..NodeSpec::EMPTY
};

static ON: NodeSpec = NodeSpec {
    name: "on",
    about: "The addresses of the machine that these listeners are open at, and no others. Left \
            out: all of them.",
    example: r#"on "192.168.7.1" "fd00:7::1""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("address", Kind::Text),
    ..NodeSpec::EMPTY
};

static TLS: NodeSpec = NodeSpec {
    name: "tls",
    about: "The host's certificate and its key, by path. Neither is ever read.",
    example: r#"tls certificate="/etc/ssl/mx/fullchain.pem" key="/etc/ssl/mx/privkey.pem""#,
    occurs: Occurs::AtMostOnce,
    properties: &[
        PropertySpec::required(
            "certificate",
            Kind::Text,
            "The path of the certificate with its chain (PEM).",
        ),
        PropertySpec::required("key", Kind::Text, "The path of the private key (PEM)."),
    ],
    ..NodeSpec::EMPTY
};

static POSTMASTER: NodeSpec = NodeSpec {
    name: "postmaster",
    about: "Where mail goes for `postmaster` of every domain without one of its own, and mail made \
            on the host itself. Of a host without `listen` it is also who that mail is from.",
    example: r#"postmaster "admin@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("address", Kind::Text),
    ..NodeSpec::EMPTY
};

static PLUS_ADDRESSING: NodeSpec = NodeSpec {
    name: "plus-addressing",
    about: "Mail for `john+shop` goes to `john`. What stands behind the first `+` of a local-part \
            counts for nothing, for senders and for rights too.",
    example: "plus-addressing",
    occurs: Occurs::AtMostOnce,
    ..NodeSpec::EMPTY
};

static LIMITS: NodeSpec = NodeSpec {
    name: "limits",
    about: "What one message may have at most. Left out, it is what the MTA comes with.",
    example: r#"limits size="25MiB" recipients=200"#,
    occurs: Occurs::AtMostOnce,
    properties: &[
        PropertySpec::optional(
            "size",
            Kind::Text,
            "Its size in octets, `KiB` or `MiB`: from 64KiB to 1024MiB.",
        ),
        PropertySpec::optional(
            "recipients",
            Kind::Integer,
            "The number of its recipients: from 100 to 50000.",
        ),
    ],
    ..NodeSpec::EMPTY
};

/// A `host` node.
#[derive(Debug)]
pub struct Host {
    /// Its name.
    pub name: Option<Text>,
    /// Its addresses.
    pub addresses: Vec<Text>,
    /// Its `listen` nodes.
    pub listen: Vec<Listen>,
    /// What says that addresses may have an extension.
    pub plus_addressing: Option<Loc>,
    /// What one message may have.
    pub limits: Option<Limits>,
    /// Its certificate.
    pub tls: Option<Tls>,
    /// What was left out of it.
    pub left_out: Vec<LeftOut>,
    /// Where mail for it goes.
    pub postmaster: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// A `listen` node.
#[derive(Debug)]
pub struct Listen {
    /// The listeners.
    pub listeners: Vec<Text>,
    /// The addresses that they are bound to; none without `on`.
    pub on: Option<Vec<Text>>,
    /// What was left out of it.
    pub left_out: Vec<LeftOut>,
}

/// A `limits` node.
#[derive(Debug)]
pub struct Limits {
    /// The size.
    pub size: Option<Text>,
    /// The number of recipients.
    pub recipients: Option<Spanned<i128>>,
    /// Where it stands.
    pub at: Loc,
}

/// A `tls` node.
#[derive(Debug)]
pub struct Tls {
    /// The path of the certificate.
    pub certificate: Option<Text>,
    /// The path of the key.
    pub key: Option<Text>,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Host {
    Host {
        name: node.text(),
        addresses: node.child_texts("address"),
        listen: node.children_named("listen").map(listen).collect(),
        limits: node.child("limits").map(|limits| Limits {
            size: limits.property("size"),
            recipients: limits.integer("recipients"),
            at: limits.at.clone(),
        }),
        plus_addressing: node.child("plus-addressing").map(|node| node.at.clone()),
        tls: node.child("tls").map(|tls| Tls {
            certificate: tls.property("certificate"),
            key: tls.property("key"),
        }),
        left_out: node.left_out.clone(),
        postmaster: node.child("postmaster").and_then(Node::text),
        at: node.at.clone(),
    }
}

fn listen(node: &Node) -> Listen {
    Listen {
        listeners: node.texts(),
        on: node.child("on").map(Node::texts),
        left_out: node.left_out.clone(),
    }
}
