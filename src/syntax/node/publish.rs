//! `publish`: what DNS says about a domain, and `parked`: domains that neither send nor receive.

use crate::source::Loc;
use crate::syntax::shape::{ArgumentSpec, Kind, NodeSpec, Occurs, PropertySpec};
use crate::syntax::tree::{Node, Text, Value};

/// What receivers are asked to do, in the order of RFC 9989 section 4.7.
const DISPOSITIONS: Kind = Kind::Words(&["none", "quarantine", "reject"]);
/// How near a name must be to the author's domain (RFC 9989 section 4.4).
const ALIGNMENTS: Kind = Kind::Words(&["relaxed", "strict"]);

/// The shape of `publish`.
pub(super) static PUBLISH: NodeSpec = NodeSpec {
    name: "publish",
    about: "What DNS says about the domain.",
    example: r#"publish { spf "+mx -all" }"#,
    occurs: Occurs::AtMostOnce,
    children: &[&MX, &SPF, &DKIM, &DMARC, &MTA_STS, &TLS_RPT],
    ..NodeSpec::EMPTY
};

static MX: NodeSpec = NodeSpec {
    name: "mx",
    about: "The hosts that take the domain's mail, the first choice first; by default this host \
            alone, which must be one of them.",
    example: r#"mx "mx.example.org" "backup.example.net""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("host", Kind::Text),
    ..NodeSpec::EMPTY
};

static SPF: NodeSpec = NodeSpec {
    name: "spf",
    about: "The terms of the SPF record, without `v=spf1`; by default `+mx -all`.",
    example: r#"spf "+mx" "-all""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("term", Kind::Text),
    ..NodeSpec::EMPTY
};

static DKIM: NodeSpec = NodeSpec {
    name: "dkim",
    about: "A DKIM key by its selector. With `key` mail is signed with it, without it is only \
            published.",
    example: r#"dkim "2026a" key="/etc/dkimkeys/2026a.pem" public-file="2026a.pub""#,
    arguments: ArgumentSpec::one("selector", Kind::Text),
    properties: &[
        PropertySpec::optional(
            "key",
            Kind::Text,
            "The path of the private key on the server (PEM). It is never read.",
        ),
        PropertySpec::optional(
            "public",
            Kind::Text,
            "The public key: a SubjectPublicKeyInfo, RSA or Ed25519, in base64.",
        ),
        PropertySpec::optional(
            "public-file",
            Kind::Text,
            "A file with the public key, relative to the policy: PEM, or base64 alone.",
        ),
    ],
    ..NodeSpec::EMPTY
};

static DMARC: NodeSpec = NodeSpec {
    name: "dmarc",
    about: "What receivers shall do with mail in whose name neither SPF nor DKIM speaks.",
    example: r#"dmarc "reject" { aggregate-reports "dmarc@example.org" }"#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("disposition", DISPOSITIONS),
    properties: &[
        PropertySpec::optional(
            "subdomains",
            DISPOSITIONS,
            "The same for sub-domains; by default as for the domain.",
        ),
        PropertySpec::optional(
            "non-existent",
            DISPOSITIONS,
            "The same for sub-domains that do not exist; by default as for sub-domains.",
        ),
        PropertySpec::optional(
            "dkim-alignment",
            ALIGNMENTS,
            "Whether the domain that signed may be another of the organisation; by default it may.",
        ),
        PropertySpec::optional(
            "spf-alignment",
            ALIGNMENTS,
            "The same for the domain of the reverse-path.",
        ),
        PropertySpec::optional(
            "testing",
            Kind::Boolean,
            "Whether receivers shall do one step less than asked; by default not.",
        ),
    ],
    children: &[&AGGREGATE_REPORTS, &FAILURE_REPORTS],
};

static AGGREGATE_REPORTS: NodeSpec = NodeSpec {
    name: "aggregate-reports",
    about: "Where receivers send their daily counts.",
    example: r#"aggregate-reports "dmarc@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("address", Kind::Text),
    ..NodeSpec::EMPTY
};

static FAILURE_REPORTS: NodeSpec = NodeSpec {
    name: "failure-reports",
    about: "Where receivers send reports of single messages. Few do.",
    example: r#"failure-reports "dmarc@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("address", Kind::Text),
    ..NodeSpec::EMPTY
};

static MTA_STS: NodeSpec = NodeSpec {
    name: "mta-sts",
    about: "That mail to the domain goes under TLS, to hosts whose certificates name them.",
    example: r#"mta-sts "enforce" web-server="www.example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::one("mode", Kind::Words(&["enforce", "testing", "none"])),
    properties: &[
        PropertySpec::required(
            "web-server",
            Kind::Text,
            "The host that serves the policy file as `mta-sts.` and the domain, by HTTPS.",
        ),
        PropertySpec::optional(
            "max-age",
            Kind::Integer,
            "For how many seconds senders keep the policy; by default 604800, a week.",
        ),
    ],
    ..NodeSpec::EMPTY
};

