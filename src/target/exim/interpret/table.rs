//! The files of lookups: how their lines are rows (spec 4.96, section 9.3; lookups/lsearch.c, and
//! cdb(1) of tinycdb 0.78).

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::lookup::{FileRow, Words};
use super::reader::Reader;
use crate::diagnostic::Reported;
use crate::source::{Loc, Source};

/// How many bytes of a line `lsearch` takes at once. What follows is joined, but a key must be
/// among them, and blanks are cut off behind the last part only.
const PART: usize = 4_095;

impl Reader<'_> {
    /// Reads the rows that an index is made of (`-m`): a key is what stands before the first blank,
    /// and the value all the rest of the line. Quotes, colons and `#` mean nothing, so lines that
    /// seem to say something by them are refused.
    pub(super) fn indexed(&mut self, source: &Arc<Source>) -> Result<Vec<FileRow>, Reported> {
        let mut rows: Vec<FileRow> = Vec::new();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let body = line.strip_suffix('\n').unwrap_or(line);
            let at = Loc::new(source, start, start + body.len());
            start += line.len();
            let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | ':');
            let is_odd = |key: &str| !key.bytes().all(is_letter) && key.contains(odd);
            let ends = |value: &str| value.starts_with([':', '"']) || value.trim() != value;
            match body.split_once(['\t', ' ']) {
                Some((key, value))
                    if !key.is_empty()
                        && !key.starts_with('#')
                        && !is_odd(key)
                        && !value.is_empty()
                        && !ends(value)
                        && (value.bytes().all(is_letter) || !value.contains(char::is_control)) =>
                {
                    let start = at.start();
                    let behind = start + key.len() + 1;
                    rows.push(FileRow {
                        key: Words::written(source, start, key),
                        value: Words::written(source, behind, value),
                        at,
                    });
                }
                _ => {
                    let reason = "a line of an index is `KEY VALUE`, with nothing around either";
                    return Err(self.refuse_table(source.name(), reason, &at));
                }
            }
        }
        Ok(rows)
    }

    /// Reads the rows of a file. A line that begins with a blank belongs to the row before it, but
    /// not behind an empty line or a comment: there `internal_lsearch_find` skips it.
    pub(super) fn rows(&mut self, source: &Arc<Source>) -> Result<Vec<FileRow>, Reported> {
        let mut rows: Vec<FileRow> = Vec::new();
        let mut start = 0;
        let mut is_open = false;
        for line in source.text().split_inclusive('\n') {
            let body = line.trim_end();
            let at = Loc::new(source, start, start + body.len());
            start += line.len();
            // Without an end of line its blanks stay, and belong to the row before it.
            let is_cut_blank = body.is_empty() && is_cut(line);
            if (body.is_empty() && !is_cut_blank) || body.starts_with('#') {
                is_open = false;
                continue;
            }
            let reason = match split_row(body) {
                _ if is_cut(line) => "mailpol does not follow blanks at the end of such a line",
                Err(reason) => reason,
                Ok((key, value)) => {
                    if !body.starts_with([' ', '\t']) {
                        let key = match key {
                            Cow::Borrowed(key) => Words::written(source, at.start(), key),
                            Cow::Owned(key) => key.into(),
                        };
                        let value = Words::written(
                            source,
                            at.start() + value.start,
                            body.get(value).unwrap_or_default(),
                        );
                        rows.push(FileRow { key, value, at });
                        is_open = true;
                    } else if let Some(row) = rows.last_mut().filter(|_| is_open) {
                        row.value = [&row.value, " ", body.trim_start()].concat().into();
                    }
                    continue;
                }
            };
            return Err(self.refuse_table(source.name(), reason, &at));
        }
        Ok(rows)
    }
}

/// Returns whether blanks at the end of a line stay, or its first part holds no key.
fn is_cut(line: &str) -> bool {
    let body = line.strip_suffix('\n').unwrap_or(line);
    let has_blanks = body.trim_end() != body;
    if body.len() < PART {
        return has_blanks && body.len() == line.len();
    }
    let blanks = body
        .bytes()
        .take(PART)
        .position(|byte| byte.is_ascii_whitespace());
    has_blanks || blanks.is_none_or(|at| at > PART / 2)
}

/// Why a row is refused whose key begins with a quote.
const UNENDED: &str = "the quotes around a key do not end";

/// Splits a row: the key ends at white space or a colon; in double quotes it holds both. Of the
/// value it says where it stands.
fn split_row(line: &str) -> Result<(Cow<'_, str>, Range<usize>), &'static str> {
    let (key, end) = if let Some(quoted) = line.strip_prefix('"') {
        let (key, length) = unquoted(quoted)?;
        (key.into(), 1 + length)
    } else {
        let ends = |c: char| c == ':' || c.is_ascii_whitespace();
        let end = line.find(ends).unwrap_or(line.len());
        (line.get(..end).unwrap_or_default().into(), end)
    };
    let rest = line.get(end..).unwrap_or_default().trim_start();
    let value = rest.strip_prefix(':').unwrap_or(rest);
    let start = line.len() - value.trim_start().len();
    Ok((key, start..start + value.trim().len()))
}

/// Returns a key behind its first quote, and how long it is with the second.
fn unquoted(text: &str) -> Result<(String, usize), &'static str> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    loop {
        let (at, c) = chars.next().ok_or(UNENDED)?;
        match c {
            '"' => return Ok((key, at + 1)),
            '\\' => match chars.next().ok_or(UNENDED)?.1 {
                c if c.is_ascii_alphanumeric() => {
                    return Err("a letter or a digit behind `\\` is not followed");
                }
                c => key.push(c),
            },
            c => key.push(c),
        }
    }
}

/// Returns whether an octet is a letter, or a sign that means nothing anywhere in a row.
fn is_letter(octet: u8) -> bool {
    octet.is_ascii_graphic() && !b"\":".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::{is_cut, split_row};

    #[test]
    fn rows_are_split_at_the_first_colon_or_blank() {
        let split_row = |line: &'static str| -> Result<(String, &str), &str> {
            let (key, value) = split_row(line)?;
            Ok((key.into_owned(), line.get(value).unwrap()))
        };
        let pair = |key: &str, value: &'static str| Ok((key.to_owned(), value));
        assert_eq!(
            split_row("a@b.example: x : y"),
            pair("a@b.example", "x : y")
        );
        assert_eq!(split_row("a b"), pair("a", "b"));
        assert_eq!(split_row("a"), pair("a", ""));
        assert_eq!(split_row("a  :b"), pair("a", "b"));
        assert_eq!(split_row("\"::1\" x"), pair("::1", "x"));
        assert_eq!(split_row("\"a\\\"b\\@c\" x"), pair("a\"b@c", "x"));
        for line in [
            "\"a x",
            "\"a\\",
            "\"a\\x62c\" x",
            "\"a\\142c\" x",
            "\"\\n\" x",
        ] {
            assert!(split_row(line).is_err(), "{line}");
        }
    }

    #[test]
    fn blanks_stay_where_exim_does_not_cut_them_off() {
        let long = "x".repeat(5_000);
        for (line, cut) in [
            ("a b \n".to_owned(), false),
            ("a b ".to_owned(), true),
            ("a b".to_owned(), false),
            (format!("a {long}\n"), false),
            (format!("a {long} \n"), true),
            (format!("{long} a\n"), true),
        ] {
            assert_eq!(is_cut(&line), cut, "{}", line.len());
        }
    }
}
