//! What was delivered: every Maildir of the machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::super::report::Message;
use super::super::{Context, Result};

const ROOTS: &[&str] = &["/home", "/root", "/var/mail"];
/// A Maildir is no deeper below a root.
const DEPTH_MAX: usize = 4;

/// Reads all messages, those of a Maildir in the order of their arrival.
pub(super) fn collect() -> Result<BTreeMap<String, Vec<Message>>> {
    let mut found = BTreeMap::new();
    let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    for root in ROOTS {
        look_into(Path::new(root), DEPTH_MAX, &users, &mut found)?;
    }
    Ok(found)
}

fn look_into(
    directory: &Path,
    depth: usize,
    users: &str,
    found: &mut BTreeMap<String, Vec<Message>>,
) -> Result<()> {
    if directory.join("new").is_dir() && directory.join("cur").is_dir() {
        found.insert(
            directory.to_string_lossy().into_owned(),
            messages(directory, users)?,
        );
        return Ok(());
    }
    if depth == 0 || !directory.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(directory).context(directory.display())? {
        let entry = entry.context(directory.display())?;
        if entry.file_type().context(directory.display())?.is_dir() {
            look_into(&entry.path(), depth - 1, users, found)?;
        }
    }
    Ok(())
}

fn messages(maildir: &Path, users: &str) -> Result<Vec<Message>> {
    let new = maildir.join("new");
    let mut files = Vec::new();
    for entry in fs::read_dir(&new).context(new.display())? {
        let path = entry.context(new.display())?.path();
        let metadata = fs::metadata(&path).context(path.display())?;
        files.push((
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.uid(),
            path,
        ));
    }
    files.sort();
    let read = |(_, _, uid, path): (i64, i64, u32, std::path::PathBuf)| {
        let text = fs::read(&path).context(path.display())?;
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(Message {
            owner: login_of(uid, users),
            text,
        })
    };
    files.into_iter().map(read).collect()
}

fn login_of(uid: u32, users: &str) -> String {
    let number = uid.to_string();
    users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&number.as_str()))
        .and_then(|fields| fields.first().map(|login| (*login).to_owned()))
        .unwrap_or(number)
}
