//! Logins, compared exactly as the backend reports them.

use super::Row;
use super::key_map::KeyMap;

/// Logins and what they answer.
#[derive(Debug, Clone, Default)]
pub struct LoginTable {
    rows: KeyMap<Row>,
}

impl LoginTable {
    /// Returns a table of these rows; of the same login twice, the first stays.
    pub fn new(rows: impl IntoIterator<Item = (impl AsRef<str>, Row)>) -> Self {
        let mut table = Self::default();
        for (login, row) in rows {
            table.rows.put(login.as_ref(), || row);
        }
        table
    }

    /// Returns the row of a login.
    pub fn lookup(&self, login: &str) -> Option<&Row> {
        self.rows.get(login)
    }

    /// Returns the logins, in the order of insertion.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.rows.keys()
    }
}
