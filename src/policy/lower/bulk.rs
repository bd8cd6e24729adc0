//! Files beside the policy: their rows become the nodes that they stand for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::name::shown;
use super::table::{self, Row, Shape};
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::{BulkBoth, BulkCell, BulkFile, BulkMixed};
use crate::source::{Files, Source, Spanned};
use crate::syntax::Document;
use crate::syntax::node::{self, BulkKind};
use crate::syntax::tree::Text;

/// The largest file: places are counted in 32 bits.
const FILE_BYTES_MAX: usize = 1 << 30;

const DOMAINS: Shape = Shape {
    required: &["domain"],
    optional: &["spf", "via", "catch-all"],
    rest: "catch-all",
};
const MAILBOXES: Shape = Shape {
    required: &["domain", "local-part"],
    optional: &["login", "via", "targets"],
    rest: "targets",
};
const NETWORKS: Shape = Shape {
    required: &["network", "cidr"],
    optional: &["may-send", "may-hand-over", "otherwise", "from"],
    rest: "from",
};

/// A recipient as a row of a file.
pub(super) struct Recipient {
    /// Its domain.
    pub(super) domain: Text,
    /// What it is.
    pub(super) kind: RecipientKind,
}

/// A mailbox or an alias.
pub(super) enum RecipientKind {
    /// The row does not say whom it is about.
    Nameless,
    /// A mailbox.
    Mailbox(node::Mailbox),
    /// An alias.
    Alias(node::Alias),
}

/// Returns the domains of all `domains` files.
pub(super) fn domains(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Vec<node::Domain> {
    let mut domains = Vec::new();
    let mut each = |row: &Row<'_>, diagnostics: &mut Diagnostics| {
        let name = row.need("domain", "a domain such as `example.org`", diagnostics);
        let catch_all = row.rest("catch-all");
        domains.extend(name.map(|name| node::Domain {
            name: Some(name.clone()),
            via: row.get("via").cloned(),
            mailboxes: Vec::new(),
            aliases: Vec::new(),
            forwards: Vec::new(),
            catch_all: catch_all.first().map(|first| node::Alias {
                local: first.clone(),
                at: first.at.clone(),
                targets: catch_all.clone(),
            }),
            publish: node::Publish {
                spf: row.get("spf").map(|spf| node::PublishedSpf {
                    terms: vec![spf.clone()],
                    at: spf.at.clone(),
                }),
                ..node::Publish::default()
            },
            left_out: false,
            at: name.at.clone(),
        }));
    };
    read(
        document,
        files,
        BulkKind::Domains,
        &DOMAINS,
        diagnostics,
        &mut each,
    );
    domains
}

/// Hands on the recipients of all `mailboxes` files. Returns whether every row was handed on.
pub(super) fn recipients(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
    take: &mut dyn FnMut(&Recipient, &mut Diagnostics),
) -> bool {
    let before = diagnostics.errors();
    let mut told_of_rows = 0;
    let mut each = |row: &Row<'_>, diagnostics: &mut Diagnostics| {
        let before = diagnostics.errors();
        if let Some(recipient) = recipient(row, diagnostics) {
            take(&recipient, diagnostics);
            told_of_rows += diagnostics.errors() - before;
        }
    };
    read(
        document,
        files,
        BulkKind::Mailboxes,
        &MAILBOXES,
        diagnostics,
        &mut each,
    );
    diagnostics.errors() - before == told_of_rows
}

fn recipient(row: &Row<'_>, diagnostics: &mut Diagnostics) -> Option<Recipient> {
    let domain = row.need("domain", "a domain such as `example.org`", diagnostics);
    let local = row.need("local-part", "a local-part such as `john.doe`", diagnostics);
    let (login, via) = (row.get("login"), row.get("via"));
    let targets = row.rest("targets");
    if let (Some(_), Some(target)) = (login.or(via), targets.first()) {
        let at = target.at.clone();
        diagnostics.error(BulkBoth { at });
    }
    let at = row.at.clone();
    let kind = match local.cloned() {
        None => RecipientKind::Nameless,
        Some(local) if targets.is_empty() => RecipientKind::Mailbox(node::Mailbox {
            local,
            login: login.cloned(),
            via: via.cloned(),
            at,
        }),
        Some(local) => RecipientKind::Alias(node::Alias { local, targets, at }),
    };
    let domain = domain?.clone();
    Some(Recipient { domain, kind })
}

/// Returns the networks of all `networks` files; several rows may name one.
pub(super) fn networks(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Vec<node::Network> {
    let mut networks: Vec<node::Network> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut each = |row: &Row<'_>, diagnostics: &mut Diagnostics| {
        let Some((name, network)) = network(row, diagnostics) else {
            return;
        };
        let place = places.get(&name).copied();
        let Some(first) = place.and_then(|place| networks.get_mut(place)) else {
            places.insert(name, networks.len());
            networks.push(network);
            return;
        };
        if same_rights(first, &network) {
            first.prefixes.extend(network.prefixes);
        } else {
            diagnostics.error(BulkMixed {
                name,
                at: network.at,
                first: first.at.clone(),
            });
        }
    };
    read(
        document,
        files,
        BulkKind::Networks,
        &NETWORKS,
        diagnostics,
        &mut each,
    );
    networks
}

