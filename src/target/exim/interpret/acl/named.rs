//! ACLs whose names a file has (spec 4.96, sections 44.12 and 44.26): what a lookup has found is a
//! string like any other, so each row chooses its own ACL.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AclUse, Acls};
use crate::decision::{Label, LoginTable, Question, Row, TestId, Unanswered};
use crate::diagnostic::Reported;
use crate::target::exim::interpret::lookup::{Key, Lookup};
use crate::target::exim::interpret::reader::Reader;
use crate::target::exim::interpret::rows::prefixes;
use crate::target::exim::interpret::session::Session;
use crate::target::exim::interpret::text::Text;

/// The ACLs that the rows of a file name.
#[derive(Debug)]
pub(in super::super) struct Named {
    /// Which row is found: its label is the number of its ACL, from 1 on.
    test: TestId,
    /// Whether only a login that was taken is looked up.
    is_login: bool,
    acls: Vec<AclUse>,
}

impl Named {
    /// Returns the ACLs of all rows.
    pub(super) fn acls(&self) -> &[AclUse] {
        &self.acls
    }

    /// Returns the ACL of the row that is found; none if there is no such row.
    pub(super) fn choose(&self, session: &mut Session<'_>) -> Result<Option<&AclUse>, Unanswered> {
        if self.is_login && !session.authenticated()? {
            return Ok(None);
        }
        let label = session.label(self.test)?;
        Ok((label.0 as usize)
            .checked_sub(1)
            .and_then(|number| self.acls.get(number)))
    }
}

impl Reader<'_> {
    /// Returns the ACL that a row names.
    pub(super) fn acl_of_row(
        &mut self,
        lookup: &Lookup,
        text: &Text,
        acls: &mut Acls,
    ) -> Result<AclUse, Reported> {
        let rows = Arc::clone(&lookup.rows);
        let is_login = match lookup.key {
            Key::Client => false,
            Key::Login => true,
            Key::Path(_) | Key::Helo(_) | Key::Text(_) => {
                let reason = "mailpol follows an ACL from the row of a client or a login only";
                return Err(self.refuse("acl", reason, &text.at()));
            }
        };
        if !is_login {
            self.client_keys(&rows)?;
        }
        let mut labels: BTreeMap<String, Label> = BTreeMap::new();
        let mut named = Vec::new();
        for row in &rows.list {
            let name: &str = &row.value;
            if name.is_empty() || name.contains(char::is_whitespace) {
                let reason = "this is no name of an ACL";
                return Err(self.refuse_table(&rows.name, reason, &row.at));
            }
            if !labels.contains_key(name) {
                let at = Text::made(name, &row.at);
                named.push(self.acl_named(name, &at, acls)?);
                let number = u32::try_from(named.len()).unwrap_or(u32::MAX);
                labels.insert(name.to_owned(), Label(number));
            }
        }
        let label = |name: &str| labels.get(name).copied().unwrap_or(Label::ABSENT);
        let name = format!("ACL in {}", rows.name);
        let test = if is_login {
            let pairs = rows.list.iter().map(|row| {
                let found = Row::new(label(&row.value), row.at.clone());
                (row.key.to_string(), found)
            });
            let table: Vec<(String, Row)> = pairs.collect();
            self.exact_logins(&rows)?;
            let question = || Question::Login(LoginTable::new(table));
            self.catalogue.share(name, Some(&rows.at), question)
        } else {
            let prefixes = prefixes(&rows, &|row| label(&row.value));
            self.client_table(name, prefixes, Some(&rows.at))
        };
        Ok(AclUse::Named(Arc::new(Named {
            test,
            is_login,
            acls: named,
        })))
    }
}
