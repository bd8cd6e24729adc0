//! Whether a text came out inert: the tree is the harmless one with the text in its place, and the
//! text means nothing there.
//!
//! It knows of both MTAs only what every administrator does: which files are settings, that `#`
//! begins a comment, and which letters mean something in a value.

use std::collections::BTreeMap;

use mailpol::mail::Domain;

use crate::positions::{Kind, Position};
use crate::site::{Tree, ZONE};

/// Files whose values are expanded and split.
const SETTINGS: [&str; 3] = ["main.cf", "master.cf", "exim4.conf"];
/// What means something in a value of these files, wherever it stands.
const LIVE: &str = "$\\{}:;,\"#!*^@<>()|`' \t";
/// What a line may have in another order, since it is sorted: names of lists.
const BETWEEN: [char; 5] = [' ', '\t', ',', ':', ';'];

/// Texts that mean something of their own in a position, and what.
const MEANT: [(&str, &str, &str); 6] = [
    (
        "mailbox",
        "root",
        "the host's mail for root has a row already",
    ),
    ("mailbox in a table", "root", "the same"),
    ("SPF in a table", "", "the default"),
    ("login in a table", "", "a mailbox without a login"),
    (
        "local-part that a login may use",
        "",
        "every address of the domain",
    ),
    (
        "address of the host",
        "a::b",
        "an AAAA record, where there was an A",
    ),
];

/// Checks a tree against the harmless one, and returns how the text is spelled there; none if the
/// text is nowhere, or means something of its own, which the proof has compared with the policy.
pub(crate) fn check(
    position: &Position,
    text: &str,
    harmless: &Tree,
    tree: &Tree,
) -> Result<Option<String>, String> {
    let is_meant = |one: &&(&str, &str, &str)| (one.0, one.1) == (position.name, text);
    // In a table these are ends of cells and rows, which is what whoever writes them says.
    let is_structure = position.name.contains("table") && text.contains(['\t', '\n']);
    if MEANT.iter().any(|one| is_meant(&one)) || is_structure || tree == harmless {
        return Ok(None);
    }
    match position.kind {
        Kind::File => return whole(position, text, harmless, tree).map(|()| None),
        Kind::Choice if text.trim().is_empty() || without_comments(harmless, tree) => {
            return Ok(None);
        }
        Kind::Choice | Kind::Name | Kind::Setting | Kind::Comment => {}
    }
    let mut faults = Vec::new();
    for spelled in spellings(text) {
        match spelled_so(position, &spelled, harmless, tree) {
            Ok(()) => return Ok(Some(spelled)),
            Err(why) => faults.push(format!("spelled {spelled:?}: {why}")),
        }
    }
    Err(faults.join("\n"))
}

/// Returns whether two trees are the same but for their comments.
pub(crate) fn without_comments(one: &Tree, other: &Tree) -> bool {
    let bare = |tree: &Tree| -> Vec<(String, Vec<String>)> {
        let files = tree.iter().map(|(path, text)| {
            let lines = text.lines().filter(|line| !is_comment(line));
            (path.clone(), lines.map(str::to_owned).collect())
        });
        files.collect()
    };
    bare(one) == bare(other)
}

/// Returns what mailpol may make of a text that it understands: itself, without blanks around it,
/// in small letters, as the name that a domain, a label or the domain of an address stands for.
fn spellings(text: &str) -> Vec<String> {
    let trimmed = text.trim();
    let mut all = vec![
        text.to_owned(),
        trimmed.to_owned(),
        trimmed.to_ascii_lowercase(),
    ];
    let (local, domain) = text.rsplit_once('@').unwrap_or(("", text));
    let at = if domain == text { "" } else { "@" };
    let local = format!("{}{at}", local.to_ascii_lowercase());
    if let Ok(domain) = Domain::parse(domain) {
        all.push(format!("{local}{domain}"));
    }
    if let Ok(domain) = Domain::parse(&format!("{text}.example")) {
        all.extend(domain.as_str().strip_suffix(".example").map(str::to_owned));
    }
    // A URI that reports go to.
    all.push(format!("mailto:{text}"));
    all.dedup();
    all
}

/// Checks that one file is the text, and that all others are as they were.
fn whole(position: &Position, text: &str, harmless: &Tree, tree: &Tree) -> Result<(), String> {
    for (path, before) in harmless {
        let after = tree.get(path).ok_or(format!("{path} is gone"))?;
        let held = before.trim_end() == position.harmless;
        if held && after.trim_end_matches('\n') != text.trim_end_matches('\n') {
            return Err(format!("{path} is not the text: {after:?}"));
        }
        if !held && before != after {
            return Err(format!("{path} is another:\n{after}"));
        }
    }
    if harmless.len() == tree.len() {
        return Ok(());
    }
    Err(format!("other files: {:?}", tree.keys()))
}

