//! Mutants: a tree of files with one thing changed, and the bench on which they are made.

use std::collections::BTreeMap;
use std::ops::Range;

use mailpol::target::Artifacts;

/// The texts of a tree, by path below the server's root.
pub(crate) type Files = BTreeMap<String, String>;

/// One change of one file.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Replaces a part of a file; parts of one file come last first.
    Part {
        file: String,
        at: Range<usize>,
        with: String,
    },
    /// The file is gone.
    Remove(String),
    /// The file has another name.
    Rename(String, String),
}

/// A tree with one thing changed.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    /// The kind of change, such as `delete`.
    pub(crate) operator: &'static str,
    /// Where, and what: unique among the mutants of a tree.
    pub(crate) what: String,
    pub(crate) edits: Vec<Edit>,
}

impl Mutant {
    /// Returns the files with the change made.
    pub(crate) fn apply(&self, files: &Files) -> Files {
        let mut changed = files.clone();
        for edit in &self.edits {
            match edit {
                Edit::Part { file, at, with } => {
                    let text = changed.get_mut(file).expect("an edit names a file");
                    text.replace_range(at.clone(), with);
                }
                Edit::Remove(file) => {
                    changed.remove(file);
                }
                Edit::Rename(file, new) => {
                    let text = changed.remove(file).expect("an edit names a file");
                    changed.insert(new.clone(), text);
                }
            }
        }
        changed
    }
}

/// Collects the mutants of one file.
pub(crate) struct Bench<'a> {
    file: &'a str,
    pub(crate) text: &'a str,
    made: Vec<Mutant>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(files: &'a Files, file: &'a str) -> Self {
        Self {
            file,
            text: files.get(file).map_or("", String::as_str),
            made: Vec::new(),
        }
    }

    /// Replaces a part of the file.
    pub(crate) fn replace(
        &mut self,
        operator: &'static str,
        at: &Range<usize>,
        with: impl Into<String>,
    ) {
        self.replace_all(operator, vec![(at.clone(), with.into())]);
    }

    /// Replaces several parts of the file, which do not overlap.
    pub(crate) fn replace_all(
        &mut self,
        operator: &'static str,
        mut parts: Vec<(Range<usize>, String)>,
    ) {
        if parts
            .iter()
            .all(|(at, with)| self.text.get(at.clone()) == Some(with.as_str()))
        {
            return;
        }
        let shown = |(at, with): &(Range<usize>, String)| {
            let line = 1 + self.text[..at.start].matches('\n').count();
            let old = self.text[at.clone()].trim();
            format!("{}:{line}: `{old}` -> `{}`", self.file, with.trim())
        };
        let what: Vec<String> = parts.iter().map(shown).collect();
        parts.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
        let edits = parts.into_iter().map(|(at, with)| Edit::Part {
            file: self.file.to_owned(),
            at,
            with,
        });
        self.made.push(Mutant {
            operator,
            what: what.join("; "),
            edits: edits.collect(),
        });
    }

    /// Puts something before a place.
    pub(crate) fn insert(&mut self, operator: &'static str, at: usize, with: impl Into<String>) {
        self.replace(operator, &(at..at), with);
    }

    /// Exchanges two parts of the file, the first one first.
    pub(crate) fn swap(&mut self, operator: &'static str, one: &Range<usize>, two: &Range<usize>) {
        let text = |at: &Range<usize>| self.text[at.clone()].to_owned();
        let parts = vec![(one.clone(), text(two)), (two.clone(), text(one))];
        self.replace_all(operator, parts);
    }

    /// Takes the file away.
    pub(crate) fn remove_file(&mut self) {
        self.made.push(Mutant {
            operator: "delete file",
            what: self.file.to_owned(),
            edits: vec![Edit::Remove(self.file.to_owned())],
        });
    }

    pub(crate) fn finish(self) -> Vec<Mutant> {
        self.made
    }
}

/// Returns the texts of a tree.
pub(crate) fn texts(artifacts: &Artifacts) -> Files {
    let files = artifacts.files();
    files
        .map(|(path, artifact)| (path.to_owned(), artifact.source.text().to_owned()))
        .collect()
}

/// Returns a tree with other texts: what else is known of the host stays.
pub(crate) fn with_texts(artifacts: &Artifacts, files: &Files) -> Artifacts {
    let mut made = Artifacts::new();
    for (path, text) in files {
        let mode = artifacts.get(path).map_or(0o644, |artifact| artifact.mode);
        made.add(path, mode, text.as_str());
    }
    let replaced = made
        .files()
        .map(|(path, artifact)| (path.to_owned(), artifact.clone()));
    let mut tree = artifacts.clone();
    tree.replace(replaced.collect());
    tree
}

/// Gives a table another name, in the settings that name it too.
pub(crate) fn renamed(files: &Files, settings: &str, path: &str) -> Mutant {
    let main = &files[settings];
    let mut edits = vec![Edit::Rename(path.to_owned(), format!("{path}-renamed"))];
    let ends = main.match_indices(path).map(|(at, _)| at + path.len());
    let whole = ends.filter(|end| {
        !main[*end..].starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '.')
    });
    let mut ends: Vec<usize> = whole.collect();
    ends.reverse();
    edits.extend(ends.into_iter().map(|end| Edit::Part {
        file: settings.to_owned(),
        at: end..end,
        with: "-renamed".to_owned(),
    }));
    Mutant {
        operator: "a table of another name",
        what: path.to_owned(),
        edits,
    }
}
