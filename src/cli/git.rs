//! A policy as it was in a commit: asked of `git`.
#![expect(clippy::disallowed_methods, reason = "this is where git is started")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use mailpol::source::{Files, Source};

use super::Failure;
use super::input::{PolicyText, is_policy, policy_among, take, utf8};

/// A folder of a repository, as of a commit.
#[derive(Debug, Clone)]
pub(super) struct Commit {
    revision: String,
    folder: PathBuf,
    /// Where the folder's files stood then, from the root of the repository: empty, or with a `/`
    /// at its end; none if it was the same folder.
    stood: Option<String>,
}

impl Commit {
    /// Returns the folder in which a path lies, as of a revision; it is asked of git once, so that
    /// a branch that moves meanwhile is one commit all the same.
    pub(super) fn new(revision: &str, beside: &Path) -> Result<Self, Failure> {
        let folder = match beside.parent() {
            Some(parent) if parent != Path::new("") => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if revision.starts_with('-') || revision.is_empty() {
            return Err(Failure::Unable(format!("`{revision}` is no commit")));
        }
        let mut commit = Self {
            revision: revision.to_owned(),
            folder,
            stood: None,
        };
        let name = format!("{revision}^{{commit}}");
        let found = commit.git(&["rev-parse", "--verify", "--quiet", &name])?;
        let Some(found) = found.map_or_else(|| commit.unborn(), |found| Ok(Some(found)))? else {
            let folder = commit.folder.display();
            let why = match commit.git(&["rev-parse", "--git-dir"])? {
                Some(_) => format!("git knows no commit `{revision}` in `{folder}`"),
                None => format!("`{folder}` is in no git repository"),
            };
            return Err(Failure::Unable(why));
        };
        utf8("the commit", found)?
            .trim()
            .clone_into(&mut commit.revision);
        Ok(commit)
    }

    /// Returns the empty tree, if the revision is `HEAD` and there is no commit yet, or the name
    /// that git gives to what a new branch was before (githooks(5), `pre-receive`): zeros only.
    fn unborn(&self) -> Result<Option<Vec<u8>>, Failure> {
        let is_head = || {
            let head = self.git(&["symbolic-ref", "--quiet", "HEAD"])?;
            Ok::<bool, Failure>(self.revision == "HEAD" && head.is_some())
        };
        let is_null = matches!(self.revision.len(), 40 | 64)
            && self.revision.bytes().all(|byte| byte == b'0')
            && self.git(&["rev-parse", "--git-dir"])?.is_some();
        if !is_null && !is_head()? {
            return Ok(None);
        }
        self.git(&["hash-object", "-t", "tree", "--stdin"])
    }

    /// Returns the name of the policy that stands in the folder, as it is found if none is named.
    pub(super) fn found(&self) -> Result<Option<String>, Failure> {
        let listed = self.git(&["ls-tree", "-z", &self.revision])?;
        let listed = utf8("the commit", listed.unwrap_or_default())?;
        Ok(policy_among(&blobs(&listed)).ok().map(str::to_owned))
    }

    /// Returns the same commit, with files of another folder: that of a path from the root of the
    /// repository; and the name behind the folder.
    pub(super) fn at(&self, path: &str) -> (Self, String) {
        let cut = path.rfind('/').map_or(0, |slash| slash + 1);
        let (folder, name) = path.split_at(cut);
        let elsewhere = Self {
            stood: Some(folder.to_owned()),
            ..self.clone()
        };
        (elsewhere, name.to_owned())
    }

    /// Returns where a file of the folder stood before it was moved, from the root of the
    /// repository, as git finds renames; nothing if it is in the commit or was not moved.
    pub(super) fn moved_from(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(prefix) = self.git(&["rev-parse", "--show-prefix"])? else {
            return Ok(None);
        };
        let now = utf8("the folder", prefix)?
            .trim_end_matches('\n')
            .to_owned()
            + name;
        let found = ["diff", "--cached", "--name-status", "-z", "--find-renames"];
        let found = [&found[..], &["--diff-filter=R", &self.revision]].concat();
        let found = utf8("git's renames", self.git(&found)?.unwrap_or_default())?;
        Ok(renamed(&found, &now).map(str::to_owned))
    }

    /// Returns whether a policy may stand anywhere in the commit.
    pub(super) fn has_policies(&self) -> Result<bool, Failure> {
        let listed = ["ls-tree", "-r", "-z", "--name-only", "--full-tree"];
        let listed = self.git(&[&listed[..], &[&self.revision]].concat())?;
        let listed = utf8("the commit", listed.unwrap_or_default())?;
        Ok(listed.split_terminator('\0').any(is_policy))
    }

    /// Reads a file of the folder; nothing if the commit has none of that name.
    pub(super) fn read(&self, name: &str) -> Result<Option<String>, Failure> {
        let object = match &self.stood {
            Some(folder) => format!("{}:{folder}{name}", self.revision),
            None => format!("{}:./{name}", self.revision),
        };
        let bytes = self.git(&["cat-file", "blob", &object])?;
        bytes.map(|bytes| utf8(&object, bytes)).transpose()
    }

    /// Reads a file of the folder as the next commit would have it; nothing if it has none.
    pub(super) fn staged(&self, name: &str) -> Result<Option<String>, Failure> {
        let object = format!(":./{name}");
        let bytes = self.git(&["cat-file", "blob", &object])?;
        bytes.map(|bytes| utf8(&object, bytes)).transpose()
    }

    /// Returns the files that the next commit would have below a folder, by their paths there.
    pub(super) fn tracked(folder: &Path) -> Result<BTreeSet<String>, Failure> {
        let listed = git(folder, &["ls-files", "-z"])?;
        let listed = utf8("git's index", listed.unwrap_or_default())?;
        let names = listed.split_terminator('\0');
        Ok(names.map(str::to_owned).collect())
    }

    /// Returns the attribute by which a review does not show a file's lines, if it has one: for git
    /// itself (gitattributes(5)), or for a forge.
    pub(super) fn unshown(&self, name: &str) -> Result<Option<String>, Failure> {
        let attributes = ["diff", "linguist-generated", "gitlab-generated"];
        // As the next commit has them, and as they are here.
        for from in [&["--cached"][..], &[]] {
            let head = [&["check-attr", "-z"], from, &attributes].concat();
            let found = self.git(&[&head[..], &["--", name]].concat())?;
            let found = utf8("git's attributes", found.unwrap_or_default())?;
            if let Some(attribute) = hiding(&found) {
                return Ok(Some(attribute.to_owned()));
            }
        }
        Ok(None)
    }

    /// Returns the files below a folder that git was told not to look at (git-update-index(1),
    /// `assume-unchanged` and `skip-worktree`), by their paths there, but for those that are not
    /// here: what is here may be another thing than the next commit has.
    pub(super) fn unlooked(folder: &Path) -> Result<BTreeSet<String>, Failure> {
        let listed = git(folder, &["ls-files", "-v", "-z"])?;
        let listed = utf8("git's index", listed.unwrap_or_default())?;
        let names = put_aside(&listed).filter(|name| folder.join(name).exists());
        Ok(names.map(str::to_owned).collect())
    }

    /// Returns the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn git(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
        git(&self.folder, arguments)
    }

