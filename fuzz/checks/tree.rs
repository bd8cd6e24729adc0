//! Trees in which one file is another.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::simulate::{CATALOGUE, attack};
use mailpol::target::Artifacts;

use super::site::{Site, site};
use super::told;

/// Files that readers ask for and no policy has, and what stands before them.
pub(crate) const UNMADE: [(&str, Option<&str>); 3] = [
    ("etc/mailname", None),
    ("etc/passwd", None),
    (
        "usr/lib/sasl2/smtpd.conf",
        Some("etc/postfix/sasl/smtpd.conf"),
    ),
];

/// The first line is a site, a `/`, and the path of the file that the rest is; what is no path of
/// the site's tree is nothing to try. The reader takes the tree or refuses it, and says the same
/// when it reads it again; of what it takes, every envelope is answered.
pub(crate) fn check(target: &str, data: &[u8]) {
    let Some((head, text)) = std::str::from_utf8(data)
        .ok()
        .and_then(|text| text.split_once('\n'))
    else {
        return;
    };
    let Some((name, path)) = head.split_once('/') else {
        return;
    };
    let Some(site) = site(name, target) else {
        return;
    };
    let Some(tree) = changed(site, path, text) else {
        return;
    };
    assert_eq!(read(site, &tree), read(site, &tree), "read twice");
}

/// Returns the tree of a site in which one file is another.
fn changed(site: &Site, path: &str, text: &str) -> Option<Artifacts> {
    let mut tree = site.tree.clone();
    if let Some((_, before)) = UNMADE.iter().find(|(unmade, _)| *unmade == path) {
        let files = site.tree.files();
        let files = files.filter(|(path, _)| Some(*path) != *before);
        let files: BTreeMap<_, _> = files
            .map(|(path, file)| (path.to_owned(), file.clone()))
            .collect();
        tree.replace(files);
    } else if tree.get(path).is_none() {
        return None;
    }
    tree.add(path, 0o644, text);
    Some(tree)
}

/// Returns what is told of a tree, what is read from it, and what is answered by it.
fn read(site: &Site, tree: &Artifacts) -> String {
    let mut diagnostics = Diagnostics::new();
    let reading = site.target.interpret(tree, &mut diagnostics);
    let sorted = diagnostics.sorted().into_iter();
    let mut read: String = sorted
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect();
    if let Some(reading) = told(reading, &diagnostics) {
        // Writing to a string does not fail.
        let _ = write!(read, "{reading:?}");
        let answerer = site.answerer(reading.decider.as_ref());
        for one in CATALOGUE {
            let (_, answer, relays) =
                attack(one, &site.policy, &answerer).expect("every envelope is answered");
            let _ = writeln!(read, "{answer:?} {relays}");
        }
    }
    read
}
