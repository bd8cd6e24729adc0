//! Comparisons of the login: with words, and with those of a row (spec 4.96, section 11.7).

use std::sync::Arc;

use super::catalogue::Side;
use super::lookup::{FileRow, Key, Lookup, Matching, Rows};
use super::reader::{Place, Reader};
use super::rows::has_letters;
use super::value::{Bool, Case, Leaf, Part};
use crate::diagnostic::Reported;
use crate::source::Loc;

impl Reader<'_> {
    /// Returns the condition that the login is one of the words of a row.
    pub(super) fn login_in_row(
        &mut self,
        lookup: &Lookup,
        what: &str,
        words: &dyn Fn(&FileRow) -> Vec<String>,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        // `$authenticated_id` is empty before anybody has authenticated.
        let is_empty = |row: &&FileRow| words(row).iter().any(String::is_empty);
        if let Some(row) = lookup.rows.list.iter().find(is_empty) {
            let reason = "an empty word of it is every client that has not authenticated";
            return Err(self.refuse_table(&lookup.rows.name, reason, &row.at));
        }
        if let Key::Path(atom) = lookup.key
            && atom.side == Side::From
            && atom.part != Part::Local
        {
            return self.owner(atom, &lookup.rows, what, words);
        }
        if let Key::Login = lookup.key {
            // The login finds the row and is one of its words: then the case of letters is minded
            // after all.
            let mut list: Vec<FileRow> = Vec::new();
            for row in &lookup.rows.list {
                let finds = |word: &String| {
                    let found = lookup.rows.find(word);
                    found.is_some_and(|found| *found.key == *row.key)
                };
                let words = words(row).into_iter();
                let words = words.filter(finds);
                list.extend(words.map(|key| FileRow {
                    key: key.into(),
                    ..row.clone()
                }));
            }
            let exact = Rows::new(
                format!("{} of the login", lookup.rows.name),
                Matching::Exact,
                list,
                false,
                lookup.rows.at.clone(),
            );
            let lookup = Lookup {
                key: Key::Login,
                rows: Arc::new(exact),
            };
            return self.finds(&lookup, what, &|_| true);
        }
        let reason = "mailpol compares a login only with rows that a sender or the login finds";
        Err(self.refuse("$authenticated_id", reason, at))
    }

    /// Returns the condition that the login is one of these words, letter by letter.
    pub(super) fn login_is_one_of(
        &mut self,
        words: &[String],
        case: Case,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        if case == Case::Folded && words.iter().any(|word| has_letters(word)) {
            let reason = "a backend minds the case of a login's letters";
            return Err(self.refuse("inlisti", reason, at));
        }
        let is_odd = |word: &&String| !word.bytes().all(|octet| octet.is_ascii_graphic());
        if let Some(word) = words.iter().find(is_odd) {
            let reason = "no login is written so";
            return Err(self.refuse(&format!("{word:?}"), reason, at));
        }
        let is_empty = words.iter().any(String::is_empty);
        if is_empty && matches!(self.place, Place::Authenticator(_)) {
            let reason = "no backend takes an empty login";
            return Err(self.refuse("inlist", reason, at));
        }
        let row = |word: &String| {
            let row = crate::decision::Row::new(super::rows::HOLDS, at.clone());
            (word.clone(), row)
        };
        let logins = words.iter().filter(|word| !word.is_empty()).map(row);
        let logins = logins.collect();
        let is = self.login(format!("login in {words:?}"), logins, Some(at));
        // The client that has not authenticated has an empty `$authenticated_id`.
        Ok(if is_empty {
            Bool::Any(vec![is, Bool::Leaf(Leaf::Authenticated).negate()])
        } else {
            is
        })
    }
}
