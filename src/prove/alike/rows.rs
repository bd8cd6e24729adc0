//! Rows of emitted files, each given to what its key names; and every other word of the files.
//!
//! Nothing is known here of any MTA. A file is taken apart only if each of its lines is a plain
//! key with something behind it: then no line of it is a pattern or an exception, none goes on
//! with another, and their order says nothing. All that is left of a tree is *the rest*.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::guess::Guess;
use super::names::{Entity, Names, count};
use crate::mail::words_of;
use crate::prove::threads::in_parts;
use crate::source::Source;

/// Longer lines are not taken apart: some MTA may have a limit of its own for them.
const LINE_MAX: usize = 1000;

/// A row whose key is a name that the policy lists.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// What its key names: a number of [`Names::number`].
    of: u32,
    file: u16,
    /// How long its key is, as far as it is the name.
    head: u16,
    /// Where its line begins, and where it ends.
    start: u32,
    end: u32,
}

/// The rows of files that can be taken apart.
#[derive(Debug, Default)]
pub(super) struct Rows {
    files: Vec<Arc<Source>>,
    all: Vec<Row>,
    /// The numbers of the rows, those of one name together, in the order of the files.
    sorted: Vec<u32>,
    /// Where those of each name begin.
    starts: Vec<u32>,
}

/// The words of the rest of a tree.
pub(super) type Words = HashSet<String, FxBuildHasher>;

/// A part of a file of which so many octets, and the rest of a line, are read at once.
const PART: usize = 4 << 20;

/// A file by its number, and a part of it.
type Part<'s> = (u16, &'s str, Range<usize>);

/// The rows of a part, and the words of its other lines.
type Read = (Vec<Row>, Words);

impl Rows {
    /// Takes files apart; nothing, if one is too large to be numbered.
    pub(super) fn of(files: &[Arc<Source>], names: &Names<'_>) -> Option<(Self, Words)> {
        let numbered: Vec<(u16, &Arc<Source>)> = (0..=u16::MAX).zip(files).collect();
        let fits = |source: &Arc<Source>| u32::try_from(source.text().len()).is_ok();
        if numbered.len() < files.len() || !files.iter().all(fits) {
            return None;
        }
        let parts = numbered
            .iter()
            .flat_map(|(file, source)| parts(*file, source.text()));
        let parts: Vec<Part<'_>> = parts.collect();
        let read = in_parts(&parts, |part| read(part, names));
        let apart = read.iter().flatten().map(|(rows, _)| rows.len()).sum();
        let (mut rows, mut rest) = (Vec::with_capacity(apart), Words::default());
        let mut whole = Vec::new();
        let mut read = parts.iter().zip(read).peekable();
        while let Some(((file, text, _), first)) = read.next() {
            let mut all = vec![first];
            while let Some((_, more)) = read.next_if(|((other, ..), _)| other == file) {
                all.push(more);
            }
            // Of a file with one other line all counts as rest.
            let Some(all) = all.into_iter().collect::<Option<Vec<Read>>>() else {
                whole.push(*text);
                continue;
            };
            for (more, words) in all {
                rows.extend(more);
                rest.extend(words);
            }
        }
        rest.extend(
            in_parts(&whole, |text| all_words(text))
                .into_iter()
                .flatten(),
        );
        let (sorted, starts) = sort(&rows, names.counts().iter().sum());
        let rows = Self {
            files: files.to_vec(),
            all: rows,
            sorted,
            starts,
        };
        Some((rows, rest))
    }

    /// Hands on the rows of a name: the number of the file, what stands before the name, and what
    /// stands behind it.
    pub(super) fn each(&self, of: usize, take: &mut dyn FnMut(u16, &str, &str)) {
        let at = |number: usize| self.starts.get(number).copied().unwrap_or_default() as usize;
        let numbers = self.sorted.get(at(of)..at(of + 1)).unwrap_or_default();
        for row in numbers.iter().filter_map(|one| self.all.get(*one as usize)) {
            let line = self.files.get(row.file as usize).map(|file| file.text());
            let line = line.and_then(|text| text.get(row.start as usize..row.end as usize));
            let line = line.unwrap_or_default();
            let before = usize::from(line.starts_with(['@', '.']));
            let (before, rest) = line.split_at(before);
            take(
                row.file,
                before,
                rest.get(usize::from(row.head)..).unwrap_or_default(),
            );
        }
    }

    /// Returns the text of each file without the rows of all that is not kept; none, where it is
    /// as it was.
    pub(super) fn without(&self, is_kept: &dyn Fn(usize) -> bool) -> Vec<Option<String>> {
        let mut rows = self.all.iter().peekable();
        let mut reduce = |(file, source): (u16, &Arc<Source>)| {
            let (text, mut kept, mut done) = (source.text(), String::new(), 0);
            while let Some(row) = rows.next_if(|row| row.file == file) {
                if !is_kept(row.of as usize) {
                    kept.push_str(text.get(done..row.start as usize).unwrap_or_default());
                    // The end of the line goes with it.
                    done = (row.end as usize + 1).min(text.len());
                }
            }
            kept.push_str(text.get(done..).unwrap_or_default());
            (done > 0).then_some(kept)
        };
        (0..=u16::MAX).zip(&self.files).map(&mut reduce).collect()
    }
}

