//! Lookup tables: `type:name`, and the rows of those that are files of keys and values
//! (DATABASE_README; postmap(1), dict_thash_open(3) and dict_inline_open(3) of 3.7.11).

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use super::characters;
use super::diagnostics::{MissingFile, Syntax, UnjudgedTable};
use super::inline::{inline, rules};
use super::keyed::{self, Keyed};
use super::text::Text;
use crate::diagnostic::{Diagnostics, Reported};
use crate::source::{Loc, Source};
use crate::target::Artifacts;

/// A line of a table whose order counts, or a row that stands in no file of keys.
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
        rows: Keyed,
        /// Whether postmap(1) folds the keys when it makes the index, so that they are in lower
        /// case for every program.
        folds_keys: bool,
    },
    /// `cidr:`: the rules in order, not yet read.
    Cidr(Vec<TableRow>),
    /// `regexp:`: the lines in order, not yet read.
    Patterns(Vec<TableRow>),
    /// `static:`: any key gives this.
    Static(TableRow),
}

/// The files of a tree, and those of keys and values that were opened.
#[derive(Debug)]
pub(super) struct Files<'a> {
    artifacts: &'a Artifacts,
    /// By the name, and whether they are indexed: those in which nothing is wrong.
    opened: Mutex<BTreeMap<(String, bool), Arc<keyed::File>>>,
}

impl<'a> Files<'a> {
    /// Returns the files of a tree.
    pub(super) fn new(artifacts: &'a Artifacts) -> Self {
        Self {
            artifacts,
            opened: Mutex::default(),
        }
    }

    /// Opens a file of keys and values, perhaps once more.
    fn keyed(
        &self,
        source: &Arc<Source>,
        is_indexed: bool,
        diagnostics: &mut Diagnostics,
    ) -> Result<Table, Reported> {
        let key = (source.name().to_owned(), is_indexed);
        // A thread that panicked left no half-made entry.
        let opened = || self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let known = opened().get(&key).cloned();
        let file = if let Some(file) = known {
            file
        } else {
            let file = Arc::new(keyed::open(source, is_indexed, diagnostics)?);
            opened().insert(key, Arc::clone(&file));
            file
        };
        Ok(Table::Rows {
            rows: Keyed::of(file),
            folds_keys: is_indexed,
        })
    }
}

impl Deref for Files<'_> {
    type Target = Artifacts;

    fn deref(&self) -> &Artifacts {
        self.artifacts
    }
}

/// Opens the table of `type:name`, in which something else than a client is looked up.
///
/// A `cidr:` table answers whatever is an address (`dict_cidr_lookup` in dict_cidr.c of 3.7.11): a
/// domain that somebody writes, and a login of that name.
pub(super) fn open(
    spec: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    open_but(&["cidr:", "proxy:", "unix:"], spec, artifacts, diagnostics)
}

/// Opens the table of `type:name`, in which clients are looked up.
pub(super) fn open_of_clients(
    spec: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    open_but(&["proxy:", "unix:"], spec, artifacts, diagnostics)
}

/// Opens the table of `type:name`, of which only the keys count, such as those of accounts: the
/// value is a whole line of passwd(5) (dict_unix.c of 3.7.11).
pub(super) fn open_of_accounts(
    spec: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    open_but(&["cidr:"], spec, artifacts, diagnostics)
}

/// Opens a table of another kind than some.
fn open_but(
    kinds: &[&str],
    spec: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    if kinds.iter().any(|kind| spec.as_str().starts_with(kind)) {
        let reason = "what is looked up there is not modelled in a table of this kind";
        return Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())));
    }
    open_any(spec, artifacts, diagnostics)
}

/// Returns whether a file has the name that postmap(1) gives to an index.
fn is_index(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    matches!(ending, Some("db" | "lmdb"))
}

