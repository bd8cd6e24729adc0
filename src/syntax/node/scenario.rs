//! `scenario`: one envelope, and the verdict that the user expects.

use super::host::LISTENERS;
use crate::source::Loc;
use crate::source::Spanned;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text, Value};

/// The results of RFC 7208 section 2.6, in its order.
pub(super) const SPF_RESULTS: Kind = Kind::Words(&[
    "none",
    "neutral",
    "pass",
    "fail",
    "softfail",
    "temperror",
    "permerror",
]);

/// The shape of `scenario`.
pub(super) static SCENARIO: NodeSpec = NodeSpec {
    name: "scenario",
    about: "One envelope, and the verdict that is expected: nothing is built if another comes out.",
    example: "scenario \"a stranger writes to us\" { client \"203.0.113.9\"; mail-from \
              \"a@b.example\"; rcpt-to \"john@example.org\"; expect \"accept\" }",
    arguments: ArgumentSpec::one("sentence", Kind::Text),
    children: &[
        &CLIENT, &LISTENER, &TLS, &LOGIN, &HELO, &MAIL_FROM, &RCPT_TO, &SPF, &SPF_HELO, &EXPECT,
    ],
    ..NodeSpec::EMPTY
};

static CLIENT: NodeSpec = NodeSpec {
    name: "client",
    about: "The client's address.",
    example: r#"client "203.0.113.9""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("client", Kind::Text),
    ..NodeSpec::EMPTY
};

static LISTENER: NodeSpec = NodeSpec {
    name: "listener",
    about: "Where the client connects; by default `smtp`.",
    example: r#"listener "submission""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("listener", LISTENERS),
    ..NodeSpec::EMPTY
};

static TLS: NodeSpec = NodeSpec {
    name: "tls",
    about: "Whether the session is under TLS; by default only on `submissions`.",
    example: "tls #true",
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("truth value", Kind::Boolean),
    ..NodeSpec::EMPTY
};

static LOGIN: NodeSpec = NodeSpec {
    name: "login",
    about: "The login that the client has authenticated as.",
    example: r#"login "john""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("login", Kind::TextOrNull),
    ..NodeSpec::EMPTY
};

static HELO: NodeSpec = NodeSpec {
    name: "helo",
    about: "The name that the client gives; by default its address literal.",
    example: r#"helo "mail.example.net""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("name", Kind::Text),
    ..NodeSpec::EMPTY
};

static MAIL_FROM: NodeSpec = NodeSpec {
    name: "mail-from",
    about: "The reverse-path; empty for the null one.",
    example: r#"mail-from "a@b.example""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("reverse-path", Kind::Text),
    ..NodeSpec::EMPTY
};

static RCPT_TO: NodeSpec = NodeSpec {
    name: "rcpt-to",
    about: "The forward-path.",
    example: r#"rcpt-to "john@example.org""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("forward-path", Kind::Text),
    ..NodeSpec::EMPTY
};

static SPF: NodeSpec = NodeSpec {
    name: "spf",
    about: "The SPF result of MAIL FROM.",
    example: r#"spf "pass""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("SPF result", SPF_RESULTS),
    ..NodeSpec::EMPTY
};

static SPF_HELO: NodeSpec = NodeSpec {
    name: "spf-helo",
    about: "The SPF result of HELO.",
    example: r#"spf-helo "none""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("SPF result", SPF_RESULTS),
    ..NodeSpec::EMPTY
};

static EXPECT: NodeSpec = NodeSpec {
    name: "expect",
    about: "The verdict, and perhaps the rule that it comes from.",
    example: r#"expect "reject" because="relay-denied""#,
    occurs: Occurs::Once,
    arguments: ArgumentSpec::one("verdict", Kind::Words(&["accept", "defer", "reject"])),
    properties: &[PropertySpec::optional(
        "because",
        Kind::Words(&[
            "bad-path",
            "tls-required",
            "auth-required",
            "own-domain",
            "sender-limit",
            "network-limit",
            "relay-denied",
            "unlisted",
            "spf",
            "listed",
            "granted",
        ]),
        "The rule that decides.",
    )],
    ..NodeSpec::EMPTY
};

/// A `scenario` node.
#[derive(Debug)]
pub struct Scenario {
    /// Its name.
    pub name: Option<Text>,
    /// The client's address.
    pub client: Option<Text>,
    /// The listener.
    pub listener: Option<Text>,
    /// Whether under TLS.
    pub tls: Option<Spanned<bool>>,
    /// The login.
    pub login: Option<Text>,
    /// The HELO name.
    pub helo: Option<Text>,
    /// The reverse-path.
    pub from: Option<Text>,
    /// The forward-path.
    pub to: Option<Text>,
    /// The SPF result of MAIL FROM.
    pub spf: Option<Text>,
    /// The SPF result of HELO.
    pub spf_helo: Option<Text>,
    /// What is expected.
    pub expect: Option<Expect>,
    /// Where it stands.
    pub at: Loc,
}

/// An `expect` node.
#[derive(Debug)]
pub struct Expect {
    /// The verdict.
    pub verdict: Text,
    /// The rule.
    pub because: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Scenario {
    let text = |name: &str| node.child(name).and_then(Node::text);
    Scenario {
        name: node.text(),
        client: text("client"),
        listener: text("listener"),
        tls: tls(node),
        login: text("login"),
        helo: text("helo"),
        from: text("mail-from"),
        to: text("rcpt-to"),
        spf: text("spf"),
        spf_helo: text("spf-helo"),
        expect: node.child("expect").and_then(|expect| {
            Some(Expect {
                verdict: expect.text()?,
                because: expect.property("because"),
                at: expect.at.clone(),
            })
        }),
        at: node.at.clone(),
    }
}

/// Reads the `tls` of a checked `scenario`, `forbid` or `require`.
pub(super) fn tls(node: &Node) -> Option<Spanned<bool>> {
    let value = node.child("tls")?.arguments.first()?;
    match value.value {
        Value::Boolean(truth) => Some(Spanned::new(truth, value.at.clone())),
        Value::Text(_) | Value::Integer(_) | Value::Float | Value::Null => None,
    }
}
