//! Widenings that a change declares.
//!
//! A file holds the marks of sentences, one a line, with words behind it. Only lines count that the
//! commit before did not have: what was declared once is not declared for ever, and the declaration
//! shows in the change. So only what git would commit counts, too.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::git::Commit;
use crate::cli::{Failure, input};

/// Marks that a change declares.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// How many lines have it, and how many had it before.
    lines: BTreeMap<String, [usize; 2]>,
    /// Whether the file is otherwise than git would commit it.
    is_unstaged: bool,
}

impl Marks {
    pub(super) fn has(&self, mark: &str) -> bool {
        self.lines.get(mark).is_some_and(|[was, is]| was < is)
    }

    /// Says what to do with the file so that it declares something.
    pub(super) fn advice(&self, path: &Path) -> String {
        let path = path.display();
        if self.is_unstaged {
            return format!("what is meant adds its mark to `{path}`; `git add` it, too");
        }
        format!("what is meant adds its mark to `{path}`, in a line of its own")
    }
}

/// Reads the marks that a file has and had not before.
pub(super) fn marks(path: &Path, against: Option<&str>) -> Result<Marks, Failure> {
    let Some(revision) = against.and_then(|against| against.strip_prefix("git:")) else {
        let why = "`--declared` goes with `--against git:REV`: what is declared must be new";
        return Err(Failure::Unable(why.to_owned()));
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let commit = Commit::new(revision, path)?;
    let before = commit.read(&name)?.unwrap_or_default();
    let staged = commit.staged(&name)?.unwrap_or_default();
    let mut marks = Marks {
        is_unstaged: path.is_file() && input::read_text(path)? != staged,
        ..Marks::default()
    };
    for (side, text) in [before, staged].into_iter().enumerate() {
        for mark in read(&text) {
            let lines = marks.lines.entry(mark.to_owned()).or_default();
            if let Some(lines) = lines.get_mut(side) {
                *lines += 1;
            }
        }
    }
    Ok(marks)
}

fn read(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
}
