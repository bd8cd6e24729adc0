//! Which login owns which address: the one relation between two projections.

use std::collections::HashMap;

/// Owners of addresses. A row for the whole address hides a row for its domain.
#[derive(Debug, Clone, Default)]
pub struct OwnerTable {
    logins: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
    address: HashMap<Box<str>, Vec<u32>>,
    domain: HashMap<Box<str>, Vec<u32>>,
}

impl OwnerTable {
    /// Returns an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `login` own `local@domain`, given in lower case or not.
    pub fn own_address(&mut self, login: &str, address: &str) {
        let login = self.number(login);
        let owners = self
            .address
            .entry(address.to_ascii_lowercase().into())
            .or_default();
        if !owners.contains(&login) {
            owners.push(login);
        }
    }

    /// Gives `local@domain` a row without owners, if it has none: it hides the domain's row.
    pub fn hide_address(&mut self, address: &str) {
        self.address
            .entry(address.to_ascii_lowercase().into())
            .or_default();
    }

    /// Lets `login` own every address of `domain` that has no row of its own.
    pub fn own_domain(&mut self, login: &str, domain: &str) {
        let login = self.number(login);
        let owners = self
            .domain
            .entry(domain.to_ascii_lowercase().into())
            .or_default();
        if !owners.contains(&login) {
            owners.push(login);
        }
    }

    /// Adds the owners of each domain to the rows of its addresses, which would hide them.
    pub fn spread_domains(&mut self) {
        let domains = &self.domain;
        // Each row depends on itself and its domain only: the order cannot show.
        self.address.iter_mut().for_each(|(address, owners)| {
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            for owner in domains.get(domain).map(Vec::as_slice).unwrap_or_default() {
                if !owners.contains(owner) {
                    owners.push(*owner);
                }
            }
        });
    }

    /// Returns whether a login owns an address.
    pub fn owns(&self, login: &str, local: &str, domain: &str) -> bool {
        let Some(login) = self.numbers.get(login) else {
            return false;
        };
        self.row(local, domain)
            .is_some_and(|owners| owners.contains(login))
    }

    /// Returns whether a login owns a whole domain.
    pub fn owns_domain(&self, login: &str, domain: &str) -> bool {
        let Some(login) = self.numbers.get(login) else {
            return false;
        };
        self.domain
            .get(domain)
            .is_some_and(|owners| owners.contains(login))
    }

    /// Returns the owners of an address.
    pub(crate) fn owners(&self, local: &str, domain: &str) -> Vec<&str> {
        let row = self
            .row(local, domain)
            .map(Vec::as_slice)
            .unwrap_or_default();
        row.iter()
            .filter_map(|n| self.logins.get(*n as usize).map(AsRef::as_ref))
            .collect()
    }

    /// Returns the owners of a domain's addresses that have no row of their own.
    pub(crate) fn domain_owners(&self, domain: &str) -> Vec<&str> {
        let row = self
            .domain
            .get(domain)
            .map(Vec::as_slice)
            .unwrap_or_default();
        row.iter()
            .filter_map(|n| self.logins.get(*n as usize).map(AsRef::as_ref))
            .collect()
    }

    /// Returns the logins, sorted.
    pub(crate) fn logins(&self) -> Vec<&str> {
        let mut logins: Vec<&str> = self.logins.iter().map(AsRef::as_ref).collect();
        logins.sort_unstable();
        logins
    }

    /// Returns the whole addresses that have a row, sorted.
    pub(crate) fn addresses(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.address.keys().map(AsRef::as_ref).collect();
        keys.sort_unstable();
        keys
    }

    /// Returns the domains that have a row, sorted.
    pub(crate) fn domains(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.domain.keys().map(AsRef::as_ref).collect();
        keys.sort_unstable();
        keys
    }

    fn row(&self, local: &str, domain: &str) -> Option<&Vec<u32>> {
        let address = [local, "@", domain].concat();
        self.address
            .get(address.as_str())
            .or_else(|| self.domain.get(domain))
    }

    fn number(&mut self, login: &str) -> u32 {
        if let Some(number) = self.numbers.get(login) {
            return *number;
        }
        let number = u32::try_from(self.logins.len()).unwrap_or(u32::MAX);
        self.logins.push(login.into());
        self.numbers.insert(login.into(), number);
        number
    }
}
