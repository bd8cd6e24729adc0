//! Mutants by lot, which nobody has thought of: letters, words and lines of a tree are changed, and
//! lines of other people's files get into it.
//!
//! The others break what their authors expect to matter. What nobody expects is looked for here, so
//! there is no list of changes: only a seed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use crate::draft::{Edit, Files, Mutant};
use crate::envelopes::Seeded;
use crate::support::job::Mta;
use crate::words;

/// Letters that mean something to one of the languages, and some that look like others.
const LETTERS: &[&str] = &[
    " ", "\t", "\n", "\n ", "\r", ",", ":", ";", "!", "$", "{", "}", "#", "\\", "\"", "'", "@",
    ".", "/", "%", "*", "?", "^", "+", "-", "=", "<", ">", "|", "(", ")", "[", "]", "_", "~", "&",
    "0", "1", "9", "a", "A", "\u{a0}", "::", "<<", "$$", "!!", "\\n", "${", "/0",
];
/// One mutant in so many is changed once more.
const TWICE_IN: usize = 3;
/// So much of the changes is in the MTA's own configuration, of ten; the rest is anywhere.
const IN_CONFIGURATION: usize = 7;

/// Lines and words of other people's files.
struct Donors {
    /// By the name of the file that they are from.
    lines: BTreeMap<String, Vec<String>>,
    words: Vec<String>,
}

impl Donors {
    /// Collects them from the corpus of the reader, and from the tree itself.
    fn of(mta: Mta, files: &Files) -> Self {
        let mut donors = Self {
            lines: BTreeMap::new(),
            words: Vec::new(),
        };
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/read");
        donors.folder(&corpus.join(mta.name()));
        for (path, text) in files {
            donors.file(path.rsplit('/').next().unwrap_or_default(), text);
        }
        donors.words.sort();
        donors.words.dedup();
        donors
    }

    fn folder(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str());
            if path.is_dir() {
                self.folder(&path);
            } else if let (Some(name), Ok(text)) = (name, fs::read_to_string(&path))
                && path.iter().any(|part| part == "etc")
            {
                self.file(name, &text);
            }
        }
    }

    fn file(&mut self, name: &str, text: &str) {
        let lines = text.lines().filter(|line| !words::is_silent(line));
        for line in lines.filter(|line| !line.ends_with('\\')) {
            let all = tokens(line, &(0..line.len()));
            self.words
                .extend(all.into_iter().map(|at| line[at].to_owned()));
            let of_name = self.lines.entry(name.to_owned()).or_default();
            of_name.push(line.to_owned());
        }
    }
}

/// Returns mutants of a tree, so many as are wanted.
pub(crate) fn mutants(files: &Files, mta: Mta, seed: u64, count: usize) -> Vec<Mutant> {
    let donors = Donors::of(mta, files);
    let mut seeded = Seeded::new(seed ^ 0x7711_d000);
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let mut changed = files.clone();
        let mut what = Vec::new();
        what.extend(change(&mut changed, &donors, &mut seeded));
        if seeded.below(TWICE_IN) == 0 {
            what.extend(change(&mut changed, &donors, &mut seeded));
        }
        let edits = edits(files, changed);
        if !edits.is_empty() {
            made.push(Mutant {
                operator: "by lot",
                what: what.join("; "),
                edits,
            });
        }
    }
    made
}

/// Returns what makes one tree the other.
fn edits(before: &Files, after: Files) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (file, with) in after {
        let old = &before[&file];
        if *old != with {
            let at = 0..old.len();
            edits.push(Edit::Part { file, at, with });
        }
    }
    edits
}

