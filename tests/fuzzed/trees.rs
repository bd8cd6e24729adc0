//! The sites of `fuzz/checks/site.rs` have every kind of file: those that are built of any example
//! and of any policy of the corpus, and those that readers ask for by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mailpol::compile::{emit, load};
use mailpol::diagnostic::Diagnostics;
use mailpol::source::Source;
use mailpol::target::TARGETS;
use mailpol::threads::in_parts;

use super::checks::{site::names, tree::UNMADE};
use super::readers::below;
use super::site;

/// Kinds of files by target.
type Kinds = BTreeMap<&'static str, BTreeSet<String>>;

pub(crate) fn hold() {
    let mut paths: BTreeSet<&str> = UNMADE.iter().map(|(path, _)| *path).collect();
    let mut tried = Kinds::new();
    for target in TARGETS.iter().map(|target| target.name()) {
        let trees = names().map(|name| &site(name, target).tree);
        let files: Vec<&str> = trees
            .flat_map(|tree| tree.files().map(|(path, _)| path))
            .collect();
        tried.insert(target, files.iter().map(|path| kind(path)).collect());
        paths.extend(files);
    }
    let mut policies = Vec::new();
    for folder in ["examples", "tests/corpus/accept", "tests/corpus/warn"] {
        find(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut policies,
        );
    }
    assert!(policies.len() > 50, "{policies:?}");
    let mut untried = BTreeSet::new();
    for (target, path, policy) in in_parts(&policies, |policy| built(policy)).concat() {
        if !tried[target].contains(&path) {
            untried.insert(format!("{target}: {path}, as of {}", policy.display()));
        }
    }
    for (file, path) in asked() {
        let is_tried = paths.iter().any(|one| {
            let rest = one.strip_prefix(&path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if !is_tried {
            untried.insert(format!("{path}, as {} asks for", file.display()));
        }
    }
    assert!(untried.is_empty(), "{untried:#?}");
}

/// Returns a path without its numbers, and without the name of a route: files that differ in these
/// alone are read alike.
fn kind(path: &str) -> String {
    let path = match path.split_once("exim4/route-") {
        Some((folder, _)) => format!("{folder}exim4/route-NAME"),
        None => path.to_owned(),
    };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let digits = |c: char| c.is_ascii_digit();
    let parts: Vec<&str> = name.split(digits).filter(|part| !part.is_empty()).collect();
    format!("{folder}/{}", parts.join("N"))
}

/// Adds the policies below a folder.
fn find(folder: &Path, policies: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, policies);
        } else if path.file_name().is_some_and(|name| name == "policy.kdl") {
            policies.push(path);
        }
    }
}

/// Returns the kinds of files that are built of a policy, where it is built.
fn built(path: &Path) -> Vec<(&'static str, String, PathBuf)> {
    let mut beside = BTreeMap::new();
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Ok(text) = fs::read_to_string(&path) {
            beside.insert(name.clone(), Source::new(name, text));
        }
    }
    let source: Arc<Source> = Arc::clone(&beside["policy.kdl"]);
    let Ok(policy) = load(&source, &beside, &mut Diagnostics::new()) else {
        return Vec::new();
    };
    let mut kinds = Vec::new();
    for target in TARGETS {
        if let Ok(tree) = emit(&policy, *target, &mut Diagnostics::new()) {
            let paths = tree.files().map(|(path, _)| path);
            kinds.extend(paths.map(|one| (target.name(), kind(one), path.to_path_buf())));
        }
    }
    kinds
}

/// Returns the paths and folders that readers name, with where they do.
fn asked() -> Vec<(PathBuf, String)> {
    let mut asked = Vec::new();
    let files = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/target"));
    let is_reader = |path: &PathBuf| {
        let mut parts = path.components();
        !path.ends_with("tests.rs") && !parts.any(|part| part.as_os_str() == "emit")
    };
    for file in files.into_iter().filter(is_reader) {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for start in ["\"etc/", "\"usr/", "\"var/"] {
            let words = code.split(start).skip(1);
            let words = words.filter_map(|rest| Some(rest.split_once('"')?.0));
            let paths = words.map(|word| format!("{}{word}", start.trim_start_matches('"')));
            asked.extend(paths.map(|path| (file.clone(), path)));
        }
    }
    assert!(asked.len() > 5, "{asked:?}");
    asked
}
