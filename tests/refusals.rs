//! For each thing that is accepted, the nearest things that are refused.

#[path = "refusals/names.rs"]
mod names;
#[path = "refusals/networks.rs"]
mod networks;
#[path = "refusals/recipients.rs"]
mod recipients;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mailpol::diagnostic::Diagnostics;
use mailpol::policy::{self, Policy};
use mailpol::source::Source;
use mailpol::syntax;

/// Returns the policy of a text, and the codes of what is told.
fn compile(text: &str) -> (Option<Policy>, BTreeSet<String>) {
    let source = Source::new("policy.kdl", text);
    let files: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    let mut diagnostics = Diagnostics::new();
    let policy = syntax::parse(&source, &mut diagnostics)
        .and_then(|document| policy::lower(&document, &files, &mut diagnostics));
    let told = diagnostics.sorted();
    let codes = told.iter().map(|one| one.code().unwrap().to_string());
    (policy.ok(), codes.collect())
}

fn policy(host: &str, domain: &str, rest: &str) -> String {
    format!(
        "mailpol version=1\nhost \"mx.example.org\" {{\n address \"198.51.100.25\"\n listen \
         \"smtp\"\n {host}\n}}\nauth \"saslauthd\" mechanism=\"shadow\"\n\
         domain \"example.org\" {{\n \
         mailbox \"john\" login=\"john\"\n alias \"postmaster\" \"john\"\n {domain}\n}}\n{rest}\n"
    )
}

#[track_caller]
fn good(text: &str) -> Policy {
    let (policy, codes) = compile(text);
    assert_eq!(codes, BTreeSet::new(), "{text}");
    policy.expect("nothing was told")
}

#[track_caller]
fn bad(text: &str, code: &str) {
    let (policy, codes) = compile(text);
    let expected = BTreeSet::from([format!("mailpol::{code}")]);
    assert_eq!(codes, expected, "{text}");
    assert!(policy.is_none(), "{text}");
}

#[track_caller]
fn warned(text: &str, code: &str) {
    let (policy, codes) = compile(text);
    let expected = BTreeSet::from([format!("mailpol::{code}")]);
    assert_eq!(codes, expected, "{text}");
    assert!(policy.is_some(), "{text}");
}
