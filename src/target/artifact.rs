//! Emitted files, and those of a server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::source::Source;

/// One emitted file.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its text; the source's name is the path below the server's root, without a leading `/`:
    /// `etc/postfix/main.cf`.
    pub source: Arc<Source>,
    /// Its permissions, such as `0o644`.
    pub mode: u32,
}

/// What stands at a path of a server's tree.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Nothing.
    Absent,
    /// A file that is text.
    Text(Arc<Source>),
    /// What cannot be read as text, with the words that follow its path: `is not UTF-8`.
    Unreadable(String),
}

/// A server's tree. Only what a reader asks for is read: a server holds much that is not the MTA's.
pub trait Tree: std::fmt::Debug + Send + Sync {
    /// Returns what stands at a path below the root. The same path gets the same answer.
    fn entry(&self, path: &str) -> Entry;
}

/// A tree of files that mirrors the server's root.
#[derive(Debug, Clone, Default)]
pub struct Artifacts {
    files: BTreeMap<String, Artifact>,
    /// Where files come from that are not among `files`.
    tree: Option<Arc<dyn Tree>>,
    /// What was asked for and could not be read, with the reason.
    unreadable: Arc<Mutex<BTreeMap<String, String>>>,
    /// The addresses of the host that the files are for: those of its interfaces, which no file
    /// says. A reader needs them where an MTA asks for its own addresses.
    pub host_addresses: Vec<std::net::IpAddr>,
    /// The Debian packages that must be installed, sorted.
    pub packages: Vec<String>,
    /// The files that must exist already, by absolute path: certificates and keys.
    pub required_files: Vec<String>,
    /// What must be so on the server and stands in no file: accounts, folders, other services.
    pub checks: Vec<String>,
    /// The commands to run after the files were copied, in order. Running them twice does no harm.
    pub commands: Vec<String>,
    /// The services that are restarted then to take up the files, in order: the last is the MTA,
    /// which is stopped before they are copied.
    pub services: Vec<&'static str>,
    /// The MTA's version that the files are read as, such as `(3, 7, 11)`.
    pub version: (u16, u16, u16),
}

impl Artifacts {
    /// Returns an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under its path below the root, without a leading `/`.
    pub fn add(&mut self, path: &str, mode: u32, text: impl Into<String>) {
        let artifact = Artifact {
            source: Source::new(path, text),
            mode,
        };
        self.files.insert(path.to_owned(), artifact);
    }

    /// Replaces all files with those of a server's tree; what else is known of the host stays.
    pub fn replace(&mut self, files: BTreeMap<String, Artifact>) {
        self.files = files;
    }

    /// Replaces all files with those of a server's tree, which are read when they are asked for.
    pub fn replace_by(&mut self, tree: Arc<dyn Tree>) {
        self.files.clear();
        self.tree = Some(tree);
    }

    /// Returns a file by its path; a leading `/` is allowed. What is there and cannot be read is
    /// none, and is remembered: see [`Artifacts::unreadable`].
    pub fn get(&self, path: &str) -> Option<Artifact> {
        let path = path.trim_start_matches('/');
        if let Some(made) = self.files.get(path) {
            return Some(made.clone());
        }
        match self.tree.as_ref()?.entry(path) {
            Entry::Absent => None,
            Entry::Text(source) => Some(Artifact {
                source,
                mode: 0o644,
            }),
            Entry::Unreadable(why) => {
                self.complaints().insert(path.to_owned(), why);
                None
            }
        }
    }

    /// Returns why [`Artifacts::get`] found nothing at a path: `is missing`, `is not UTF-8`.
    pub fn fault(&self, path: &str) -> String {
        let unreadable = self.complaints();
        let fault = unreadable.get(path.trim_start_matches('/'));
        fault.cloned().unwrap_or_else(|| "is missing".to_owned())
    }

    /// Returns what was asked for and could not be read, by path, with the reason.
    pub fn unreadable(&self) -> BTreeMap<String, String> {
        self.complaints().clone()
    }

    fn complaints(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        // A thread that panicked left no half-made entry.
        self.unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns all files that were added, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Artifact)> {
        self.files
            .iter()
            .map(|(path, artifact)| (path.as_str(), artifact))
    }
}
