//! `network`: a name for prefixes, with rights.

use super::grant::{MAY_SEND, MaySend, may_send};
use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `network`.
pub(super) static NETWORK: NodeSpec = NodeSpec {
    name: "network",
    about: "A name for prefixes of clients. Of nested networks the longest prefix decides alone.",
    example: r#"network "internal" { cidr "192.168.0.0/24"; may-send }"#,
    arguments: ArgumentSpec::one("name", Kind::Text),
    children: &[&CIDR, &MAY_SEND, &MAY_HAND_OVER, &OTHERWISE, &VIA],
    ..NodeSpec::EMPTY
};

static CIDR: NodeSpec = NodeSpec {
    name: "cidr",
    about: "The network's prefixes, of IPv4 and IPv6.",
    example: r#"cidr "192.168.0.0/24" "fd00:d0e::/64""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::some("prefix", Kind::Text),
    ..NodeSpec::EMPTY
};

static MAY_HAND_OVER: NodeSpec = NodeSpec {
    name: "may-hand-over",
    about: "The right of a backup MX: it hands us our own mail without an SPF check.",
    example: "may-hand-over",
    occurs: Occurs::AtMostOnce,
    ..NodeSpec::EMPTY
};

static OTHERWISE: NodeSpec = NodeSpec {
    name: "otherwise",
    about: "What holds for what is not granted: its clients are strangers, or it is refused.",
    example: r#"otherwise "refuse""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("word for the rest", Kind::Words(&["stranger", "refuse"])),
    ..NodeSpec::EMPTY
};

static VIA: NodeSpec = NodeSpec {
    name: "via",
    about: "How its clients reach the server: by themselves (`direct`, the default), by a proxy \
            that says who they are (`proxy-protocol`, one node for each), or by a published port \
            of a container bridge, which hides who they are.",
    example: r#"via "proxy-protocol" from="10.8.0.2""#,
    arguments: ArgumentSpec::one(
        "way",
        Kind::Words(&["direct", "proxy-protocol", "container-bridge"]),
    ),
    properties: &[PropertySpec::optional(
        "from",
        Kind::Text,
        "The one address that the proxy connects from. Nobody else is believed.",
    )],
    ..NodeSpec::EMPTY
};

/// A `network` node.
#[derive(Debug)]
pub struct Network {
    /// Its name.
    pub name: Option<Text>,
    /// Its prefixes.
    pub prefixes: Vec<Text>,
    /// The rights to send.
    pub may_send: Vec<MaySend>,
    /// The right to hand over.
    pub may_hand_over: Option<Loc>,
    /// What holds for the rest.
    pub otherwise: Option<Text>,
    /// How its clients reach the server.
    pub via: Vec<Via>,
    /// Where it stands.
    pub at: Loc,
}

/// A `via` node.
#[derive(Debug)]
pub struct Via {
    /// The way.
    pub way: Text,
    /// The address of the proxy.
    pub from: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Network {
    Network {
        name: node.text(),
        prefixes: node.child_texts("cidr"),
        may_send: may_send(node),
        may_hand_over: node.child("may-hand-over").map(|node| node.at.clone()),
        otherwise: node.child("otherwise").and_then(Node::text),
        via: node.children_named("via").filter_map(via).collect(),
        at: node.at.clone(),
    }
}

fn via(node: &Node) -> Option<Via> {
    Some(Via {
        way: node.text()?,
        from: node.property("from"),
        at: node.at.clone(),
    })
}
