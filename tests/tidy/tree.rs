//! The files of the package, and Rust files as words.

use std::path::{Path, PathBuf};

/// A text file of the package.
pub(crate) struct File {
    /// Its path below the package, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Returns whether its name ends in `.` and one of these.
    pub(crate) fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path).extension().unwrap_or_default();
        extensions.iter().any(|one| extension == *one)
    }

    pub(crate) fn is_below(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }
}

/// Folders that hold nothing of ours.
const SKIPPED: &[&str] = &[
    ".git",
    "target",
    "build",
    "fuzz/target",
    "fuzz/corpus",
    "fuzz/artifacts",
    "fuzz/coverage",
];

/// Returns every text file of the package, sorted by path.
pub(crate) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let skipped = SKIPPED.iter().any(|one| path == root.join(one));
            let kind = entry.file_type();
            if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) && !skipped {
                open.push(path);
            } else if kind.as_ref().is_ok_and(std::fs::FileType::is_file) && !skipped {
                // What is not UTF-8 is no text.
                let text = std::fs::read_to_string(&path).ok();
                let below = path.strip_prefix(root).ok().and_then(Path::to_str);
                files.extend(below.zip(text).map(|(path, text)| File {
                    path: path.to_owned(),
                    text,
                }));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Returns the Rust files below a folder.
pub(crate) fn rust_files(folder: &str) -> Vec<File> {
    let wanted = |file: &File| file.is_below(folder) && file.has_extension(&["rs"]);
    files().into_iter().filter(wanted).collect()
}

/// A word of a Rust file: an identifier, `::`, a string, or a character of punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identifier,
    /// The content of a string literal.
    String,
    Punctuation,
}

impl Word {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::String && self.text == text
    }
}

/// Returns the words of a Rust file, without comments.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = if rest.starts_with("//") {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else if let Some(length) = string(rest) {
            (Some(Kind::String), length)
        } else if let Some(length) = character(rest) {
            (None, length)
        } else if first.is_alphanumeric() || first == '_' {
            let end = |c: char| !c.is_alphanumeric() && c != '_';
            (Some(Kind::Identifier), rest.find(end).unwrap_or(rest.len()))
        } else if rest.starts_with("::") {
            (Some(Kind::Punctuation), 2)
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else {
            (Some(Kind::Punctuation), first.len_utf8())
        };
        let (word, behind) = rest.split_at(length);
        if let Some(kind) = kind {
            let content = match kind {
                Kind::String => word.trim_matches(['b', 'r', '#']).trim_matches('"'),
                Kind::Identifier | Kind::Punctuation => word,
            };
            words.push(Word {
                line,
                kind,
                text: content.to_owned(),
            });
        }
        line += word.matches('\n').count();
        rest = behind;
    }
    words
}

/// Returns the length of a string literal that begins here.
fn string(text: &str) -> Option<usize> {
    let body = text.strip_prefix('b').unwrap_or(text);
    let prefix = text.len() - body.len();
    if let Some(raw) = body.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let open = raw.get(hashes..)?.strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = open.find(&close).map_or(open.len(), |at| at + close.len());
        return Some(prefix + 1 + hashes + 1 + end);
    }
    let open = body.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in open.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(prefix + 1 + at + 1),
            _ => {}
        }
    }
    Some(text.len())
}

/// Returns the length of a character literal that begins here; a lifetime is none.
fn character(text: &str) -> Option<usize> {
    let body = text.strip_prefix('b').unwrap_or(text);
    let prefix = text.len() - body.len();
    let open = body.strip_prefix('\'')?;
    let mut chars = open.char_indices();
    let (_, first) = chars.next()?;
    let end = if first == '\\' {
        let escape = open.get(2..)?;
        2 + escape.find('\'')?
    } else {
        let (at, _) = chars.next().filter(|(_, c)| *c == '\'')?;
        at
    };
    Some(prefix + 1 + end + 1)
}

#[test]
fn words_leave_comments_out_and_know_strings() {
    let text = "use crate::a; // use crate::b\nlet x = '\"'; let y = r#\"c \" d\"#; let z = 'a';";
    let found = words(text);
    let strings: Vec<&str> = found
        .iter()
        .filter(|word| word.kind == Kind::String)
        .map(|word| word.text.as_str())
        .collect();
    assert_eq!(strings, ["c \" d"]);
    assert!(!found.iter().any(|word| word.is("b")));
    assert_eq!(
        found.iter().find(|word| word.is("y")).map(|word| word.line),
        Some(2)
    );
}

#[test]
fn lifetimes_are_no_characters() {
    let found = words("fn f<'a>(x: &'a str, y: &'a str) -> &'a str { x }");
    assert_eq!(found.iter().filter(|word| word.is("str")).count(), 3);
}
