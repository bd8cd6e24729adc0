//! `smtpd_sender_login_maps`: which login owns which reverse-path
//! (reject_auth_sender_login_mismatch in smtpd_check.c of 3.7.11).

use std::cell::LazyCell;
use std::sync::Arc;

use super::catalogue::{Catalogue, Side};
use super::diagnostics::UnjudgedTable;
use super::entries::Rows;
use super::keys::{self, Key};
use super::map::{Map, Strategy, Surroundings};
use super::parameter::Settings;
use super::table::{self, Table, TableRow};
use crate::decision::{Label, OwnerTable, Question, TestId};
use crate::diagnostic::Diagnostics;
use crate::target::Artifacts;

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
        artifacts: &Artifacts,
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
        let refs: Vec<&Table> = tables.iter().collect();
        let mut label = |_: &TableRow| Label(1);
        let rows = Rows::sort(&refs, Strategy::Listing, around, &mut label, diagnostics);
        let owned = rows.finish(name, &at, Side::From, around, &|_| true, catalogue);
        let relation = LazyCell::new(|| Arc::new(owner_table(&tables, around)));
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

/// Returns the relation. Keys are tried as in [`Strategy::Listing`], and the first row found says
/// all owners.
fn owner_table(tables: &[Table], around: &Surroundings) -> OwnerTable {
    let mut whole = std::collections::BTreeMap::new();
    let mut bare = std::collections::BTreeMap::new();
    let mut domain = std::collections::BTreeMap::new();
    for table in tables {
        let Table::Rows { rows, .. } = table else {
            continue;
        };
        for row in rows {
            let folded = row.key.to_ascii_lowercase();
            match keys::read(&folded, &around.null_key) {
                Ok(Key::Whole(local, host)) => {
                    whole.entry(format!("{local}@{host}")).or_insert(&row.value);
                }
                Ok(Key::Word(local)) => {
                    for host in around.local_domains.iter().chain([&around.origin]) {
                        bare.entry(format!("{local}@{host}")).or_insert(&row.value);
                    }
                }
                Ok(Key::AtDomain(host)) => {
                    domain.entry(host).or_insert(&row.value);
                }
                Ok(Key::LocalAt(_) | Key::DotDomain(_) | Key::Star | Key::Null) | Err(_) => {}
            }
        }
    }
    for (address, value) in bare {
        whole.entry(address).or_insert(value);
    }
    let logins = |value: &str| -> Vec<String> {
        let words = value.split([' ', '\t', ',', '\r', '\n']);
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut owners = OwnerTable::new();
    if around.extensions {
        owners.with_extensions();
    }
    for (address, value) in whole {
        owners.hide_address(&address);
        for login in logins(value) {
            owners.own_address(&login, &address);
        }
    }
    for (host, value) in domain {
        for login in logins(value) {
            owners.own_domain(&login, &host);
        }
    }
    owners
}
