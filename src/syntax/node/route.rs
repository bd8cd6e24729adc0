//! `route` and `outbound`: by which hosts mail leaves.

use crate::source::{Loc, Spanned};
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `route`.
pub(super) static ROUTE: NodeSpec = NodeSpec {
    name: "route",
    about: "A way for mail to another host. It leads nothing there by itself: `via=` names it.",
    example: r#"route "isp" { to "smtp.isp.example" port=587 credentials="/etc/mail/isp" }"#,
    arguments: ArgumentSpec::one("name", Kind::Text),
    children: &[&TO],
    ..NodeSpec::EMPTY
};

static TO: NodeSpec = NodeSpec {
    name: "to",
    about: "The host, by its name or its address. Of a name the addresses are asked, and no MX \
            records.",
    example: r#"to "smtp.isp.example" port=587"#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("host", Kind::Text),
    properties: &[
        PropertySpec::optional(
            "port",
            Kind::Integer,
            "The port; by default 25. On 465 TLS begins with the first byte.",
        ),
        PropertySpec::optional(
            "tls",
            Kind::Words(&["opportunistic", "required", "verified"]),
            "Under what TLS: with a certificate that names the host (`verified`, the default), \
             whoever answers (`required`), or only where it is offered (`opportunistic`).",
        ),
        PropertySpec::optional(
            "credentials",
            Kind::Text,
            "The path of a file with the line `HOST NAME:PASSWORD`. It is never read.",
        ),
    ],
    ..NodeSpec::EMPTY
};

/// The shape of `outbound`.
pub(super) static OUTBOUND: NodeSpec = NodeSpec {
    name: "outbound",
    about: "By which route mail leaves: for some recipients, of some senders, or all the rest; \
            without one, to the exchangers of its domain.",
    example: r#"outbound via="isp""#,
    properties: &[PropertySpec::required(
        "via",
        Kind::Text,
        "The name of the route.",
    )],
    children: &[&FROM, &TO_DOMAINS],
    ..NodeSpec::EMPTY
};

static FROM: NodeSpec = NodeSpec {
    name: "from",
    about: "Mail whose reverse-path is in one of these domains of ours: `@` and a domain, or `@*.` \
            and a domain for all of ours that are below it.",
    example: r#"from "@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("domain", Kind::Text),
    ..NodeSpec::EMPTY
};

static TO_DOMAINS: NodeSpec = NodeSpec {
    name: "to",
    about: "Mail for one of these domains of others: `@` and a domain, or `@*.` and a domain for \
            all that are below it. It comes before senders.",
    example: r#"to "@partner.example" "@*.partner.example""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("domain", Kind::Text),
    ..NodeSpec::EMPTY
};

/// A `route` node.
#[derive(Debug)]
pub struct Route {
    /// Its name.
    pub name: Option<Text>,
    /// Where it leads.
    pub to: Option<RouteTo>,
    /// Where it stands.
    pub at: Loc,
}

/// A `to` node of a route.
#[derive(Debug)]
pub struct RouteTo {
    /// The host.
    pub host: Text,
    /// The port.
    pub port: Option<Spanned<i128>>,
    /// Under what TLS.
    pub tls: Option<Text>,
    /// The path of the credentials.
    pub credentials: Option<Text>,
}

/// An `outbound` node.
#[derive(Debug)]
pub struct Outbound {
    /// The name of the route.
    pub via: Option<Text>,
    /// Domains of senders.
    pub from: Vec<Text>,
    /// Domains of recipients.
    pub to: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Route {
    let to = node.child("to").and_then(|to| {
        let port = to.integer("port");
        Some(RouteTo {
            host: to.text()?,
            port,
            tls: to.property("tls"),
            credentials: to.property("credentials"),
        })
    });
    Route {
        name: node.text(),
        to,
        at: node.at.clone(),
    }
}

/// Reads a checked node.
pub(super) fn read_outbound(node: &Node) -> Outbound {
    Outbound {
        via: node.property("via"),
        from: node.child_texts("from"),
        to: node.child_texts("to"),
        at: node.at.clone(),
    }
}
