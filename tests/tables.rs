//! Tables of emitted files: no key stands twice in one. Of two rows both MTAs find one alone, and
//! which depends on the kind of the table; so a forward and its copy, say, are one row.
#![expect(clippy::disallowed_methods, reason = "tests read the corpus")]

#[path = "support/folder.rs"]
mod folder;
#[path = "support/language.rs"]
mod language;

use std::collections::BTreeMap;
use std::path::Path;

use folder::Folder;
use language::{compile, find, rendered, root};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::target::{Artifacts, TARGETS};

/// What is no table: settings, services, and lists of patterns.
const OTHERS: [&str; 8] = [
    "main.cf",
    "master.cf",
    "exim4.conf",
    "command-filter",
    "address-literals",
    "address-literals-limited",
    "routed-local-parts",
    "smtpd.conf",
];

/// Returns the keys that stand more than once, and counts all.
fn twice(artifacts: &Artifacts, count: &mut usize) -> Vec<String> {
    let mut found = Vec::new();
    for (path, file) in artifacts.files() {
        let folder = path.starts_with("etc/postfix/") || path.starts_with("etc/exim4/");
        let name = path.rsplit('/').next().unwrap_or_default();
        if !folder || OTHERS.contains(&name) {
            continue;
        }
        let mut rows: BTreeMap<String, usize> = BTreeMap::new();
        for line in file.source.text().lines() {
            let key = line.split('\t').next().unwrap_or_default();
            if !key.is_empty() && !key.starts_with('#') {
                *rows.entry(key.to_ascii_lowercase()).or_default() += 1;
            }
        }
        *count += rows.len();
        let more = rows.into_iter().filter(|(_, rows)| *rows > 1);
        found.extend(more.map(|(key, rows)| format!("{path}: {key} stands {rows} times")));
    }
    found
}

/// Returns the faults of every target's files for a policy, and counts the keys of each.
fn faults(path: &Path, counts: &mut [usize]) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let folder = Folder(path.parent().unwrap().to_owned());
    let mut told = Diagnostics::new();
    let policy = compile(&Source::new("policy.kdl", text), &folder, &mut told);
    let policy = policy.unwrap_or_else(|_| panic!("{}", rendered(&told)));
    let proved = mailpol::prove::prove(&policy, &mut told);
    let (proven, _) = proved.unwrap_or_else(|_| panic!("{}", rendered(&told)));
    let mut faults = Vec::new();
    for (target, count) in TARGETS.iter().zip(counts) {
        // Some policies are for the other MTA.
        if let Ok(artifacts) = target.emit(&proven, &mut told) {
            let found = twice(&artifacts, count).into_iter();
            faults.extend(found.map(|fault| format!("{}: {fault}", path.display())));
        }
    }
    faults
}

#[test]
fn no_key_stands_twice_in_a_table() {
    let mut policies = find(&root().join("tests/corpus/accept"), "policy.kdl");
    policies.extend(find(&root().join("examples"), "policy.kdl"));
    let mut counts = vec![0; TARGETS.len()];
    let faults: Vec<String> = policies
        .iter()
        .flat_map(|path| faults(path, &mut counts))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(counts.iter().all(|count| *count > 300), "{counts:?}");
}

/// What is looked for is found.
#[test]
fn a_key_that_stands_twice_is_seen() {
    let mut artifacts = Artifacts::new();
    let text = "# a\nx@d.example\tb\nX@d.example\tc\n";
    artifacts.add("etc/postfix/addresses", 0o644, text);
    let mut keys = 0;
    let found = twice(&artifacts, &mut keys);
    assert_eq!(found, ["etc/postfix/addresses: x@d.example stands 2 times"]);
}
