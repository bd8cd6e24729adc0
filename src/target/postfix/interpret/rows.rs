//! Tables that are looked up by an address that is known: where mail goes is asked address by
//! address, so no test is needed (mail_addr_find(3) of 3.7.11).

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::keys::{self, Key};
use super::map::{Parents, Surroundings};
use super::parameter::Settings;
use super::route::OWN_LITERAL;
use super::table::{self, Table, TableRow};
use crate::decision::AddressKey;
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, without_extension};
use crate::source::Loc;
use crate::target::Artifacts;

/// Whether keys are compared in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Keys are folded before they are compared (`DICT_FLAG_FOLD_FIX`).
    Folded,
    /// Keys stay as they are in the file, unless postmap(1) folded them: virtual(8) folds the
    /// address only, so a key with an upper-case letter in a `texthash:` table is never met.
    AsWritten,
}

/// Returns a local-part without its extension, where there are any.
fn base(local: &str, extensions: bool) -> Option<&str> {
    without_extension(local).filter(|_| extensions)
}

/// The values of rows, by their keys.
type ByKey = FxHashMap<Box<str>, Box<str>>;

/// The rows of a list of tables.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    whole: ByKey,
    bare: ByKey,
    at_domain: ByKey,
    domain: ByKey,
    dotted: ByKey,
    star: Option<Box<str>>,
    always: Option<Box<str>>,
    /// Where a value that names a next hop stands first.
    hops: BTreeMap<Box<str>, Loc>,
}

impl Lookup {
    /// Reads the tables of a parameter. What is wrong with them is reported where decisions are
    /// read from them; here it is passed over.
    pub(super) fn read(
        name: &str,
        case: Case,
        settings: &Settings<'_>,
        artifacts: &Artifacts,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut lookup = Self::default();
        let value = settings.text(name, diagnostics);
        for word in value.words() {
            match table::open(&word, artifacts, diagnostics) {
                Ok(Table::Rows { rows, folds_keys }) => {
                    for row in rows {
                        let folded = row.key.to_ascii_lowercase();
                        if case == Case::Folded || folds_keys || folded == row.key {
                            lookup.note_hop(&row);
                            lookup.add(&folded, &row.value);
                        }
                    }
                }
                Ok(Table::Static(row)) => {
                    lookup.note_hop(&row);
                    lookup.always.get_or_insert(row.value.into());
                    break;
                }
                Ok(Table::Cidr(_) | Table::Patterns(_)) | Err(_) => {}
            }
        }
        lookup
    }

    /// Notes where a value such as `smtp:[host]` stands.
    fn note_hop(&mut self, row: &TableRow) {
        let next = row.value.split_once(':').map(|(_, next)| next);
        if next.is_some_and(|next| !next.is_empty()) || row.value.starts_with('[') {
            let value = row.value.as_str().into();
            self.hops.entry(value).or_insert_with(|| row.at.clone());
        }
    }

    /// Returns where a value that names a next hop stands.
    pub(super) fn place_of_hop(&self, value: &str) -> Option<Loc> {
        self.hops.get(value).cloned()
    }

    fn add(&mut self, key: &str, value: &str) {
        let (map, key) = match keys::read(key, "<>") {
            Ok(Key::Whole(local, domain)) => (&mut self.whole, format!("{local}@{domain}")),
            Ok(Key::AtDomain(domain)) => (&mut self.at_domain, domain),
            Ok(Key::DotDomain(domain)) => (&mut self.dotted, domain),
            Ok(Key::Star) => {
                self.star.get_or_insert(value.into());
                return;
            }
            Ok(Key::Word(word)) => {
                self.domain
                    .entry(word.as_str().into())
                    .or_insert(value.into());
                (&mut self.bare, word)
            }
            Ok(Key::LocalAt(_) | Key::Null) | Err(_) => return,
        };
        map.entry(key.into()).or_insert(value.into());
    }

    /// Returns whether there is a row for a whole address itself.
    pub(super) fn has(&self, address: &Address) -> bool {
        self.whole.contains_key(address.to_string().as_str())
    }

    fn whole(&self, local: &str, base: Option<&str>, domain: &str) -> Option<&str> {
        let key = |local: &str| format!("{local}@{domain}");
        let get = |local: &str| self.whole.get(key(local).as_str()).map(AsRef::as_ref);
        get(local).or_else(|| get(base?))
    }

