//! `docs/language.md` is printed from the table of nodes, and each of its examples runs.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read the page that they compare with"
)]

#[path = "support/language.rs"]
#[expect(dead_code, reason = "only reading and telling is needed here")]
mod language;

use std::collections::BTreeMap;
use std::sync::Arc;

use kdl::{KdlDocument, KdlNode};
use language::{compile, rendered, root};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::syntax::{self, NODES, SCENARIO_NODES, shape::NodeSpec};

/// A policy into which every example fits: what the examples name is there.
const BASE: &str = r#"mailpol version=1
host "mx.example.org" {
    address "198.51.100.25"
    listen "smtp" "submission" "submissions"
    tls certificate="/etc/ssl/mx/fullchain.pem" key="/etc/ssl/mx/privkey.pem"
}
auth "saslauthd" mechanism="shadow"
domain "example.org" {
    mailbox "john" login="john"
    mailbox "jane" login="jane"
    mailbox "admin"
    mailbox "dmarc"
    mailbox "tls"
    alias "postmaster" "admin"
}
inbound { spf "soft"; }
route "isp" { to "smtp.isp.example" port=587 }
"#;

/// The files that examples name.
const FILES: &[(&str, &str)] = &[
    (
        "2026a.pub",
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n",
    ),
    (
        "domains.tsv",
        "domain\tcatch-all\tspf\nexample.net\tjohn@example.org\t\n",
    ),
    (
        "mailboxes.tsv",
        "domain\tlocal-part\tlogin\ttargets\nexample.org\tann\tann\t\n",
    ),
    (
        "networks.tsv",
        "network\tcidr\tmay-send\tmay-hand-over\totherwise\nlab\t10.9.0.0/24\tyes\t\t\n",
    ),
];

#[test]
fn the_page_is_printed_from_the_table() {
    let path = root().join("docs/language.md");
    let page = syntax::reference();
    if std::env::var_os("MAILPOL_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(page, std::fs::read_to_string(&path).unwrap_or_default());
}

/// Puts a node into a document, below the nodes of a path; in the place of one of its name.
fn put(document: &mut KdlDocument, path: &[&NodeSpec], node: &KdlNode) {
    let Some((first, rest)) = path.split_first() else {
        let name = node.name().value();
        let same = |other: &KdlNode| {
            let first = |node: &KdlNode| node.entries().first().map(|one| one.value().clone());
            other.name().value() == name && (first(other) == first(node) || once(name))
        };
        match document.nodes_mut().iter_mut().find(|other| same(other)) {
            Some(other) => *other = node.clone(),
            None => document.nodes_mut().push(node.clone()),
        }
        return;
    };
    let name = first.name;
    let found = document
        .nodes_mut()
        .iter_mut()
        .position(|other| other.name().value() == name);
    let at = found.unwrap_or_else(|| {
        // The parent's own example is a block that is whole but for what is put there.
        let example: KdlDocument = first.example.parse().unwrap();
        document.nodes_mut().extend(example.nodes().to_vec());
        document.nodes().len() - 1
    });
    put(document.nodes_mut()[at].ensure_children(), rest, node);
}

/// Nodes that may be there once only.
fn once(name: &str) -> bool {
    let often = [
        "mailbox", "alias", "network", "domain", "login", "set", "file", "target",
    ];
    !often.contains(&name)
}

fn run(path: &[&NodeSpec], spec: &NodeSpec) -> Result<(), String> {
    let example: KdlDocument = spec.example.parse().map_err(|error| format!("{error}"))?;
    let mut document: KdlDocument = BASE.parse().unwrap();
    for node in example.nodes() {
        put(&mut document, path, node);
    }
    document.autoformat();
    let source = Source::new("policy.kdl", document.to_string());
    let files: BTreeMap<String, Arc<Source>> = FILES
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Source::new(*name, *text)))
        .collect();
    let mut diagnostics = Diagnostics::new();
    let policy = compile(&source, &files, &mut diagnostics);
    match policy {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("{}\n{}", rendered(&diagnostics), source.text())),
    }
}

fn each<'s>(
    specs: &[&'s NodeSpec],
    path: &mut Vec<&'s NodeSpec>,
    visit: &mut impl FnMut(&[&'s NodeSpec], &'s NodeSpec),
) {
    for spec in specs {
        visit(path, spec);
        path.push(spec);
        each(spec.children, path, visit);
        path.pop();
    }
}

#[test]
fn every_example_of_the_page_compiles() {
    let (mut count, mut faults) = (0, Vec::new());
    each(NODES, &mut Vec::new(), &mut |path, spec| {
        count += 1;
        if let Err(fault) = run(path, spec) {
            let names: Vec<&str> = path.iter().map(|one| one.name).chain([spec.name]).collect();
            faults.push(format!("{}: {fault}", names.join(" / ")));
        }
    });
    assert!(count > 60, "{count}");
    assert!(
        faults.is_empty(),
        "{} of {count}:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(!SCENARIO_NODES.is_empty());
}
