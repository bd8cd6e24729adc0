//! Writing a tree of files: all of them or none, and nothing that somebody edited.
#![expect(clippy::disallowed_methods, reason = "this is where files are written")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use mailpol::compile::{MANIFEST, StrayFile, hash};
use mailpol::diagnostic::Diagnostics;
use mailpol::target::Artifacts;
use mailpol::threads::in_parts;

use super::Failure;
use super::input::take_file;

/// The ending of a file that is written beside its place.
const BESIDE: &str = "mailpol-new";

/// The longest file of a tree that is read: the tables of four million mailboxes have half of it.
const OCTETS_MAX: u64 = 512 << 20;

/// What a write did.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) changed: usize,
    pub(super) same: usize,
    pub(super) removed: usize,
}

/// Whether edited files are overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edited {
    Keep,
    Overwrite,
}

/// What is to be written for a tree to be there: until then nothing is.
pub(super) struct Plan<'a> {
    changes: Vec<(PathBuf, &'a str, u32)>,
    stale: Vec<PathBuf>,
    same: Vec<(PathBuf, u32)>,
}

/// Looks what has to be written. A file that is right already is not touched.
pub(super) fn plan<'a>(
    root: &Path,
    target: &str,
    artifacts: &'a Artifacts,
    edited: Edited,
) -> Result<Plan<'a>, Failure> {
    if let Some(other) = built_for(root).filter(|built| built != target)
        && edited == Edited::Keep
    {
        return Err(Failure::Unable(format!(
            "`{}` holds the files of {other}, so nothing was written (`--out` names another \
             folder; `--force` overwrites)",
            root.display()
        )));
    }
    let built = last_built(root);
    let mut same = Vec::new();
    let mut changes: Vec<(PathBuf, &str, u32)> = Vec::new();
    let mut mine: Vec<String> = Vec::new();
    for (name, artifact) in artifacts.files() {
        let path = root.join(name);
        let text = artifact.source.text();
        match existing(&path)? {
            Some(old) if old.as_slice() == text.as_bytes() => {
                same.push((path, artifact.mode));
                continue;
            }
            Some(old) if edited == Edited::Keep && !is_built(&built, name, &old) => {
                mine.push(path.display().to_string());
            }
            Some(_) | None => {}
        }
        changes.push((path, text, artifact.mode));
    }
    let stale = stale(root, artifacts, &built, edited, &mut mine)?;
    if !mine.is_empty() {
        return Err(Failure::Unable(format!(
            "edited since the last build, so nothing was written: {} (`--force` overwrites)",
            mine.join(", ")
        )));
    }
    Ok(Plan {
        changes,
        stale,
        same,
    })
}

impl Plan<'_> {
    /// Writes it.
    pub(super) fn write(self) -> Result<Written, Failure> {
        for (path, mode) in &self.same {
            set_mode(path, *mode)?;
        }
        replace(&self.changes)?;
        for path in &self.stale {
            fs::remove_file(path).map_err(|error| unable(path, "removed", &error))?;
        }
        Ok(Written {
            changed: self.changes.len(),
            same: self.same.len(),
            removed: self.stale.len(),
        })
    }
}

/// Writes every file beside its place, then renames all.
fn replace(changes: &[(PathBuf, &str, u32)]) -> Result<(), Failure> {
    let staged = in_parts(changes, |(path, text, mode)| {
        stage(&beside(path), text, *mode)
    });
    // Of several the first failure is told.
    if let Err(failure) = staged.into_iter().collect::<Result<(), Failure>>() {
        for (path, _, _) in changes {
            // What cannot be removed was not put in place either.
            let _ = fs::remove_file(beside(path));
        }
        return Err(failure);
    }
    // The MANIFEST comes last: until then it says of no file that it is the new one.
    let is_manifest = |path: &Path| path.file_name().is_some_and(|name| name == MANIFEST);
    let (last, first): (Vec<_>, Vec<_>) = changes.iter().partition(|one| is_manifest(&one.0));
    let mut failed = Ok(());
    for (path, _, _) in first.into_iter().chain(last) {
        let beside = beside(path);
        if failed.is_err() {
            let _ = fs::remove_file(beside);
        } else if let Err(error) = fs::rename(&beside, path) {
            let _ = fs::remove_file(beside);
            failed = Err(unable(path, "written", &error));
        }
    }
    failed
}

fn stage(beside: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    // Two threads that make files in one directory wait for each other: nothing is asked of it
    // that the file itself would not tell.
    let made = match fs::File::create_new(beside) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let directory = beside.parent().unwrap_or(beside);
            fs::create_dir_all(directory).map_err(|error| unable(directory, "made", &error))?;
            fs::File::create_new(beside)
        }
        // What was left there, a link or a FIFO too, is no place to write into.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(beside).map_err(|error| unable(beside, "removed", &error))?;
            fs::File::create_new(beside)
        }
        made => made,
    };
    made.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| unable(beside, "written", &error))?;
    set_mode(beside, mode)
}

fn set_mode(path: &Path, mode: u32) -> Result<(), Failure> {
    let found = fs::metadata(path).map_err(|error| unable(path, "read", &error))?;
    if found.permissions().mode() & 0o7777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| unable(path, "written", &error))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(BESIDE);
    path.with_file_name(name)
}

/// Reads what stands at a path. Nothing but a regular file is opened: a FIFO would never end.
fn existing(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        let why = format!("`{}` is no regular file", path.display());
        return Err(Failure::Unable(why));
    }
    match fs::File::open(path) {
        Ok(file) => take_file(&path.display().to_string(), file, OCTETS_MAX).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unable(path, "read", &error)),
    }
}

