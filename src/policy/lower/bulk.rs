//! Files beside the policy: their rows become the nodes that they stand for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::name::shown;
use super::room::Room;
use super::table::{Cell, Row, Shape, Table};
use crate::diagnostic::Diagnostics;
use crate::policy::diagnostics::{BulkCell, BulkFile, BulkMixed};
use crate::source::{Files, Source, Spanned};
use crate::syntax::Document;
use crate::syntax::node::{self, BulkKind};
use crate::syntax::tree::Text;

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

/// A domain as a row of a file.
pub(super) struct Domain {
    name: Text,
    via: Option<Text>,
    spf: Option<Text>,
    catch_all: Vec<Text>,
}

impl Domain {
    /// Returns the node that the row stands for.
    pub(super) fn node(self) -> node::Domain {
        let at = self.name.at.clone();
        let first = self.catch_all.first().cloned();
        node::Domain {
            name: Some(self.name),
            via: self.via,
            mailboxes: Vec::new(),
            aliases: Vec::new(),
            forwards: Vec::new(),
            catch_all: first.map(|first| node::Alias {
                at: first.at.clone(),
                local: first,
                targets: self.catch_all,
            }),
            publish: node::Publish {
                spf: self.spf.map(|spf| node::PublishedSpf {
                    at: spf.at.clone(),
                    terms: vec![spf],
                }),
                ..node::Publish::default()
            },
            left_out: false,
            at,
        }
    }
}

/// Returns the domains of all `domains` files.
pub(super) fn domains(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Vec<Domain> {
    let mut domains = Vec::new();
    let each = |table: &Table<'_>, diagnostics: &mut Diagnostics| {
        table.each(diagnostics, |row, diagnostics| {
            let name = row.need("domain", "a domain such as `example.org`", diagnostics);
            domains.extend(name.map(|name| Domain {
                name: name.text(),
                via: row.get("via").map(Cell::text),
                spf: row.get("spf").map(Cell::text),
                catch_all: row.rest("catch-all").map(Cell::text).collect(),
            }));
        });
    };
    let opened = open_all(document, files, BulkKind::Domains);
    read(opened, &DOMAINS, diagnostics, each);
    domains
}

/// Opens all `mailboxes` files.
pub(super) fn open_recipients<'d>(document: &'d Document, files: &dyn Files) -> Vec<Opened<'d>> {
    open_all(document, files, BulkKind::Mailboxes)
}

/// Hands on the rows of `mailboxes` files. Returns whether all of them could be read, whatever
/// their rows hold.
pub(super) fn recipients(
    opened: Vec<Opened<'_>>,
    diagnostics: &mut Diagnostics,
    mut each: impl FnMut(&Table<'_>, &mut Diagnostics),
) -> bool {
    let before = diagnostics.errors();
    let mut told_of_rows = 0;
    read(opened, &MAILBOXES, diagnostics, |table, diagnostics| {
        let before = diagnostics.errors();
        each(table, diagnostics);
        told_of_rows += diagnostics.errors() - before;
    });
    diagnostics.errors() - before == told_of_rows
}

/// Returns the networks of all `networks` files; several rows may name one.
pub(super) fn networks(
    document: &Document,
    files: &dyn Files,
    diagnostics: &mut Diagnostics,
) -> Vec<node::Network> {
    let mut networks: Vec<node::Network> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |row: &Row<'_>, diagnostics: &mut Diagnostics| {
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
    let opened = open_all(document, files, BulkKind::Networks);
    read(opened, &NETWORKS, diagnostics, |table, diagnostics| {
        table.each(diagnostics, &mut add);
    });
    networks
}

/// Returns the network of a row, and its name.
fn network(row: &Row<'_>, diagnostics: &mut Diagnostics) -> Option<(String, node::Network)> {
    let name = row.need("network", "a name such as `internal`", diagnostics);
    let cidr = row.need("cidr", "a prefix such as `192.168.0.0/24`", diagnostics);
    let may_send = yes(row, "may-send", diagnostics);
    let may_hand_over = yes(row, "may-hand-over", diagnostics);
    let from: Vec<Text> = row.rest("from").map(Cell::text).collect();
    if let (None, Some(sender)) = (&may_send, from.first()) {
        diagnostics.error(BulkCell {
            column: "may-send",
            found: "no `yes`, and senders are named".to_owned(),
            wanted: "`yes` into it, or no senders",
            at: sender.at.clone(),
        });
    }
    let otherwise = row.get("otherwise").map(Cell::text);
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
    let name = name?.text();
    let network = node::Network {
        name: Some(name.clone()),
        prefixes: vec![cidr?.text()],
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
        at: row.at(),
    };
    Some((name.value, network))
}

/// Returns the cell of a right that is given.
fn yes(row: &Row<'_>, column: &'static str, diagnostics: &mut Diagnostics) -> Option<Text> {
    let cell = row.get(column)?;
    match cell.value {
        "yes" => Some(cell.text()),
        "no" => None,
        other => {
            diagnostics.error(BulkCell {
                column,
                found: format!("`{}`", shown(other)),
                wanted: "`yes`, `no` or nothing",
                at: cell.at(),
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

/// A file that a policy names, and its text, or why there is none.
pub(super) type Opened<'d> = (&'d Spanned<String>, Result<Arc<Source>, String>);

/// Opens all files of a kind.
fn open_all<'d>(document: &'d Document, files: &dyn Files, kind: BulkKind) -> Vec<Opened<'d>> {
    let mut room = Room::of(kind);
    let all = document.bulk.iter().filter(|bulk| bulk.kind == kind);
    let named = all.filter_map(|bulk| bulk.file.as_ref());
    named
        .map(|file| (file, open(file, files, &mut room)))
        .collect()
}

/// Reads opened files.
fn read(
    opened: Vec<Opened<'_>>,
    shape: &Shape,
    diagnostics: &mut Diagnostics,
    mut each: impl FnMut(&Table<'_>, &mut Diagnostics),
) {
    for (file, source) in opened {
        match source {
            Ok(source) => {
                if let Some(table) = Table::open(&source, &file.at, shape, diagnostics) {
                    each(&table, diagnostics);
                }
            }
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

fn open(file: &Spanned<String>, files: &dyn Files, room: &mut Room) -> Result<Arc<Source>, String> {
    let climbs = file
        .value
        .split('/')
        .any(|name| matches!(name, "" | "." | ".."));
    if climbs {
        return Err("its name is absolute, empty or climbs".to_owned());
    }
    room.is_left()?;
    let source = files.read(&file.value)?;
    room.take(source.text())?;
    Ok(source)
}