    /// Returns a policy of the folder, as of the commit; nothing if there was none.
    pub(super) fn policy(&self, name: &str) -> Result<Option<PolicyText>, Failure> {
        let text = self.read(name)?;
        Ok(text.map(|text| {
            PolicyText::from_elsewhere(self.source(name, text), Box::new(self.clone()))
        }))
    }
}

impl Commit {
    /// Returns a file of the folder as a source: its path is where it stands in the working tree.
    fn source(&self, name: &str, text: String) -> Arc<Source> {
        let path = match &self.stood {
            Some(folder) => PathBuf::from(format!("{folder}{name}")),
            None => self.folder.join(name),
        };
        let path = path.strip_prefix(".").unwrap_or(&path);
        Source::read(name, path.to_string_lossy(), text)
    }
}

/// Returns the files of a folder, of what `git ls-tree -z` lists.
fn blobs(listed: &str) -> BTreeSet<String> {
    let names = listed.split('\0').filter_map(|line| {
        let (kind, name) = line.split_once('\t')?;
        kind.contains(" blob ").then(|| name.to_owned())
    });
    names.collect()
}

/// Returns where a file was before, of what `git diff --name-status -z` found of renames.
fn renamed<'t>(found: &'t str, now: &str) -> Option<&'t str> {
    let words: Vec<&str> = found.split_terminator('\0').collect();
    let mut rows = words.chunks_exact(3);
    rows.find_map(|row| match row {
        [_, old, new] if *new == now => Some(*old),
        _ => None,
    })
}

