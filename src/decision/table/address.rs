//! Addresses: by the whole address, by domain, by parent domain, by local-part.

use std::sync::Arc;

use super::by_address::{AddressMap, Within};
use super::key_map::{KeyMap, Probe, lower};
use super::{Label, Row};
use crate::mail::without_extension;

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
    /// Both sides of an envelope may ask the same ones.
    address: Arc<AddressMap<Row>>,
    domain: KeyMap<Row>,
    parent: KeyMap<Row>,
    local: KeyMap<Row>,
    otherwise: Option<Row>,
    /// Whether an address without a row is looked for without its extension.
    extensions: bool,
}

impl AddressTable {
    /// Returns an empty table that looks at these parts, in this order.
    pub fn new(order: &[AddressKey]) -> Self {
        Self {
            order: order.to_vec(),
            ..Self::default()
        }
    }

    /// Makes room for so many rows of whole addresses more.
    pub(crate) fn reserve(&mut self, count: usize) {
        Arc::make_mut(&mut self.address).reserve(count);
    }

    /// Adds a row; of the same key twice, the first stays. Keys are folded to lower case.
    ///
    /// A key of [`AddressKey::Address`] is `local@domain`; without an `@` no address meets it.
    pub fn insert(&mut self, part: AddressKey, key: &str, row: Row) {
        let key = lower(key);
        let map = match part {
            AddressKey::Address => {
                if let Some((local, domain)) = key.rsplit_once('@') {
                    Arc::make_mut(&mut self.address).push(local, domain, row);
                }
                return;
            }
            AddressKey::Domain => &mut self.domain,
            AddressKey::Parent => &mut self.parent,
            AddressKey::Local => &mut self.local,
        };
        map.put(&key, || row);
    }

    /// Adds a row for a whole address.
    pub fn insert_address(&mut self, local: &str, domain: &str, row: Row) {
        Arc::make_mut(&mut self.address).push(&lower(local), &lower(domain), row);
    }

    /// Lets the row of an address answer for the address with an extension too, if that has none
    /// of its own; and likewise that of a local-part.
    pub fn with_extensions(&mut self) {
        self.extensions = true;
    }

    /// Returns whether addresses are looked for without their extension too.
    pub(crate) fn has_extensions(&self) -> bool {
        self.extensions
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
                AddressKey::Address => {
                    let domain = Probe::new(domain?);
                    let whole = self.address.get(local?, domain);
                    whole.or_else(|| self.address.get(self.base(local?)?, domain))
                }
                AddressKey::Domain => self.domain.get(domain?),
                AddressKey::Parent => self.by_parent(domain?),
                AddressKey::Local => self.by_local(local?),
            })
            .or(self.otherwise.as_ref())
    }

    /// Returns the table as the addresses of a domain see it.
    pub(crate) fn of_domain(&self, domain: Probe<'_>) -> OfDomain<'_> {
        OfDomain {
            table: self,
            address: self.address.within(domain),
            domain: self.domain.find(domain),
            parent: self.by_parent(domain.key()),
        }
    }

    /// Returns a local-part without its extension, if the table looks for that.
    fn base<'l>(&self, local: &'l str) -> Option<&'l str> {
        self.extensions.then(|| without_extension(local))?
    }

    fn by_local(&self, local: &str) -> Option<&Row> {
        let whole = self.local.get(local);
        whole.or_else(|| self.local.get(self.base(local)?))
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

    /// Returns every label that a lookup can come to, some of them more than once.
    pub(crate) fn labels(&self) -> impl Iterator<Item = Label> {
        let whole = self.addresses().into_iter().flat_map(AddressMap::iter);
        let whole = whole.map(|(_, _, row)| row);
        let others = [
            (AddressKey::Domain, &self.domain),
            (AddressKey::Parent, &self.parent),
            (AddressKey::Local, &self.local),
        ];
        let others = others.into_iter().filter(|(part, _)| self.asks(*part));
        let others = others.flat_map(|(_, map)| map.values());
        let otherwise = self
            .otherwise
            .as_ref()
            .map_or(Label::ABSENT, |row| row.label);
        let rows = whole.chain(others).map(|row| row.label);
        rows.chain([otherwise])
    }

    fn asks(&self, part: AddressKey) -> bool {
        self.order.contains(&part)
    }

    /// Returns how many keys the table has.
    pub(crate) fn len(&self) -> usize {
        let maps = [&self.domain, &self.parent, &self.local];
        let others: usize = maps.into_iter().map(KeyMap::len).sum();
        self.address.len() + others
    }

    /// Returns the whole addresses, if they are looked at.
    pub(crate) fn addresses(&self) -> Option<&AddressMap<Row>> {
        self.asks(AddressKey::Address)
            .then(|| self.address.as_ref())
    }

    /// Names the keys of one part that is looked at.
    pub(crate) fn each_key(&self, part: AddressKey, key: &mut dyn FnMut(&str)) {
        if part == AddressKey::Address {
            let all = self.addresses().into_iter().flat_map(AddressMap::iter);
            all.for_each(|(local, domain, _)| key(&format!("{local}@{domain}")));
        } else {
            self.keys(part).for_each(key);
        }
    }

    /// Returns the keys of one part that is no whole address, in the order of insertion; none for a
    /// part that is not looked at.
    pub(crate) fn keys(&self, part: AddressKey) -> impl Iterator<Item = &str> {
        let map = match part {
            AddressKey::Address => None,
            AddressKey::Domain => Some(&self.domain),
            AddressKey::Parent => Some(&self.parent),
            AddressKey::Local => Some(&self.local),
        };
        let map = map.filter(|_| self.asks(part));
        map.into_iter().flat_map(KeyMap::keys)
    }
}

/// A table as the addresses of a domain see it.
#[derive(Debug)]
pub(crate) struct OfDomain<'t> {
    table: &'t AddressTable,
    address: Within<'t, Row>,
    domain: Option<&'t Row>,
    parent: Option<&'t Row>,
}

impl<'t> OfDomain<'t> {
    /// Returns the row that answers for a local-part. Local-parts must be asked for in order.
    pub(crate) fn find(&mut self, local: Probe<'_>) -> Option<&'t Row> {
        let base = || self.address.find(self.table.base(local.key())?);
        let base = base();
        let own = self.address.go_to(local.key()).next();
        self.answer(own.or(base), local)
    }

    /// Returns the row that answers for a local-part that is in no whole address of the table.
    pub(crate) fn beside(&self, local: Probe<'_>) -> Option<&'t Row> {
        self.answer(None, local)
    }

    fn answer(&self, own: Option<&'t Row>, local: Probe<'_>) -> Option<&'t Row> {
        let rows = self.table.order.iter().find_map(|part| match part {
            AddressKey::Address => own,
            AddressKey::Domain => self.domain,
            AddressKey::Parent => self.parent,
            AddressKey::Local => self.table.by_local(local.key()),
        });
        rows.or(self.table.otherwise.as_ref())
    }
}
