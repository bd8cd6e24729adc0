//! Addresses: by the whole address, by domain, by parent domain, by local-part.

use super::Row;
use super::key_map::{KeyMap, Probe, lower, with_address};

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
    address: KeyMap<Row>,
    domain: KeyMap<Row>,
    parent: KeyMap<Row>,
    local: KeyMap<Row>,
    otherwise: Option<Row>,
}

/// An address, prepared to be looked up in many tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AddressProbe<'k> {
    pub(crate) address: Probe<'k>,
    pub(crate) domain: Probe<'k>,
    pub(crate) local: Probe<'k>,
}

impl AddressProbe<'_> {
    /// Prepares an address, and works on it.
    pub(crate) fn with<R>(
        local: &str,
        domain: &str,
        work: impl FnOnce(AddressProbe<'_>) -> R,
    ) -> R {
        with_address(local, domain, |address| {
            work(AddressProbe {
                address: Probe::new(address),
                domain: Probe::new(domain),
                local: Probe::new(local),
            })
        })
    }
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
        self.map_mut(part).put(&lower(key), || row);
    }

    /// Adds a row for a whole address.
    pub fn insert_address(&mut self, local: &str, domain: &str, row: Row) {
        with_address(local, domain, |key| {
            self.insert(AddressKey::Address, key, row);
        });
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

    /// The same as [`Self::lookup`], for an address that is looked up in many tables.
    pub(crate) fn find(&self, wanted: AddressProbe<'_>) -> Option<&Row> {
        self.order
            .iter()
            .find_map(|part| match part {
                AddressKey::Address => self.address.find(wanted.address),
                AddressKey::Domain => self.domain.find(wanted.domain),
                AddressKey::Parent => self.by_parent(wanted.domain.key()),
                AddressKey::Local => self.local.find(wanted.local),
            })
            .or(self.otherwise.as_ref())
    }

    /// Returns the row that a local-part has by itself.
    pub(crate) fn of_local(&self, local: Probe<'_>) -> Option<&Row> {
        let is_asked = self.order.contains(&AddressKey::Local);
        self.local.find(local).filter(|_| is_asked)
    }

    fn by_address(&self, local: &str, domain: &str) -> Option<&Row> {
        if self.address.is_empty() {
            return None;
        }
        with_address(local, domain, |key| self.address.get(key))
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

    fn map_mut(&mut self, part: AddressKey) -> &mut KeyMap<Row> {
        match part {
            AddressKey::Address => &mut self.address,
            AddressKey::Domain => &mut self.domain,
            AddressKey::Parent => &mut self.parent,
            AddressKey::Local => &mut self.local,
        }
    }

    fn map(&self, part: AddressKey) -> &KeyMap<Row> {
        match part {
            AddressKey::Address => &self.address,
            AddressKey::Domain => &self.domain,
            AddressKey::Parent => &self.parent,
            AddressKey::Local => &self.local,
        }
    }

    /// Returns how many keys the table has.
    pub(crate) fn len(&self) -> usize {
        let maps = [&self.address, &self.domain, &self.parent, &self.local];
        maps.into_iter().map(KeyMap::len).sum()
    }

    /// Returns the keys of one part, in the order of insertion; none for a part that is not looked
    /// at.
    pub(crate) fn keys(&self, part: AddressKey) -> impl Iterator<Item = &str> {
        let map = self.order.contains(&part).then(|| self.map(part));
        map.into_iter().flat_map(KeyMap::keys)
    }
}
