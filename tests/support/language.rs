//! Policies of the corpus: found, read with the files beside them, and lowered.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mailpol::diagnostic::{Diagnostics, Reported, Style, render};
use mailpol::policy::{self, Policy};
use mailpol::source::{Files, Source};
use mailpol::syntax;

/// Lowers a policy.
pub(crate) fn compile(
    source: &Arc<Source>,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Result<Policy, Reported> {
    let document = syntax::parse(source, diagnostics)?;
    policy::lower(&document, files, diagnostics)
}

/// Returns what was told, as it is printed.
pub(crate) fn rendered(diagnostics: &Diagnostics) -> String {
    let told = diagnostics.sorted();
    told.iter()
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns all files below a folder whose names end so, sorted.
pub(crate) fn find(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The package's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
