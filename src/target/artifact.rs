//! Emitted files.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// A tree of files that mirrors the server's root.
#[derive(Debug, Clone, Default)]
pub struct Artifacts {
    files: BTreeMap<String, Artifact>,
    /// The addresses of the host that the files are for: those of its interfaces, which no file
    /// says. A reader needs them where an MTA asks for its own addresses.
    pub host_addresses: Vec<std::net::IpAddr>,
    /// The Debian packages that must be installed, sorted.
    pub packages: Vec<String>,
    /// The files that must exist already, by absolute path: certificates and keys.
    pub required_files: Vec<String>,
    /// The commands to run after the files were copied, in order. Running them twice does no harm.
    pub commands: Vec<String>,
    /// The commands that make running services take up the files, in order, after the others.
    pub restarts: Vec<String>,
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

    /// Returns a file by its path; a leading `/` is allowed.
    pub fn get(&self, path: &str) -> Option<&Artifact> {
        self.files.get(path.trim_start_matches('/'))
    }

    /// Returns all files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Artifact)> {
        self.files
            .iter()
            .map(|(path, artifact)| (path.as_str(), artifact))
    }
}
