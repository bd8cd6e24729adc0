//! Warnings that a policy acknowledges: it says that they are known, and they are put aside.
//!
//! Not here: how that is written (`syntax`), and who shows what was put aside (the binary).

use std::collections::{BTreeMap, btree_map};

use miette::Diagnostic;

use super::Told;
use crate::source::Loc;

/// A diagnostic that is a warning. Nothing else can be acknowledged.
pub trait Warning: Diagnostic + Send + Sync + 'static {
    /// The words that an acknowledgement of it names, as its message has them.
    fn about(&self) -> Vec<&str>;
}

/// The codes of warnings that can be acknowledged, sorted.
pub const WARNINGS: &[&str] = &[
    "mailpol::alias::caught",
    "mailpol::dkim::missing",
    "mailpol::domain::postmaster",
    "mailpol::forward::catch_all",
    "mailpol::forward::spf",
    "mailpol::host::listener_elsewhere",
    "mailpol::host::private_address",
    "mailpol::host::unreachable",
    "mailpol::login::anybody",
    "mailpol::network::container",
    "mailpol::network::host_address",
    "mailpol::network::loopback",
    "mailpol::network::proxy_local",
    "mailpol::network::proxy_public",
    "mailpol::network::public",
    "mailpol::network::wide",
    "mailpol::prove::open",
    "mailpol::route::nobody",
    "mailpol::route::unused",
    "mailpol::spf::many_lookups",
    "mailpol::statement::misspelt",
];

/// Of these, those that hang on what DNS says: a run that does not ask cannot know whether they
/// come.
const ASK_DNS: [&str; 2] = ["mailpol::prove::open", "mailpol::spf::many_lookups"];

/// The warnings that a policy acknowledges, by code and word.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged(BTreeMap<(String, String), Entry>);

#[derive(Debug, Clone)]
struct Entry {
    at: Loc,
    used: bool,
    /// Where the same stands again.
    again: Vec<Loc>,
}

/// Returns the node of a policy that acknowledges a warning.
pub(super) fn node(code: &str, about: &[String]) -> String {
    let code = code.strip_prefix("mailpol::").unwrap_or(code);
    let words = about.iter().map(|word| format!(" \"{word}\""));
    format!("acknowledge \"{code}\"{}", words.collect::<String>())
}

/// A warning that was put aside.
#[derive(Debug)]
pub struct PutAside {
    /// The warning.
    pub warning: Told,
    /// The word of the policy that acknowledges it.
    pub by: Loc,
}

impl Acknowledged {
    /// Adds a word about which a warning is acknowledged. `code` is whole.
    pub fn add(&mut self, code: &str, word: &str, at: Loc) {
        match self.0.entry((code.to_owned(), word.to_owned())) {
            btree_map::Entry::Vacant(place) => {
                place.insert(Entry {
                    at,
                    used: false,
                    again: Vec::new(),
                });
            }
            btree_map::Entry::Occupied(first) => first.into_mut().again.push(at),
        }
    }

    /// Returns where a warning is acknowledged: every word that it is about must be.
    pub(super) fn take(&mut self, code: &str, about: &[&str]) -> Option<Loc> {
        let key = |word: &str| (code.to_owned(), word.to_owned());
        let known = |word: &&str| self.0.contains_key(&key(word));
        if self.0.is_empty() || !about.iter().all(known) {
            return None;
        }
        let mut first = None;
        for word in about {
            if let Some(entry) = self.0.get_mut(&key(word)) {
                entry.used = true;
                first.get_or_insert_with(|| entry.at.clone());
            }
        }
        first
    }

    /// Returns the words that put nothing aside, with their codes and places, once everything was
    /// looked at that needs no DNS.
    pub fn unused(&self) -> impl Iterator<Item = (&str, &str, &Loc)> {
        self.0.iter().flat_map(|((code, word), entry)| {
            let known = entry.used || ASK_DNS.contains(&code.as_str());
            let first = (!known).then_some(&entry.at);
            let all = first.into_iter().chain(&entry.again);
            all.map(move |at| (code.as_str(), word.as_str(), at))
        })
    }
}
