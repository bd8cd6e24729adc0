//! Addresses: by the whole address, by domain, by parent domain, by local-part.

use std::collections::HashMap;

use super::Row;

/// A part of an address that a table may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressKey {
    /// `local@domain`.
    Address,
    /// The domain itself.
    Domain,
    /// A domain above it; the nearest first.
    Parent,
    /// The local-part, in any domain.
    Local,
}

/// Addresses in lower case and what they answer. The first part in `order` that has a row answers.
#[derive(Debug, Clone, Default)]
pub struct AddressTable {
    order: Vec<AddressKey>,
    address: HashMap<Box<str>, Row>,
    domain: HashMap<Box<str>, Row>,
    parent: HashMap<Box<str>, Row>,
    local: HashMap<Box<str>, Row>,
    otherwise: Option<Row>,
}

impl AddressTable {
    /// Returns an empty table that looks at these parts, in this order.
    pub fn new(order: &[AddressKey]) -> Self {
        Self {
            order: order.to_vec(),
            ..Self::default()
        }
    }

    /// Adds a row; of the same key twice, the first stays. Keys are folded to lower case.
    ///
    /// A key of [`AddressKey::Address`] is `local@domain`.
    pub fn insert(&mut self, part: AddressKey, key: &str, row: Row) {
        let key = key.to_ascii_lowercase().into_boxed_str();
        self.map_mut(part).entry(key).or_insert(row);
    }

    /// Sets what answers where nothing else does.
    pub fn otherwise(&mut self, row: Row) {
        self.otherwise = Some(row);
    }

    /// Returns the row that answers for an address, or for what of it there is.
    pub fn lookup(&self, local: Option<&str>, domain: Option<&str>) -> Option<&Row> {
        self.order
            .iter()
            .find_map(|part| match part {
                AddressKey::Address => self.by_address(local?, domain?),
                AddressKey::Domain => self.domain.get(domain?),
                AddressKey::Parent => self.by_parent(domain?),
                AddressKey::Local => self.local.get(local?),
            })
            .or(self.otherwise.as_ref())
    }

    fn by_address(&self, local: &str, domain: &str) -> Option<&Row> {
        if self.address.is_empty() {
            return None;
        }
        self.address.get([local, "@", domain].concat().as_str())
    }

    fn by_parent(&self, domain: &str) -> Option<&Row> {
        if self.parent.is_empty() {
            return None;
        }
        domain
            .match_indices('.')
            .filter_map(|(dot, _)| domain.get(dot + 1..))
            .find_map(|parent| self.parent.get(parent))
    }

    fn map_mut(&mut self, part: AddressKey) -> &mut HashMap<Box<str>, Row> {
        match part {
            AddressKey::Address => &mut self.address,
            AddressKey::Domain => &mut self.domain,
            AddressKey::Parent => &mut self.parent,
            AddressKey::Local => &mut self.local,
        }
    }

    /// Returns the keys of one part, sorted; none for a part that is not looked at.
    pub(crate) fn keys(&self, part: AddressKey) -> Vec<&str> {
        if !self.order.contains(&part) {
            return Vec::new();
        }
        let map = match part {
            AddressKey::Address => &self.address,
            AddressKey::Domain => &self.domain,
            AddressKey::Parent => &self.parent,
            AddressKey::Local => &self.local,
        };
        let mut keys: Vec<&str> = map.keys().map(AsRef::as_ref).collect();
        keys.sort_unstable();
        keys
    }
}
