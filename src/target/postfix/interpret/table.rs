//! Lookup tables: `type:name`, and the rows of those that are files of keys and values
//! (DATABASE_README; postmap(1), dict_thash_open(3) and dict_inline_open(3) of 3.7.11).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::diagnostics::{MissingFile, UnjudgedTable};
use super::text::{self, Text};
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};
use crate::target::Artifacts;

/// A row of a table.
#[derive(Debug, Clone)]
pub(super) struct TableRow {
    /// The key, as written.
    pub(super) key: String,
    /// The value.
    pub(super) value: String,
    /// Where.
    pub(super) at: Loc,
}

/// A table, opened.
#[derive(Debug)]
pub(super) enum Table {
    /// Keys and values. Each key stands once.
    Rows {
        /// The rows.
        rows: Vec<TableRow>,
        /// Whether postmap(1) folds the keys when it makes the index, so that they are in lower
        /// case for every program.
        folds_keys: bool,
    },
    /// `cidr:`: the rules in order, not yet read.
    Cidr(Vec<TableRow>),
    /// `regexp:` or `pcre:`: the lines in order, not yet read.
    Patterns(Vec<TableRow>),
    /// `static:`: any key gives this.
    Static(TableRow),
}

/// Opens the table of `type:name`.
pub(super) fn open(
    spec: &Text,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    let Some(colon) = spec.as_str().find(':') else {
        let reason = "it is no `type:name`";
        return Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())));
    };
    let (kind, rest) = spec.as_str().split_at(colon);
    let rest = rest.get(1..).unwrap_or_default();
    if kind == "proxy" {
        // proxymap(8) opens the same table in another process.
        let inner = spec.slice(colon + 1, spec.as_str().len());
        return open(&inner, artifacts, diagnostics);
    }
    let name = spec.slice(colon + 1, spec.as_str().len());
    let is_inline = rest.starts_with('{');
    match kind {
        "texthash" => {
            let source = file(&name, artifacts, diagnostics)?;
            keyed(&source, false, diagnostics)
        }
        "hash" | "btree" | "lmdb" | "cdb" | "dbm" => {
            let source = file(&name, artifacts, diagnostics)?;
            keyed(&source, true, diagnostics)
        }
        "inline" => inline(&name, diagnostics),
        "static" => {
            let value = name
                .inside_braces()
                .map_or(name.clone(), |inner| inner.trim());
            Ok(Table::Static(TableRow {
                key: String::new(),
                value: value.as_str().to_owned(),
                at: spec.at(),
            }))
        }
        "cidr" if is_inline => rules(&name, diagnostics).map(Table::Cidr),
        "cidr" => {
            let source = file(&name, artifacts, diagnostics)?;
            Ok(Table::Cidr(lines(&source)))
        }
        "regexp" | "pcre" if is_inline => rules(&name, diagnostics).map(Table::Patterns),
        "regexp" | "pcre" => {
            let source = file(&name, artifacts, diagnostics)?;
            Ok(Table::Patterns(lines(&source)))
        }
        "unix" if rest == "passwd.byname" => accounts(&name, artifacts, diagnostics),
        _ => {
            let reason = format!("what a `{kind}` table answers is not in the files");
            Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())))
        }
    }
}

