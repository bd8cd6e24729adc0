//! What was written: a policy's KDL as a typed tree with places.
//!
//! `scan` looks at the text and `gate` at its form, `reader` alone knows KDL's types, `check` holds
//! what was written against [`NODES`], and the files of `node` make the typed tree.
//! Not here: what anything means (`policy`).

mod check;
mod format;
mod gate;
mod lexer;
mod reader;
mod reference;
mod scan;
mod schema;
pub(crate) mod suggest;
mod wrong;

pub mod diagnostics;
pub mod node;
pub mod shape;
pub mod tree;

pub(crate) use check::shorten;
pub use format::format;
pub use node::{NODES, SCENARIO_NODES};
pub use reference::reference;
pub(crate) use scan::escape;
pub use schema::{scenario_schema, schema};

use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};

/// A policy as written.
#[derive(Debug)]
pub struct Document {
    /// Its text.
    pub source: Arc<Source>,
    /// The `host` node.
    pub host: Option<node::Host>,
    /// The `network` nodes.
    pub networks: Vec<node::Network>,
    /// The `auth` node.
    pub auth: Option<node::Auth>,
    /// Whether there is an `auth` node, even one that says nothing.
    pub auth_written: bool,
    /// The `domain` nodes.
    pub domains: Vec<node::Domain>,
    /// The names of the `parked` nodes.
    pub parked: Vec<tree::Text>,
    /// The `login` nodes.
    pub logins: Vec<node::Login>,
    /// The `authenticated` node.
    pub authenticated: Option<node::Authenticated>,
    /// The `inbound` node.
    pub inbound: Option<node::Inbound>,
    /// The `route` nodes.
    pub routes: Vec<node::Route>,
    /// The `outbound` nodes.
    pub outbound: Vec<node::Outbound>,
    /// The `archive` nodes.
    pub archives: Vec<node::Archive>,
    /// The `target` nodes.
    pub targets: Vec<node::Target>,
    /// The `scenario` nodes.
    pub scenarios: Vec<node::Scenario>,
    /// The `forbid` and `require` nodes.
    pub statements: Vec<node::Statement>,
    /// The `acknowledge` nodes.
    pub acknowledged: Vec<node::Acknowledge>,
    /// The files beside the policy.
    pub bulk: Vec<node::Bulk>,
    /// What was left out of the top.
    pub left_out: Vec<tree::LeftOut>,
    /// The token, if something could not stand and was left out. `lower` goes on, so that one run
    /// tells everything, and then fails.
    pub failed: Option<Reported>,
}

/// Reads a policy. What may not stand is told and left out; only what is no KDL at all ends here.
pub fn parse(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Result<Document, Reported> {
    parse_as(source, NODES, diagnostics)
}

/// Reads a file of scenarios: a document that has nothing else.
pub fn parse_scenarios(
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Result<Document, Reported> {
    parse_as(source, SCENARIO_NODES, diagnostics)
}

fn parse_as(
    source: &Arc<Source>,
    specs: &'static [&'static shape::NodeSpec],
    diagnostics: &mut Diagnostics,
) -> Result<Document, Reported> {
    let before = diagnostics.errors();
    scan::scan(source, diagnostics)?;
    gate::check(source, diagnostics);
    diagnostics.failed_since(before)?;
    let nodes = reader::read(source, diagnostics)?;
    let first = nodes
        .first()
        .map_or_else(|| start(source), |node| node.at.clone());
    let (nodes, left_out) = check::check(nodes, specs, None, &first, diagnostics);
    let mut document = Document {
        source: Arc::clone(source),
        host: None,
        networks: Vec::new(),
        auth: None,
        auth_written: false,
        domains: Vec::new(),
        parked: Vec::new(),
        logins: Vec::new(),
        authenticated: None,
        inbound: None,
        routes: Vec::new(),
        outbound: Vec::new(),
        archives: Vec::new(),
        targets: Vec::new(),
        scenarios: Vec::new(),
        statements: Vec::new(),
        acknowledged: Vec::new(),
        bulk: Vec::new(),
        left_out,
        failed: None,
    };
    for node in &nodes {
        node::read(node, &mut document, diagnostics);
    }
    document.failed = diagnostics.failed_since(before).err();
    Ok(document)
}

/// Returns the place of the first line that holds anything: where nodes are missed if there are
/// none.
fn start(source: &Arc<Source>) -> Loc {
    let text = source.text();
    let lead = text.len()
        - text
            .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .len();
    let line = text.get(lead..).and_then(|rest| rest.lines().next());
    let length = line.map_or(0, |line| line.trim_end().len());
    Loc::new(source, lead, lead + length)
}

#[cfg(test)]
mod tests;
