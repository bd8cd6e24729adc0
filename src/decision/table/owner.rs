//! Which login owns which address: the one relation between two projections.

use super::key_map::{KeyMap, lower, with_address};

/// Owners of addresses. A row for the whole address hides a row for its domain.
#[derive(Debug, Clone, Default)]
pub struct OwnerTable {
    logins: KeyMap<()>,
    address: KeyMap<Owners>,
    domain: KeyMap<Owners>,
}

/// The numbers of logins. Most rows have one.
#[derive(Debug, Clone, Default)]
enum Owners {
    #[default]
    None,
    One(u32),
    Several(Vec<u32>),
}

impl Owners {
    fn list(&self) -> &[u32] {
        match self {
            Self::None => &[],
            Self::One(login) => std::slice::from_ref(login),
            Self::Several(logins) => logins,
        }
    }

    fn add(&mut self, login: u32) {
        if self.list().contains(&login) {
            return;
        }
        match self {
            Self::None => *self = Self::One(login),
            Self::One(first) => *self = Self::Several(vec![*first, login]),
            Self::Several(logins) => logins.push(login),
        }
    }
}

impl OwnerTable {
    /// Returns an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `login` own `local@domain`, given in lower case or not.
    pub fn own_address(&mut self, login: &str, address: &str) {
        let login = self.logins.put(login, || ());
        add(&mut self.address, address, login);
    }

    /// Gives `local@domain` a row without owners, if it has none: it hides the domain's row.
    pub fn hide_address(&mut self, address: &str) {
        self.address.put(&lower(address), Owners::default);
    }

    /// Lets `login` own every address of `domain` that has no row of its own.
    pub fn own_domain(&mut self, login: &str, domain: &str) {
        let login = self.logins.put(login, || ());
        add(&mut self.domain, domain, login);
    }

    /// Adds the owners of each domain to the rows of its addresses, which would hide them.
    pub fn spread_domains(&mut self) {
        if self.domain.is_empty() {
            return;
        }
        for (address, owners) in self.address.iter_mut() {
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            for owner in self
                .domain
                .get(domain)
                .map(Owners::list)
                .unwrap_or_default()
            {
                owners.add(*owner);
            }
        }
    }

    /// Returns whether a login owns an address.
    pub fn owns(&self, login: &str, local: &str, domain: &str) -> bool {
        let owners = self.numbers_of(local, domain);
        self.is_among(login, owners)
    }

    /// Returns whether a login owns a whole domain.
    pub fn owns_domain(&self, login: &str, domain: &str) -> bool {
        self.is_among(login, self.numbers_of_domain(domain))
    }

    fn is_among(&self, login: &str, owners: &[u32]) -> bool {
        owners
            .iter()
            .any(|number| self.logins.key(*number) == login)
    }

    /// Returns the owners of an address, by the numbers of [`Self::logins`].
    pub(crate) fn numbers_of(&self, local: &str, domain: &str) -> &[u32] {
        with_address(local, domain, |address| self.address.get(address))
            .or_else(|| self.domain.get(domain))
            .map(Owners::list)
            .unwrap_or_default()
    }

    /// Returns the owners of a domain's addresses that have no row of their own.
    pub(crate) fn numbers_of_domain(&self, domain: &str) -> &[u32] {
        let row = self.domain.get(domain);
        row.map(Owners::list).unwrap_or_default()
    }

    /// Returns the logins, in the order of their numbers.
    pub(crate) fn logins(&self) -> impl Iterator<Item = &str> {
        self.logins.keys()
    }

    /// Returns the whole addresses that have a row.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &str> {
        self.address.keys()
    }

    /// Returns the domains that have a row.
    pub(crate) fn domains(&self) -> impl Iterator<Item = &str> {
        self.domain.keys()
    }
}

fn add(rows: &mut KeyMap<Owners>, key: &str, login: u32) {
    let number = rows.put(&lower(key), Owners::default);
    if let Some(owners) = rows.at_mut(number) {
        owners.add(login);
    }
}