/// Returns a file that the configuration names. Relative names are below the queue directory, which
/// the tree does not hold.
pub(super) fn file(
    name: &Text,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Arc<Source>, Reported> {
    let found = if name.as_str().starts_with('/') {
        artifacts.get(name.as_str())
    } else {
        None
    };
    let Some(artifact) = found else {
        let missing = MissingFile::new(name.as_str(), artifacts, &name.at());
        return Err(diagnostics.error(missing));
    };
    Ok(artifact.source)
}

/// The file that newaliases(1) indexes: aliases(5) ends its keys with a colon.
const ALIASES: &str = "etc/aliases";

/// Reads a file of keys and values.
///
/// A key twice: postmap(1) keeps the first and warns; dict_thash_open(3) refuses the whole table,
/// so that every lookup fails.
fn keyed(
    source: &Arc<Source>,
    is_indexed: bool,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    let before = diagnostics.errors();
    let mut rows: Vec<TableRow> = Vec::new();
    for line in lines(source) {
        let (mut key, value) = split_row(&line.value);
        if is_indexed && source.name() == ALIASES {
            key = key.strip_suffix(':').unwrap_or(key);
        }
        if value.is_empty() || key.matches('"').count() % 2 == 1 {
            let reason = "this row is not `key value`, and Postfix skips it";
            diagnostics.error(UnjudgedTable::new(source.name(), reason, &line.at));
            continue;
        }
        rows.push(TableRow {
            key: key.to_owned(),
            value: value.to_owned(),
            at: line.at,
        });
    }
    let mut is_first = first_of_their_keys(&rows).into_iter();
    rows.retain(|row| {
        let is_first = is_first.next().unwrap_or_default();
        if !is_first && !is_indexed {
            diagnostics.error(UnjudgedTable::twice(&row.key, &row.at));
        }
        is_first
    });
    diagnostics.failed_since(before)?;
    Ok(Table::Rows {
        rows,
        folds_keys: is_indexed,
    })
}

/// Returns of each row whether no row before it has its key. Both fold what they compare
/// (DICT_FLAG_FOLD_FIX).
fn first_of_their_keys(rows: &[TableRow]) -> Vec<bool> {
    let mut seen = HashSet::with_capacity_and_hasher(rows.len(), FxBuildHasher);
    let keys = rows.iter().map(|row| row.key.as_str());
    keys.map(|key| seen.insert(folded(key))).collect()
}

/// Returns a key in lower case. Nearly all are so already.
fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|octet| octet.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        Cow::Borrowed(key)
    }
}

/// Returns the logical lines of a table's file, each as a row without a key.
pub(super) fn lines(source: &Arc<Source>) -> Vec<TableRow> {
    let mut rows: Vec<TableRow> = Vec::new();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let body = line.trim_end_matches('\n');
        let trimmed = body.trim_matches(text::is_space);
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            match rows.last_mut() {
                Some(last) if line.starts_with(text::is_space) => last.value.push_str(body),
                _ => rows.push(TableRow {
                    key: String::new(),
                    value: body.to_owned(),
                    at: Loc::new(
                        source,
                        start,
                        start + body.trim_end_matches(text::is_space).len(),
                    ),
                }),
            }
        }
        start += line.len();
    }
    rows
}

/// Splits a row at its first blank outside double quotes (dict_thash_open(3)).
fn split_row(line: &str) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    for (offset, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            c if text::is_space(c) && !quoted => {
                let (key, value) = line.split_at(offset);
                return (key, value.trim_matches(text::is_space));
            }
            _ => {}
        }
    }
    (line, "")
}

/// Reads `inline:{ key=value, { key = value } }`.
fn inline(name: &Text, diagnostics: &mut Diagnostics) -> Result<Table, Reported> {
    let refuse = |reason: &str, at: &Loc, diagnostics: &mut Diagnostics| {
        Err(diagnostics.error(UnjudgedTable::new("inline", reason, at)))
    };
    let Some(inner) = name.inside_braces() else {
        return refuse("it is not `inline:{name=value}`", &name.at(), diagnostics);
    };
    let mut rows: Vec<TableRow> = Vec::new();
    for word in inner.words() {
        let pair = word
            .inside_braces()
            .map_or(word.clone(), |inner| inner.trim());
        let Ok((key, value)) = split_quoted(&pair) else {
            return refuse("an entry is not `name=value`", &word.at(), diagnostics);
        };
        let row = TableRow {
            key: key.as_str().trim_matches('"').to_owned(),
            value: value.as_str().to_owned(),
            at: word.at(),
        };
        // dict_inline_open(3) does no duplicate checks: the last one stays.
        rows.retain(|other| !other.key.eq_ignore_ascii_case(&row.key));
        rows.push(row);
    }
    if rows.is_empty() {
        return refuse(
            "it is empty, which Postfix does not take",
            &name.at(),
            diagnostics,
        );
    }
    Ok(Table::Rows {
        rows,
        folds_keys: false,
    })
}