fn unable(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::Unable(format!("`{}` cannot be {what}: {error}", path.display()))
}

/// Returns the text of the last build's MANIFEST, if there is such a file.
fn manifest(root: &Path) -> Option<String> {
    String::from_utf8(existing(&root.join(MANIFEST)).ok()??).ok()
}

/// Returns the paths of a MANIFEST's files, each with its hash.
pub(super) fn listed(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    manifest.lines().filter_map(|line| {
        // file MODE sha256 HASH PATH
        let mut words = line.strip_prefix("file ")?.splitn(4, ' ');
        let (_, _, hash, path) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some((path, hash))
    })
}

/// Returns the hashes of the files of the last build, by path; the MANIFEST says them.
fn last_built(root: &Path) -> BTreeMap<String, String> {
    let text = manifest(root).unwrap_or_default();
    let files = listed(&text).map(|(path, hash)| (path.to_owned(), hash.to_owned()));
    files.collect()
}

/// Returns the target of the last build; the MANIFEST says it.
pub(super) fn built_for(root: &Path) -> Option<String> {
    let text = manifest(root)?;
    let mut lines = text.lines();
    let target = lines.find_map(|line| line.strip_prefix("target "))?;
    Some(target.split(' ').next()?.to_owned())
}

/// Returns the name of the policy of the last build; the MANIFEST says it.
pub(super) fn policy_of(root: &Path) -> Option<String> {
    let text = manifest(root)?;
    let mut lines = text.lines();
    let policy = lines.find_map(|line| line.strip_prefix("policy sha256 "))?;
    Some(policy.split_once(' ')?.1.to_owned())
}

/// Returns whether a file is as the last build left it. The MANIFEST itself always is.
fn is_built(built: &BTreeMap<String, String>, name: &str, found: &[u8]) -> bool {
    if name == MANIFEST {
        return true;
    }
    let text = std::str::from_utf8(found);
    built
        .get(name)
        .zip(text.ok())
        .is_some_and(|(expected, text)| *expected == hash(text))
}

/// Returns the files of the last build that this one has no more.
fn stale(
    root: &Path,
    artifacts: &Artifacts,
    built: &BTreeMap<String, String>,
    edited: Edited,
    mine: &mut Vec<String>,
) -> Result<Vec<PathBuf>, Failure> {
    let mut stale = Vec::new();
    for name in built.keys().filter(|name| artifacts.get(name).is_none()) {
        let path = root.join(name);
        // A path that leaves the tree is none that a build has written.
        let inside = Path::new(name)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            continue;
        }
        let Some(old) = existing(&path)? else {
            continue;
        };
        if edited == Edited::Keep && !is_built(built, name, &old) {
            mine.push(path.display().to_string());
        } else {
            stale.push(path);
        }
    }
    Ok(stale)
}

/// Returns what stands in a built tree and was not built, sorted: whoever copies the tree would
/// install it. Nothing where there is no MANIFEST, for a server's root holds much else.
pub(super) fn strays(root: &Path) -> Result<Vec<String>, Failure> {
    if built_for(root).is_none() {
        return Ok(Vec::new());
    }
    let built = last_built(root);
    let mut strays = Vec::new();
    let mut open: Vec<PathBuf> = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let here = root.join(&folder);
        let unread = |error: std::io::Error| unable(&here, "read", &error);
        for entry in fs::read_dir(&here).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let below = folder.join(entry.file_name());
            // A link is none that a build makes, whatever it leads to.
            let kind = entry.file_type().map_err(unread)?;
            let name = below.to_string_lossy();
            if kind.is_dir() {
                open.push(below);
            } else if !kind.is_file() || !(name == MANIFEST || built.contains_key(name.as_ref())) {
                strays.push(root.join(&below).display().to_string());
            }
        }
    }
    strays.sort();
    Ok(strays)
}

/// Tells what stands in a built tree and was not built.
pub(super) fn tell_strays(root: &Path, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    for path in strays(root)? {
        diagnostics.warn_plainly(StrayFile { path });
    }
    Ok(())
}

/// Returns the files of a tree that are not as built: other bytes, missing, not built, or built no
/// more.
pub(super) fn differing(root: &Path, artifacts: &Artifacts) -> Result<Vec<String>, Failure> {
    let mut differing = Vec::new();
    for (name, artifact) in artifacts.files() {
        let found = existing(&root.join(name))?;
        if found.as_deref() != Some(artifact.source.text().as_bytes()) {
            differing.push(root.join(name).display().to_string());
        }
    }
    let built = last_built(root);
    for path in stale(root, artifacts, &built, Edited::Overwrite, &mut Vec::new())? {
        differing.push(path.display().to_string());
    }
    differing.extend(strays(root)?);
    differing.sort();
    differing.dedup();
    Ok(differing)
}

/// Writes one file, with its folder; what stands there already is replaced.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    replace(&[(path.to_path_buf(), text, 0o644)])
}

/// Writes one file that is there, keeping its permissions. A link stays one: what it leads to is
/// written.
pub(super) fn write_one(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::canonicalize(path).map_err(|error| unable(path, "read", &error))?;
    let found = fs::metadata(&file).map_err(|error| unable(path, "read", &error))?;
    replace(&[(file, text, found.permissions().mode() & 0o7777)])
}

#[cfg(test)]
mod tests;
