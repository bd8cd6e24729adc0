//! The logins of a policy, by name.

use super::Login;
use crate::mail::Short;

/// The logins that a policy lists: a map by their names, which each of them bears anyway.
#[derive(Debug, Default)]
pub struct Logins(Vec<Login>);

impl Logins {
    /// Returns logins that come in the order of their names, each of them once.
    pub(super) fn of(sorted: Vec<Login>) -> Self {
        debug_assert!(sorted.is_sorted_by(|one, other| one.name.value < other.name.value));
        Self(sorted)
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|one| one.name.value.as_str().cmp(name))
    }

    /// Returns how many logins there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the login of a name.
    pub fn get(&self, name: &str) -> Option<&Login> {
        self.0.get(self.find(name).ok()?)
    }

    /// Returns the login of a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Login> {
        let place = self.find(name).ok()?;
        self.0.get_mut(place)
    }

    /// Returns whether a name is listed.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Adds a login, in place of the one of the same name.
    pub fn insert(&mut self, login: Login) {
        let name = &login.name.value;
        match self.0.last() {
            Some(last) if last.name.value < *name => self.0.push(login),
            Some(_) | None => match self.find(name) {
                Ok(place) => {
                    if let Some(old) = self.0.get_mut(place) {
                        *old = login;
                    }
                }
                Err(place) => self.0.insert(place, login),
            },
        }
    }

    /// Returns the names, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Short> + ExactSizeIterator {
        self.0.iter().map(|login| &login.name.value)
    }

    /// Returns the logins, in the order of their names.
    pub fn values(&self) -> std::slice::Iter<'_, Login> {
        self.0.iter()
    }

    /// Returns names and logins, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Short, &Login)> + ExactSizeIterator {
        self.0.iter().map(|login| (&login.name.value, login))
    }
}
