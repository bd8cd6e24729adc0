//! The language of `break.txt`: edits of a tree, one a line.
//!
//! ```text
//! # A comment.
//! file "etc/postfix/main.cf"
//! entry "smtpd_relay_restrictions ="
//! delete-line "reject_unauth_destination"
//! add-line after "permit_mynetworks" "    permit"
//! add-line before "permit_mynetworks" "    permit"
//! replace "permit_mynetworks" with "permit"
//! delete-entry
//! append "203.0.113.0/24 OK"
//! ```
//!
//! `file` says which file the following edits are of. `entry` narrows them to the line that begins
//! with these words, and the indented lines after it; `file` widens them again. Lines are named
//! without the blanks around them. In quotes `\n`, `\t`, `\"` and `\\` are one character.
//! Everything that is named must be there exactly once: an edit that does nothing tests nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use libtest_mimic::Failed;

/// The edits so far are of this.
#[derive(Default)]
struct Focus {
    file: Option<String>,
    entry: Option<String>,
}

/// Makes all edits of a text.
pub(crate) fn apply(edits: &str, tree: &mut BTreeMap<String, String>) -> Result<(), Failed> {
    let mut focus = Focus::default();
    for (number, line) in (1..).zip(edits.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        edit(line, &mut focus, tree)
            .map_err(|why| Failed::from(format!("break.txt:{number}: {why}")))?;
    }
    Ok(())
}

fn edit(line: &str, focus: &mut Focus, tree: &mut BTreeMap<String, String>) -> Result<(), String> {
    let words = words(line)?;
    let parts: Vec<(&str, bool)> = words
        .iter()
        .map(|(word, quoted)| (word.as_str(), *quoted))
        .collect();
    if let [("file", false), (path, true)] = parts.as_slice() {
        if !tree.contains_key(*path) {
            return Err(format!("there is no file `{path}`"));
        }
        *focus = Focus {
            file: Some((*path).to_owned()),
            entry: None,
        };
        return Ok(());
    }
    let file = focus.file.as_ref().ok_or("no `file` was named")?;
    let text = tree.get_mut(file).ok_or("the file is gone")?;
    if let [("entry", false), (start, true)] = parts.as_slice() {
        entry(text, start)?;
        focus.entry = Some((*start).to_owned());
        return Ok(());
    }
    let range = match &focus.entry {
        Some(start) => entry(text, start)?,
        None => 0..text.len(),
    };
    let within = text.get(range.clone()).ok_or("not at a character")?;
    let edited = match parts.as_slice() {
        [("delete-entry", false)] if focus.entry.is_some() => {
            focus.entry = None;
            String::new()
        }
        [("delete-line", false), (line, true)] => {
            let at = one_line(within, line)?;
            splice(within, &at, "")
        }
        [
            ("replace", false),
            (old, true),
            ("with", false),
            (new, true),
        ] => {
            let at = once(within, old)?;
            splice(within, &at, new)
        }
        [
            ("add-line", false),
            (place @ ("after" | "before"), false),
            (line, true),
            (new, true),
        ] => {
            let at = one_line(within, line)?;
            let at = if *place == "after" { at.end } else { at.start };
            splice(within, &(at..at), &format!("{new}\n"))
        }
        [("append", false), (new, true)] if focus.entry.is_none() => format!("{within}{new}\n"),
        _ => return Err(format!("`{line}` is no edit")),
    };
    if edited == within {
        return Err("the edit changes nothing".to_owned());
    }
    text.replace_range(range, &edited);
    Ok(())
}

fn splice(text: &str, at: &Range<usize>, with: &str) -> String {
    let mut text = text.to_owned();
    text.replace_range(at.clone(), with);
    text
}

/// Returns where a text stands, which is exactly once.
fn once(text: &str, wanted: &str) -> Result<Range<usize>, String> {
    if wanted.is_empty() {
        return Err("nothing is named".to_owned());
    }
    // Overlapping ones count too.
    let starts = text.char_indices().map(|(at, _)| at);
    only(
        starts.filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(wanted))),
        wanted,
    )
    .map(|at| at..at + wanted.len())
}

/// Returns the one line that reads so, without the blanks around it.
fn one_line(text: &str, wanted: &str) -> Result<Range<usize>, String> {
    let found = lines(text).filter(|at| text.get(at.clone()).is_some_and(|l| l.trim() == wanted));
    only(found, wanted)
}