fn spelled_so(
    position: &Position,
    spelled: &str,
    harmless: &Tree,
    tree: &Tree,
) -> Result<(), String> {
    let with = |line: &str| line.replace(position.harmless, spelled);
    let paths: BTreeMap<String, &String> = harmless
        .iter()
        .map(|(path, text)| (with(path), text))
        .collect();
    if !paths.keys().eq(tree.keys()) {
        return Err(format!("other files: {:?}", tree.keys()));
    }
    for (path, before) in paths {
        let after = &tree[&path];
        same_lines(position, spelled, &path, before, after)
            .map_err(|why| format!("{path}: {why}"))?;
    }
    Ok(())
}

/// Checks that a file has the same lines, in any order, but for those with the text.
///
/// Tables are sorted; what an order means, the reader has compared with the policy. A comment is
/// inert as long as nothing ends its line.
pub(crate) fn same_lines(
    position: &Position,
    spelled: &str,
    path: &str,
    before: &str,
    after: &str,
) -> Result<(), String> {
    let mut found: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for line in after.lines() {
        if line.chars().any(is_control) && !line.contains('\t') {
            return Err(format!("a control character: {line:?}"));
        }
        if !is_comment(line) {
            *found.entry(sorted(line)).or_default() += 1;
        }
    }
    for line in before.lines().filter(|line| !is_comment(line)) {
        let wanted = expected(position, spelled, path, line)?;
        let mut wanted = wanted.iter().map(|line| sorted(line));
        let there = wanted.find(|line| found.get(line).is_some_and(|count| *count > 0));
        match there.and_then(|line| found.get_mut(&line)) {
            Some(count) => *count -= 1,
            None => return Err(format!("a line is missing: {line:?}")),
        }
    }
    match found.into_iter().find(|(_, count)| *count > 0) {
        None => Ok(()),
        Some((line, _)) => Err(format!(
            "a line that the text does not account for: {line:?}"
        )),
    }
}

/// Both MTAs take no notice of blanks in front of `#`.
fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#') || line.starts_with(';')
}

/// Returns a line with the text in it, as it may be written, if it can mean nothing there.
fn expected(
    position: &Position,
    spelled: &str,
    path: &str,
    line: &str,
) -> Result<Vec<String>, String> {
    let escaped = |text: &str| text.replace('.', "\\.");
    let in_pattern = escaped(position.harmless);
    if !line.contains(position.harmless) && !line.contains(&in_pattern) {
        return Ok(vec![line.to_owned()]);
    }
    if spelled.chars().any(is_control) {
        return Err(format!(
            "a control character outside a comment: {spelled:?}"
        ));
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    if position.kind == Kind::Name && path != ZONE {
        let live = |c: char| LIVE.contains(c) && !position.harmless.contains(c);
        if SETTINGS.contains(&file) && spelled.chars().any(live) {
            return Err(format!("{spelled:?} means something in {line:?}"));
        }
        if spelled.contains([' ', '\t']) || spelled.is_empty() {
            return Err(format!("{spelled:?} is no one word in {line:?}"));
        }
        if line.starts_with(position.harmless) && spelled.starts_with('#') {
            return Err(format!("{spelled:?} makes a comment of {line:?}"));
        }
    }
    let plain = line.replace(position.harmless, spelled);
    let pattern = line.replace(&in_pattern, &escaped(spelled));
    // Keys of tables are in small letters, and come first.
    let key = line.replacen(position.harmless, &spelled.to_ascii_lowercase(), 1);
    let key = key.replace(position.harmless, spelled);
    Ok([plain, pattern].into_iter().chain([key]).collect())
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns the words of a line, sorted: lists of names are in the order of the names.
///
/// A dot is one whether a pattern escapes it or not: the reader knows patterns by their exact text.
/// Records name a version of themselves that is made of their text, and have it in strings of 255.
fn sorted(line: &str) -> Vec<String> {
    let line = line.replace("\\.", ".").replace("\" \"", "");
    // Columns are as wide as the names in them, so blanks do not count.
    let words = line.split(BETWEEN).filter(|word| !word.is_empty());
    let words = words.filter(|word| !word.starts_with("id="));
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort();
    words
}
