//! The cases: folders of the corpus.
#![expect(
    clippy::disallowed_methods,
    reason = "the library reads no file; a test reads its corpus"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::Failed;
use mailpol::diagnostic::{Diagnostics, Style, render};
use mailpol::dns::read_zone;
use mailpol::mail::Certificate;
use mailpol::policy::Policy;
use mailpol::source::{Files, Source};
use mailpol::spf::Zone;

/// A broken tree, and the question that must find it.
pub(crate) struct Case {
    pub(crate) question: String,
    pub(crate) name: String,
    folder: PathBuf,
}

struct Beside<'a>(&'a Path);

impl Files for Beside<'_> {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        let text = fs::read_to_string(self.0.join(name)).map_err(|error| error.to_string())?;
        Ok(Source::new(name, text))
    }
}

impl Case {
    /// Returns the name of the target that the files are of.
    pub(crate) fn target(&self) -> &'static str {
        if self.name.starts_with("exim-") {
            "exim"
        } else {
            "postfix"
        }
    }

    /// Returns the folder of the policy: that of the example that is named, else the nearest from
    /// here upwards that has one.
    fn policy_folder(&self) -> Result<PathBuf, Failed> {
        let named = self.folder.join("example.txt");
        if named.is_file() {
            let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
            return Ok(examples.join(fs::read_to_string(named)?.trim_end()));
        }
        let mut above = self.folder.ancestors().take(3);
        let found = above.find(|folder| folder.join("policy.kdl").is_file());
        let none = "there is no `policy.kdl`, here or above";
        Ok(found.ok_or(none)?.to_owned())
    }

    /// Reads the policy.
    pub(crate) fn policy(&self) -> Result<Policy, Failed> {
        let folder = self.policy_folder()?;
        let text = fs::read_to_string(folder.join("policy.kdl"))?;
        let mut diagnostics = Diagnostics::new();
        mailpol::compile::load(
            &Source::new("policy.kdl", text),
            &Beside(&folder),
            &mut diagnostics,
        )
        .map_err(|_| told(&diagnostics))
    }

    /// Returns the edits; none if the case has only whole files.
    pub(crate) fn edits(&self) -> Result<String, Failed> {
        let path = self.folder.join("break.txt");
        if !path.is_file() {
            return Ok(String::new());
        }
        Ok(fs::read_to_string(path)?)
    }

    /// Returns what is published instead of the policy's own records, if the case says so.
    pub(crate) fn zone(&self) -> Result<Option<Zone>, Failed> {
        let path = self.folder.join("zone.txt");
        if !path.is_file() {
            return Ok(None);
        }
        let source = Source::new("zone.txt", fs::read_to_string(path)?);
        let mut diagnostics = Diagnostics::new();
        let zone = read_zone(&source, &mut diagnostics).map_err(|_| told(&diagnostics))?;
        Ok(Some(zone))
    }

    /// Returns the certificate that is given, if the case has one.
    pub(crate) fn certificate(&self) -> Result<Option<Certificate>, Failed> {
        let path = self.folder.join("certificate.pem");
        if !path.is_file() {
            return Ok(None);
        }
        Ok(Some(Certificate::from_pem(&fs::read_to_string(path)?)?))
    }

    /// Returns the whole files, by path below the server's root.
    pub(crate) fn files(&self) -> Result<BTreeMap<String, String>, Failed> {
        let root = self.folder.join("files");
        let mut files = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for path in entries(&folder) {
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root)?.display().to_string();
                files.insert(name, fs::read_to_string(&path)?);
            }
        }
        Ok(files)
    }

    /// Compares what came out with what was expected, or writes it.
    pub(crate) fn compare(&self, got: &str) -> Result<(), Failed> {
        let path = self.folder.join("refutation.txt");
        if std::env::var("MAILPOL_BLESS").is_ok_and(|bless| bless == "1") {
            return Ok(fs::write(path, got)?);
        }
        let expected = fs::read_to_string(path)
            .map_err(|error| format!("refutation.txt: {error}; it would be\n{got}"))?;
        if got == expected {
            return Ok(());
        }
        Err(format!("--- expected\n{expected}--- got\n{got}").into())
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

/// Every case, sorted.
pub(crate) fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/refute");
    let folders = |path: &Path| entries(path).into_iter().filter(|path| path.is_dir());
    let mut cases = Vec::new();
    for question in folders(&root) {
        for folder in folders(&question) {
            cases.push(Case {
                question: last(&question),
                name: last(&folder),
                folder,
            });
        }
    }
    cases
}

fn last(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
