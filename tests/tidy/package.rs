//! The package: its dependencies and its templates.

use super::none;
use super::paths::names_crate;
use super::tree::{File, files, rust_files};

/// A dependency of Cargo.toml.
struct Dependency {
    name: String,
    line: usize,
    /// Whether a comment stands right above it.
    has_reason: bool,
    dev: bool,
}

fn dependencies() -> Vec<Dependency> {
    let manifest = files().into_iter().find(|file| file.path == "Cargo.toml");
    let text = manifest.map(|file| file.text).unwrap_or_default();
    let mut found = Vec::new();
    let (mut section, mut above) = ("", "");
    for (line, content) in (1..).zip(text.lines()) {
        if content.starts_with('[') {
            section = content;
        } else if let Some((name, _)) = content.split_once(" = ")
            && matches!(section, "[dependencies]" | "[dev-dependencies]")
        {
            found.push(Dependency {
                name: name.to_owned(),
                line,
                has_reason: above.starts_with('#'),
                dev: section == "[dev-dependencies]",
            });
        }
        above = content;
    }
    found
}

#[test]
fn every_dependency_has_a_reason() {
    let dependencies = dependencies();
    assert!(!dependencies.is_empty(), "Cargo.toml has no dependencies");
    let faults: Vec<String> = dependencies
        .iter()
        .filter(|one| !one.has_reason)
        .map(|one| format!("Cargo.toml:{}: `{}`", one.line, one.name))
        .collect();
    none(
        &faults,
        "A comment on the line above says what a dependency is for.",
    );
}

#[test]
fn every_dependency_is_used() {
    let (src, tests) = (rust_files("src/"), rust_files("tests/"));
    let mut faults = Vec::new();
    for one in dependencies() {
        let name = one.name.replace('-', "_");
        let named = |files: &[File]| {
            files
                .iter()
                .any(|file| !names_crate(file, &name).is_empty())
        };
        // Unit tests in `src` may use what only tests need.
        if !(named(&src) || (one.dev && named(&tests))) {
            faults.push(format!("Cargo.toml:{}: `{}`", one.line, one.name));
        }
    }
    none(&faults, "A dependency that no line names is only weight.");
}

#[test]
fn every_template_is_used() {
    let mut faults = Vec::new();
    for file in files() {
        let below = file.path.strip_prefix("templates/");
        let Some((target, name)) = below.and_then(|below| below.split_once('/')) else {
            continue;
        };
        // A view names its template below its target's folder.
        let quoted = format!("\"{name}\"");
        let views = rust_files(&format!("src/target/{target}/"));
        if !views.iter().any(|view| view.text.contains(&quoted)) {
            faults.push(file.path.clone());
        }
    }
    none(
        &faults,
        "A template that no view of its target names is never printed.",
    );
}
