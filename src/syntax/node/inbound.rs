//! `inbound`: what is checked of mail from strangers.

use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text};

/// The shape of `inbound`.
pub(super) static INBOUND: NodeSpec = NodeSpec {
    name: "inbound",
    about: "What is checked of mail from strangers.",
    example: r#"inbound { spf "soft" header="both"; own-domain "reject" }"#,
    occurs: Occurs::AtMostOnce,
    children: &[&SPF, &OWN_DOMAIN],
    ..NodeSpec::EMPTY
};

static SPF: NodeSpec = NodeSpec {
    name: "spf",
    about: "What SPF results do: `soft` (the default) refuses fail, `strict` softfail too, `off` \
            checks nothing.",
    example: r#"spf "soft" header="both""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("SPF policy", Kind::Words(&["soft", "strict", "off"])),
    properties: &[PropertySpec::optional(
        "header",
        Kind::Words(&["spf", "auth", "both", "none"]),
        "Which headers record the result: Received-SPF, Authentication-Results, both (the \
         default) or none.",
    )],
    ..NodeSpec::EMPTY
};

static OWN_DOMAIN: NodeSpec = NodeSpec {
    name: "own-domain",
    about: "What happens to strangers that claim a sender in one of our domains: `reject` (the \
            default), or `check` like any other.",
    example: r#"own-domain "reject""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("own-domain policy", Kind::Words(&["reject", "check"])),
    ..NodeSpec::EMPTY
};

/// An `inbound` node.
#[derive(Debug)]
pub struct Inbound {
    /// The SPF check.
    pub spf: Option<SpfCheck>,
    /// What happens to strangers that claim one of our domains.
    pub own_domain: Option<OwnDomain>,
    /// Where it stands.
    pub at: Loc,
}

/// An `spf` node of `inbound`.
#[derive(Debug)]
pub struct SpfCheck {
    /// What results do.
    pub policy: Text,
    /// Which headers record them.
    pub header: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// An `own-domain` node.
#[derive(Debug)]
pub struct OwnDomain {
    /// The word.
    pub word: Text,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Inbound {
    Inbound {
        spf: node.child("spf").and_then(|spf| {
            Some(SpfCheck {
                policy: spf.text()?,
                header: spf.property("header"),
                at: spf.at.clone(),
            })
        }),
        own_domain: node.child("own-domain").and_then(|own| {
            Some(OwnDomain {
                word: own.text()?,
                at: own.at.clone(),
            })
        }),
        at: node.at.clone(),
    }
}