/// Returns the attribute that keeps a review from showing a file, of what `git check-attr -z`
/// found.
fn hiding(found: &str) -> Option<&str> {
    let words: Vec<&str> = found.split('\0').collect();
    let mut rows = words.chunks_exact(3);
    rows.find_map(|row| {
        let [_, attribute, value] = row else {
            return None;
        };
        let is_shown = match *attribute {
            "diff" => matches!(*value, "unspecified" | "set"),
            _ => matches!(*value, "unspecified" | "unset" | "false"),
        };
        (!is_shown).then_some(*attribute)
    })
}

/// Returns the files that git was told not to look at, of what `git ls-files -v -z` lists.
fn put_aside(listed: &str) -> impl Iterator<Item = &str> {
    let rows = listed.split_terminator('\0');
    let names = rows.filter_map(|row| row.split_once(' '));
    names.filter_map(|(tag, name)| {
        let is_told = tag == "S" || tag.starts_with(|c: char| c.is_ascii_lowercase());
        is_told.then_some(name)
    })
}

/// What git sets for hooks, and what then holds whatever folder it is asked about
/// (`git rev-parse --local-env-vars`).
const HOOK_VARIABLES: [&str; 5] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_IMPLICIT_WORK_TREE",
];

/// Names the index, which a hook of `git commit --all` has elsewhere than usual.
const INDEX: &str = "GIT_INDEX_FILE";

/// The most that git may print: a file of a commit, or what there is.
const PRINTED_OCTETS_MAX: u64 = 128 << 20;

/// Runs git in a folder, of whose repository it speaks; nothing if it says no.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, Failure> {
    let mut git = Command::new("git");
    for variable in HOOK_VARIABLES {
        git.env_remove(variable);
    }
    // It is relative to the folder that the hook was started in.
    if let Some(index) = std::env::var_os(INDEX) {
        git.env(INDEX, std::path::absolute(index)?);
    }
    let unable = |error| Failure::Unable(format!("`git` cannot be started: {error}"));
    let mut running = git
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(unable)?;
    let shown = arguments.last().copied().unwrap_or_default();
    let printed = running.stdout.take();
    let printed = printed.map(|printed| take(shown, printed, PRINTED_OCTETS_MAX, 0));
    // Its end of the pipe is closed by now, so that it does not wait to be read.
    let is_done = running.wait()?.success();
    let printed = printed.transpose()?.unwrap_or_default();
    Ok(is_done.then_some(printed))
}

impl Files for Commit {
    fn read(&self, name: &str) -> Result<Arc<Source>, String> {
        match Commit::read(self, name) {
            Ok(Some(text)) => Ok(self.source(name, text)),
            Ok(None) => Err(format!("the commit {} has no such file", self.revision)),
            Err(Failure::Unable(why)) => Err(why),
            Err(Failure::Reported | Failure::Pipe) => Err(String::new()),
        }
    }
}

#[cfg(test)]
mod tests;
