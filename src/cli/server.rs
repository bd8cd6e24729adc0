//! Files of a server: a folder that mirrors its root, or `/` itself.
//!
//! Only what is asked for by name is read, and only regular files are ever opened. Symbolic links
//! are followed inside of the folder, as they would be on the server.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use mailpol::source::Source;
use mailpol::target::{Entry, Tree};

use super::Failure;
use super::input::not_utf8;

/// The longest file that is read, in octets: 256 MiB.
const OCTETS_MAX: u64 = 1 << 28;

/// As many links are followed as Linux follows (path_resolution(7)).
const LINKS_MAX: usize = 40;

/// A server's tree. What was read once is kept: the same path gets the same answer.
#[derive(Debug)]
struct Folder {
    root: PathBuf,
    read: Mutex<BTreeMap<String, Entry>>,
}

/// Returns the tree below a folder.
pub(super) fn tree(root: &Path) -> Result<Arc<dyn Tree>, Failure> {
    let unable = |why: &dyn std::fmt::Display| {
        Failure::Unable(format!("`{}` cannot be read: {why}", root.display()))
    };
    let found = fs::metadata(root).map_err(|error| unable(&error))?;
    if !found.is_dir() {
        return Err(unable(&"it is no folder"));
    }
    Ok(Arc::new(Folder {
        root: root.to_path_buf(),
        read: Mutex::default(),
    }))
}

impl Tree for Folder {
    fn entry(&self, path: &str) -> Entry {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = read.get(path) {
            return entry.clone();
        }
        let entry = self.find(path);
        read.insert(path.to_owned(), entry.clone());
        entry
    }
}

impl Folder {
    fn find(&self, path: &str) -> Entry {
        // A reader tells files apart by their names: each has one.
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Entry::Unreadable("is not named plainly: `//`, `.` or `..`".to_owned());
        }
        match self.resolve(path).and_then(|found| text(&found)) {
            Ok(Ok(text)) => {
                let shown = self.root.join(path);
                Entry::Text(Source::read(path, shown.to_string_lossy(), text))
            }
            Ok(Err(fault)) => Entry::Unreadable(fault),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Entry::Absent
            }
            Err(error) => Entry::Unreadable(format!("cannot be read: {error}")),
        }
    }

    /// Resolves a path as a process does whose root the folder is (path_resolution(7)).
    fn resolve(&self, path: &str) -> std::io::Result<PathBuf> {
        let mut left: Vec<OsString> = Vec::new();
        push(Path::new(path), &mut left);
        let mut below = PathBuf::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            if part == ".." {
                below.pop();
                continue;
            }
            let here = self.root.join(&below).join(&part);
            if !fs::symlink_metadata(&here)?.is_symlink() {
                below.push(part);
                continue;
            }
            links += 1;
            if links > LINKS_MAX {
                return Err(std::io::Error::other("too many symbolic links"));
            }
            let target = fs::read_link(&here)?;
            if target.is_absolute() {
                below = PathBuf::new();
            }
            push(&target, &mut left);
        }
        Ok(self.root.join(below))
    }
}

/// Adds the parts of a path to a stack, the first on top.
fn push(path: &Path, left: &mut Vec<OsString>) {
    let parts = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_os_string()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    left.extend(parts);
}

/// Reads a file as text, or says why it is none.
fn text(path: &Path) -> std::io::Result<Result<String, String>> {
    // A FIFO must not even be opened.
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() {
        return Ok(Err("is no regular file".to_owned()));
    }
    // Below /proc, files say that they are empty, and are not.
    let mut octets = Vec::new();
    if found.len() <= OCTETS_MAX {
        let file = fs::File::open(path)?;
        file.take(OCTETS_MAX + 1).read_to_end(&mut octets)?;
    }
    if found.len().max(octets.len() as u64) > OCTETS_MAX {
        return Ok(Err(format!("is longer than {OCTETS_MAX} octets")));
    }
    Ok(String::from_utf8(octets).map_err(|error| not_utf8(&error)))
}
