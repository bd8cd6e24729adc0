//! The policies that are judged: every example, and every accepted case of the corpus.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::Failed;
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::policy::Policy;
use mailpol::source::{Files, Source};

/// A policy of the corpus.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

struct Beside<'a>(&'a Path);

impl Files for Beside<'_> {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        let text = fs::read_to_string(self.0.join(name)).map_err(|error| error.to_string())?;
        Ok(Source::new(name, text))
    }
}

impl Case {
    /// Reads the policy; it has to be without errors.
    pub(crate) fn load(&self) -> Result<Policy, Failed> {
        let text = fs::read_to_string(self.folder.join("policy.kdl"))?;
        let source = Source::new("policy.kdl", text);
        let mut diagnostics = Diagnostics::new();
        mailpol::compile::load(&source, &Beside(&self.folder), &mut diagnostics)
            .map_err(|_| told(&diagnostics))
    }
}

/// Everything that was told, as the reason of a failed test.
pub(crate) fn told(diagnostics: &Diagnostics) -> Failed {
    let all = diagnostics.sorted();
    let text: Vec<String> = all
        .into_iter()
        .map(|one| render(one.as_ref(), Style::PLAIN))
        .collect();
    text.join("\n").into()
}

/// Every folder with a `policy.kdl` below `examples` and `tests/corpus/accept`, of hosts that take
/// mail. Of others there is no envelope: `served/null_client.rs` follows what they make.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = below(&["examples", "tests/corpus/accept"]);
    cases.retain(|case| {
        let text = fs::read_to_string(case.folder.join("policy.kdl"));
        text.is_ok_and(|text| text.contains("listen ") || text.contains("listen\""))
    });
    cases
}

/// Every folder with a `policy.kdl` below some folders.
pub(crate) fn below(tops: &[&str]) -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = Vec::new();
    for top in tops {
        let mut open = vec![root.join(top)];
        while let Some(folder) = open.pop() {
            if folder.join("policy.kdl").is_file() {
                let name = folder
                    .strip_prefix(root)
                    .unwrap_or(&folder)
                    .display()
                    .to_string();
                cases.push(Case {
                    name,
                    folder: folder.clone(),
                });
            }
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            open.extend(
                entries
                    .map(|entry| entry.path())
                    .filter(|path| path.is_dir()),
            );
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}
