//! Widenings that a change declares.
//!
//! A file holds the marks of sentences, one a line, with words behind it. Only lines count that the
//! commit before did not have: what was declared once is not declared for ever, and the declaration
//! shows in the change. So only what git would commit counts, too, and what hides it from who reads
//! the change is refused.

use std::collections::BTreeMap;
use std::path::Path;

use mailpol::source::{is_control, is_direction};

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
        let add = if self.is_unstaged {
            "; `git add` it, too"
        } else {
            ""
        };
        format!("what is meant adds its line below to `{path}`{add}")
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
    is_shown(path, &commit, &name, &staged)?;
    let mut marks = Marks {
        is_unstaged: path.is_file() && input::read_text(path, input::POLICY_OCTETS_MAX)? != staged,
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

/// Refuses a file of which a review would not show every line.
fn is_shown(path: &Path, commit: &Commit, name: &str, text: &str) -> Result<(), Failure> {
    let path = path.display();
    if let Some(hidden) = text.replace("\r\n", "\n").chars().find(|c| hides(*c)) {
        return Err(Failure::Unable(format!(
            "`{path}` holds the character U+{:04X}, by which a review may not show what stands \
             there: write plain text",
            u32::from(hidden)
        )));
    }
    if let Some(attribute) = commit.unshown(name)? {
        return Err(Failure::Unable(format!(
            "by the attribute `{attribute}` of git a review does not show `{path}`: take it out \
             of `.gitattributes`"
        )));
    }
    Ok(())
}

/// Returns whether git takes a text with this character for none, or a terminal or a browser shows
/// it otherwise than it is written.
fn hides(character: char) -> bool {
    let is_control = is_control(character) && !matches!(character, '\n' | '\t');
    is_control || is_direction(character)
}

fn read(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
}