/// Splits `name=value`, where the name may stand in double quotes (split_qnameval(3)).
fn split_quoted(pair: &Text) -> Result<(Text, Text), &'static str> {
    let text = pair.as_str();
    let Some(rest) = text.strip_prefix('"') else {
        return pair.name_and_value();
    };
    let end = rest.find('"').ok_or("unbalanced quotes")? + 2;
    let value = pair.slice(end, text.len()).trim();
    if !value.as_str().starts_with('=') {
        return Err("missing `=`");
    }
    let value = value.slice(1, value.as_str().len()).trim();
    Ok((pair.slice(0, end), value))
}

/// Reads `cidr:{ {rule}, {rule} }` and its like for patterns (3.7 and newer).
fn rules(name: &Text, diagnostics: &mut Diagnostics) -> Result<Vec<TableRow>, Reported> {
    let Some(inner) = name.inside_braces() else {
        let reason = "the braces do not match";
        return Err(diagnostics.error(UnjudgedTable::new(name.as_str(), reason, &name.at())));
    };
    let mut rows = Vec::new();
    for word in inner.words() {
        let Some(rule) = word.inside_braces() else {
            let reason = "a rule does not stand in `{ }`";
            return Err(diagnostics.error(UnjudgedTable::new(name.as_str(), reason, &word.at())));
        };
        let rule = rule.trim();
        rows.push(TableRow {
            key: String::new(),
            value: rule.as_str().to_owned(),
            at: rule.at(),
        });
    }
    Ok(rows)
}

/// Returns the accounts of `etc/passwd`, if the tree has it.
fn accounts(
    name: &Text,
    artifacts: &Artifacts,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    let Some(artifact) = artifacts.get("etc/passwd") else {
        let reason = "which accounts the machine has is not in the files";
        return Err(diagnostics.error(UnjudgedTable::new(
            "unix:passwd.byname",
            reason,
            &name.at(),
        )));
    };
    let rows = lines(&artifact.source).into_iter().filter_map(|line| {
        let (account, _) = line.value.split_once(':')?;
        Some(TableRow {
            key: account.to_owned(),
            value: account.to_owned(),
            at: line.at.clone(),
        })
    });
    Ok(Table::Rows {
        rows: rows.collect(),
        folds_keys: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, kind: &str) -> Result<Vec<(String, String)>, Reported> {
        let mut artifacts = Artifacts::new();
        artifacts.add("etc/postfix/t", 0o644, text);
        let spec = format!("{kind}:/etc/postfix/t");
        let at = Loc::new(&Source::new("main.cf", spec.as_str()), 0, 0);
        let table = open(&Text::made(spec, &at), &artifacts, &mut Diagnostics::new())?;
        match table {
            Table::Rows { rows, .. } => {
                Ok(rows.into_iter().map(|row| (row.key, row.value)).collect())
            }
            Table::Cidr(_) | Table::Patterns(_) | Table::Static(_) => Ok(Vec::new()),
        }
    }

    #[test]
    fn rows_are_read_as_postmap_1_says() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let text = "# c\na@b.example  x y\n  z\n\n\"q r\"@b.example s\n";
        assert_eq!(
            rows(text, "texthash").unwrap(),
            [
                pair("a@b.example", "x y  z"),
                pair("\"q r\"@b.example", "s")
            ]
        );
        assert!(rows("a b\nA c\n", "texthash").is_err());
        assert_eq!(rows("a b\nA c\n", "hash").unwrap(), [pair("a", "b")]);
        assert!(rows("a\n", "hash").is_err());
        assert!(rows("a b\n", "ldap").is_err());
    }
}
