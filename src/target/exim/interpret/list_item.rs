//! The items of each kind of list (spec 4.96, sections 10.9 to 10.22).

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::catalogue::Side;
use super::list::{Item, ListKind, Subject};
use super::lookup::{self, Matching};
use super::pattern;
use super::reader::Reader;
use super::text::Text;
use super::value::{Bool, Leaf, Part, PathAtom};
use crate::decision::AddressKey;
use crate::diagnostic::Reported;
use crate::mail::PathForm;

impl Reader<'_> {
    /// Reads an item of a domain list (section 10.9).
    pub(super) fn domain_item(&mut self, atom: PathAtom, item: &Text) -> Result<Item, Reported> {
        let words = item.as_str();
        let atom = PathAtom {
            part: Part::Domain,
            ..atom
        };
        match words {
            // The domain of the null reverse-path is empty, and no other.
            "" => return Ok(Item::Other(is_null(atom.side))),
            "*" => return Ok(Item::Other(Bool::Const(true))),
            "@" => {
                let Some(host) = self.primary_hostname.clone() else {
                    let reason = "the host's name is not in the files: set `primary_hostname`";
                    return Err(self.refuse("@", reason, &item.at()));
                };
                return self.key_item(AddressKey::Domain, &host, item);
            }
            // What it has no brackets for is none (`check_string` in match.c of 4.96, which looks
            // in front of a text that is empty).
            "@[]" if !self.taken.literals && atom.side == Side::To => {
                return Ok(Item::Other(Bool::Const(false)));
            }
            _ => {}
        }
        if words.starts_with('@') {
            let reason = "mailpol does not tell which of the host's own addresses or exchangers \
                          a domain is";
            return Err(self.refuse(words, reason, &item.at()));
        }
        if words.starts_with('^') {
            let reason = "mailpol reads no patterns of domains";
            return Err(self.refuse(words, reason, &item.at()));
        }
        if let Some(found) = self.lookup_item(atom, item)? {
            return Ok(found);
        }
        self.domain_name(item)
    }

    /// Reads `DOMAIN` or `*.DOMAIN`: no other star, no sign, no blank, no bracket.
    fn domain_name(&mut self, item: &Text) -> Result<Item, Reported> {
        let words = item.as_str();
        if let Some(tail) = words.strip_prefix("*.") {
            return self.key_item(AddressKey::Parent, tail, item);
        }
        if words.starts_with('*') {
            let reason = "it also matches names that only end in these letters";
            return Err(self.refuse(words, reason, &item.at()));
        }
        self.key_item(AddressKey::Domain, words, item)
    }

    /// Reads an item of a local-part list (section 10.22).
    pub(super) fn local_part_item(
        &mut self,
        atom: PathAtom,
        item: &Text,
    ) -> Result<Item, Reported> {
        let words = item.as_str();
        let atom = PathAtom {
            part: Part::Local,
            ..atom
        };
        if words == "*" {
            return Ok(Item::Other(Bool::Const(true)));
        }
        if words.starts_with('^') {
            if let Some(condition) = pattern::of_routes(atom, words) {
                self.forms.note(&condition);
                return Ok(Item::Other(condition));
            }
            let reason = "the only pattern of local-parts that mailpol reads is `^.*[@%!]`";
            return Err(self.refuse(words, reason, &item.at()));
        }
        if let Some(found) = self.lookup_item(atom, item)? {
            return Ok(found);
        }
        if !is_plain(words) {
            let reason = "mailpol reads `*` here, and local-parts that have none";
            return Err(self.refuse(words, reason, &item.at()));
        }
        self.key_item(AddressKey::Local, words, item)
    }

    /// Reads an item of an address list (section 10.20).
    pub(super) fn address_item(&mut self, atom: PathAtom, item: &Text) -> Result<Item, Reported> {
        let words = item.as_str();
        if words.is_empty() {
            return Ok(Item::Other(is_null(atom.side)));
        }
        if words.starts_with(['^', '@']) {
            let reason = "mailpol reads no patterns of addresses";
            return Err(self.refuse(words, reason, &item.at()));
        }
        let lookup = words
            .split_once(';')
            .is_some_and(|(kind, _)| !kind.contains('@') && !kind.contains('/'));
        if lookup {
            let atom = PathAtom {
                part: Part::Whole,
                ..atom
            };
            return match self.lookup_item(atom, item)? {
                Some(found) => Ok(found),
                None => Err(self.refuse(words, "this is no lookup", &item.at())),
            };
        }
        let Some(at) = words.rfind('@') else {
            return self.domain_of_address(atom, item);
        };
        let local = item.slice(0, at);
        let domain = item.slice(at + 1, words.len());
        match local.as_str() {
            "*" => self.domain_of_address(atom, &domain),
            local if is_plain(local) => self.key_item(AddressKey::Address, words, item),
            _ => {
                let reason = "mailpol reads `local@domain`, `*@DOMAIN` and `DOMAIN` here";
                Err(self.refuse(words, reason, &item.at()))
            }
        }
    }

    /// Reads the domain of an address item: no such item matches the null reverse-path. Exim takes
    /// it for a list of one item (`check_address` in match.c of 4.96), with signs, lookups and
    /// patterns: mailpol reads `*`, names and named lists.
    fn domain_of_address(&mut self, atom: PathAtom, item: &Text) -> Result<Item, Reported> {
        let condition = match item.as_str() {
            "*" => Bool::Const(true),
            words => {
                let Some(name) = words.strip_prefix('+') else {
                    return self.domain_name(item);
                };
                let atom = PathAtom {
                    part: Part::Domain,
                    ..atom
                };
                self.named(ListKind::Domain, Subject::Path(atom), name, &item.at())?
            }
        };
        if atom.side == Side::To {
            return Ok(Item::Other(condition));
        }
        let all = vec![is_null(atom.side).negate(), condition];
        Ok(Item::Other(Bool::All(all)))
    }

    /// Reads an item of a host list (sections 10.11 to 10.19).
    pub(super) fn host_item(&mut self, item: &Text) -> Result<Item, Reported> {
        let words = item.as_str();
        match words {
            // An empty item matches only input that comes by no TCP connection.
            "" => return Ok(Item::Other(Bool::Const(false))),
            "*" => return Ok(Item::Other(Bool::Const(true))),
            "@[]" => {
                let loopback = [
                    IpAddr::from([127, 0, 0, 1]),
                    IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
                ];
                let own = self.artifacts.host_addresses.iter().copied();
                let nets = own.chain(loopback).map(|ip| IpNet::from(ip.to_canonical()));
                return Ok(Item::Nets(nets.collect()));
            }
            _ => {}
        }
        if let Some(net) = lookup::network(words) {
            return Ok(Item::Nets(vec![net.trunc()]));
        }
        if let Some((kind, file)) = item.split_once(';') {
            self.no_blanks(&kind, &file)?;
            return self.host_lookup(kind.as_str(), &file);
        }
        let reason = "a host's name is whatever its DNS says: mailpol reads addresses and \
                      networks only";
        Err(self.refuse(words, reason, &item.at()))
    }

    /// Reads `net-lsearch;/file` and `net-iplsearch;/file` (section 10.13).
    fn host_lookup(&mut self, kind: &str, file: &Text) -> Result<Item, Reported> {
        let Some(kind @ ("lsearch" | "iplsearch")) = kind.strip_prefix("net-") else {
            let reason = "mailpol reads `net-iplsearch` and `net-lsearch` of an address alone";
            return Err(self.refuse(kind, reason, &file.at()));
        };
        let rows = self.open(kind, file)?;
        if rows.matching != Matching::Network {
            self.by_text.get_or_insert_with(|| file.at());
        }
        let mut nets = Vec::new();
        for row in &rows.list {
            let net = lookup::network(&row.key);
            let dotted = rows.matching != Matching::Network && matches!(net, Some(IpNet::V6(_)));
            let Some(net) = net.filter(|_| !dotted) else {
                let reason = "mailpol reads IPv4 keys here, and IPv6 in `iplsearch`";
                return Err(self.refuse_table(&rows.name, reason, &row.at));
            };
            let is_met = rows.matching == Matching::Network || *row.key == net.addr().to_string();
            if !is_met {
                let reason = "a client's address is looked up there, and never meets this key";
                return Err(self.refuse_table(&rows.name, reason, &row.at));
            }
            nets.push(net);
        }
        Ok(Item::Nets(nets))
    }
}

/// Returns whether an item, if it is a local-part, stands for itself alone: a star in front stands
/// for any text, and elsewhere is meant to.
fn is_plain(local: &str) -> bool {
    !local.starts_with(['+', '^', '/', '@', '!']) && !local.contains('*')
}

/// Returns the condition that the path is null.
fn is_null(side: Side) -> Bool {
    match side {
        Side::From => Bool::Leaf(Leaf::Form(Side::From, Arc::new([PathForm::Null]))),
        Side::To => Bool::Const(false),
    }
}
