//! Where the items of a list come from beside its own text: named lists, files, lookups (spec 4.96,
//! sections 10.3, 10.6 and 10.9).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::characters;
use super::diagnostics::MissingFile;
use super::keys;
use super::list::{Item, ListKind, Subject};
use super::lookup::{Key, Lookup, Matching};
use super::reader::{NamedList, Reader};
use super::text::Text;
use super::value::{Bool, Case, PathAtom};
use crate::decision::AddressKey;
use crate::diagnostic::Reported;
use crate::source::Loc;

/// How many bytes of a line, with its end, Exim takes at once (`filebuffer` of
/// `match_check_list`).
const LINE_MAX: usize = 1023;

/// Returns where the comment of a line of a file begins, or where the line ends. In lists of
/// addresses and local-parts a `#` counts only at the start or behind a blank (section 10.3).
fn comment(kind: ListKind, line: &str) -> usize {
    let is_letter = matches!(kind, ListKind::Address | ListKind::LocalPart);
    let counts = |at: &usize| {
        let head = line.get(..*at).unwrap_or_default();
        !is_letter || head.is_empty() || head.ends_with([' ', '\t'])
    };
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    marks.find(counts).unwrap_or(line.len())
}

/// What named lists have come to.
#[derive(Debug, Default)]
pub(super) struct KnownLists {
    /// By kind, name and subject, and where they stand.
    all: BTreeMap<String, Bool>,
    /// Whether the one that is being read has variables, or one that it names.
    varies: bool,
}

impl Reader<'_> {
    /// Returns the condition of a named list (section 10.6).
    pub(super) fn named(
        &mut self,
        kind: ListKind,
        subject: Subject,
        name: &str,
        at: &Loc,
    ) -> Result<Bool, Reported> {
        let known = format!("{kind:?} {name} {subject:?} {:?}", self.place);
        if let Some(known) = self.known.all.get(&known) {
            return Ok(known.clone());
        }
        let Some(list) = self.lists.get(&(kind, name.to_owned())).cloned() else {
            let special = [
                "caseful",
                "ignore_unknown",
                "include_unknown",
                "ignore_defer",
                "include_defer",
            ];
            let reason = if special.contains(&name) {
                "mailpol does not follow this item".to_owned()
            } else {
                format!("there is no {} `{name}`", kind.word())
            };
            return Err(self.refuse(&format!("+{name}"), reason, at));
        };
        let NamedList { kind, text } = list;
        // What variables are hangs on where they stand, so such a list is read at each place anew,
        // and a list that names one with it; no other list is.
        let outer = self.known.varies;
        self.known.varies = text.as_str().contains('$');
        let before = std::mem::take(&mut self.asks_for_client);
        let about = std::mem::take(&mut self.about);
        let condition = self.expanded_list(kind, subject, &text);
        self.about = about;
        let varies = std::mem::replace(&mut self.known.varies, outer);
        self.known.varies |= varies;
        let condition = condition?;
        // What it came to is kept, and who asks for it again would not be seen to ask.
        if std::mem::replace(&mut self.asks_for_client, before) {
            let reason = "mail that is made on this host, bounces too, would go another way";
            return Err(self.refuse(name, reason, &text.at()));
        }
        if !varies {
            self.known.all.insert(known, condition.clone());
        }
        Ok(condition)
    }

    /// Returns the items of a file: one a line (section 10.3; `match_check_list` of 4.96).
    pub(super) fn list_file(&mut self, kind: ListKind, name: &Text) -> Result<Vec<Text>, Reported> {
        let Some(artifact) = self.artifacts.get(name.as_str()) else {
            let missing = MissingFile::new(name.as_str(), self.artifacts, &name.at());
            return Err(self.diagnostics.error(missing));
        };
        let source = Arc::clone(&artifact.source);
        characters::check(&source, self.diagnostics)?;
        let mut items = Vec::new();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let mut text = Text::empty(&source, start);
            text.push_source(line.get(..comment(kind, line)).unwrap_or_default(), start);
            if line.len() > LINE_MAX {
                let reason = "Exim reads the rest of so long a line as another line";
                let at = Loc::new(&source, start, start + line.len());
                return Err(self.refuse(name.as_str(), reason, &at));
            }
            start += line.len();
            let text = text.trim();
            let bare = text.as_str().trim_start_matches(['!', ' ', '\t']);
            if bare.starts_with(['/', '+']) {
                let reason = "mailpol does not follow files and lists inside of a file";
                return Err(self.refuse(text.as_str(), reason, &text.at()));
            }
            if !text.as_str().is_empty() {
                items.push(text);
            }
        }
        Ok(items)
    }

    /// Refuses blanks around the semicolon of a lookup: they are a part of the name behind it, or
    /// of the kind in front.
    pub(super) fn no_blanks(&mut self, kind: &Text, file: &Text) -> Result<(), Reported> {
        let is_bare = |text: &Text| text.as_str().trim() == text.as_str();
        if is_bare(kind) && is_bare(file) {
            return Ok(());
        }
        let reason = "Exim takes no blanks around the semicolon of a lookup";
        Err(self.refuse(kind.as_str(), reason, &file.at()))
    }

    /// Reads an item that is a single-key lookup of a part of a path: `lsearch;/file`.
    pub(super) fn lookup_item(
        &mut self,
        atom: PathAtom,
        item: &Text,
    ) -> Result<Option<Item>, Reported> {
        let Some((kind, file)) = item.split_once(';') else {
            return Ok(None);
        };
        self.no_blanks(&kind, &file)?;
        let rows = self.open(kind.as_str(), &file)?;
        if rows.matching == Matching::Network {
            let reason = "Exim looks nothing else than an address up there";
            return Err(self.refuse_table(&rows.name, reason, &file.at()));
        }
        let key = Key::Path(PathAtom {
            case: Case::Folded,
            ..atom
        });
        let lookup = Lookup {
            key,
            rows: Arc::clone(&rows),
        };
        let found = self.finds(&lookup, "", &|_| true)?;
        Ok(Some(Item::Other(found)))
    }

    /// Turns a name into an item, or refuses it.
    pub(super) fn key_item(
        &mut self,
        part: AddressKey,
        key: &str,
        item: &Text,
    ) -> Result<Item, Reported> {
        let name = match part {
            AddressKey::Address => keys::address(key),
            AddressKey::Domain | AddressKey::Parent => keys::domain(key),
            AddressKey::Local => keys::local(key),
        };
        match name {
            Ok(name) => Ok(Item::Key(part, name.into_owned())),
            Err(reason) => Err(self.refuse(item.as_str(), reason, &item.at())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_begin_where_exim_sees_them() {
        for (line, domain, address) in
            [("# x", 0, 0), ("a#b", 1, 3), ("a#b # c", 1, 4), ("a", 1, 1)]
        {
            assert_eq!(comment(ListKind::Domain, line), domain, "{line}");
            assert_eq!(comment(ListKind::Host, line), domain, "{line}");
            assert_eq!(comment(ListKind::Address, line), address, "{line}");
            assert_eq!(comment(ListKind::LocalPart, line), address, "{line}");
        }
    }
}
