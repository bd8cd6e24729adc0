//! `smtpd_sender_login_maps`: which login owns which reverse-path
//! (reject_auth_sender_login_mismatch in smtpd_check.c of 3.7.11).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedTable;
use super::entries::Rows;
use super::keyed::{KeyRow, folded};
use super::keys::{self, Key};
use super::map::{Map, Strategy, Surroundings};
use super::parameter::Settings;
use super::table::{self, Files, Table};
use crate::decision::{Label, OwnerTable, Question, TestId};
use crate::diagnostic::Diagnostics;
use crate::source::Loc;
use crate::threads::in_two;

/// The owners of reverse-paths.
#[derive(Debug)]
pub(super) struct Owners {
    /// Whether the login owns the reverse-path.
    pub(super) owns: TestId,
    /// Whether the login owns the whole domain: for paths whose local-part no table holds.
    pub(super) owns_domain: TestId,
    /// Whether the reverse-path has owners at all.
    pub(super) owned: Map,
}

impl Owners {
    /// Reads the parameter.
    ///
    /// smtpd(8) compares logins in any case here; those that differ in case only are taken for
    /// different ones, as every backend that is known here does.
    pub(super) fn read(
        settings: &Settings<'_>,
        artifacts: &Files<'_>,
        around: &Surroundings,
        catalogue: &mut Catalogue,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let name = "smtpd_sender_login_maps";
        let value = settings.text(name, diagnostics);
        let at = settings.place(name);
        let mut tables = Vec::new();
        for word in value.words() {
            match table::open(&word, artifacts, diagnostics) {
                Ok(table @ Table::Rows { .. }) => tables.push(table),
                Ok(Table::Cidr(_)) | Err(_) => {}
                Ok(Table::Patterns(lines)) if lines.is_empty() => {}
                Ok(Table::Static(_) | Table::Patterns(_)) => {
                    let reason = "such a table of owners is not modelled";
                    let told = UnjudgedTable::new(word.as_str(), reason, &word.at());
                    diagnostics.error(told);
                }
            }
        }
        let mut with_capitals = None;
        let refs: Vec<&Table> = tables.iter().collect();
        let mut label = |_: &KeyRow<'_>| Label(1);
        let (rows, relation) = in_two(
            || Rows::sort(&refs, Strategy::Listing, around, &mut label, diagnostics),
            || {
                with_capitals = capitals(&tables);
                Arc::new(owner_table(&tables, around))
            },
        );
        judge_keys(&tables, around, diagnostics);
        if let Some((login, at)) = with_capitals {
            diagnostics.error(UnjudgedTable::new(&login, CAPITALS, &at));
        }
        let owned = rows.finish(name, &at, Side::From, around, &|_| true, catalogue);
        let shared = format!("login owns sender in {name} {}", value.as_str());
        let owns = catalogue.share(&shared, Some(&at), || {
            Question::Owner(Arc::clone(&relation))
        });
        let shared = format!(
            "login owns the sender's domain in {name} {}",
            value.as_str()
        );
        let owns_domain = catalogue.share(&shared, Some(&at), || {
            Question::OwnerOfDomain(Arc::clone(&relation))
        });
        Self {
            owns,
            owns_domain,
            owned,
        }
    }
}

/// Why a login with capitals is not read: smtpd(8) compares logins without regard to case, and
/// check_sasl_access in small letters (`strcasecmp` in smtpd_check.c and `check_sasl_access`).
pub(super) const CAPITALS: &str =
    "Postfix compares logins without regard to case: write it in small letters";

/// Returns whether a text has letters that are not small.
pub(super) fn has_capitals(text: &str) -> bool {
    text.bytes().any(|octet| octet.is_ascii_uppercase())
        || !text.is_ascii() && text.to_lowercase() != text
}

/// Refuses every key but whole addresses and `@domain`: a local-part alone would be owned in
/// `$myorigin`, in every domain of `mydestination` and at every literal of this host
/// (`mail_addr_find_opt` in mail_addr_find.c and resolve_local.c of 3.7.11), and nothing looks the
/// others up.
fn judge_keys(tables: &[Table], around: &Surroundings, diagnostics: &mut Diagnostics) {
    for table in tables {
        let Table::Rows { rows, .. } = table else {
            continue;
        };
        for row in rows.iter() {
            match keys::read(&folded(&row.key), &around.null_key) {
                // What is no key at all is told of where the rows are sorted.
                Ok(Key::Whole(..) | Key::AtDomain(_)) | Err(_) => {}
                Ok(Key::Word(_) | Key::LocalAt(_) | Key::DotDomain(_) | Key::Star | Key::Null) => {
                    let reason = "owners are read of whole addresses and of `@domain`";
                    diagnostics.error(UnjudgedTable::new(&row.key, reason, &row.at()));
                }
            }
        }
    }
}

/// Returns the first login with capitals, and its row.
fn capitals(tables: &[Table]) -> Option<(String, Loc)> {
    tables.iter().find_map(|table| {
        let Table::Rows { rows, .. } = table else {
            return None;
        };
        let row = rows.iter().find(|row| has_capitals(&row.value))?;
        let login = logins(&row.value).find(|login| has_capitals(login))?;
        Some((login.to_owned(), row.at()))
    })
}

/// Returns the relation. Keys are tried as in [`Strategy::Listing`], and the first row found says
/// all owners.
fn owner_table(tables: &[Table], around: &Surroundings) -> OwnerTable {
    let mut owners = OwnerTable::new();
    if around.extensions {
        owners.with_extensions();
    }
    let mut known: HashSet<(String, String), FxBuildHasher> = HashSet::default();
    let mut domains: BTreeMap<String, String> = BTreeMap::new();
    for table in tables {
        let Table::Rows { rows, .. } = table else {
            continue;
        };
        owners.reserve(rows.len());
        for row in rows.iter() {
            match keys::read(&folded(&row.key), &around.null_key) {
                Ok(Key::Whole(local, host)) => {
                    // Of one table each key stands once.
                    let is_alone = tables.len() == 1;
                    if is_alone || known.insert((local.to_string(), host.to_string())) {
                        own(&mut owners, &local, &host, &row.value);
                    }
                }
                Ok(Key::AtDomain(host)) => {
                    let first = domains.entry(host.to_owned());
                    first.or_insert_with(|| row.value.to_string());
                }
                // They were told of.
                Ok(Key::Word(_) | Key::LocalAt(_) | Key::DotDomain(_) | Key::Star | Key::Null)
                | Err(_) => {}
            }
        }
    }
    for (host, value) in &domains {
        for login in logins(value) {
            owners.own_domain(login, host);
        }
    }
    owners
}

/// Adds the row of an address.
fn own(owners: &mut OwnerTable, local: &str, host: &str, value: &str) {
    let mut is_owned = false;
    for login in logins(value) {
        owners.own(login, local, host);
        is_owned = true;
    }
    if !is_owned {
        owners.hide(local, host);
    }
}

/// Returns the logins that a row names.
fn logins(value: &str) -> impl Iterator<Item = &str> {
    let words = value.split([' ', '\t', ',', '\r', '\n']);
    words.filter(|word| !word.is_empty())
}
