//! `alias_maps`: the files that local(8) looks accounts up in (aliases(5); postalias.c, and alias.c
//! and token.c of local(8), 3.7.11).
//!
//! postalias(1) takes quotes, pairs and comments out of keys and values (tok822_scan(3)), and
//! local(8) parses the values once more. So only what none of this changes is read.

use std::collections::BTreeMap;

use super::diagnostics::UnjudgedTable;
use super::keys;
use super::parameter::Settings;
use super::table::{self, Files, Table};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;

/// The tables whose files postalias(1) indexes.
const INDEXED: [&str; 2] = ["hash:", "lmdb:"];

/// Reads the tables: `name: value`; of a name twice, the first stays.
pub(super) fn read(
    settings: &Settings<'_>,
    artifacts: &Files<'_>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, String> {
    let mut aliases = BTreeMap::new();
    let mut add = |name: &str, value: &str, at: &Loc, diagnostics: &mut Diagnostics| {
        if !is_name(name) || !value.split(',').all(|word| is_target(word.trim_ascii())) {
            let reason = "only `name: address, address` in plain words is read, and plain paths \
                          and commands";
            diagnostics.error(UnjudgedTable::new(name, reason, at));
        }
        let name = name.to_ascii_lowercase();
        aliases.entry(name).or_insert_with(|| value.to_owned());
    };
    for word in settings.text("alias_maps", diagnostics).words() {
        let text = word.as_str();
        if INDEXED.iter().any(|kind| text.starts_with(kind)) {
            let colon = text.find(':').unwrap_or_default();
            let name = word.slice(colon + 1, text.len());
            let Ok(source) = table::file(&name, artifacts, diagnostics) else {
                continue;
            };
            for line in table::lines(&source) {
                let (name, value) = line.value.split_once(':').unwrap_or((&line.value, ""));
                add(name.trim_ascii(), value.trim_ascii(), &line.at, diagnostics);
            }
            continue;
        }
        match table::open(&word, artifacts, diagnostics) {
            Ok(Table::Rows { rows, .. }) => {
                for row in rows.iter() {
                    add(&row.key, &row.value, &row.at(), diagnostics);
                }
            }
            Ok(Table::Static(_) | Table::Patterns(_) | Table::Cidr(_)) => {
                let reason = "it may answer for every account";
                diagnostics.error(UnjudgedTable::new(text, reason, &word.at()));
            }
            Err(_) => {}
        }
    }
    aliases
}

/// Returns whether a name is one atom to tok822_scan(3).
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-=".contains(&byte);
    !name.is_empty() && name.bytes().all(is_plain)
}

/// Returns whether a word of a value is what it seems to local(8).
fn is_target(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-=/".contains(&byte);
    if let Some(inside) = word.strip_prefix("\"|") {
        let command = inside.strip_suffix('"');
        return command.is_some_and(|command| !command.contains(['"', '\\']));
    }
    let path = [":include:", "|", ""].iter().find_map(|kind| {
        let path = word.strip_prefix(kind)?;
        path.starts_with('/').then_some(path)
    });
    if let Some(path) = path {
        return path.bytes().all(is_plain);
    }
    let address = word.strip_prefix('\\').unwrap_or(word);
    let begins = |c: char| c.is_ascii_alphanumeric() || c == '_';
    address.starts_with(begins) && keys::is_address(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_postalias_and_local_leave_as_it_is_is_read() {
        for name in ["john", "john.doe", "a+b", "owner-list", "J_1"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "jo\\hn", "\"john\"", "a b", "a@b", "a(b)", "a,b", "a%b"] {
            assert!(!is_name(name), "{name}");
        }
        for word in [
            "john",
            "\\john",
            "a@b.example",
            "/var/mail/a",
            "/dev/null",
            ":include:/etc/list",
            "|/bin/true",
            "\"|/bin/mail -s x\"",
        ] {
            assert!(is_target(word), "{word}");
        }
        for word in [
            "",
            "a b",
            "jo\\hn",
            "\"john\"",
            "\"a\"@b.example",
            "~/mbox",
            "a(b)",
            "a <b@c.example>",
            ":include: /etc/list",
            "\"|a\" b",
            "@b.example",
        ] {
            assert!(!is_target(word), "{word}");
        }
    }
}
