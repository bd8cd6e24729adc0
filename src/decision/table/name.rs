//! Host names, such as the client gives with HELO: exact, or below a parent.

use std::collections::HashMap;

use super::Row;

/// Names in lower case and what they answer: the exact name first, then its nearest parent.
#[derive(Debug, Clone, Default)]
pub struct NameTable {
    exact: HashMap<Box<str>, Row>,
    below: HashMap<Box<str>, Row>,
}

impl NameTable {
    /// Returns a table of exact names, and of names whose proper sub-domains answer.
    pub fn new(
        exact: impl IntoIterator<Item = (String, Row)>,
        below: impl IntoIterator<Item = (String, Row)>,
    ) -> Self {
        let mut table = Self::default();
        for (name, row) in exact {
            table.exact.entry(name.into_boxed_str()).or_insert(row);
        }
        for (name, row) in below {
            table.below.entry(name.into_boxed_str()).or_insert(row);
        }
        table
    }

    /// Returns the row of a name.
    pub fn lookup(&self, name: &str) -> Option<&Row> {
        self.exact.get(name).or_else(|| {
            name.match_indices('.')
                .filter_map(|(dot, _)| name.get(dot + 1..))
                .find_map(|parent| self.below.get(parent))
        })
    }

    /// Returns the exact names, sorted.
    pub(crate) fn exact_keys(&self) -> Vec<&str> {
        sorted(&self.exact)
    }

    /// Returns the parents, sorted.
    pub(crate) fn below_keys(&self) -> Vec<&str> {
        sorted(&self.below)
    }
}

fn sorted(map: &HashMap<Box<str>, Row>) -> Vec<&str> {
    let mut keys: Vec<&str> = map.keys().map(AsRef::as_ref).collect();
    keys.sort_unstable();
    keys
}