static TLS_RPT: NodeSpec = NodeSpec {
    name: "tls-rpt",
    about: "Where senders report how TLS went: an address, or an `https:` URI.",
    example: r#"tls-rpt "tls@example.org""#,
    occurs: Occurs::AtMostOnce,
    arguments: ArgumentSpec::some("address or URI", Kind::Text),
    ..NodeSpec::EMPTY
};

/// The shape of `parked`.
pub(super) static PARKED: NodeSpec = NodeSpec {
    name: "parked",
    about: "Domains that neither send nor receive mail, and whose DNS says so.",
    example: r#"parked "example.net" "example.com""#,
    arguments: ArgumentSpec::some("domain", Kind::Text),
    ..NodeSpec::EMPTY
};

/// A `publish` node.
#[derive(Debug, Default)]
pub struct Publish {
    /// The exchangers, with the place of their node.
    pub mx: Option<PublishedMx>,
    /// The SPF record.
    pub spf: Option<PublishedSpf>,
    /// The DKIM keys.
    pub dkim: Vec<Dkim>,
    /// The DMARC record.
    pub dmarc: Option<Dmarc>,
    /// The MTA-STS policy.
    pub mta_sts: Option<MtaSts>,
    /// Where reports about TLS go; empty if none is asked for.
    pub tls_rpt: Vec<Text>,
}

/// An `mx` node.
#[derive(Debug)]
pub struct PublishedMx {
    /// The hosts.
    pub hosts: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// An `spf` node of `publish`.
#[derive(Debug)]
pub struct PublishedSpf {
    /// Its arguments: each one term, or several with blanks between them.
    pub terms: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// A `dkim` node.
#[derive(Debug)]
pub struct Dkim {
    /// Its selector.
    pub selector: Text,
    /// The path of its private key.
    pub key: Option<Text>,
    /// Its public key.
    pub public: Option<Text>,
    /// The file of its public key.
    pub public_file: Option<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// A `dmarc` node.
#[derive(Debug)]
pub struct Dmarc {
    /// What receivers shall do.
    pub disposition: Option<Text>,
    /// The same for sub-domains.
    pub subdomains: Option<Text>,
    /// The same for sub-domains that do not exist.
    pub non_existent: Option<Text>,
    /// The alignment of DKIM.
    pub dkim_alignment: Option<Text>,
    /// The alignment of SPF.
    pub spf_alignment: Option<Text>,
    /// Whether it is a test.
    pub testing: bool,
    /// Where aggregate reports go.
    pub aggregate_reports: Vec<Text>,
    /// Where failure reports go.
    pub failure_reports: Vec<Text>,
    /// Where it stands.
    pub at: Loc,
}

/// An `mta-sts` node.
#[derive(Debug)]
pub struct MtaSts {
    /// Its mode.
    pub mode: Option<Text>,
    /// The web server.
    pub web_server: Option<Text>,
    /// Seconds, and where they stand.
    pub max_age: Option<(i128, Loc)>,
    /// Where it stands.
    pub at: Loc,
}

/// Reads a checked node.
pub(super) fn read(node: &Node) -> Publish {
    Publish {
        mx: node.child("mx").map(|mx| PublishedMx {
            hosts: mx.texts(),
            at: mx.at.clone(),
        }),
        spf: node.child("spf").map(|spf| PublishedSpf {
            terms: spf.texts(),
            at: spf.at.clone(),
        }),
        dkim: node.children_named("dkim").filter_map(dkim).collect(),
        dmarc: node.child("dmarc").map(dmarc),
        mta_sts: node.child("mta-sts").map(mta_sts),
        tls_rpt: node.child_texts("tls-rpt"),
    }
}

fn dkim(node: &Node) -> Option<Dkim> {
    Some(Dkim {
        selector: node.text()?,
        key: node.property("key"),
        public: node.property("public"),
        public_file: node.property("public-file"),
        at: node.at.clone(),
    })
}

fn dmarc(node: &Node) -> Dmarc {
    let testing = node.value("testing").map(|value| &value.value);
    Dmarc {
        disposition: node.text(),
        subdomains: node.property("subdomains"),
        non_existent: node.property("non-existent"),
        dkim_alignment: node.property("dkim-alignment"),
        spf_alignment: node.property("spf-alignment"),
        testing: testing == Some(&Value::Boolean(true)),
        aggregate_reports: node.child_texts("aggregate-reports"),
        failure_reports: node.child_texts("failure-reports"),
        at: node.at.clone(),
    }
}

fn mta_sts(node: &Node) -> MtaSts {
    let max_age = node.value("max-age").and_then(|value| match value.value {
        Value::Integer(seconds) => Some((seconds, value.at.clone())),
        Value::Text(_) | Value::Float | Value::Boolean(_) | Value::Null => None,
    });
    MtaSts {
        mode: node.text(),
        web_server: node.property("web-server"),
        max_age,
        at: node.at.clone(),
    }
}

/// Reads a checked `parked` node.
pub(super) fn read_parked(node: &Node) -> Vec<Text> {
    node.texts()
}
