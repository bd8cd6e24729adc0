//! Which login owns which address: the one relation between two projections.

use super::by_address::{AddressMap, Within};
use super::key_map::{KeyMap, Probe, lower};
use crate::mail::without_extension;

/// Owners of addresses. A row for the whole address hides a row for its domain.
#[derive(Debug, Clone, Default)]
pub struct OwnerTable {
    logins: KeyMap<()>,
    /// A login that owns the address, by its number; none for a row without owners.
    address: AddressMap<Option<u32>>,
    domain: KeyMap<Vec<u32>>,
    /// Whether the owners of a domain own its addresses that have rows, too.
    spread: bool,
    /// Whether an address without a row is looked for without its extension.
    extensions: bool,
}

impl OwnerTable {
    /// Returns an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many addresses more.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.address.reserve(count);
    }

    /// Lets `login` own `local@domain`, given in lower case or not.
    pub fn own_address(&mut self, login: &str, address: &str) {
        if let Some((local, domain)) = lower(address).rsplit_once('@') {
            self.own(login, local, domain);
        }
    }

    /// Lets `login` own addresses, each given as local-part and domain in lower case.
    pub(crate) fn own_all<'a>(
        &mut self,
        login: &str,
        addresses: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) {
        let login = self.logins.put(login, || ());
        for (local, domain) in addresses {
            self.address.push(local, domain, Some(login));
        }
    }

    /// Lets `login` own an address, given as local-part and domain in lower case.
    pub(crate) fn own(&mut self, login: &str, local: &str, domain: &str) {
        let login = self.logins.put(login, || ());
        self.address.push(local, domain, Some(login));
    }

    /// Gives an address, given as local-part and domain in lower case, a row without owners: it
    /// hides the domain's row.
    pub(crate) fn hide(&mut self, local: &str, domain: &str) {
        self.address.push(local, domain, None);
    }

    /// Lets `login` own every address of `domain` that has no row of its own.
    pub fn own_domain(&mut self, login: &str, domain: &str) {
        let login = self.logins.put(login, || ());
        let number = self.domain.put(&lower(domain), Vec::new);
        if let Some(owners) = self.domain.at_mut(number)
            && !owners.contains(&login)
        {
            owners.push(login);
        }
    }

    /// Adds the owners of each domain to the rows of its addresses, which would hide them.
    pub fn spread_domains(&mut self) {
        self.spread = true;
    }

    /// Lets the owners of an address own it with an extension too, if that has no row of its own.
    pub fn with_extensions(&mut self) {
        self.extensions = true;
    }

    /// Returns whether addresses are looked for without their extension too.
    pub(crate) fn has_extensions(&self) -> bool {
        self.extensions
    }

    /// Returns whether a login owns an address.
    pub fn owns(&self, login: &str, local: &str, domain: &str) -> bool {
        let mut of_domain = self.of_domain(Probe::new(domain));
        let mut owners = Vec::new();
        of_domain.owners(local, &mut owners);
        self.is_among(login, &owners)
    }

    /// Returns whether a login owns a whole domain.
    pub fn owns_domain(&self, login: &str, domain: &str) -> bool {
        self.is_among(login, self.numbers_of_domain(Probe::new(domain)))
    }

    fn is_among(&self, login: &str, owners: &[u32]) -> bool {
        owners
            .iter()
            .any(|number| self.logins.key(*number) == login)
    }

    /// Returns the owners of a domain's addresses that have no row of their own, by the numbers of
    /// [`Self::logins`].
    pub(crate) fn numbers_of_domain(&self, domain: Probe<'_>) -> &[u32] {
        let row = self.domain.find(domain);
        row.map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the table as the addresses of a domain see it.
    pub(crate) fn of_domain(&self, domain: Probe<'_>) -> OwnersOfDomain<'_> {
        OwnersOfDomain {
            address: self.address.within(domain),
            domain: self.numbers_of_domain(domain),
            spread: self.spread,
            extensions: self.extensions,
        }
    }

    /// Returns the logins, in the order of their numbers.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &str> {
        self.logins.keys()
    }

    /// Returns the whole addresses that have a row.
    pub(crate) fn addresses(&self) -> &AddressMap<Option<u32>> {
        &self.address
    }

    /// Returns the domains that have a row.
    pub(crate) fn domains(&self) -> impl Iterator<Item = &str> {
        self.domain.keys()
    }
}

/// A table of owners as the addresses of a domain see it.
#[derive(Debug)]
pub(crate) struct OwnersOfDomain<'t> {
    address: Within<'t, Option<u32>>,
    pub(crate) domain: &'t [u32],
    spread: bool,
    extensions: bool,
}

impl OwnersOfDomain<'_> {
    /// Returns whether there is no row for the domain, nor for an address of it.
    pub(crate) fn is_empty(&self) -> bool {
        self.domain.is_empty() && self.address.locals().next().is_none()
    }

    /// Puts the owners of a local-part into a list, perhaps one of them twice. Local-parts must be
    /// asked for in order.
    pub(crate) fn owners(&mut self, local: &str, owners: &mut Vec<u32>) {
        owners.clear();
        let mut has_row = false;
        for login in self.address.go_to(local) {
            has_row = true;
            owners.extend(*login);
        }
        if !has_row
            && self.extensions
            && let Some(base) = without_extension(local)
        {
            for login in self.address.all(base) {
                has_row = true;
                owners.extend(*login);
            }
        }
        if !has_row || self.spread {
            owners.extend_from_slice(self.domain);
        }
    }
}
