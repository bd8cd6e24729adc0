//! The nodes of the language, one file each. [`NODES`] is the table of those at the top.

mod acknowledge;
mod archive;
mod auth;
mod bulk;
mod domain;
mod grant;
mod host;
mod inbound;
mod mailpol;
mod network;
mod publish;
mod route;
mod scenario;
mod statement;
mod target;

pub use acknowledge::Acknowledge;
pub use archive::Archive;
pub use auth::Auth;
pub use bulk::{Bulk, BulkKind};
pub use domain::{Alias, Domain, Forward, Mailbox};
pub use grant::{Authenticated, Login, MaySend};
pub use host::{Host, Limits, Listen, Tls};
pub use inbound::{Inbound, OwnDomain, SpfCheck};
pub use network::{Network, Via};
pub use publish::{Dkim, Dmarc, MtaSts, Publish, PublishedMx, PublishedSpf};
pub use route::{Outbound, Route, RouteTo};
pub use scenario::{Expect, Scenario};
pub use statement::{Class, Statement, StatementLogin};
pub use target::{Setting, Target};

use super::Document;
use super::shape::NodeSpec;
use super::tree::Node;
use crate::diagnostic::Diagnostics;

/// The nodes that may stand at the top of a policy, in the order of the manual.
pub static NODES: &[&NodeSpec] = &[
    &mailpol::MAILPOL,
    &host::HOST,
    &network::NETWORK,
    &bulk::NETWORKS,
    &auth::AUTH,
    &domain::DOMAIN,
    &bulk::DOMAINS,
    &publish::PARKED,
    &bulk::MAILBOXES,
    &grant::LOGIN,
    &grant::AUTHENTICATED,
    &inbound::INBOUND,
    &route::ROUTE,
    &route::OUTBOUND,
    &archive::ARCHIVE,
    &target::TARGET,
    &scenario::SCENARIO,
    &statement::FORBID,
    &statement::REQUIRE,
    &acknowledge::ACKNOWLEDGE,
];

/// The nodes that may stand at the top of a file of scenarios.
pub static SCENARIO_NODES: &[&NodeSpec] = &[&mailpol::MAILPOL, &scenario::SCENARIO];

/// Reads a checked node of the top into the document.
pub(super) fn read(node: &Node, document: &mut Document, diagnostics: &mut Diagnostics) {
    match node.name.value.as_str() {
        "mailpol" => mailpol::read(node, diagnostics),
        "host" => document.host = Some(host::read(node)),
        "network" => document.networks.push(network::read(node)),
        "auth" => {
            document.auth_written = true;
            document.auth = auth::read(node, diagnostics);
        }
        "domain" => document.domains.push(domain::read(node)),
        "parked" => document.parked.extend(publish::read_parked(node)),
        "login" => document.logins.push(grant::read_login(node)),
        "authenticated" => document.authenticated = Some(grant::read_authenticated(node)),
        "inbound" => document.inbound = Some(inbound::read(node)),
        "route" => document.routes.push(route::read(node)),
        "outbound" => document.outbound.push(route::read_outbound(node)),
        "archive" => document.archives.push(archive::read(node)),
        "target" => document.targets.push(target::read(node)),
        "scenario" => document.scenarios.push(scenario::read(node)),
        "forbid" | "require" => document.statements.push(statement::read(node)),
        "acknowledge" => document.acknowledged.push(acknowledge::read(node)),
        _ => document.bulk.extend(bulk::read(node)),
    }
}
