//! Logins, compared exactly as the backend reports them.

use std::collections::HashMap;

use super::Row;

/// Logins and what they answer.
#[derive(Debug, Clone, Default)]
pub struct LoginTable {
    rows: HashMap<Box<str>, Row>,
}

impl LoginTable {
    /// Returns a table of these rows; of the same login twice, the first stays.
    pub fn new(rows: impl IntoIterator<Item = (String, Row)>) -> Self {
        let mut table = Self::default();
        for (login, row) in rows {
            table.rows.entry(login.into_boxed_str()).or_insert(row);
        }
        table
    }

    /// Returns the row of a login.
    pub fn lookup(&self, login: &str) -> Option<&Row> {
        self.rows.get(login)
    }

    /// Returns the logins, sorted.
    pub(crate) fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.rows.keys().map(AsRef::as_ref).collect();
        keys.sort_unstable();
        keys
    }
}