/// Returns the network of a row, and its name.
fn network(row: &Row<'_>, diagnostics: &mut Diagnostics) -> Option<(String, node::Network)> {
    let name = row.need("network", "a name such as `internal`", diagnostics);
    let cidr = row.need("cidr", "a prefix such as `192.168.0.0/24`", diagnostics);
    let may_send = yes(row, "may-send", diagnostics);
    let may_hand_over = yes(row, "may-hand-over", diagnostics);
    let from = row.rest("from");
    if let (None, Some(sender)) = (&may_send, from.first()) {
        diagnostics.error(BulkCell {
            column: "may-send",
            found: "no `yes`, and senders are named".to_owned(),
            wanted: "`yes` into it, or no senders",
            at: sender.at.clone(),
        });
    }
    let otherwise = row.get("otherwise").cloned();
    if let Some(word) = &otherwise
        && !matches!(word.value.as_str(), "stranger" | "refuse")
    {
        diagnostics.error(BulkCell {
            column: "otherwise",
            found: format!("`{}`", shown(&word.value)),
            wanted: "`stranger`, `refuse` or nothing",
            at: word.at.clone(),
        });
    }
    let name = name?;
    let network = node::Network {
        name: Some(name.clone()),
        prefixes: vec![cidr?.clone()],
        may_send: may_send
            .map(|yes| node::MaySend {
                from,
                to: Vec::new(),
                listeners: Vec::new(),
                tls: None,
                at: yes.at,
            })
            .into_iter()
            .collect(),
        may_hand_over: may_hand_over.map(|word| word.at),
        otherwise,
        via: Vec::new(),
        at: row.at.clone(),
    };
    Some((name.value.clone(), network))
}

/// Returns the cell of a right that is given.
fn yes(row: &Row<'_>, column: &'static str, diagnostics: &mut Diagnostics) -> Option<Text> {
    let cell = row.get(column)?;
    match cell.value.as_str() {
        "yes" => Some(cell.clone()),
        "no" => None,
        other => {
            diagnostics.error(BulkCell {
                column,
                found: format!("`{}`", shown(other)),
                wanted: "`yes`, `no` or nothing",
                at: cell.at.clone(),
            });
            None
        }
    }
}

fn same_rights(a: &node::Network, b: &node::Network) -> bool {
    let senders = |network: &node::Network| {
        network.may_send.first().map(|may_send| {
            let from = may_send.from.iter().map(|from| from.value.clone());
            from.collect::<Vec<_>>()
        })
    };
    let refuses = |network: &node::Network| {
        let word = network.otherwise.as_ref().map(|word| word.value.as_str());
        word == Some("refuse")
    };
    senders(a) == senders(b)
        && a.may_hand_over.is_some() == b.may_hand_over.is_some()
        && refuses(a) == refuses(b)
}

/// Reads all files of a kind.
fn read(
    document: &Document,
    files: &dyn Files,
    kind: BulkKind,
    shape: &Shape,
    diagnostics: &mut Diagnostics,
    each: &mut dyn FnMut(&Row<'_>, &mut Diagnostics),
) {
    for bulk in document.bulk.iter().filter(|bulk| bulk.kind == kind) {
        let Some(file) = &bulk.file else {
            continue;
        };
        match open(file, files) {
            Ok(source) => table::read(&source, &file.at, shape, diagnostics, each),
            Err(reason) => {
                diagnostics.error(BulkFile {
                    file: shown(&file.value),
                    reason,
                    at: file.at.clone(),
                });
            }
        }
    }
}

fn open(file: &Spanned<String>, files: &dyn Files) -> Result<Arc<Source>, String> {
    let climbs = file
        .value
        .split('/')
        .any(|name| matches!(name, "" | "." | ".."));
    if climbs {
        return Err("its name is absolute, empty or climbs".to_owned());
    }
    let source = files.read(&file.value)?;
    short(&source, FILE_BYTES_MAX)?;
    Ok(source)
}

fn short(source: &Source, bytes_max: usize) -> Result<(), String> {
    if source.text().len() > bytes_max {
        return Err(format!("it has more than {} MiB", bytes_max >> 20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_greatest_length() {
        // A gibibyte would take the test longer than it is worth: the limit is the same for all.
        let limit = 1 << 20;
        let of = |bytes: usize| short(&Source::new("m.tsv", "x".repeat(bytes)), limit);
        assert_eq!(of(limit), Ok(()));
        assert_eq!(of(limit + 1), Err("it has more than 1 MiB".to_owned()));
    }
}