/// Changes one thing of one file, and says what.
fn change(files: &mut Files, donors: &Donors, seeded: &mut Seeded) -> Option<String> {
    let is_configuration = |path: &&String| {
        ["main.cf", "master.cf", "exim4.conf"]
            .iter()
            .any(|name| path.ends_with(name))
    };
    let wants = seeded.below(10) < IN_CONFIGURATION;
    let paths: Vec<&String> = files
        .keys()
        .filter(|path| *path != "MANIFEST" && (!wants || is_configuration(path)))
        .collect();
    let path = (*paths.get(seeded.below(paths.len()))?).clone();
    let text = files.get_mut(&path)?;
    let lines: Vec<Range<usize>> = words::lines(text, 0..text.len())
        .into_iter()
        .filter(|line| !words::is_silent(&text[line.clone()]))
        .collect();
    let line = lines.get(seeded.below(lines.len()))?.clone();
    let other = lines.get(seeded.below(lines.len()))?.clone();
    let name = path.rsplit('/').next().unwrap_or_default();
    let (at, with) = match seeded.below(11) {
        0 => letter(text, &line, seeded)?,
        1 => (line.start..line.start, donor(donors, name, seeded)?),
        2 => (line.clone(), donor(donors, name, seeded)?),
        3 => (line.start..line.start, text[other].to_owned()),
        4 => cased(text, &line, seeded)?,
        5 => word(text, &line, seeded, "")?,
        // What one line of it does not do, two may.
        6 | 7 => {
            let both = donor(donors, name, seeded)? + &donor(donors, name, seeded)?;
            (line.start..line.start, both)
        }
        8 => (line.start..line.start, block(donors, name, seeded)?),
        _ => {
            let with = donors.words.get(seeded.below(donors.words.len()))?;
            word(text, &line, seeded, with)?
        }
    };
    let number = 1 + text[..at.start].matches('\n').count();
    let (old, new) = (&text[at.clone()], with.as_str());
    let what = format!("{path}:{number}: {old:?} -> {new:?}");
    text.replace_range(at, &with);
    Some(what)
}

/// Returns a line of another file of that name, with its end.
fn donor(donors: &Donors, name: &str, seeded: &mut Seeded) -> Option<String> {
    let lines = donors.lines.get(name)?;
    Some(format!("{}\n", lines.get(seeded.below(lines.len()))?))
}

/// Returns some lines of another file of that name that stand one behind the other there.
fn block(donors: &Donors, name: &str, seeded: &mut Seeded) -> Option<String> {
    let lines = donors.lines.get(name)?;
    let first = seeded.below(lines.len());
    let count = 2 + seeded.below(3);
    let block = lines.get(first..lines.len().min(first + count))?;
    Some(block.join("\n") + "\n")
}

/// Takes a letter away, adds one, or puts another there.
fn letter(text: &str, line: &Range<usize>, seeded: &mut Seeded) -> Option<(Range<usize>, String)> {
    let places: Vec<(usize, char)> = text[line.clone()].char_indices().collect();
    let (at, old) = *places.get(seeded.below(places.len()))?;
    let start = line.start + at;
    let other = (*LETTERS.get(seeded.below(LETTERS.len()))?).to_owned();
    Some(match seeded.below(3) {
        0 => (start..start + old.len_utf8(), String::new()),
        1 => (start..start, other),
        _ => (start..start + old.len_utf8(), other),
    })
}

/// Puts something in the place of a word.
fn word(
    text: &str,
    line: &Range<usize>,
    seeded: &mut Seeded,
    with: &str,
) -> Option<(Range<usize>, String)> {
    let words = tokens(text, line);
    let at = words.get(seeded.below(words.len()))?.clone();
    Some((at, with.to_owned()))
}

/// Writes a word in letters of the other case.
fn cased(text: &str, line: &Range<usize>, seeded: &mut Seeded) -> Option<(Range<usize>, String)> {
    let words = tokens(text, line);
    let at = words.get(seeded.below(words.len()))?.clone();
    let old = &text[at.clone()];
    let new = if old.chars().any(char::is_lowercase) {
        old.to_uppercase()
    } else {
        old.to_lowercase()
    };
    Some((at, new))
}

/// Returns the words of a line: names, numbers and paths, and each sign by itself.
fn tokens(text: &str, line: &Range<usize>) -> Vec<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut goes_on = false;
    for (at, c) in text[line.clone()].char_indices() {
        let at = line.start + at;
        match found.last_mut() {
            Some(last) if goes_on && is_word(c) => last.end = at + c.len_utf8(),
            _ if c.is_whitespace() => {}
            _ => found.push(at..at + c.len_utf8()),
        }
        goes_on = is_word(c);
    }
    found
}