fn open_any(
    spec: &Text,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Table, Reported> {
    let Some(colon) = spec.as_str().find(':') else {
        let reason = "it is no `type:name`";
        return Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())));
    };
    let (kind, rest) = spec.as_str().split_at(colon);
    let rest = rest.get(1..).unwrap_or_default();
    if kind == "proxy" {
        // proxymap(8) opens the same table in another process, if `proxy_read_maps` names it.
        let inner = spec.slice(colon + 1, spec.as_str().len());
        if inner.as_str() != "unix:passwd.byname" {
            let reason = "proxymap(8) serves what `proxy_read_maps` names, which is not followed: \
                          leave `proxy:` out";
            let told = UnjudgedTable::new(spec.as_str(), reason, &spec.at());
            return Err(diagnostics.error(told));
        }
        return open_any(&inner, artifacts, diagnostics);
    }
    let name = spec.slice(colon + 1, spec.as_str().len());
    let is_inline = rest.starts_with('{');
    let is_empty = match kind {
        "static" => name
            .without_braces()
            .is_some_and(|inner| inner.as_str().is_empty()),
        _ => rest.is_empty(),
    };
    if is_empty {
        let reason = "nothing stands behind the colon: Postfix opens no such table";
        return Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())));
    }
    match kind {
        "texthash" | "hash" | "lmdb" if is_index(rest) => {
            let reason = "the file has the name of an index, which postmap(1) may write there";
            Err(diagnostics.error(UnjudgedTable::new(spec.as_str(), reason, &spec.at())))
        }
        "texthash" => {
            let source = file(&name, artifacts, diagnostics)?;
            artifacts.keyed(&source, false, diagnostics)
        }
        "hash" | "lmdb" => {
            let source = file(&name, artifacts, diagnostics)?;
            artifacts.keyed(&source, true, diagnostics)
        }
        "inline" => inline(&name, diagnostics),
        "static" => {
            let Some(value) = name.without_braces() else {
                let reason = "something stands behind its braces";
                return Err(diagnostics.error(UnjudgedTable::new("static", reason, &name.at())));
            };
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
        "regexp" if is_inline => rules(&name, diagnostics).map(Table::Patterns),
        "regexp" => {
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
    artifacts: &Files<'_>,
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
    characters::check(&artifact.source, diagnostics)?;
    keyed::begins_at_the_margin(&artifact.source, diagnostics)?;
    Ok(artifact.source)
}

/// Returns a file of a list. match_list(3) follows files that files name, one that names itself
/// without an end: here a file of a list names no other.
pub(super) fn listed(
    name: &Text,
    is_of_file: bool,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Arc<Source>, Reported> {
    if is_of_file {
        let reason = "a file of a list that names a further file is not modelled";
        return Err(diagnostics.error(Syntax::new(reason, &name.at())));
    }
    let source = file(name, artifacts, diagnostics)?;
    if source.text().contains('{') {
        // `match_list_parse` in match_list.c of 3.7.11 reads it line by line.
        let reason = "braces in a file of a list end with their line";
        return Err(diagnostics.error(UnjudgedTable::new(name.as_str(), reason, &name.at())));
    }
    Ok(source)
}

/// Returns the logical lines of a table's file, each as a row without a key.
pub(super) fn lines(source: &Arc<Source>) -> Vec<TableRow> {
    let lines = keyed::lines(source);
    lines
        .map(|line| TableRow {
            key: String::new(),
            at: line.at(),
            value: line.text.into_owned(),
        })
        .collect()
}

/// Returns the accounts of `etc/passwd`, if the tree has it.
fn accounts(
    name: &Text,
    artifacts: &Files<'_>,
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
    keyed::begins_at_the_margin(&artifact.source, diagnostics)?;
    let rows = lines(&artifact.source).into_iter().filter_map(|line| {
        let (account, _) = line.value.split_once(':')?;
        Some(TableRow {
            key: account.to_owned(),
            value: account.to_owned(),
            at: line.at.clone(),
        })
    });
    Ok(Table::Rows {
        rows: Keyed::made(rows.collect()),
        folds_keys: true,
    })
}

#[cfg(test)]
mod tests {
    use super::super::keyed::KeyRow;
    use super::*;

    fn rows(text: &str, kind: &str) -> Result<Vec<(String, String)>, Reported> {
        let mut artifacts = Artifacts::new();
        artifacts.add("etc/postfix/t", 0o644, text);
        let spec = format!("{kind}:/etc/postfix/t");
        let at = Loc::new(&Source::new("main.cf", spec.as_str()), 0, 0);
        let files = Files::new(&artifacts);
        let table = open(&Text::made(spec, &at), &files, &mut Diagnostics::new())?;
        match table {
            Table::Rows { rows, .. } => {
                let pair = |row: KeyRow<'_>| (row.key.into_owned(), row.value.into_owned());
                Ok(rows.iter().map(pair).collect())
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
        assert_eq!(
            rows("b 1\n# c\n\n 2\na\\ c 3\n", "texthash").unwrap(),
            [pair("b", "1 2"), pair("a\\ c", "3")]
        );
        assert!(rows("a b\nA c\n", "texthash").is_err());
        assert_eq!(
            rows("b 1\nc 2\na 3\nB 4\n", "hash").unwrap(),
            [pair("b", "1"), pair("c", "2"), pair("a", "3")]
        );
        assert_eq!(rows("a b\nA c\n", "hash").unwrap(), [pair("a", "b")]);
        assert!(rows("a\n", "hash").is_err());
        assert!(rows("a b\n", "ldap").is_err());
    }
}
