//! The tables that Postfix reads by an index: whoever copies files makes it (postmap(1)), so that
//! a reader of the sources reads what the MTA does.

use std::collections::BTreeSet;

use crate::draft::Files;

/// Types of tables with an index beside the source.
const INDEXED: [&str; 5] = ["hash", "btree", "lmdb", "cdb", "dbm"];

/// Returns the commands that index every such table that the files name.
pub(crate) fn commands(files: &Files) -> Vec<String> {
    let mut tables = BTreeSet::new();
    for text in files.values() {
        let is_apart = |c: char| c.is_whitespace() || "{},=".contains(c);
        for word in text.split(is_apart) {
            let Some((kind, path)) = word.split_once(':') else {
                continue;
            };
            let name = path.trim_start_matches('/');
            if INDEXED.contains(&kind) && files.contains_key(name) {
                let with = match name {
                    "etc/aliases" => "postalias",
                    _ => "postmap",
                };
                tables.insert(format!("{with} {kind}:/{name}"));
            }
        }
    }
    tables.into_iter().collect()
}