/// Returns the line that begins with these words, and the indented ones after it.
fn entry(text: &str, start: &str) -> Result<Range<usize>, String> {
    let begins = |at: &Range<usize>| {
        text.get(at.clone())
            .is_some_and(|line| line.starts_with(start))
    };
    let first = only(lines(text).filter(begins), start)?;
    let end = lines(text)
        .skip_while(|at| at.start < first.end)
        .take_while(|at| {
            text.get(at.clone())
                .is_some_and(|line| line.starts_with([' ', '\t']))
        })
        .last()
        .map_or(first.end, |at| at.end);
    Ok(first.start..end)
}

fn only<T>(mut found: impl Iterator<Item = T>, wanted: &str) -> Result<T, String> {
    let first = found.next();
    let first = first.ok_or_else(|| format!("`{wanted}` is nowhere"))?;
    if found.next().is_some() {
        return Err(format!("`{wanted}` is there more than once"));
    }
    Ok(first)
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(start..*at)
    })
}

/// Returns the words of an edit, and whether they stood in quotes.
fn words(line: &str) -> Result<Vec<(String, bool)>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let quoted = rest.starts_with('"');
        let (word, after) = if quoted {
            quoted_word(rest)?
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            (word.to_owned(), after)
        };
        if !after.is_empty() && !after.starts_with(char::is_whitespace) {
            return Err("a blank is missing between words".to_owned());
        }
        words.push((word, quoted));
        rest = after.trim_start();
    }
    Ok(words)
}

fn quoted_word(text: &str) -> Result<(String, &str), String> {
    let mut word = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match (escaped, c) {
            (false, '"') => return Ok((word, text.get(at + 1..).unwrap_or_default())),
            (false, '\\') => escaped = true,
            (false, c) => word.push(c),
            (true, 'n' | 't' | '"' | '\\') => {
                escaped = false;
                word.push(match c {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            }
            (true, c) => return Err(format!("`\\{c}` is no character")),
        }
    }
    Err("a quote has no end".to_owned())
}

/// What the language refuses, and what it does.
pub(crate) fn are_strict() -> Result<(), Failed> {
    const MAIN: &str = "a =\n    x\n    y\nb =\n    x\n";
    const CASES: &[(&str, Option<&str>)] = &[
        (
            "entry \"a =\"\ndelete-line \"x\"",
            Some("a =\n    y\nb =\n    x\n"),
        ),
        (
            "entry \"a =\"\nreplace \"y\" with \"z\\tz\"",
            Some("a =\n    x\n    z\tz\nb =\n    x\n"),
        ),
        (
            "entry \"b =\"\nadd-line after \"x\" \"    z\"",
            Some("a =\n    x\n    y\nb =\n    x\n    z\n"),
        ),
        (
            "add-line before \"y\" \"    z\"",
            Some("a =\n    x\n    z\n    y\nb =\n    x\n"),
        ),
        ("entry \"a =\"\ndelete-entry", Some("b =\n    x\n")),
        (
            "append \"c = 1\"",
            Some("a =\n    x\n    y\nb =\n    x\nc = 1\n"),
        ),
        ("delete-line \"x\"", None),
        ("delete-line \"z\"", None),
        ("replace \"x\" with \"z\"", None),
        ("replace \"y\" with \"y\"", None),
        ("replace \"\" with \"z\"", None),
        ("replace \"y\" \"z\"", None),
        ("replace \"y\" with z", None),
        ("entry \"c =\"", None),
        ("entry \"a =\"\nappend \"z\"", None),
        ("delete-entry", None),
        ("file \"other\"", None),
        ("delete-line \"y", None),
        ("delete-line \"\\y\"", None),
        ("delete-line \"y\"\"y\"", None),
    ];
    for (edits, expected) in CASES {
        let mut tree = BTreeMap::from([("main".to_owned(), MAIN.to_owned())]);
        let done = apply(&format!("file \"main\"\n{edits}"), &mut tree);
        let got = done.ok().and_then(|()| tree.remove("main"));
        if got.as_deref() != *expected {
            return Err(format!("{edits}: expected {expected:?}, got {got:?}").into());
        }
    }
    let mut tree = BTreeMap::from([("main".to_owned(), MAIN.to_owned())]);
    if apply("delete-line \"y\"", &mut tree).is_ok() {
        return Err("an edit without a file".into());
    }
    Ok(())
}