/// Sorts rows by what they are of, as a list of their numbers, and says where each begins.
fn sort(rows: &[Row], names: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; names + 2];
    for row in rows {
        if let Some(number) = starts.get_mut(row.of as usize + 2) {
            *number += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut sorted = vec![0_u32; rows.len()];
    for (number, row) in (0..).zip(rows) {
        if let Some(next) = starts.get_mut(row.of as usize + 1) {
            if let Some(place) = sorted.get_mut(*next as usize) {
                *place = number;
            }
            *next += 1;
        }
    }
    (sorted, starts)
}

/// Returns the parts of a file, each of whole lines.
fn parts(file: u16, text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = text.as_bytes().get(start + PART..).unwrap_or_default();
        let newline = rest.iter().position(|octet| *octet == b'\n');
        let end = newline.map_or(text.len(), |newline| start + PART + newline + 1);
        parts.push((file, text, start..end));
        start = end;
    }
    parts
}

/// Takes a part of a file apart; nothing, if one of its lines is no plain row.
fn read((file, text, part): &Part<'_>, names: &Names<'_>) -> Option<Read> {
    let (mut rows, mut rest) = (Vec::new(), Words::default());
    let mut guess = Guess::new(names);
    let mut start = part.start;
    for line in text.get(part.clone())?.split_inclusive('\n') {
        let next = start + line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        if !line.is_empty() && !line.starts_with('#') {
            let key = key(line)?;
            match owner(key, &mut guess).filter(|_| line.len() <= LINE_MAX) {
                Some((of, head)) => rows.push(Row {
                    of: count(names.number(of)),
                    file: *file,
                    head: u16::try_from(head).unwrap_or(u16::MAX),
                    start: count(start),
                    end: count(start + line.len()),
                }),
                None => words(line, &mut rest),
            }
        }
        start = next;
    }
    Some((rows, rest))
}

/// Returns the key of a plain row; nothing for any other line.
fn key(line: &str) -> Option<&str> {
    let is_plain = |c: u8| {
        let is_mark = matches!(
            c,
            b'.' | b'_' | b'@' | b'+' | b'-' | b'=' | b'&' | b'\'' | b'~'
        );
        c.is_ascii_alphanumeric() || is_mark
    };
    let end = line.bytes().position(|c| !is_plain(c));
    let end = end.unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let goes_on = rest.is_empty() || rest.starts_with([' ', '\t', ':']);
    let is_text = rest.bytes().all(|c| c == b'\t' || (c >= b' ' && c != 0x7f));
    (end > 0 && goes_on && is_text && !rest.ends_with('\\')).then_some(key)
}

/// Returns what a key names, and how long the name is in it, if it is a name that the policy lists
/// and nothing beside it names another.
fn owner(key: &str, names: &mut Guess<'_, '_>) -> Option<(Entity, usize)> {
    if let Some(name) = key.strip_prefix(['@', '.']) {
        return Some((Entity::Domain(names.domain(name)?), name.len()));
    }
    let Some((local, domain)) = key.split_once('@') else {
        let domain = names.domain(key).map(Entity::Domain);
        let owner = domain.or_else(|| names.login(key).map(Entity::Login))?;
        return Some((owner, key.len()));
    };
    if let Some(domain) = names.domain(domain) {
        let recipient = names.recipient(local, domain)?;
        return Some((Entity::Recipient(recipient), key.len()));
    }
    // A made name (RFC 2606): nobody has an address there that a policy could name.
    if !domain.ends_with(".invalid") || domain.contains('@') {
        return None;
    }
    Some((Entity::Login(names.login(local)?), local.len()))
}

/// Returns the words of a whole file, but for its comments.
fn all_words(text: &str) -> Words {
    let mut found = Words::default();
    for line in text.lines() {
        if !line.trim_start().starts_with('#') {
            words(line, &mut found);
        }
    }
    found
}

/// Adds the words of a line: as they stand, without dots and dashes around them, and in lower case.
fn words(line: &str, found: &mut Words) {
    let line = &*unescaped(line);
    let mut add = |word: &str| {
        if !word.is_empty() && !found.contains(word) {
            found.insert(word.to_owned());
        }
    };
    for word in words_of(line) {
        add(word);
        let bare = word.trim_matches(['.', '-', '_']);
        add(bare);
        if bare.bytes().any(|octet| octet.is_ascii_uppercase()) {
            add(&bare.to_ascii_lowercase());
        }
    }
}

/// Returns a line in which a dot or a dash stands for one that a pattern escapes, and a blank for
/// any other escape: `a\.example` names what `a.example` does, `\d\.example` all below `example`.
fn unescaped(line: &str) -> Cow<'_, str> {
    if !line.contains('\\') {
        return Cow::Borrowed(line);
    }
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        plain.push(match c {
            '\\' => rest
                .next()
                .filter(|c| matches!(c, '.' | '-' | '_'))
                .unwrap_or(' '),
            c => c,
        });
    }
    Cow::Owned(plain)
}
