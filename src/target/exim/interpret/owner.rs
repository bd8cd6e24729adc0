//! Whose address the reverse-path is: the login is a word of the row that the sender finds.

use std::cell::LazyCell;
use std::sync::Arc;

use super::keys;
use super::lookup::{FileRow, Rows};
use super::reader::Reader;
use super::rows::{is_extended, subject};
use super::value::{Bool, Leaf, Part, PathAtom};
use crate::decision::{OwnerTable, Question};
use crate::diagnostic::Reported;

impl Reader<'_> {
    /// Returns the condition that the login is one of the words that the row of the sender has.
    pub(super) fn owner(
        &mut self,
        atom: PathAtom,
        rows: &Rows,
        what: &str,
        words: &dyn Fn(&FileRow) -> Vec<String>,
    ) -> Result<Bool, Reported> {
        // The same refusals as for the lookup itself.
        self.finds_path(atom, rows, "", &|_| true)?;
        let build = LazyCell::new(|| {
            let mut table = OwnerTable::new();
            if atom.part == Part::Whole {
                table.reserve(rows.list.len());
            }
            if atom.is_cut() {
                table.with_extensions();
            }
            let met = |row: &&FileRow| !atom.is_cut() || !is_extended(&row.key);
            for row in rows.list.iter().filter(met) {
                let name = match atom.part {
                    Part::Whole => keys::address(&row.key),
                    Part::Domain => keys::domain(&row.key),
                    Part::Local => continue,
                };
                let Ok(name) = name else {
                    continue;
                };
                for login in words(row) {
                    if atom.part == Part::Whole {
                        table.own_address(&login, &name);
                    } else {
                        table.own_domain(&login, &name);
                    }
                }
            }
            Arc::new(table)
        });
        let name = format!("login{what} in {} of {}", rows.name, subject(atom));
        let at = Some(&rows.at);
        let owner = self
            .catalogue
            .share(name.clone(), at, || Question::Owner(Arc::clone(&build)));
        if atom.part == Part::Domain {
            let name = format!("{name} without a local-part");
            let domain = self
                .catalogue
                .share(name, at, || Question::OwnerOfDomain(Arc::clone(&build)));
            return Ok(Bool::Leaf(Leaf::OwnerOfDomain(atom, [owner, domain])));
        }
        self.forms.view(atom);
        Ok(Bool::Leaf(Leaf::Owner(atom, owner)))
    }
}