    /// Looks an address up as virtual(5) says.
    pub(super) fn listed(&self, local: &str, domain: &str, around: &Surroundings) -> Option<&str> {
        let is_local = domain == around.origin || around.local_domains.iter().any(|d| d == domain);
        let is_local = is_local || domain.starts_with('[');
        let base = base(local, around.extensions);
        let bare = |local: &str| {
            let row = self.bare.get(local).filter(|_| is_local);
            row.map(AsRef::as_ref)
        };
        self.whole(local, base, domain)
            .or(self.always.as_deref())
            .or_else(|| bare(local))
            .or_else(|| bare(base?))
            .or_else(|| self.at_domain.get(domain).map(AsRef::as_ref))
    }

    /// Looks an address up as transport(5) says.
    pub(super) fn transport(
        &self,
        local: &str,
        domain: &str,
        parents: Parents,
        around: &Surroundings,
    ) -> Option<&str> {
        let below = || {
            domain
                .match_indices('.')
                .filter_map(|(dot, _)| domain.get(dot + 1..))
                .find_map(|parent| match parents {
                    Parents::Plain => self.domain.get(parent),
                    Parents::Dotted => self.dotted.get(parent),
                })
        };
        self.whole(local, base(local, around.extensions), domain)
            .or(self.always.as_deref())
            .or_else(|| self.domain.get(domain).or_else(below).map(AsRef::as_ref))
            .or(self.star.as_deref())
    }

    /// Returns what any address without a row of its own gets.
    pub(super) fn wildcard(&self) -> Option<&str> {
        self.always
            .as_ref()
            .or(self.star.as_ref())
            .map(AsRef::as_ref)
    }

    /// Names every key that [`Self::listed`] depends on.
    pub(super) fn listed_keys(&self, around: &Surroundings, key: &mut dyn FnMut(AddressKey, &str)) {
        self.whole
            .keys()
            .for_each(|name| key(AddressKey::Address, name));
        self.at_domain
            .keys()
            .for_each(|name| key(AddressKey::Domain, name));
        let here = std::iter::once(around.origin.as_str());
        let here = here.chain(around.local_domains.iter().map(String::as_str));
        for domain in here.chain(std::iter::once(OWN_LITERAL)) {
            self.bare
                .keys()
                .for_each(|local| key(AddressKey::Address, &format!("{local}@{domain}")));
        }
    }

    /// Names every key that [`Self::transport`] depends on.
    pub(super) fn transport_keys(&self, parents: Parents, key: &mut dyn FnMut(AddressKey, &str)) {
        self.whole
            .keys()
            .for_each(|name| key(AddressKey::Address, name));
        self.domain
            .keys()
            .for_each(|name| key(AddressKey::Domain, name));
        let above = match parents {
            Parents::Plain => &self.domain,
            Parents::Dotted => &self.dotted,
        };
        let names = above.keys().map(AsRef::as_ref);
        names.for_each(|name: &str| key(AddressKey::Parent, name));
    }

    /// Returns the values of all rows that are looked up by an address, in no order.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let maps = [
            &self.whole,
            &self.at_domain,
            &self.domain,
            &self.dotted,
            &self.bare,
        ];
        let rows = maps.into_iter().flat_map(ByKey::values);
        let fixed = self.star.iter().chain(&self.always);
        rows.chain(fixed).map(AsRef::as_ref)
    }

    /// Returns the domains of the addresses whose row, looked up as transport(5) says, is such a
    /// one; none if these are more than the rows name.
    pub(super) fn domains_led(&self, such: &dyn Fn(&str) -> bool) -> Option<BTreeSet<&str>> {
        let open = [&self.dotted, &self.bare];
        let open = open.into_iter().flat_map(ByKey::values);
        let mut open = open.chain(&self.star).chain(&self.always);
        if open.any(|value| such(value)) {
            return None;
        }
        let rows = self.whole.iter().chain(&self.domain);
        let led = rows.filter(|(_, value)| such(value));
        let domain = |key: &'_ str| key.rsplit_once('@').map_or(0, |(local, _)| local.len() + 1);
        Some(led.filter_map(|(key, _)| key.get(domain(key)..)).collect())
    }

    /// Returns the rows of `@domain`, in no order.
    pub(super) fn at_domains(&self) -> impl Iterator<Item = (&str, &str)> {
        self.at_domain
            .iter()
            .map(|(domain, value)| (domain.as_ref(), value.as_ref()))
    }
}
