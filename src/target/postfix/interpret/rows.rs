//! Tables that are looked up by an address that is known: where mail goes is asked address by
//! address, so no test is needed (mail_addr_find(3) of 3.7.11).

use std::collections::{BTreeMap, BTreeSet};

use super::keyed::{KeyRow, folded};
use super::keys::{self, Key};
use super::map::{Parents, Surroundings};
use super::parameter::Settings;
use super::route::OWN_LITERAL;
use super::table::{self, Files, Table};
use crate::decision::{AddressKey, AddressMap, KeyMap, Probe};
use crate::diagnostic::Diagnostics;
use crate::mail::{Address, without_extension};
use crate::source::Loc;

/// Whether keys are compared in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Keys are folded before they are compared (`DICT_FLAG_FOLD_FIX`).
    Folded,
    /// Keys stay as they are in the file, unless postmap(1) folded them: virtual(8) folds the
    /// address only, so a key with an upper-case letter in a `texthash:` table is never met.
    AsWritten,
}

/// Where the value of a row stands among all values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Value {
    start: usize,
    end: usize,
}

/// The values of rows, one behind the other: there may be a million.
#[derive(Debug, Default)]
struct Values {
    text: String,
    last: Option<Value>,
}

impl Values {
    fn get(&self, value: Value) -> &str {
        self.text.get(value.start..value.end).unwrap_or_default()
    }

    /// Adds a value. Rows side by side often have the same one.
    fn put(&mut self, value: &str) -> Value {
        if let Some(last) = self.last.filter(|last| self.get(*last) == value) {
            return last;
        }
        let start = self.text.len();
        self.text.push_str(value);
        let end = self.text.len();
        *self.last.insert(Value { start, end })
    }
}

