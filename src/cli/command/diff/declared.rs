//! Widenings that a change declares.
//!
//! A file holds the marks of sentences, one a line, with words behind it. Only those count that the
//! commit before did not have: what was declared once is not declared for ever, and the declaration
//! shows in the change.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::git::Commit;
use crate::cli::{Failure, input};

/// Marks that a change declares.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marks: BTreeSet<String>,
}

impl Marks {
    pub(super) fn has(&self, mark: &str) -> bool {
        self.marks.contains(mark)
    }
}

/// Reads the marks that a file has and had not before.
pub(super) fn marks(path: &Path, against: Option<&str>) -> Result<Marks, Failure> {
    let Some(revision) = against.and_then(|against| against.strip_prefix("git:")) else {
        let why = "`--declared` goes with `--against git:REV`: what is declared must be new";
        return Err(Failure::Unable(why.to_owned()));
    };
    if !path.is_file() {
        return Ok(Marks::default());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let before = Commit::new(revision, path)?.read(&name)?;
    let before = read(&before.unwrap_or_default());
    let mut marks = read(&input::read_text(path)?);
    marks.retain(|mark| !before.contains(mark));
    Ok(Marks { marks })
}

fn read(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}
