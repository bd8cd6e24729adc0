//! The files of two targets, compared with each other without the policy: emitted, they agree;
//! broken, they do not.

#![expect(clippy::disallowed_methods, reason = "tests read policies")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;

use std::collections::BTreeMap;

use folder::Folder;
use language::{compile, find, rendered, root};
use mailpol::compile::files;
use mailpol::diagnostic::Diagnostics;
use mailpol::policy::Policy;
use mailpol::prove::{Report, check_agreement};
use mailpol::source::Source;
use mailpol::target::{Artifact, Reading, TARGETS, Target};

/// Fewer policies than this, and the corpus was not found.
const POLICIES_MIN: usize = 10;

fn target(name: &str) -> &'static dyn Target {
    let mut targets = TARGETS.iter().copied();
    targets.find(|target| target.name() == name).unwrap()
}

/// Reads the emitted files, one of them edited.
fn read(policy: &Policy, target: &dyn Target, edit: Option<(&str, &str, &str)>) -> Reading {
    let mut diagnostics = Diagnostics::new();
    let emitted = mailpol::compile::emit(policy, target, &mut diagnostics);
    let Ok(mut artifacts) = emitted else {
        panic!("{}", rendered(&diagnostics));
    };
    let mut tree: BTreeMap<String, Artifact> = artifacts
        .files()
        .map(|(path, artifact)| (path.to_owned(), artifact.clone()))
        .collect();
    if let Some((path, old, new)) = edit {
        let artifact = tree.get_mut(path).unwrap();
        let text = artifact.source.text();
        assert_eq!(text.matches(old).count(), 1, "{old}");
        artifact.source = Source::new(path, text.replace(old, new));
        artifacts.replace(tree);
    }
    let Ok(reading) = target.interpret(&artifacts, &mut diagnostics) else {
        panic!("{}", rendered(&diagnostics));
    };
    reading
}

fn agreement(policy: &Policy, edit: Option<(&str, &str, &str)>) -> Report {
    let (postfix, exim) = (target("postfix"), target("exim"));
    let of = |target: &dyn Target, folder: &str| {
        let edit = edit.filter(|(path, ..)| path.starts_with(folder));
        read(policy, target, edit)
    };
    let (one, other) = (of(postfix, "etc/postfix/"), of(exim, "etc/exim4/"));
    check_agreement(policy, files(postfix, &one), files(exim, &other))
}

fn policy(path: &std::path::Path) -> Policy {
    let source = Source::new("policy.kdl", std::fs::read_to_string(path).unwrap());
    let beside = Folder(path.parent().unwrap_or(path).to_owned());
    let mut diagnostics = Diagnostics::new();
    let Ok(policy) = compile(&source, &beside, &mut diagnostics) else {
        panic!("{}", rendered(&diagnostics));
    };
    policy
}

#[test]
fn emitted_files_agree() {
    let mut policies = find(&root().join("examples"), "policy.kdl");
    policies.extend(find(
        &root().join("tests/corpus/accept/judge"),
        "policy.kdl",
    ));
    assert!(policies.len() >= POLICIES_MIN, "{policies:?}");
    for path in policies {
        let report = agreement(&policy(&path), None);
        assert!(report.is_proved(), "{}: {report:#?}", path.display());
    }
}

#[test]
fn broken_files_do_not() {
    let doe = policy(&root().join("examples/doe/policy.kdl"));
    for edit in [
        (
            "etc/exim4/exim4.conf",
            "hostlist internal = <; 192.168.0.0/24",
            "hostlist internal = <; 192.168.0.0/23",
        ),
        (
            "etc/exim4/exim4.conf",
            "554 5.7.1 own-domain",
            "550 5.7.1 own-domain",
        ),
        (
            "etc/exim4/accounts",
            "jane.doe@doe-family.com\tjane",
            "jane.doe@doe-family.com\tjohn",
        ),
        (
            "etc/exim4/senders",
            "jane.doe@doe-family.com\tjane",
            "jane.doe@doe-family.com\tjohn",
        ),
        (
            "etc/postfix/own-domains",
            "doe-family.com\t554",
            "doe-family.org\t554",
        ),
    ] {
        assert!(!agreement(&doe, Some(edit)).is_proved(), "{edit:?}");
    }
}