/// The rows of a list of tables. Of the same key twice, the first counts.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    values: Values,
    whole: AddressMap<Value>,
    /// Local-parts, or domains.
    words: KeyMap<Value>,
    at_domain: KeyMap<Value>,
    dotted: KeyMap<Value>,
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
        artifacts: &Files<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut lookup = Self::default();
        let value = settings.text(name, diagnostics);
        for word in value.words() {
            match table::open(&word, artifacts, diagnostics) {
                Ok(Table::Rows { rows, folds_keys }) => {
                    let mut whole = AddressMap::default();
                    whole.reserve(rows.len());
                    for row in rows.iter() {
                        let folded = folded(&row.key);
                        if case == Case::Folded || folds_keys || folded == row.key {
                            lookup.note_hop(&row);
                            lookup.add(&folded, &row.value, &mut whole);
                        }
                    }
                    lookup.add_whole(whole);
                }
                Ok(Table::Static(row)) => {
                    lookup.note_hop(&row.as_row());
                    lookup.always.get_or_insert(row.value.into());
                    break;
                }
                Ok(Table::Cidr(_) | Table::Patterns(_)) | Err(_) => {}
            }
        }
        lookup
    }

    /// Notes where a value such as `smtp:[host]` stands.
    fn note_hop(&mut self, row: &KeyRow<'_>) {
        let next = row.value.split_once(':').map(|(_, next)| next);
        let is_hop = next.is_some_and(|next| !next.is_empty()) || row.value.starts_with('[');
        if is_hop && !self.hops.contains_key(row.value.as_ref()) {
            self.hops.insert(row.value.as_ref().into(), row.at());
        }
    }

    /// Returns where a value that names a next hop stands.
    pub(super) fn place_of_hop(&self, value: &str) -> Option<Loc> {
        self.hops.get(value).cloned()
    }

    /// Adds a row. That of a whole address is put aside.
    fn add(&mut self, key: &str, value: &str, whole: &mut AddressMap<Value>) {
        let Ok(key) = keys::read(key, "<>") else {
            return;
        };
        if key == Key::Star {
            self.star.get_or_insert(value.into());
            return;
        }
        let value = self.values.put(value);
        match key {
            Key::Whole(local, domain) => whole.push(&local, &domain, value),
            Key::AtDomain(domain) => {
                self.at_domain.put(domain, || value);
            }
            Key::DotDomain(domain) => {
                self.dotted.put(domain, || value);
            }
            Key::Word(word) => {
                self.words.put(word, || value);
            }
            Key::LocalAt(_) | Key::Null | Key::Star => {}
        }
    }

    /// Adds the whole addresses of a table, but those that a table before it has.
    fn add_whole(&mut self, more: AddressMap<Value>) {
        if self.whole.is_empty() {
            self.whole = more;
            return;
        }
        let known = &self.whole;
        let is_new = |(local, domain, _): &(&str, &str, &Value)| {
            known.get(local, Probe::new(domain)).is_none()
        };
        let new: Vec<_> = more.iter().filter(is_new).collect();
        for (local, domain, value) in new {
            self.whole.push(local, domain, *value);
        }
    }

    /// Returns whether there is a row for a whole address itself.
    pub(super) fn has(&self, address: &Address) -> bool {
        self.whole(address.local(), None, address.domain().as_str())
            .is_some()
    }

    fn whole(&self, local: &str, base: Option<&str>, domain: &str) -> Option<&str> {
        let here = self.whole.within(Probe::new(domain));
        let found = here.find(local).or_else(|| here.find(base?));
        found.map(|value| self.values.get(*value))
    }

    /// Returns a local-part without its extension, where it is looked up. All tables are asked for
    /// the whole address before, and a `static:` one answers (`mail_addr_find_opt`).
    fn base<'a>(&self, local: &'a str, around: &Surroundings) -> Option<&'a str> {
        without_extension(local).filter(|_| around.extensions && self.always.is_none())
    }

    fn of<'l>(&'l self, map: &'l KeyMap<Value>, key: &str) -> Option<&'l str> {
        map.get(key).map(|value| self.values.get(*value))
    }

    /// Looks an address up as virtual(5) says.
    pub(super) fn listed(&self, local: &str, domain: &str, around: &Surroundings) -> Option<&str> {
        let is_local = domain == around.origin || around.local_domains.iter().any(|d| d == domain);
        let is_local = is_local || domain.starts_with('[');
        let base = self.base(local, around);
        let bare = |local: &str| is_local.then(|| self.of(&self.words, local))?;
        self.whole(local, base, domain)
            .or(self.always.as_deref())
            .or_else(|| bare(local))
            .or_else(|| bare(base?))
            .or_else(|| self.of(&self.at_domain, domain))
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
                    Parents::Plain => self.of(&self.words, parent),
                    Parents::Dotted => self.of(&self.dotted, parent),
                })
        };
        self.whole(local, self.base(local, around), domain)
            .or(self.always.as_deref())
            .or_else(|| self.of(&self.words, domain))
            .or_else(below)
            .or(self.star.as_deref())
    }

    /// Returns what any address without a row of its own gets.
    pub(super) fn wildcard(&self) -> Option<&str> {
        self.always
            .as_ref()
            .or(self.star.as_ref())
            .map(AsRef::as_ref)
    }

    /// Names every whole address that has a row.
    fn whole_keys(&self, key: &mut dyn FnMut(AddressKey, &str)) {
        let mut name = String::new();
        for (local, domain, _) in self.whole.iter() {
            name.clear();
            name.extend([local, "@", domain]);
            key(AddressKey::Address, &name);
        }
    }

    /// Names every key that [`Self::listed`] depends on.
    pub(super) fn listed_keys(&self, around: &Surroundings, key: &mut dyn FnMut(AddressKey, &str)) {
        self.whole_keys(key);
        self.at_domain
            .keys()
            .for_each(|name| key(AddressKey::Domain, name));
        let here = std::iter::once(around.origin.as_str());
        let here = here.chain(around.local_domains.iter().map(String::as_str));
        for domain in here.chain(std::iter::once(OWN_LITERAL)) {
            self.words
                .keys()
                .for_each(|local| key(AddressKey::Address, &format!("{local}@{domain}")));
        }
    }

    /// Names every key that [`Self::transport`] depends on.
    pub(super) fn transport_keys(&self, parents: Parents, key: &mut dyn FnMut(AddressKey, &str)) {
        self.whole_keys(key);
        self.words
            .keys()
            .for_each(|name| key(AddressKey::Domain, name));
        let above = match parents {
            Parents::Plain => &self.words,
            Parents::Dotted => &self.dotted,
        };
        above.keys().for_each(|name| key(AddressKey::Parent, name));
    }

    /// Returns the values of all rows that are looked up by an address; the same one perhaps more
    /// than once.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let whole = self.whole.iter().map(|(_, _, value)| value);
        let maps = [&self.at_domain, &self.dotted, &self.words];
        let rows = whole.chain(maps.into_iter().flat_map(KeyMap::values));
        let mut last = None;
        let rows = rows.filter(move |value| last.replace(**value) != Some(**value));
        let rows = rows.map(|value| self.values.get(*value));
        let fixed = self.star.iter().chain(&self.always);
        rows.chain(fixed.map(AsRef::as_ref))
    }

    /// Returns the domains of the addresses whose row, looked up as transport(5) says, is such a
    /// one; none if these are more than the rows name.
    pub(super) fn domains_led(&self, such: &dyn Fn(&str) -> bool) -> Option<BTreeSet<&str>> {
        let is_such = |value: &Value| such(self.values.get(*value));
        let mut fixed = self.star.iter().chain(&self.always);
        let mut open = self.dotted.values().chain(self.words.values());
        if fixed.any(|value| such(value)) || open.any(is_such) {
            return None;
        }
        let mut led = BTreeSet::new();
        // Rows side by side often have the same value, and domain.
        let mut known = None;
        let mut last = "";
        for (_, domain, value) in self.whole.iter() {
            let is_known = known.filter(|(known, _)| known == value);
            let (_, is_led) = *known.insert(is_known.unwrap_or_else(|| (*value, is_such(value))));
            if is_led && domain != last {
                led.insert(domain);
                last = domain;
            }
        }
        Some(led)
    }

    /// Returns the rows of `@domain`.
    pub(super) fn at_domains(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.at_domain.values();
        let values = values.map(|value| self.values.get(*value));
        self.at_domain.keys().zip(values)
    }
}
